#include "sqlite/options.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/option_reader.hpp>

#include <string_view>

namespace dbway::orm::sqlite {
namespace {

using namespace std::chrono_literals;

[[noreturn]] void invalid(const std::string& what) { throw sdk::Failure(DBWAY_ERR_INVALID, what); }

std::string read_file(sdk::OptionReader& reader) {
    const auto file = reader.string("file");
    const auto database = reader.string("database");
    if (file && database && *file != *database)
        invalid("options 'file' and 'database' name different databases");
    if (!file && !database) invalid("option 'file' is missing: the database file, or \":memory:\"");
    std::string result(file ? *file : *database);
    if (result.find('\0') != std::string::npos) invalid("option 'file' contains a NUL byte");
    // SOCI's connect string has no way to write a quotation mark.
    if (result.find('"') != std::string::npos && result.find('=') != std::string::npos)
        invalid("option 'file' contains a quotation mark and an equals sign, which SOCI cannot open");
    return result;
}

}  // namespace

OpenOptions read_options(const sdk::Options& options, bool read_only) {
    sdk::OptionReader reader(options);
    reader.string("backend");
    OpenOptions result;
    result.file = read_file(reader);
    const std::string_view mode = reader.choice("mode", {"rwc", "rw", "ro"}, "rwc");
    result.read_only = read_only || mode == "ro";
    result.may_create = mode == "rwc" && !result.read_only;
    result.busy_timeout = std::chrono::duration_cast<std::chrono::milliseconds>(
        reader.duration("busy_timeout", result.busy_timeout, 0s, 1h));
    result.journal_mode =
        reader.choice("journal_mode", {"wal", "delete", "truncate", "persist", "memory", "off"}, "");
    result.synchronous = reader.choice("synchronous", {"off", "normal", "full", "extra"}, "");
    result.foreign_keys = reader.boolean("foreign_keys", true);
    const std::string_view unit =
        reader.choice("integer_time", {"seconds", "milliseconds", "microseconds"}, "seconds");
    result.integer_time = unit == "seconds" ? 1'000'000 : unit == "milliseconds" ? 1000 : 1;
    reader.finish();
    if (!result.in_file()) {
        if (result.journal_mode == "wal")
            invalid("option 'journal_mode' is 'wal', which a database without a file cannot use");
        result.read_only = result.read_only && result.file != ":memory:";
    }
    return result;
}

// SOCI takes a string without "=" for the name itself.
std::string connect_string(const OpenOptions& options) {
    if (options.file.find('"') != std::string::npos && !options.read_only) return options.file;
    if (options.file.find('"') != std::string::npos)
        invalid("option 'file' contains a quotation mark, with which SOCI cannot open it read-only");
    return "dbname=\"" + options.file + "\"" + (options.read_only ? " readonly=true" : "");
}

}  // namespace dbway::orm::sqlite
