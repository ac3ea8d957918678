// exit_code.hpp - the program's exit codes, which scripts rely on, and which error ends with which.
#pragma once

#include <dbway/error.hpp>

#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>

namespace dbway::cli {

enum ExitCode : int {
    exit_done = 0,
    exit_failed = 1,  // the database refused or failed, or the input is not what it should be
    exit_usage = 2,   // the command line or the configuration
    exit_plugin = 3,  // a plugin could not be loaded
    exit_partly = 4,  // done, but rows were skipped
    exit_interrupted = 130,
};

// A mistake on the command line, or a file named there that cannot be used.
class UsageError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// Something failed that is not the database's doing: malformed input, a full disk.
class Failure : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// Ctrl-C, where no statement was there to be cancelled.
class Interrupted : public std::exception {
  public:
    const char* what() const noexcept override { return "interrupted"; }
};

ExitCode exit_code_of(const Error& error) noexcept;

// Prints what went wrong on standard error and returns the exit code for it. `interrupted`: Ctrl-C was
// pressed, so that a cancelled statement is no failure.
ExitCode report_exception(const std::exception& error, bool interrupted);

// "dbway: MESSAGE" on standard error, with the secrets that are known shown as "***": a server's message may
// quote what it was given.
void print_message(const std::string& message);

// A text with the secrets that are known shown as "***".
std::string without_secrets(std::string text);

// A text that no message may show from now on. One of less than four characters is not a secret worth the
// name, and would blot out words of every message.
void hide_secret(std::string_view text);

}  // namespace dbway::cli
