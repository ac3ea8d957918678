// library.hpp - SOCI with its PostgreSQL backend.
#pragma once

#include "backend_statement.hpp"

#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>

namespace dbway::orm::postgresql {

using SociStatement = BackendStatement<soci::postgresql_statement_backend>;

}  // namespace dbway::orm::postgresql
