// sqlite_types.hpp - from a declared column type of SQLite to the type of its values, and back. SQLite keeps
// the declaration as text and stores what it likes; the declaration is what the author of the table meant.
#pragma once

#include <dbway/provider.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

namespace dbway::sdk {

struct SqliteType {
    std::uint32_t type = 0;       // DBWAY_T_*; NULL: no declaration, each value is as it is stored
    std::uint32_t item_type = 0;  // of an array
    std::int32_t precision = -1;
    std::int32_t scale = -1;
};

namespace detail {

struct SqliteTypeName {
    const char* name;
    std::uint32_t type;
};

// Upper case, single blanks, without what stands in parentheses. Names that are not here go by SQLite's
// affinity.
inline constexpr SqliteTypeName sqlite_type_names[] = {
    {"BOOL", DBWAY_T_BOOL},
    {"BOOLEAN", DBWAY_T_BOOL},
    {"INTERVAL", DBWAY_T_INTERVAL},
    {"U64_BLOB", DBWAY_T_U64},
    {"BIGINT UNSIGNED", DBWAY_T_U64},
    {"UNSIGNED BIGINT", DBWAY_T_U64},
    {"UNSIGNED BIG INT", DBWAY_T_U64},
    {"UINT64", DBWAY_T_U64},
    {"UBIGINT", DBWAY_T_U64},
    {"DECIMAL", DBWAY_T_DECIMAL},
    {"DEC", DBWAY_T_DECIMAL},
    {"NUMERIC", DBWAY_T_DECIMAL},
    {"NUMBER", DBWAY_T_DECIMAL},
    {"MONEY", DBWAY_T_DECIMAL},
    {"DECIMAL_TEXT", DBWAY_T_DECIMAL},
    {"DATE", DBWAY_T_DATE},
    {"TIME", DBWAY_T_TIME},
    {"TIME WITHOUT TIME ZONE", DBWAY_T_TIME},
    {"TIMESTAMP", DBWAY_T_TIMESTAMP},
    {"DATETIME", DBWAY_T_TIMESTAMP},
    {"SMALLDATETIME", DBWAY_T_TIMESTAMP},
    {"TIMESTAMP WITHOUT TIME ZONE", DBWAY_T_TIMESTAMP},
    {"TIMESTAMPTZ", DBWAY_T_TIMESTAMPTZ},
    {"DATETIMEOFFSET", DBWAY_T_TIMESTAMPTZ},
    {"TIMESTAMP WITH TIME ZONE", DBWAY_T_TIMESTAMPTZ},
    {"UUID", DBWAY_T_UUID},
    {"GUID", DBWAY_T_UUID},
    {"UNIQUEIDENTIFIER", DBWAY_T_UUID},
    {"JSON", DBWAY_T_JSON},
    {"JSONB", DBWAY_T_JSON},
    {"JSON_TEXT", DBWAY_T_JSON},
    {"STRING", DBWAY_T_TEXT},
    {"BYTEA", DBWAY_T_BLOB},
    {"BINARY", DBWAY_T_BLOB},
    {"VARBINARY", DBWAY_T_BLOB},
    {"IMAGE", DBWAY_T_BLOB},
    {"ANY", DBWAY_T_NULL},
};

// Upper case, runs of blanks as one, none at the ends.
inline std::string normalise_sqlite_type(std::string_view text) {
    std::string result;
    for (const char c : text) {
        const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
        if (blank && (result.empty() || result.back() == ' ')) continue;
        result += blank ? ' ' : (c >= 'a' && c <= 'z') ? static_cast<char>(c - 'a' + 'A') : c;
    }
    if (!result.empty() && result.back() == ' ') result.pop_back();
    return result;
}

inline std::int32_t sqlite_size(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(' ');
    if (begin == std::string_view::npos) return -1;
    std::int32_t value = -1;
    std::from_chars(text.data() + begin, text.data() + text.size(), value);
    return value;
}

// Takes "(10,2)" out of the name.
inline void take_sqlite_size(std::string& name, SqliteType& result) {
    const std::size_t open = name.find('(');
    const std::size_t close = name.find(')', open);
    if (open == std::string::npos || close == std::string::npos) return;
    const std::string_view inside = std::string_view(name).substr(open + 1, close - open - 1);
    const std::size_t comma = inside.find(',');
    result.precision = sqlite_size(inside.substr(0, comma));
    if (comma != std::string_view::npos) result.scale = sqlite_size(inside.substr(comma + 1));
    name = normalise_sqlite_type(name.substr(0, open) + " " + name.substr(close + 1));
}

// Section 3.1 of SQLite's "Datatypes": the first rule that matches.
inline std::uint32_t sqlite_type_by_affinity(std::string_view name) {
    const auto contains = [&](std::string_view part) { return name.find(part) != std::string_view::npos; };
    if (contains("INT") || name == "SERIAL" || name == "BIGSERIAL") return DBWAY_T_I64;
    if (contains("CHAR") || contains("CLOB") || contains("TEXT")) return DBWAY_T_TEXT;
    if (contains("BLOB")) return DBWAY_T_BLOB;
    if (contains("REAL") || contains("FLOA") || contains("DOUB")) return DBWAY_T_F64;
    return DBWAY_T_NULL;
}

}  // namespace detail

inline SqliteType parse_sqlite_type(std::string_view declared) {
    SqliteType result;
    std::string name = detail::normalise_sqlite_type(declared);
    if (name.ends_with("[]")) {
        name.erase(name.size() - 2);
        const SqliteType item = parse_sqlite_type(name);
        result.type = DBWAY_T_ARRAY;
        result.item_type =
            item.type == DBWAY_T_ARRAY ? item.item_type : item.type;  // int[][] nests by itself
        result.precision = item.precision;
        result.scale = item.scale;
        return result;
    }
    detail::take_sqlite_size(name, result);
    if (name.empty()) return result;
    const auto* known =
        std::find_if(std::begin(detail::sqlite_type_names), std::end(detail::sqlite_type_names),
                     [&](const detail::SqliteTypeName& type) { return name == type.name; });
    result.type =
        known != std::end(detail::sqlite_type_names) ? known->type : detail::sqlite_type_by_affinity(name);
    // numeric(10) is numeric(10,0) everywhere.
    if (result.type == DBWAY_T_DECIMAL && result.precision >= 0 && result.scale < 0 && name != "DECIMAL_TEXT")
        result.scale = 0;
    return result;
}

// The declaration under which every value of a type survives SQLite's affinity rules (dbway.dialect/1); "" if
// there is none. `precision` and `scale` of a decimal, -1 unknown; for an array `precision` is the items'
// type.
inline std::string sqlite_type_name(std::uint32_t type, std::int32_t precision, std::int32_t scale) {
    switch (type) {
        case DBWAY_T_BOOL:
            return "boolean";
        case DBWAY_T_I64:
            return "bigint";
        // Not "integer" in any form: beyond 2^63-1 SQLite would make a floating point number of it.
        case DBWAY_T_U64:
            return "u64_blob";
        case DBWAY_T_F64:
            return "double";
        // NUMERIC affinity keeps 15 digits and no more; "decimal_text" has TEXT affinity.
        case DBWAY_T_DECIMAL: {
            if (precision <= 0 || precision > 1000) return "decimal_text";
            if (scale < 0 || scale > precision) return "decimal_text(" + std::to_string(precision) + ")";
            return std::string(precision <= 15 ? "decimal(" : "decimal_text(") + std::to_string(precision) +
                   "," + std::to_string(scale) + ")";
        }
        case DBWAY_T_TEXT:
            return "text";
        case DBWAY_T_BLOB:
            return "blob";
        case DBWAY_T_DATE:
            return "date";
        case DBWAY_T_TIME:
            return "time";
        case DBWAY_T_TIMESTAMP:
            return "timestamp";
        case DBWAY_T_TIMESTAMPTZ:
            return "timestamptz";
        case DBWAY_T_INTERVAL:
            return "interval";
        case DBWAY_T_UUID:
            return "uuid";
        // With NUMERIC affinity, which "json" has, the document 1.0 would be stored as the number 1.
        case DBWAY_T_JSON:
            return "json_text";
        case DBWAY_T_ARRAY: {
            if (precision <= DBWAY_T_NULL || precision >= DBWAY_T_ARRAY) return "";
            return sqlite_type_name(static_cast<std::uint32_t>(precision), -1, -1) + "[]";
        }
        default:
            return "";
    }
}

}  // namespace dbway::sdk
