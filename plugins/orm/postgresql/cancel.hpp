// cancel.hpp - asks a server of PostgreSQL to stop what a session runs.
#pragma once

#include "canceller.hpp"

#include <libpq-fe.h>

namespace dbway::orm::postgresql {

// By a session of its own, which has a time limit: PQcancel() waits for ever for a server that does not
// answer, and the key for a request in its place is heard only by whoever connects, which is SOCI.
Canceller::Ask make_cancel(PGconn* connection);

}  // namespace dbway::orm::postgresql
