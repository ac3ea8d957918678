// The options of a source: libpq's own, and those of this provider.
#pragma once

#include <dbway/sdk/provider.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::pgx {

// How prepared statements reach the server.
enum class StatementMode : std::uint8_t {
    named,   // they stay on the server until they are not wanted any more
    unnamed  // parsed anew with every execution, in the same round trip: for poolers that lend a server
             // connection per transaction (PgBouncer's pool_mode = transaction)
};

using Keywords = std::map<std::string, std::string, std::less<>>;

// One server to try.
struct Target {
    std::string host;      // empty: libpq's default
    std::string hostaddr;  // empty: by name
    std::string port;
    std::string session_attributes;  // target_session_attrs
};

struct ConnectionOptions {
    Keywords
        keywords;  // for libpq; without host, hostaddr, port and target_session_attrs if `targets` has them
    std::vector<Target> targets;                // in the order of the attempts; never empty
    std::chrono::seconds connect_timeout{0};    // for each target; 0: none
    std::chrono::nanoseconds cancel_timeout{};  // how long a cancelled request may take to end
    StatementMode statement_mode = StatementMode::named;
};

// Reads and checks. Throws sdk::Failure of DBWAY_ERR_INVALID; no message shows a value that may be a secret.
ConnectionOptions read_options(const sdk::Options& given);

}  // namespace dbway::pgx
