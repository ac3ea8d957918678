#include "copy_text.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/lexer.hpp>
#include <dbway/sdk/postgresql_dialect.hpp>
#include <dbway/sdk/postgresql_statement.hpp>

namespace dbway::pq {
namespace {

std::string table_of(const sdk::CopyTarget& target) {
    if (const auto name = sdk::quote_postgresql_name(target.table)) return *name;
    throw sdk::Failure(DBWAY_ERR_INVALID, "\"" + std::string(target.table) + "\" is not the name of a table",
                       "42602");
}

// Without the semicolon at its end.
std::string_view statement_of(const sdk::CopyTarget& target) {
    std::string_view sql = target.table;
    const std::size_t last = sql.find_last_not_of("; \t\r\n");
    sql = sql.substr(0, last == std::string_view::npos ? 0 : last + 1);
    if (sql.find('\0') != std::string_view::npos)
        throw sdk::Failure(DBWAY_ERR_SYNTAX, "the text of the statement contains a NUL character", "42601");
    return sql;
}

// What follows the word COPY. A comment takes away what libpqxx adds.
std::string rest_of_copy(std::string_view sql) {
    sdk::Lexer lexer(sql, sdk::Dialect::postgresql);
    lexer.next_significant();
    return std::string(sql.substr(lexer.position())) + "\n--";
}

}  // namespace

std::string copy_in_target(const sdk::CopyTarget& target) {
    if (target.is_sql) return rest_of_copy(statement_of(target));
    return sdk::postgresql_copy_target(table_of(target), target.columns);
}

std::string copy_out_query(const sdk::CopyTarget& target) {
    if (target.is_sql) return std::string(statement_of(target));
    std::string columns;
    for (const std::string_view column : target.columns)
        columns.append(columns.empty() ? "" : ", ").append(sdk::quote_postgresql_identifier(column));
    return "SELECT " + (columns.empty() ? "*" : columns) + " FROM " + table_of(target);
}

std::string copy_out_target(const sdk::CopyTarget& target) {
    if (target.is_sql && sdk::read_postgresql_statement(target.table).keyword == "COPY")
        return rest_of_copy(statement_of(target));
    return "(" + copy_out_query(target) + "\n)";
}

}  // namespace dbway::pq
