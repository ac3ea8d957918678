// schema_view.hpp - what a database contains, as plain structs.
#pragma once

#include <dbway/source.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::cli {

struct ColumnView {
    std::string name, type, default_value;
    bool nullable = true, has_default = false, generated = false;
    std::int64_t primary_key = 0;  // position in the key; 0: not in it
};

struct IndexView {
    std::string name, definition;
    bool unique = false;
    std::vector<std::string> columns;
};

struct ConstraintView {
    std::string name, kind, definition, referenced_table;
    std::vector<std::string> columns, referenced_columns;
};

struct TableView {
    std::string schema, name, kind, definition;
    std::vector<ColumnView> columns;
    std::vector<IndexView> indexes;
    std::vector<ConstraintView> constraints;
};

// Names and kinds only. `table` may be schema-qualified; empty: all tables.
std::vector<TableView> list_tables(Connection& connection, std::string_view table = {});
// With everything in them.
std::vector<TableView> read_schema(Connection& connection, std::string_view table = {});

// For people.
std::string table_list_text(const std::vector<TableView>& tables);
std::string table_text(const TableView& table);
// For programs: {"tables": […]}.
std::string schema_json(const std::vector<TableView>& tables);

}  // namespace dbway::cli
