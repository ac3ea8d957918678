// options.hpp - the options of one connection, read and checked.
#pragma once

#include <dbway/sdk/provider.hpp>

#include <optional>
#include <string>

namespace dbway::mock {

struct OpenOptions {
    std::string name;    // connections of one name share a mock; the script's path unless it is given
    std::string script;  // "": none
    std::optional<bool> lenient;
    std::string report;  // where the findings go once the last connection is closed; "": to the log only
    sdk::Dialect dialect = sdk::Dialect::generic;

    // Recording.
    std::string record;            // the file; "": no recording
    std::string provider_file;     // of the provider that is recorded
    std::string provider_options;  // for it, as TOML; may hold secrets
    std::string redact;            // a pattern of names whose values are not recorded

    bool recording() const noexcept { return !record.empty(); }
};

// Throws Failure (DBWAY_ERR_INVALID) that names the option, what was found and what is expected.
OpenOptions read_options(const sdk::Options& options);

}  // namespace dbway::mock
