// arguments.hpp - what the command line asks for: one plain struct a command.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace dbway::cli {

struct CommonArguments {
    std::string configuration;  // -c; empty: found
    std::string source;         // -s; empty: the only one, or "main"
    std::vector<std::string> directories;
};

struct InitArguments {
    CommonArguments common;
    std::string file = "dbway.toml";
    std::string source;
    std::string provider;
    std::string database;
    std::vector<std::string> options;  // K=V
    bool force = false;
};

struct ProvidersArguments {
    CommonArguments common;
    bool json = false;
};

struct ValidateArguments {
    CommonArguments common;
    std::string file;
    bool json = false;
    bool schema = false;
    bool reference = false;
};

struct QueryArguments {
    CommonArguments common;
    std::string format = "table";
    std::string file;
    std::vector<std::string> parameters;
    std::vector<std::string> types;
    std::optional<std::string> null_text;
    std::string sql;
    std::vector<std::string> more_parameters;  // after the statement
};

struct ShellArguments {
    CommonArguments common;
    std::string format = "table";
};

struct CopyInArguments {
    CommonArguments common;
    std::string table;
    std::string file;
    std::string format;  // empty: by the file's name
    std::string delimiter = ",";
    std::string null_text;
    std::string on_error = "stop";
    std::vector<std::string> columns;
    bool create = false;
    bool header = true;
};

struct CopyOutArguments {
    CommonArguments common;
    std::string table;
    std::string query;
    std::string file = "-";
    std::string format;
    std::string delimiter = ",";
    std::string null_text;
    bool header = true;
};

struct CheckArguments {
    std::string plugin;
    std::vector<std::string> options;  // K=V
    std::vector<std::string> only;
    bool json = false;
    bool verbose = false;
};

struct NewProviderArguments {
    std::string name;
    std::string directory;  // empty: ./NAME
    std::string language = "c++";
};

struct SchemaArguments {
    CommonArguments common;
    std::string table;
    bool json = false;
};

struct BenchArguments {
    CommonArguments common;              // `source` is not used: there may be several
    std::vector<std::string> sources;    // none: as for the other commands
    std::vector<std::string> providers;  // tried in place of each source's own
    std::string base;                    // the side that the others are compared with; empty: the first
    std::string table;
    std::string key;  // empty: the primary key
    std::string query;
    std::vector<std::string> parameters;
    std::vector<std::string> types;
    std::vector<std::string> jobs;     // none: all that read
    std::vector<std::string> threads;  // of the pool
    std::int64_t rounds = 7;
    std::int64_t rows = 100'000;
    std::string time = "300ms";
    std::string format = "table";
    bool json = false;
    bool write = false;
};

// To be printed on standard output: --help, --version.
struct PrintText {
    std::string text;
};

using Command = std::variant<PrintText, InitArguments, ProvidersArguments, ValidateArguments, QueryArguments,
                             ShellArguments, CopyInArguments, CopyOutArguments, CheckArguments,
                             NewProviderArguments, SchemaArguments, BenchArguments>;

// Throws UsageError with the nearest command or flag.
Command parse_arguments(int count, const char* const* arguments);

// "key=value" at its first equals sign; throws UsageError if there is none. `flag` is for the message.
std::pair<std::string, std::string> split_setting(std::string_view text, std::string_view flag);

}  // namespace dbway::cli
