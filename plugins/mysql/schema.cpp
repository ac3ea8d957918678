#include "schema.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/option_text.hpp>

#include <string>
#include <vector>

namespace dbway::mysql {
namespace {

struct Answer {
    std::vector<std::pair<const char*, std::uint32_t>> columns;
    std::string sql;
};

// A condition on a schema and a table, for columns of these names.
std::string where(std::string_view schema, std::string_view table, const std::string& schema_column,
                  const std::string& table_column) {
    std::string sql = " WHERE ";
    sql += schema.empty()
               ? schema_column + " NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys')"
               : schema_column + " = " + quote_literal(schema);
    if (!table.empty()) sql += " AND " + table_column + " = " + quote_literal(table);
    return sql;
}

Answer schemas(std::string_view schema) {
    return {{{"schema", DBWAY_T_TEXT}},
            "SELECT schema_name FROM information_schema.schemata" + where(schema, "", "schema_name", "") +
                " ORDER BY CAST(schema_name AS BINARY)"};
}

Answer tables(std::string_view schema, std::string_view table) {
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
Answer columns(std::string_view schema, std::string_view table) {
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

Answer indexes(std::string_view schema, std::string_view table) {
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
Answer constraints(std::string_view schema, std::string_view table, bool is_mariadb) {
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

Answer answer_of(const Session& session, std::uint32_t kind, std::string_view schema,
                 std::string_view table) {
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
            return constraints(schema, table, session.facts().is_mariadb);
        default:
            throw sdk::Failure(DBWAY_ERR_UNSUPPORTED,
                               "there is no schema request of kind " + std::to_string(kind), "0A000");
    }
}

// The rows of a query with the types that the ABI names, whatever those of information_schema are.
class SchemaStatement final : public sdk::Statement {
  public:
    SchemaStatement(Session& session, Answer answer) : session_(session), sql_(std::move(answer.sql)) {
        for (const auto& [name, type] : answer.columns) {
            columns_.emplace_back().name = name;
            columns_.back().type = type;
        }
    }

    const std::vector<sdk::Column>& columns() const override { return columns_; }
    const std::vector<sdk::Column>& parameters() const override { return parameters_; }

    void execute(std::span<const dbway_value>, const sdk::Request&) override {
        const Session::Call call(session_);
        session_.check_running();
        rows_ = session_.rows(sql_);
        next_ = 0;
    }

    bool fetch(sdk::RowBatch& batch) override {
        for (; next_ < rows_.size(); ++next_) {
            if (batch.full()) return true;
            dbway_value* cell = batch.add_row();
            for (std::size_t i = 0; i < columns_.size(); ++i, ++cell)
                if (rows_[next_][i]) *cell = make_cell(columns_[i].type, *rows_[next_][i], batch);
        }
        return false;
    }

    void finish(bool, sdk::Outcome& outcome) override {
        rows_.clear();
        outcome.affected = 0;
    }

  private:
    static dbway_value make_cell(std::uint32_t type, const std::string& text, sdk::RowBatch& batch) {
        if (type == DBWAY_T_TEXT) return batch.copy_text(text);
        dbway_value cell{};
        cell.v.i64 = sdk::detail::parse_number<std::int64_t>(text).value_or(0);
        cell.type = static_cast<std::uint8_t>(type);
        return cell;
    }

    Session& session_;
    std::string sql_;
    std::vector<sdk::Column> columns_;
    std::vector<sdk::Column> parameters_;
    std::vector<TextRow> rows_;
    std::size_t next_ = 0;
};

}  // namespace

std::unique_ptr<sdk::Statement> make_schema_statement(Session& session, std::uint32_t kind,
                                                      std::string_view schema_filter,
                                                      std::string_view table_filter) {
    return std::make_unique<SchemaStatement>(session, answer_of(session, kind, schema_filter, table_filter));
}

}  // namespace dbway::mysql
