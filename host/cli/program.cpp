#include "cli/commands.hpp"
#include "cli/output.hpp"

#include <signal.h>

namespace dbway::cli {

ExitCode run(const PrintText& print) {
    standard_output().write(print.text);
    return exit_done;
}

ExitCode run_program(int count, const char* const* arguments) {
    signal(SIGPIPE, SIG_IGN);  // a write then fails with EPIPE
    try {
        const Command command = parse_arguments(count, arguments);
        const ExitCode code = std::visit([](const auto& chosen) { return run(chosen); }, command);
        standard_output().flush();
        return code;
    } catch (const OutputClosed&) {
        return exit_done;
    } catch (const std::exception& error) {
        try {
            standard_output().flush();  // the rows before the error
        } catch (const std::exception&) {
            // The error that came first is the one to tell.
        }
        return report_exception(error, false);
    }
}

}  // namespace dbway::cli
