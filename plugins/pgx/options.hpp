// The options of a source: libpq's own, and those of this provider.
#pragma once

#include <dbway/sdk/postgresql_options.hpp>

#include <cstdint>

namespace dbway::pgx {

// How prepared statements reach the server.
enum class StatementMode : std::uint8_t {
    named,   // they stay on the server until they are not wanted any more
    unnamed  // parsed anew with every execution, in the same round trip: for poolers that lend a server
             // connection per transaction (PgBouncer's pool_mode = transaction)
};

struct ConnectionOptions : sdk::PostgresqlOptions {
    StatementMode statement_mode = StatementMode::named;
};

// Reads and checks. Throws sdk::Failure of DBWAY_ERR_INVALID; no message shows a value that may be a secret.
ConnectionOptions read_options(const sdk::Options& given);

}  // namespace dbway::pgx
