// The provider behind the entry.
#pragma once

#include <dbway/provider.h>

namespace dbway::pgx {

// dbway_entry.create. [any]
dbway_status DBWAY_CALL create_provider(const dbway_host* host, const dbway_create_args* given,
                                        dbway_provider** out) noexcept;

}  // namespace dbway::pgx
