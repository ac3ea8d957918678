#include "schema.hpp"

#include "catalog.hpp"
#include "schema_rows.hpp"
#include "table_definition.hpp"

#include <dbway/sdk/failure.hpp>

#include <algorithm>
#include <utility>

namespace dbway::sqlite {
namespace {

using Kind = DefinedConstraint::Kind;

std::unique_ptr<SchemaRows> schemas(Database& database, std::string_view schema) {
    auto rows = std::make_unique<SchemaRows>(
        std::vector<std::pair<const char*, std::uint32_t>>{{"schema", DBWAY_T_TEXT}});
    for (std::string& name : list_schemas(database, schema)) rows->add({std::move(name)});
    return rows;
}

std::unique_ptr<SchemaRows> tables(Database& database, std::string_view schema, std::string_view table) {
    auto rows = std::make_unique<SchemaRows>(
        std::vector<std::pair<const char*, std::uint32_t>>{{"schema", DBWAY_T_TEXT},
                                                           {"table", DBWAY_T_TEXT},
                                                           {"kind", DBWAY_T_TEXT},
                                                           {"definition", DBWAY_T_TEXT}});
    for (const CatalogTable& one : list_tables(database, schema, table))
        rows->add({one.schema, one.name, one.kind, text_or_null(one.definition)});
    return rows;
}

std::unique_ptr<SchemaRows> columns(Database& database, std::string_view schema, std::string_view table) {
    auto rows = std::make_unique<SchemaRows>(
        std::vector<std::pair<const char*, std::uint32_t>>{{"schema", DBWAY_T_TEXT},
                                                           {"table", DBWAY_T_TEXT},
                                                           {"column", DBWAY_T_TEXT},
                                                           {"position", DBWAY_T_I64},
                                                           {"type", DBWAY_T_TEXT},
                                                           {"nullable", DBWAY_T_BOOL},
                                                           {"default_value", DBWAY_T_TEXT},
                                                           {"primary_key", DBWAY_T_I64},
                                                           {"generated", DBWAY_T_BOOL}});
    for (const CatalogTable& one : list_tables(database, schema, table))
        for (const CatalogColumn& column : list_columns(database, one))
            rows->add({one.schema, one.name, column.name, column.position, text_or_null(column.type),
                       column.nullable,
                       column.default_value ? SchemaField(*column.default_value) : SchemaField(),
                       column.primary_key, column.generated});
    return rows;
}

std::unique_ptr<SchemaRows> indexes(Database& database, std::string_view schema, std::string_view table) {
    auto rows = std::make_unique<SchemaRows>(
        std::vector<std::pair<const char*, std::uint32_t>>{{"schema", DBWAY_T_TEXT},
                                                           {"table", DBWAY_T_TEXT},
                                                           {"index", DBWAY_T_TEXT},
                                                           {"position", DBWAY_T_I64},
                                                           {"column", DBWAY_T_TEXT},
                                                           {"unique", DBWAY_T_BOOL},
                                                           {"definition", DBWAY_T_TEXT}});
    for (const CatalogTable& one : list_tables(database, schema, table))
        for (const CatalogIndex& index : list_indexes(database, one))
            for (std::size_t i = 0; i < index.columns.size(); ++i)
                rows->add({one.schema, one.name, index.name, static_cast<std::int64_t>(i) + 1,
                           text_or_null(index.columns[i]), index.unique, text_or_null(index.definition)});
    return rows;
}

std::string join_quoted(const std::vector<std::string>& names) {
    std::string result;
    for (const std::string& name : names)
        if (!name.empty()) result.append(result.empty() ? "" : ", ").append(quote_identifier(name));
    return result;
}

struct Constraint {
    std::string name;  // empty: none
    const char* kind;
    std::vector<std::string> columns;  // none: a check of the table
    std::string referenced_table;
    std::vector<std::string> referenced_columns;
    std::string definition;
};

std::string name_of(const std::vector<DefinedConstraint>& defined, Kind kind,
                    const std::vector<std::string>& columns) {
    const auto same = [](const std::string& a, const std::string& b) {
        return sqlite3_stricmp(a.c_str(), b.c_str()) == 0;
    };
    for (const DefinedConstraint& one : defined)
        if (one.kind == kind && !one.name.empty() &&
            std::equal(one.columns.begin(), one.columns.end(), columns.begin(), columns.end(), same))
            return one.name;
    return {};
}

std::string action(const char* event, const std::string& what) {
    return what == "NO ACTION" ? std::string() : " ON " + std::string(event) + " " + what;
}

std::vector<Constraint> constraints_of(Database& database, const CatalogTable& table) {
    const std::vector<DefinedConstraint> defined = parse_table_definition(table.definition);
    std::vector<Constraint> result;

    std::vector<std::pair<std::int64_t, std::string>> key;
    for (const CatalogColumn& column : list_columns(database, table))
        if (column.primary_key != 0) key.emplace_back(column.primary_key, column.name);
    std::sort(key.begin(), key.end());
    if (!key.empty()) {
        std::vector<std::string> columns;
        for (auto& [position, name] : key) columns.push_back(name);
        result.push_back({name_of(defined, Kind::primary_key, columns),
                          "primary key",
                          columns,
                          {},
                          {},
                          "PRIMARY KEY (" + join_quoted(columns) + ")"});
    }
    for (const CatalogIndex& index : list_indexes(database, table)) {
        if (index.origin != 'u') continue;
        const std::string name = name_of(defined, Kind::unique, index.columns);
        result.push_back({name.empty() ? index.name : name,
                          "unique",
                          index.columns,
                          {},
                          {},
                          "UNIQUE (" + join_quoted(index.columns) + ")"});
    }
    for (const CatalogForeignKey& foreign : list_foreign_keys(database, table))
        result.push_back({name_of(defined, Kind::foreign_key, foreign.from), "foreign key", foreign.from,
                          foreign.table, foreign.to,
                          "FOREIGN KEY (" + join_quoted(foreign.from) + ") REFERENCES " +
                              quote_identifier(foreign.table) + " (" + join_quoted(foreign.to) + ")" +
                              action("UPDATE", foreign.on_update) + action("DELETE", foreign.on_delete)});
    for (const DefinedConstraint& one : defined)
        if (one.kind == Kind::check) result.push_back({one.name, "check", one.columns, {}, {}, one.text});
    std::stable_sort(result.begin(), result.end(),
                     [](const Constraint& a, const Constraint& b) { return a.name < b.name; });
    return result;
}

std::unique_ptr<SchemaRows> constraints(Database& database, std::string_view schema, std::string_view table) {
    auto rows = std::make_unique<SchemaRows>(
        std::vector<std::pair<const char*, std::uint32_t>>{{"schema", DBWAY_T_TEXT},
                                                           {"table", DBWAY_T_TEXT},
                                                           {"constraint", DBWAY_T_TEXT},
                                                           {"kind", DBWAY_T_TEXT},
                                                           {"position", DBWAY_T_I64},
                                                           {"column", DBWAY_T_TEXT},
                                                           {"referenced_table", DBWAY_T_TEXT},
                                                           {"referenced_column", DBWAY_T_TEXT},
                                                           {"definition", DBWAY_T_TEXT}});
    for (const CatalogTable& one : list_tables(database, schema, table))
        for (const Constraint& constraint : constraints_of(database, one))
            for (std::size_t i = 0; i < std::max<std::size_t>(constraint.columns.size(), 1); ++i) {
                const bool column = i < constraint.columns.size();
                const bool referenced = i < constraint.referenced_columns.size();
                rows->add({one.schema, one.name, text_or_null(constraint.name), std::string(constraint.kind),
                           static_cast<std::int64_t>(i) + 1,
                           text_or_null(column ? constraint.columns[i] : ""),
                           text_or_null(constraint.referenced_table),
                           text_or_null(referenced ? constraint.referenced_columns[i] : ""),
                           constraint.definition});
            }
    return rows;
}

}  // namespace

std::unique_ptr<sdk::Statement> make_schema_statement(Database& database, std::uint32_t kind,
                                                      std::string_view schema_filter,
                                                      std::string_view table_filter) {
    database.start(Database::Clock::time_point::max());
    switch (kind) {
        case DBWAY_SCHEMA_SCHEMAS:
            return schemas(database, schema_filter);
        case DBWAY_SCHEMA_TABLES:
            return tables(database, schema_filter, table_filter);
        case DBWAY_SCHEMA_COLUMNS:
            return columns(database, schema_filter, table_filter);
        case DBWAY_SCHEMA_INDEXES:
            return indexes(database, schema_filter, table_filter);
        case DBWAY_SCHEMA_CONSTRAINTS:
            return constraints(database, schema_filter, table_filter);
        default:
            throw sdk::Failure(DBWAY_ERR_UNSUPPORTED,
                               "there is no schema request of kind " + std::to_string(kind), "0A000");
    }
}

}  // namespace dbway::sqlite
