// library.hpp - SOCI with its SQLite backend, which puts <sqlite3.h> into a namespace of its own. Nothing
// here includes that header by itself.
#pragma once

#include "backend_statement.hpp"

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

namespace dbway::orm::sqlite {

using namespace sqlite_api;

using SociStatement = BackendStatement<soci::sqlite3_statement_backend>;

}  // namespace dbway::orm::sqlite
