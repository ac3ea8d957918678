// The entry and its metadata.
#include "provider.hpp"

#include <dbway/sdk/entry.hpp>
#include <dbway/sdk/postgresql_options.hpp>

// Not DBWAY_ENTRY_UNLOAD_SAFE: libpq brings OpenSSL, which leaves handlers behind.
//
// The options are those of all providers of PostgreSQL, and one of this.
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
)toml");
