#include "cli/shell.hpp"

#include "cli/byte_input.hpp"
#include "cli/completion.hpp"
#include "cli/exit_code.hpp"
#include "cli/sql_runner.hpp"

#include <dbway/sdk/script.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>

namespace dbway::cli {

namespace {

constexpr const char* help_text = R"(Statements end with a semicolon and may take several lines.
  \d            tables            \d TABLE   its columns, indexes and constraints
  \dt           tables            \c SOURCE  another source of the configuration
  \format NAME  table, csv, tsv, json, jsonl, markdown, vertical
  \x            vertical on, off  \timing    the time of each statement on, off
  \i FILE       run a file        \q         leave (also Ctrl-D)
Ctrl-C cancels the statement that runs. Tab completes keywords, tables and columns.
)";

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t\r\n;") + 1 - begin);
}

}  // namespace

Shell::Shell(const Host& host, Source source, Format format, InterruptGuard& interrupt, bool interactive)
    : host_(host),
      source_(std::move(source)),
      interrupt_(interrupt),
      interactive_(interactive),
      format_(format),
      format_before_expanded_(format == Format::vertical ? Format::table : format) {
    connect();
}

void Shell::connect() {
    QueryOptions options;
    options.stop = interrupt_.begin();
    connection_.reset();
    connection_.emplace(source_.connection(options));
    dialect_ = dialect_of(connection_->info());
    tables_.reset();
}

std::string Shell::prompt() {
    std::string sign = "=> ";
    if (!pending_.empty()) {
        sign = "-> ";
    } else if (connection_ && connection_->in_transaction()) {
        sign = "*> ";
    }
    return source_.name() + sign;
}

void Shell::guarded(std::uint64_t line, const std::function<void()>& action) {
    try {
        action();
    } catch (const OutputClosed&) {
        throw;
    } catch (const std::exception& error) {
        const auto* of_database = dynamic_cast<const Error*>(&error);
        const bool cancelled = of_database != nullptr && of_database->category() == Category::cancelled;
        if (!interactive_) {
            if (cancelled || dynamic_cast<const Interrupted*>(&error) != nullptr) throw Interrupted();
            throw Failure(file_ + ":" + std::to_string(line) + ": error: " + error.what());
        }
        report_exception(error, interrupt_.interrupted());
        if (of_database != nullptr && of_database->connection_lost()) {
            print_message("connecting again");
            connect();
        }
    }
}

void Shell::take(const std::string& line) {
    ++line_;
    const std::string_view text = trimmed(line);
    if (pending_.empty()) {
        if (text.empty()) return;
        pending_line_ = line_;
        if (text[0] == '\\') {
            guarded(line_, [&] { command(text); });
            return;
        }
    }
    pending_ += line;
    pending_ += '\n';
    run_complete_statements(false);
}

void Shell::finish() { run_complete_statements(true); }

void Shell::give_up_line() {
    pending_.clear();
    interrupt_.begin();
}

void Shell::run_complete_statements(bool all) {
    if (!all && is_unfinished(pending_, dialect_)) {
        // Only the last statement may be unfinished: those before it run now.
        std::size_t done = 0;
        while (true) {
            const std::string_view rest = std::string_view(pending_).substr(done);
            const std::size_t length = sdk::statement_length(rest, dialect_);
            if (length == 0 || length == rest.size()) break;
            done += length;
        }
        if (done == 0) return;
        const std::string complete = pending_.substr(0, done);
        const std::string rest = pending_.substr(done);
        pending_ = complete;
        run_complete_statements(true);
        if (quit_) return;
        pending_ = rest.substr(std::min(rest.find_first_not_of(" \t\r\n"), rest.size()));
        pending_line_ = line_;
        return;
    }
    const std::string script = std::exchange(pending_, std::string());
    for (const ScriptStatement& statement : split_script(script, dialect_)) {
        const std::uint64_t line = pending_line_ + statement.line - 1;
        bool failed = true;
        guarded(line, [&] {
            run_one(statement.text, line);
            failed = false;
        });
        if (failed) return;
    }
}

void Shell::run_one(std::string_view sql, std::uint64_t) {
    QueryOptions options;
    options.stop = interrupt_.begin();
    tables_.reset();
    const auto start = std::chrono::steady_clock::now();
    const auto writer = make_row_writer(format_, standard_output());
    run_statement(*connection_, options, sql, {}, *writer, standard_output());
    if (!timing_) return;
    const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - start;
    std::fprintf(stderr, "Time: %.3f ms\n", taken.count());
}

void Shell::command(std::string_view text) {
    const std::size_t space = text.find_first_of(" \t");
    const std::string_view name = text.substr(0, space);
    const std::string argument(space == std::string_view::npos ? std::string_view()
                                                               : trimmed(text.substr(space)));
    if (name == "\\q") {
        quit_ = true;
    } else if (name == "\\?") {
        standard_output().write(help_text);
    } else if (name == "\\d" || name == "\\dt") {
        describe(argument);
    } else if (name == "\\timing") {
        timing_ = argument.empty() ? !timing_ : argument == "on";
        print_message(timing_ ? "timing is on" : "timing is off");
    } else if (name == "\\format") {
        format_ = parse_format(argument);
        if (format_ != Format::vertical) format_before_expanded_ = format_;
    } else if (name == "\\x") {
        format_ = format_ == Format::vertical ? format_before_expanded_ : Format::vertical;
        print_message(format_ == Format::vertical ? "vertical is on" : "vertical is off");
    } else if (name == "\\i") {
        include(argument);
    } else if (name == "\\c") {
        change_source(argument);
    } else {
        throw UsageError("no command " + std::string(name) + "; \\? lists them");
    }
    standard_output().flush();
}

void Shell::describe(std::string_view table) {
    interrupt_.begin();
    if (table.empty()) {
        standard_output().write(table_list_text(list_tables(*connection_)));
        return;
    }
    const std::vector<TableView> tables = read_schema(*connection_, table);
    if (tables.empty()) throw UsageError("no table \"" + std::string(table) + "\"");
    for (const TableView& one : tables) standard_output().write(table_text(one));
}

void Shell::change_source(const std::string& name) {
    CommonArguments common;
    common.source = name;
    if (name.empty()) throw UsageError("\\c wants the name of a source");
    source_ = choose_source(host_, common);
    connect();
}

void Shell::include(const std::string& file) {
    if (file.empty()) throw UsageError("\\i wants the name of a file");
    const std::string script = read_all(file, &interrupt_);
    for (const ScriptStatement& statement : split_script(script, dialect_)) {
        try {
            run_one(statement.text, statement.line);
        } catch (const Error& error) {
            if (error.category() == Category::cancelled) throw;
            throw Failure(file + ":" + std::to_string(statement.line) + ": error: " + error.what());
        }
    }
}

std::vector<std::string> Shell::complete(std::string_view line, std::string_view word) {
    if (!tables_ && connection_) {
        try {
            tables_ = read_schema(*connection_);
        } catch (const Error&) {
            tables_.emplace();  // a database that does not tell its tables has keywords at least
        }
    }
    return cli::complete(line, word, tables_ ? *tables_ : std::vector<TableView>());
}

}  // namespace dbway::cli
