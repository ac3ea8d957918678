#include "schema_columns.hpp"

#include <initializer_list>

namespace dbway::mock {
namespace {

std::uint32_t type_of(std::string_view name) noexcept {
    if (name == "position" || name == "primary_key") return DBWAY_T_I64;
    if (name == "nullable" || name == "generated" || name == "unique") return DBWAY_T_BOOL;
    return DBWAY_T_TEXT;
}

std::vector<sdk::Column> columns(std::initializer_list<std::string_view> names) {
    std::vector<sdk::Column> result;
    for (const std::string_view name : names) {
        result.emplace_back();
        result.back().name = name;
        result.back().type = type_of(name);
    }
    return result;
}

}  // namespace

std::vector<sdk::Column> schema_columns(std::uint32_t kind) {
    switch (kind) {
        case DBWAY_SCHEMA_SCHEMAS:
            return columns({"schema"});
        case DBWAY_SCHEMA_TABLES:
            return columns({"schema", "table", "kind", "definition"});
        case DBWAY_SCHEMA_COLUMNS:
            return columns({"schema", "table", "column", "position", "type", "nullable", "default_value",
                            "primary_key", "generated"});
        case DBWAY_SCHEMA_INDEXES:
            return columns({"schema", "table", "index", "position", "column", "unique", "definition"});
        default:
            return columns({"schema", "table", "constraint", "kind", "position", "column", "referenced_table",
                            "referenced_column", "definition"});
    }
}

std::string schema_text(std::uint32_t kind, std::string_view schema_filter, std::string_view table_filter) {
    static constexpr const char* kinds[] = {"", "schemas", "tables", "columns", "indexes", "constraints"};
    std::string text = kind <= DBWAY_SCHEMA_CONSTRAINTS ? kinds[kind] : "";
    if (schema_filter.empty() && table_filter.empty()) return text;
    text.append(" ").append(schema_filter);
    if (!table_filter.empty()) text.append(schema_filter.empty() ? "" : ".").append(table_filter);
    return text;
}

}  // namespace dbway::mock
