// options.hpp - the options of a connection: libpq's own keywords, and a URL.
#pragma once

#include <dbway/sdk/postgresql_targets.hpp>
#include <dbway/sdk/provider.hpp>

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace dbway::orm::postgresql {

struct ConnectOptions {
    std::map<std::string, std::string> keywords;  // for libpq, which adds its environment and files
    std::vector<sdk::PostgresqlTarget> targets;   // in the order of the attempts; never empty
    std::chrono::seconds connect_timeout{0};      // for each target; 0: none
    std::chrono::nanoseconds cancel_timeout{};    // how long a cancelled request may take to end
    bool read_only = false;
};

// Throws Failure (DBWAY_ERR_INVALID); no message shows a value that may be secret.
ConnectOptions read_options(const sdk::Options& options, bool read_only);

}  // namespace dbway::orm::postgresql
