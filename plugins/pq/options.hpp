// options.hpp - the options of a connection: libpq's own keywords, and a URL.
#pragma once

#include <dbway/sdk/provider.hpp>

#include <chrono>
#include <map>
#include <string>

namespace dbway::pq {

struct ConnectOptions {
    std::map<std::string, std::string> keywords;  // for libpq, which adds its environment and files
    std::chrono::seconds connect_timeout{0};      // 0: none
    bool several_hosts = false;
    bool read_only = false;
};

// Throws Failure (DBWAY_ERR_INVALID); no message shows a value that may be secret.
ConnectOptions read_options(const sdk::Options& options, bool read_only);

}  // namespace dbway::pq
