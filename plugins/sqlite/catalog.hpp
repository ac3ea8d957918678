// catalog.hpp - tables, columns, indexes and foreign keys, as SQLite's pragmas tell them.
#pragma once

#include "database.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::sqlite {

struct CatalogTable {
    std::string schema;
    std::string name;
    std::string kind;        // "table", "view", "virtual", "shadow"
    std::string definition;  // empty: none
};

struct CatalogColumn {
    std::int64_t position;  // from 1
    std::string name;
    std::string type;
    bool nullable;
    std::optional<std::string> default_value;
    std::int64_t primary_key;  // position in the key, 0: not in it
    bool generated;
};

struct CatalogIndex {
    std::string name;
    bool unique;
    char origin;  // c: CREATE INDEX, u: UNIQUE, p: PRIMARY KEY
    std::string definition;
    std::vector<std::string> columns;  // "" stands for an expression
};

struct CatalogForeignKey {
    std::string table;
    std::vector<std::string> from;
    std::vector<std::string> to;
    std::string on_update;
    std::string on_delete;
};

// Filters compare as SQLite compares names; empty ones match everything. All in the order of names and
// positions; foreign keys in the order of their definition. Throw Failure.
std::vector<std::string> list_schemas(Database& database, std::string_view schema_filter);
std::vector<CatalogTable> list_tables(Database& database, std::string_view schema_filter,
                                      std::string_view table_filter);
std::vector<CatalogColumn> list_columns(Database& database, const CatalogTable& table);
std::vector<CatalogIndex> list_indexes(Database& database, const CatalogTable& table);
std::vector<CatalogForeignKey> list_foreign_keys(Database& database, const CatalogTable& table);

}  // namespace dbway::sqlite
