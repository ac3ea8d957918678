// shell.hpp - the state of `dbway shell` between two statements.
#pragma once

#include "cli/context.hpp"
#include "cli/interrupt.hpp"
#include "cli/output_format.hpp"
#include "cli/schema_view.hpp"

#include <dbway/connection.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::cli {

// Takes lines, runs what they complete. Not thread-safe.
class Shell {
  public:
    Shell(const Host& host, Source source, Format format, InterruptGuard& interrupt, bool interactive);

    // Runs the statements that the line completes, or a command that begins with a backslash. On a terminal
    // errors are reported and forgotten; elsewhere they are thrown, with the line they began on.
    void take(const std::string& line);
    // What is left of a statement at the end of the input runs, semicolon or not.
    void finish();
    // Ctrl-C at the prompt.
    void give_up_line();

    bool quit() const noexcept { return quit_; }
    std::string prompt();
    std::vector<std::string> complete(std::string_view line, std::string_view word);

  private:
    void run_complete_statements(bool all);
    void run_one(std::string_view sql, std::uint64_t line);
    void command(std::string_view text);
    void describe(std::string_view table);
    void change_source(const std::string& name);
    void include(const std::string& file);
    void guarded(std::uint64_t line, const std::function<void()>& action);
    void connect();

    const Host& host_;
    Source source_;
    InterruptGuard& interrupt_;
    bool interactive_;
    std::optional<Connection> connection_;
    sdk::Dialect dialect_ = sdk::Dialect::generic;
    Format format_;
    Format format_before_expanded_;
    bool timing_ = false;
    bool quit_ = false;
    std::string file_ = "standard input";
    std::string pending_;                           // lines of a statement that is not complete
    std::uint64_t line_ = 0;                        // of the input
    std::uint64_t pending_line_ = 1;                // on which `pending_` begins
    std::optional<std::vector<TableView>> tables_;  // for completion, until something may have changed them
};

}  // namespace dbway::cli
