// options.hpp - the options of a connection: libpq's own keywords, and a URL.
#pragma once

#include <dbway/sdk/postgresql_options.hpp>

namespace dbway::orm::postgresql {

struct ConnectOptions : sdk::PostgresqlOptions {
    bool read_only = false;
};

// Throws Failure (DBWAY_ERR_INVALID); no message shows a value that may be secret.
ConnectOptions read_options(const sdk::Options& options, bool read_only);

}  // namespace dbway::orm::postgresql
