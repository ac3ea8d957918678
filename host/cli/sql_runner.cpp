#include "cli/sql_runner.hpp"

#include "cli/exit_code.hpp"
#include "cli/progress.hpp"

#include <dbway/sdk/script.hpp>

#include <algorithm>

namespace dbway::cli {

namespace {

// Where the first thing that counts stands.
std::size_t first_significant(std::string_view text, sdk::Dialect dialect) {
    sdk::Lexer lexer(text, dialect);
    while (true) {
        const std::size_t before = lexer.position();
        const sdk::Token token = lexer.next();
        if (token.significant() || token.kind == sdk::TokenKind::end) return before;
    }
}

}  // namespace

std::vector<ScriptStatement> split_script(std::string_view script, sdk::Dialect dialect) {
    std::vector<ScriptStatement> statements;
    std::uint64_t line = 1;
    while (const std::size_t length = sdk::statement_length(script, dialect)) {
        const std::string_view statement = script.substr(0, length);
        const std::size_t start = first_significant(statement, dialect);
        const auto lines_before =
            std::count(statement.begin(), statement.begin() + static_cast<std::ptrdiff_t>(start), '\n');
        if (!sdk::is_empty_statement(statement, dialect))
            statements.push_back({statement.substr(start), line + static_cast<std::uint64_t>(lines_before)});
        line += static_cast<std::uint64_t>(std::count(statement.begin(), statement.end(), '\n'));
        script.remove_prefix(length);
    }
    return statements;
}

bool is_unfinished(std::string_view script, sdk::Dialect dialect) {
    while (const std::size_t length = sdk::statement_length(script, dialect)) {
        if (length == script.size()) {
            // A semicolon that ends the statement stays its end whatever follows; one inside a body or a
            // comment does not.
            const std::string longer = std::string(script) + "\nx";
            return sdk::statement_length(longer, dialect) != script.size();
        }
        script.remove_prefix(length);
    }
    return false;
}

void run_statement(Connection& connection, const QueryOptions& options, std::string_view sql,
                   std::span<const dbway_value> values, RowWriter& writer, Output& output) {
    try {
        Rows rows = connection.query_values(options, sql, values);
        write_rows(rows, writer);
        output.flush();
        const bool has_rows = rows.cursor().has_columns() && !rows.columns().empty();
        if (!has_rows && rows.affected() >= 0) {
            const auto count = static_cast<std::uint64_t>(rows.affected());
            print_message(grouped(count) + (count == 1 ? " row affected" : " rows affected"));
        }
    } catch (const Error&) {
        output.flush();
        throw;
    }
}

}  // namespace dbway::cli
