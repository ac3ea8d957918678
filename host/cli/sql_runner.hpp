// sql_runner.hpp - runs statements one after another and prints what they answer.
#pragma once

#include "cli/interrupt.hpp"
#include "cli/output_format.hpp"

#include <dbway/connection.hpp>
#include <dbway/sdk/lexer.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::cli {

// A statement of a text and the line, from 1, on which its first word stands.
struct ScriptStatement {
    std::string_view text;
    std::uint64_t line = 1;
};

// The statements of a text that have anything to run; they refer to it.
std::vector<ScriptStatement> split_script(std::string_view script, sdk::Dialect dialect);

// Whether a text ends with a statement that is not finished: no semicolon yet, an open quote or comment.
// Blanks and comments alone are not a statement.
bool is_unfinished(std::string_view script, sdk::Dialect dialect);

// Runs one statement and prints its rows; "N rows affected" goes to standard error if it yields none. Throws
// what the statement fails with; what was printed before that is flushed.
void run_statement(Connection& connection, const QueryOptions& options, std::string_view sql,
                   std::span<const dbway_value> values, RowWriter& writer, Output& output);

}  // namespace dbway::cli
