// commands.hpp - one function a command. Each returns the exit code, or throws: see report_exception().
#pragma once

#include "cli/arguments.hpp"
#include "cli/exit_code.hpp"

namespace dbway::cli {

ExitCode run(const PrintText& print);
ExitCode run(const InitArguments& arguments);
ExitCode run(const ProvidersArguments& arguments);
ExitCode run(const ValidateArguments& arguments);
ExitCode run(const QueryArguments& arguments);
ExitCode run(const ShellArguments& arguments);
ExitCode run(const CopyInArguments& arguments);
ExitCode run(const CopyOutArguments& arguments);
ExitCode run(const CheckArguments& arguments);
ExitCode run(const NewProviderArguments& arguments);
ExitCode run(const SchemaArguments& arguments);
ExitCode run(const BenchArguments& arguments);

// The whole program but for main(): parses, runs, reports.
ExitCode run_program(int count, const char* const* arguments);

}  // namespace dbway::cli
