#include "cli/byte_input.hpp"
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/parameters.hpp"
#include "cli/sql_runner.hpp"

#include <unistd.h>

namespace dbway::cli {

namespace {

// Where the text came from: empty for the command line.
struct SqlText {
    std::string text;
    std::string file;
};

SqlText read_sql(const QueryArguments& arguments, const InterruptGuard& interrupt) {
    if (!arguments.file.empty()) {
        const std::string name = arguments.file == "-" ? "standard input" : arguments.file;
        return {read_all(arguments.file, &interrupt), name};
    }
    if (!arguments.sql.empty() && arguments.sql != "-") return {arguments.sql, ""};
    if (arguments.sql.empty() && isatty(STDIN_FILENO) == 1)
        throw UsageError(
            "no SQL: give a statement, -f FILE, or text on standard input. `dbway help query` tells more");
    return {read_all("-", &interrupt), "standard input"};
}

void run_all(Connection& connection, const SqlText& sql, std::span<const dbway_value> values,
             const QueryOptions& options, RowWriter& writer) {
    const std::vector<ScriptStatement> statements = split_script(sql.text, dialect_of(connection.info()));
    if (statements.empty())
        throw UsageError("there is no statement in " + (sql.file.empty() ? "the text" : sql.file));
    if (statements.size() > 1 && !values.empty())
        throw UsageError("values are for a single statement, and there are " +
                         std::to_string(statements.size()));
    for (const ScriptStatement& statement : statements) {
        try {
            run_statement(connection, options, statement.text, values, writer, standard_output());
        } catch (const Error& error) {
            if (sql.file.empty() || error.category() == Category::cancelled) throw;
            throw Failure(sql.file + ":" + std::to_string(statement.line) + ": error: " + error.what());
        }
    }
}

}  // namespace

ExitCode run(const QueryArguments& arguments) {
    const Format format = parse_format(arguments.format);
    std::vector<std::string> texts = arguments.parameters;
    // With -f the statement is not an argument: the first one is a value already.
    if (!arguments.file.empty() && !arguments.sql.empty()) texts.push_back(arguments.sql);
    texts.insert(texts.end(), arguments.more_parameters.begin(), arguments.more_parameters.end());
    sdk::Arena arena;
    const std::vector<dbway_value> values =
        parse_parameters(texts, arguments.types, arguments.null_text, arena);

    InterruptGuard interrupt;
    QueryOptions options;
    options.stop = interrupt.begin();
    try {
        const SqlText sql = read_sql(arguments, interrupt);
        const Host host = open_host(arguments.common);
        Source source = choose_source(host, arguments.common);
        Connection connection = source.connection(options);
        const auto writer = make_row_writer(format, standard_output());
        run_all(connection, sql, values, options, *writer);
        return exit_done;
    } catch (const Error& error) {
        return report_exception(error, interrupt.interrupted());
    }
}

}  // namespace dbway::cli
