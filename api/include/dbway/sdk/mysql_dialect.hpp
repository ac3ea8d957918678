// mysql_dialect.hpp - the SQL of MySQL and MariaDB as their providers write it: quoting, the names of types,
// BEGIN; and the table of the extension "dbway.dialect/1".
#pragma once

#include <dbway/ext/dialect.h>
#include <dbway/provider.h>
#include <dbway/sdk/value_text_bytes.hpp>

#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace dbway::sdk {

// In back-ticks, so that it means exactly this name.
inline std::string quote_mysql_identifier(std::string_view name) {
    std::string result = "`";
    for (const char c : name) {
        if (c == '`') result += '`';
        result += c;
    }
    return result += '`';
}

// As a literal, whatever the sql_mode: hexadecimal digits with the character set in front.
inline std::string quote_mysql_literal(std::string_view text) {
    std::string result(blob_text_size(text.size()), '\0');
    write_blob(result.data(), reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
    result.replace(0, 2, "_utf8mb4 X'");
    return result += '\'';
}

// How a column is declared that keeps every value of a DBWAY_T_* type; see dialect.h. Empty: there is no way.
// Types that MySQL has not got are texts with a comment that says so.
inline std::string mysql_type_name(std::uint32_t type, std::int32_t precision, std::int32_t scale) {
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

namespace detail {

// The answers must outlive every call; there are few different ones.
inline const char* DBWAY_CALL mysql_type_name_c(dbway_provider*, std::uint32_t type, std::int32_t precision,
                                                std::int32_t scale) noexcept {
    static std::mutex mutex;
    static std::set<std::string> names;
    try {
        std::string name = mysql_type_name(type, precision, scale);
        const std::lock_guard lock(mutex);
        return names.insert(std::move(name)).first->c_str();
    } catch (...) {
        return "";
    }
}

}  // namespace detail

inline constexpr dbway_ext_dialect mysql_dialect = {
    sizeof(dbway_ext_dialect),
    DBWAY_PLACEHOLDER_QUESTION,
    DBWAY_UPSERT_ON_DUPLICATE,
    65'535,
    64,
    0,
    "mysql",
    "``",
    detail::mysql_type_name_c,
    nullptr,
};

}  // namespace dbway::sdk
