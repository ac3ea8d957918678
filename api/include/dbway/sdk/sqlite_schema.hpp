// sqlite_schema.hpp - the answers to DBWAY_R_SCHEMA on SQLite, from its pragmas and the texts of definitions.
#pragma once

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/lexer.hpp>
#include <dbway/sdk/option_text.hpp>
#include <dbway/sdk/provider.hpp>
#include <dbway/sdk/sqlite_definition.hpp>
#include <dbway/sdk/sqlite_dialect.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace dbway::sdk {

// How the catalog is asked.
class SqliteCatalog {
  public:
    using Row = std::vector<std::optional<std::string>>;
    virtual ~SqliteCatalog() = default;
    // The rows of a query whose parameters are these texts. Throws Failure.
    virtual std::vector<Row> rows(const std::string& sql, const std::vector<std::string>& parameters) = 0;
};

namespace sqlite_schema {

// A query over the catalog with text parameters, row by row.
class CatalogQuery {
  public:
    CatalogQuery(SqliteCatalog& database, std::string_view sql,
                 std::initializer_list<std::string_view> parameters)
        : rows_(database.rows(std::string(sql), {parameters.begin(), parameters.end()})) {}
    bool next() { return next_++ < rows_.size(); }
    std::string text(std::size_t column) const { return field(column).value_or(std::string()); }
    std::int64_t number(std::size_t column) const {
        return sdk::detail::parse_number<std::int64_t>(text(column)).value_or(0);
    }
    bool null(std::size_t column) const { return !field(column); }

  private:
    const std::optional<std::string>& field(std::size_t column) const { return rows_[next_ - 1][column]; }

    std::vector<SqliteCatalog::Row> rows_;
    std::size_t next_ = 0;
};

struct SqliteTable {
    std::string schema;
    std::string name;
    std::string kind;        // "table", "view", "virtual", "shadow"
    std::string definition;  // empty: none
};

struct SqliteColumn {
    std::int64_t position;  // from 1
    std::string name;
    std::string type;
    bool nullable;
    std::optional<std::string> default_value;
    std::int64_t primary_key;  // position in the key, 0: not in it
    bool generated;
};

struct SqliteIndex {
    std::string name;
    bool unique;
    char origin;  // c: CREATE INDEX, u: UNIQUE, p: PRIMARY KEY
    std::string definition;
    std::vector<std::string> columns;  // "" stands for an expression
};

struct SqliteForeignKey {
    std::string table;
    std::vector<std::string> from;
    std::vector<std::string> to;
    std::string on_update;
    std::string on_delete;
};

// NULL, TEXT, I64 or BOOL.
using SchemaField = std::variant<std::monostate, std::string, std::int64_t, bool>;
using SchemaRow = std::vector<SchemaField>;

// Empty text is NULL: SQLite has no such thing there.
inline SchemaField text_or_null(std::string text) {
    if (text.empty()) return std::monostate();
    return text;
}

class SchemaRows final : public Statement {
  public:
    explicit SchemaRows(std::vector<std::pair<const char*, std::uint32_t>> columns) {
        for (const auto& [name, type] : columns) {
            columns_.emplace_back();
            columns_.back().name = name;
            columns_.back().type = type;
        }
    }

    void add(SchemaRow row) { rows_.push_back(std::move(row)); }

    const std::vector<Column>& columns() const override { return columns_; }
    const std::vector<Column>& parameters() const override { return parameters_; }
    void execute(std::span<const dbway_value>, const Request&) override { next_ = 0; }
    bool fetch(RowBatch& batch) override {
        for (; next_ < rows_.size(); ++next_) {
            if (batch.full()) return true;
            dbway_value* cell = batch.add_row();
            for (const SchemaField& field : rows_[next_]) *cell++ = make_cell(field, batch);
        }
        return false;
    }
    void finish(bool, Outcome& outcome) override { outcome.affected = 0; }

  private:
    static dbway_value make_cell(const SchemaField& field, RowBatch& batch) {
        if (const auto* text = std::get_if<std::string>(&field)) return batch.copy_text(*text);
        dbway_value cell{};
        if (const auto* number = std::get_if<std::int64_t>(&field)) {
            cell.v.i64 = *number;
            cell.type = DBWAY_T_I64;
        } else if (const auto* flag = std::get_if<bool>(&field)) {
            cell.v.i64 = *flag ? 1 : 0;
            cell.type = DBWAY_T_BOOL;
        }
        return cell;
    }

    std::vector<Column> columns_;
    std::vector<Column> parameters_;
    std::vector<SchemaRow> rows_;
    std::size_t next_ = 0;
};

inline std::string definition_of(SqliteCatalog& database, const std::string& schema,
                                 const std::string& name) {
    CatalogQuery query(
        database, "SELECT sql FROM " + quote_sqlite_identifier(schema) + ".sqlite_schema WHERE name = ?1",
        {name});
    return query.next() ? query.text(0) : std::string();
}

// Filters compare as SQLite compares names; empty ones match everything. All in the order of names and
// positions; foreign keys in the order of their definition.
inline std::vector<std::string> list_schemas(SqliteCatalog& database, std::string_view schema_filter) {
    CatalogQuery query(
        database,
        "SELECT name FROM pragma_database_list WHERE ?1 = '' OR name = ?1 COLLATE NOCASE ORDER BY name",
        {schema_filter});
    std::vector<std::string> result;
    while (query.next()) result.push_back(query.text(0));
    return result;
}

inline std::vector<SqliteTable> list_tables(SqliteCatalog& database, std::string_view schema_filter,
                                            std::string_view table_filter) {
    std::vector<SqliteTable> result;
    {
        CatalogQuery query(
            database,
            "SELECT schema, name, type FROM pragma_table_list "
            "WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND (?1 = '' OR schema = ?1 COLLATE NOCASE) "
            "AND (?2 = '' OR name = ?2 COLLATE NOCASE) ORDER BY schema, name",
            {schema_filter, table_filter});
        while (query.next()) result.push_back({query.text(0), query.text(1), query.text(2), {}});
    }
    for (SqliteTable& table : result) table.definition = definition_of(database, table.schema, table.name);
    return result;
}

inline std::vector<SqliteColumn> list_columns(SqliteCatalog& database, const SqliteTable& table) {
    CatalogQuery query(
        database,
        "SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo(?1, ?2) "
        "WHERE hidden <> 1 ORDER BY cid",
        {table.name, table.schema});
    std::vector<SqliteColumn> result;
    while (query.next()) {
        SqliteColumn column{static_cast<std::int64_t>(result.size()) + 1,
                            query.text(0),
                            query.text(1),
                            query.number(2) == 0,
                            {},
                            query.number(4),
                            query.number(5) != 0};
        if (!query.null(3)) column.default_value = query.text(3);
        result.push_back(std::move(column));
    }
    // An INTEGER PRIMARY KEY is another name of the rowid, which is never NULL.
    const auto in_key = [](const SqliteColumn& column) { return column.primary_key != 0; };
    if (std::count_if(result.begin(), result.end(), in_key) == 1) {
        SqliteColumn& key = *std::find_if(result.begin(), result.end(), in_key);
        if (is_keyword(key.type, "integer")) key.nullable = false;
    }
    return result;
}

inline std::vector<SqliteIndex> list_indexes(SqliteCatalog& database, const SqliteTable& table) {
    std::vector<SqliteIndex> result;
    {
        CatalogQuery query(database,
                           "SELECT name, \"unique\", origin FROM pragma_index_list(?1, ?2) ORDER BY name",
                           {table.name, table.schema});
        while (query.next())
            result.push_back({query.text(0), query.number(1) != 0, query.text(2).front(), {}, {}});
    }
    for (SqliteIndex& index : result) {
        index.definition = definition_of(database, table.schema, index.name);
        CatalogQuery query(database, "SELECT name FROM pragma_index_xinfo(?1, ?2) WHERE key ORDER BY seqno",
                           {index.name, table.schema});
        while (query.next()) index.columns.push_back(query.text(0));
    }
    return result;
}

inline std::vector<SqliteForeignKey> list_foreign_keys(SqliteCatalog& database, const SqliteTable& table) {
    std::map<std::int64_t, SqliteForeignKey, std::greater<>>
        by_id;  // SQLite numbers them from the last to the first
    {
        CatalogQuery query(database,
                           "SELECT id, \"table\", \"from\", \"to\", on_update, on_delete "
                           "FROM pragma_foreign_key_list(?1, ?2) ORDER BY id, seq",
                           {table.name, table.schema});
        while (query.next()) {
            SqliteForeignKey& key = by_id[query.number(0)];
            key.table = query.text(1);
            key.from.push_back(query.text(2));
            key.to.push_back(query.text(3));
            key.on_update = query.text(4);
            key.on_delete = query.text(5);
        }
    }
    std::vector<SqliteForeignKey> result;
    for (auto& [id, key] : by_id) {
        if (!key.to.empty() && key.to.front().empty()) {
            // Without names it means the other table's primary key.
            CatalogQuery query(database,
                               "SELECT name FROM pragma_table_info(?1, ?2) WHERE pk > 0 ORDER BY pk",
                               {key.table, table.schema});
            for (std::string& column : key.to) column = query.next() ? query.text(0) : std::string();
        }
        result.push_back(std::move(key));
    }
    return result;
}

inline std::unique_ptr<SchemaRows> schemas(SqliteCatalog& database, std::string_view schema) {
    auto rows = std::make_unique<SchemaRows>(
        std::vector<std::pair<const char*, std::uint32_t>>{{"schema", DBWAY_T_TEXT}});
    for (std::string& name : list_schemas(database, schema)) rows->add({std::move(name)});
    return rows;
}

inline std::unique_ptr<SchemaRows> tables(SqliteCatalog& database, std::string_view schema,
                                          std::string_view table) {
    auto rows = std::make_unique<SchemaRows>(
        std::vector<std::pair<const char*, std::uint32_t>>{{"schema", DBWAY_T_TEXT},
                                                           {"table", DBWAY_T_TEXT},
                                                           {"kind", DBWAY_T_TEXT},
                                                           {"definition", DBWAY_T_TEXT}});
    for (const SqliteTable& one : list_tables(database, schema, table))
        rows->add({one.schema, one.name, one.kind, text_or_null(one.definition)});
    return rows;
}

inline std::unique_ptr<SchemaRows> columns(SqliteCatalog& database, std::string_view schema,
                                           std::string_view table) {
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
    for (const SqliteTable& one : list_tables(database, schema, table))
        for (const SqliteColumn& column : list_columns(database, one))
            rows->add({one.schema, one.name, column.name, column.position, text_or_null(column.type),
                       column.nullable,
                       column.default_value ? SchemaField(*column.default_value) : SchemaField(),
                       column.primary_key, column.generated});
    return rows;
}

inline std::unique_ptr<SchemaRows> indexes(SqliteCatalog& database, std::string_view schema,
                                           std::string_view table) {
    auto rows = std::make_unique<SchemaRows>(
        std::vector<std::pair<const char*, std::uint32_t>>{{"schema", DBWAY_T_TEXT},
                                                           {"table", DBWAY_T_TEXT},
                                                           {"index", DBWAY_T_TEXT},
                                                           {"position", DBWAY_T_I64},
                                                           {"column", DBWAY_T_TEXT},
                                                           {"unique", DBWAY_T_BOOL},
                                                           {"definition", DBWAY_T_TEXT}});
    for (const SqliteTable& one : list_tables(database, schema, table))
        for (const SqliteIndex& index : list_indexes(database, one))
            for (std::size_t i = 0; i < index.columns.size(); ++i)
                rows->add({one.schema, one.name, index.name, static_cast<std::int64_t>(i) + 1,
                           text_or_null(index.columns[i]), index.unique, text_or_null(index.definition)});
    return rows;
}

inline std::string join_quoted(const std::vector<std::string>& names) {
    std::string result;
    for (const std::string& name : names)
        if (!name.empty()) result.append(result.empty() ? "" : ", ").append(quote_sqlite_identifier(name));
    return result;
}

struct ShownConstraint {
    std::string name;  // empty: none
    const char* kind;
    std::vector<std::string> columns;  // none: a check of the table
    std::string referenced_table;
    std::vector<std::string> referenced_columns;
    std::string definition;
};

inline std::string name_of(const std::vector<SqliteConstraint>& defined, SqliteConstraint::Kind kind,
                           const std::vector<std::string>& columns) {
    const auto same = [](const std::string& a, const std::string& b) {
        return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                          [](char x, char y) { return lower_ascii(x) == lower_ascii(y); });
    };
    for (const SqliteConstraint& one : defined)
        if (one.kind == kind && !one.name.empty() &&
            std::equal(one.columns.begin(), one.columns.end(), columns.begin(), columns.end(), same))
            return one.name;
    return {};
}

inline std::string action(const char* event, const std::string& what) {
    return what == "NO ACTION" ? std::string() : " ON " + std::string(event) + " " + what;
}

inline std::vector<ShownConstraint> constraints_of(SqliteCatalog& database, const SqliteTable& table) {
    const std::vector<SqliteConstraint> defined = parse_sqlite_definition(table.definition);
    std::vector<ShownConstraint> result;

    std::vector<std::pair<std::int64_t, std::string>> key;
    for (const SqliteColumn& column : list_columns(database, table))
        if (column.primary_key != 0) key.emplace_back(column.primary_key, column.name);
    std::sort(key.begin(), key.end());
    if (!key.empty()) {
        std::vector<std::string> columns;
        for (auto& [position, name] : key) columns.push_back(name);
        result.push_back({name_of(defined, SqliteConstraint::Kind::primary_key, columns),
                          "primary key",
                          columns,
                          {},
                          {},
                          "PRIMARY KEY (" + join_quoted(columns) + ")"});
    }
    for (const SqliteIndex& index : list_indexes(database, table)) {
        if (index.origin != 'u') continue;
        const std::string name = name_of(defined, SqliteConstraint::Kind::unique, index.columns);
        result.push_back({name.empty() ? index.name : name,
                          "unique",
                          index.columns,
                          {},
                          {},
                          "UNIQUE (" + join_quoted(index.columns) + ")"});
    }
    for (const SqliteForeignKey& foreign : list_foreign_keys(database, table))
        result.push_back({name_of(defined, SqliteConstraint::Kind::foreign_key, foreign.from), "foreign key",
                          foreign.from, foreign.table, foreign.to,
                          "FOREIGN KEY (" + join_quoted(foreign.from) + ") REFERENCES " +
                              quote_sqlite_identifier(foreign.table) + " (" + join_quoted(foreign.to) + ")" +
                              action("UPDATE", foreign.on_update) + action("DELETE", foreign.on_delete)});
    for (const SqliteConstraint& one : defined)
        if (one.kind == SqliteConstraint::Kind::check)
            result.push_back({one.name, "check", one.columns, {}, {}, one.text});
    std::stable_sort(result.begin(), result.end(),
                     [](const ShownConstraint& a, const ShownConstraint& b) { return a.name < b.name; });
    return result;
}

inline std::unique_ptr<SchemaRows> constraints(SqliteCatalog& database, std::string_view schema,
                                               std::string_view table) {
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
    for (const SqliteTable& one : list_tables(database, schema, table))
        for (const ShownConstraint& constraint : constraints_of(database, one))
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

}  // namespace sqlite_schema

// The rows that provider.h describes for DBWAY_SCHEMA_*. Empty filters match everything. Throws Failure.
inline std::unique_ptr<Statement> make_sqlite_schema_statement(SqliteCatalog& database, std::uint32_t kind,
                                                               std::string_view schema_filter,
                                                               std::string_view table_filter) {
    switch (kind) {
        case DBWAY_SCHEMA_SCHEMAS:
            return sqlite_schema::schemas(database, schema_filter);
        case DBWAY_SCHEMA_TABLES:
            return sqlite_schema::tables(database, schema_filter, table_filter);
        case DBWAY_SCHEMA_COLUMNS:
            return sqlite_schema::columns(database, schema_filter, table_filter);
        case DBWAY_SCHEMA_INDEXES:
            return sqlite_schema::indexes(database, schema_filter, table_filter);
        case DBWAY_SCHEMA_CONSTRAINTS:
            return sqlite_schema::constraints(database, schema_filter, table_filter);
        default:
            throw Failure(DBWAY_ERR_UNSUPPORTED, "there is no schema request of kind " + std::to_string(kind),
                          "0A000");
    }
}

}  // namespace dbway::sdk
