// sqlite_dialect.hpp - what an SQL builder must know of SQLite (dbway.dialect/1), for its providers.
#pragma once

#include <dbway/ext/dialect.h>
#include <dbway/sdk/sqlite_types.hpp>

#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace dbway::sdk {

inline std::string quote_sqlite_identifier(std::string_view name) {
    std::string result = "\"";
    for (const char c : name) {
        if (c == '"') result += c;
        result += c;
    }
    return result += '"';
}

namespace detail {

// The answers must outlive every call; there are few different ones.
inline const char* DBWAY_CALL name_sqlite_type(dbway_provider*, std::uint32_t type, std::int32_t precision,
                                               std::int32_t scale) noexcept {
    static std::mutex mutex;
    static std::set<std::string> names;
    try {
        std::string name = sqlite_type_name(type, precision, scale);
        const std::lock_guard lock(mutex);
        return names.insert(std::move(name)).first->c_str();
    } catch (...) {
        return "";
    }
}

}  // namespace detail

inline const dbway_ext_dialect sqlite_dialect = {
    sizeof(dbway_ext_dialect),
    DBWAY_PLACEHOLDER_DOLLAR,
    DBWAY_UPSERT_ON_CONFLICT,
    32'766,
    0,
    0,
    "sqlite",
    "\"\"",
    detail::name_sqlite_type,
    nullptr,
};

}  // namespace dbway::sdk
