// The entry and its metadata.
#include "provider.hpp"

#include <dbway/sdk/entry.hpp>
#include <dbway/sdk/postgresql_options.hpp>

// Not DBWAY_ENTRY_UNLOAD_SAFE: libpq brings OpenSSL, which leaves handlers behind.
//
// The options are libpq's and some of our own.
DBWAY_PROVIDER_MADE_BY(dbway::pgx::create_provider, "pgx", "0.1.0", "PostgreSQL", "dbway",
                       "https://www.postgresql.org/", 0, DBWAY_SCHEMES("postgresql", "postgres"),
                       R"toml(license = "MIT"
description = "PostgreSQL in its binary protocol: pipelines, streaming, COPY, notifications"
)toml" DBWAY_POSTGRESQL_OPTIONS R"toml(
[[option]]
name = "statement_mode"
type = "choice"
values = ["named", "unnamed"]
default = "named"
help = "unnamed: parse prepared statements anew with every execution, in the same round trip, for poolers that lend a server connection per transaction (pool_mode = transaction of PgBouncer)"

[[option]]
name = "load_balance_hosts"
type = "choice"
values = ["disable", "random"]
default = "disable"
help = "random: try the hosts of a list in random order"

[[option]]
name = "cancel_timeout"
type = "duration"
default = "1s"
min = 0.01
max = 3600
help = "how long the server may take to end a request whose time is over, before the connection is given up"
)toml");
