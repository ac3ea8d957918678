// mysql_schema.hpp - the answers to DBWAY_R_SCHEMA on MySQL and MariaDB, from information_schema. A schema is
// what MySQL calls a database as well.
#pragma once

#include <dbway/provider.h>
#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/mysql_catalog.hpp>
#include <dbway/sdk/mysql_dialect.hpp>
#include <dbway/sdk/option_text.hpp>
#include <dbway/sdk/provider.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dbway::sdk {

namespace mysql_detail {

// The types are those that the ABI names, whatever those of information_schema are.
struct SchemaQuery {
    std::vector<std::pair<const char*, std::uint32_t>> columns;
    std::string sql;
};

// A condition on a schema and a table, for columns of these names.
inline std::string where(std::string_view schema, std::string_view table, const std::string& schema_column,
                         const std::string& table_column) {
    std::string sql = " WHERE ";
    sql += schema.empty()
               ? schema_column + " NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys')"
               : schema_column + " = " + quote_mysql_literal(schema);
    if (!table.empty()) sql += " AND " + table_column + " = " + quote_mysql_literal(table);
    return sql;
}

inline SchemaQuery schemas(std::string_view schema) {
    return {{{"schema", DBWAY_T_TEXT}},
            "SELECT schema_name FROM information_schema.schemata" + where(schema, "", "schema_name", "") +
                " ORDER BY CAST(schema_name AS BINARY)"};
}

inline SchemaQuery tables(std::string_view schema, std::string_view table) {
    return {
        {{"schema", DBWAY_T_TEXT},
         {"table", DBWAY_T_TEXT},
         {"kind", DBWAY_T_TEXT},
         {"definition", DBWAY_T_TEXT}},
        "SELECT t.table_schema, t.table_name, CASE t.table_type WHEN 'BASE TABLE' THEN 'table' WHEN "
        "'SYSTEM VERSIONED' THEN 'table' ELSE LOWER(t.table_type) END, v.view_definition FROM "
        "information_schema.tables t LEFT JOIN information_schema.views v ON v.table_schema = t.table_schema "
        "AND v.table_name = t.table_name" +
            where(schema, table, "t.table_schema", "t.table_name") +
            " ORDER BY CAST(t.table_schema AS BINARY), CAST(t.table_name AS BINARY)"};
}

// MariaDB writes NULL as a word where there is no default, and MySQL an empty expression where there is none.
inline SchemaQuery columns(std::string_view schema, std::string_view table) {
    return {
        {{"schema", DBWAY_T_TEXT},
         {"table", DBWAY_T_TEXT},
         {"column", DBWAY_T_TEXT},
         {"position", DBWAY_T_I64},
         {"type", DBWAY_T_TEXT},
         {"nullable", DBWAY_T_BOOL},
         {"default_value", DBWAY_T_TEXT},
         {"primary_key", DBWAY_T_I64},
         {"generated", DBWAY_T_BOOL}},
        "SELECT c.table_schema, c.table_name, c.column_name, c.ordinal_position, c.column_type, "
        "c.is_nullable = 'YES', CASE WHEN COALESCE(c.generation_expression, '') <> '' THEN NULL WHEN c.extra "
        "LIKE '%auto_increment%' THEN 'AUTO_INCREMENT' ELSE NULLIF(c.column_default, 'NULL') END, "
        "COALESCE(k.seq_in_index, 0), COALESCE(c.generation_expression, '') <> '' FROM "
        "information_schema.columns c LEFT JOIN information_schema.statistics k ON k.table_schema = "
        "c.table_schema AND k.table_name = c.table_name AND k.column_name = c.column_name AND k.index_name = "
        "'PRIMARY'" +
            where(schema, table, "c.table_schema", "c.table_name") +
            " ORDER BY CAST(c.table_schema AS BINARY), CAST(c.table_name AS BINARY), c.ordinal_position"};
}

inline SchemaQuery indexes(std::string_view schema, std::string_view table) {
    return {
        {{"schema", DBWAY_T_TEXT},
         {"table", DBWAY_T_TEXT},
         {"index", DBWAY_T_TEXT},
         {"position", DBWAY_T_I64},
         {"column", DBWAY_T_TEXT},
         {"unique", DBWAY_T_BOOL},
         {"definition", DBWAY_T_TEXT}},
        "SELECT table_schema, table_name, index_name, seq_in_index, column_name, non_unique = 0, NULL FROM "
        "information_schema.statistics" +
            where(schema, table, "table_schema", "table_name") +
            " ORDER BY CAST(table_schema AS BINARY), CAST(table_name AS BINARY), CAST(index_name AS BINARY), "
            "seq_in_index"};
}

// Names of checks are unique in a table in MariaDB, in a schema in MySQL, whose catalog tells no table.
inline SchemaQuery constraints(std::string_view schema, std::string_view table, bool is_mariadb) {
    const std::string same_table = is_mariadb ? " AND h.table_name = c.table_name" : "";
    return {
        {{"schema", DBWAY_T_TEXT},
         {"table", DBWAY_T_TEXT},
         {"constraint", DBWAY_T_TEXT},
         {"kind", DBWAY_T_TEXT},
         {"position", DBWAY_T_I64},
         {"column", DBWAY_T_TEXT},
         {"referenced_table", DBWAY_T_TEXT},
         {"referenced_column", DBWAY_T_TEXT},
         {"definition", DBWAY_T_TEXT}},
        "SELECT c.table_schema, c.table_name, c.constraint_name, LOWER(c.constraint_type), "
        "COALESCE(k.ordinal_position, 1), k.column_name, k.referenced_table_name, k.referenced_column_name, "
        "h.check_clause FROM information_schema.table_constraints c LEFT JOIN "
        "information_schema.key_column_usage k ON k.constraint_schema = c.constraint_schema AND "
        "k.table_schema = c.table_schema AND k.table_name = c.table_name AND k.constraint_name = "
        "c.constraint_name AND c.constraint_type <> 'CHECK' LEFT JOIN information_schema.check_constraints h "
        "ON "
        "c.constraint_type = 'CHECK' AND h.constraint_schema = c.constraint_schema AND h.constraint_name = "
        "c.constraint_name" +
            same_table + where(schema, table, "c.table_schema", "c.table_name") +
            " ORDER BY CAST(c.table_schema AS BINARY), CAST(c.table_name AS BINARY), CAST(c.constraint_name "
            "AS BINARY), k.ordinal_position"};
}

inline SchemaQuery schema_query(std::uint32_t kind, std::string_view schema, std::string_view table,
                                bool is_mariadb) {
    switch (kind) {
        case DBWAY_SCHEMA_SCHEMAS:
            return schemas(schema);
        case DBWAY_SCHEMA_TABLES:
            return tables(schema, table);
        case DBWAY_SCHEMA_COLUMNS:
            return columns(schema, table);
        case DBWAY_SCHEMA_INDEXES:
            return indexes(schema, table);
        case DBWAY_SCHEMA_CONSTRAINTS:
            return constraints(schema, table, is_mariadb);
        default:
            break;
    }
    Diagnostic diagnostic;
    diagnostic.status = DBWAY_ERR_UNSUPPORTED;
    diagnostic.flags = DBWAY_DIAG_NOT_EXECUTED;
    diagnostic.sqlstate = "0A000";
    diagnostic.message = "there is no schema request of kind " + std::to_string(kind);
    throw Failure(std::move(diagnostic));
}

class SchemaRows final : public Statement {
  public:
    SchemaRows(SchemaQuery query, MysqlCatalog catalog)
        : sql_(std::move(query.sql)), catalog_(std::move(catalog)) {
        for (const auto& [name, type] : query.columns) {
            columns_.emplace_back().name = name;
            columns_.back().type = type;
        }
    }

    const std::vector<Column>& columns() const override { return columns_; }
    const std::vector<Column>& parameters() const override { return parameters_; }

    void execute(std::span<const dbway_value>, const Request&) override {
        rows_ = catalog_(sql_);
        next_ = 0;
    }

    bool fetch(RowBatch& batch) override {
        for (; next_ < rows_.size(); ++next_) {
            if (batch.full()) return true;
            dbway_value* cell = batch.add_row();
            for (std::size_t i = 0; i < columns_.size(); ++i, ++cell)
                if (const auto& text = rows_[next_][i]) *cell = make_cell(columns_[i].type, *text, batch);
        }
        return false;
    }

    void finish(bool, Outcome& outcome) override {
        rows_.clear();
        outcome.affected = 0;
    }

  private:
    static dbway_value make_cell(std::uint32_t type, const std::string& text, RowBatch& batch) {
        if (type == DBWAY_T_TEXT) return batch.copy_text(text);
        dbway_value cell{};
        cell.v.i64 = detail::parse_number<std::int64_t>(text).value_or(0);
        cell.type = static_cast<std::uint8_t>(type);
        return cell;
    }

    std::string sql_;
    MysqlCatalog catalog_;
    std::vector<Column> columns_;
    std::vector<Column> parameters_;
    std::vector<MysqlTextRow> rows_;
    std::size_t next_ = 0;
};

}  // namespace mysql_detail

// Empty filters match everything but the server's own schemas. `catalog` is called when the statement is
// executed, as a request of its own. Throws Failure if there is no such request.
inline std::unique_ptr<Statement> make_mysql_schema_statement(std::uint32_t kind, std::string_view schema,
                                                              std::string_view table, bool is_mariadb,
                                                              MysqlCatalog catalog) {
    return std::make_unique<mysql_detail::SchemaRows>(
        mysql_detail::schema_query(kind, schema, table, is_mariadb), std::move(catalog));
}

}  // namespace dbway::sdk
