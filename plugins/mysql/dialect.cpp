#include "dialect.hpp"

#include <mutex>
#include <set>

namespace dbway::mysql {

std::string type_name(std::uint32_t type, std::int32_t precision, std::int32_t scale) {
    switch (type) {
        case DBWAY_T_BOOL:
            return "tinyint(1)";
        case DBWAY_T_I64:
            return "bigint";
        case DBWAY_T_U64:
            return "bigint unsigned";
        case DBWAY_T_F64:
            return "double";
        case DBWAY_T_DECIMAL:
            // The most that MySQL has; MariaDB would take 38 digits after the point.
            if (precision <= 0 || precision > 65 || scale < 0 || scale > precision) return "decimal(65,30)";
            if (scale > 30) return "";
            return "decimal(" + std::to_string(precision) + "," + std::to_string(scale) + ")";
        case DBWAY_T_TEXT:
            return "longtext";
        case DBWAY_T_BLOB:
            return "longblob";
        case DBWAY_T_DATE:
            return "date";
        case DBWAY_T_TIME:
            return "time(6)";
        case DBWAY_T_TIMESTAMP:
            return "datetime(6)";
        // Keeps instants of 1970-01-01 00:00:01 to 2038-01-19 03:14:07, and refuses others.
        case DBWAY_T_TIMESTAMPTZ:
            return "timestamp(6)";
        case DBWAY_T_INTERVAL:
            return "varchar(80) comment 'dbway:interval'";
        case DBWAY_T_UUID:
            return "char(36) comment 'dbway:uuid'";
        case DBWAY_T_JSON:
            return "json";
        case DBWAY_T_ARRAY:
            if (precision <= DBWAY_T_NULL || precision >= DBWAY_T_ARRAY) return "";
            return "longtext comment 'dbway:array:" + std::to_string(precision) + "'";
        default:
            return "";
    }
}

namespace {

// The answers must outlive every call; there are few different ones.
const char* DBWAY_CALL type_name_c(dbway_provider*, std::uint32_t type, std::int32_t precision,
                                   std::int32_t scale) noexcept {
    static std::mutex mutex;
    static std::set<std::string> names;
    try {
        std::string name = type_name(type, precision, scale);
        const std::lock_guard lock(mutex);
        return names.insert(std::move(name)).first->c_str();
    } catch (...) {
        return "";
    }
}

}  // namespace

const dbway_ext_dialect dialect_extension = {
    sizeof(dbway_ext_dialect),
    DBWAY_PLACEHOLDER_QUESTION,
    DBWAY_UPSERT_ON_DUPLICATE,
    65'535,
    64,
    0,
    "mysql",
    "``",
    type_name_c,
    nullptr,
};

}  // namespace dbway::mysql
