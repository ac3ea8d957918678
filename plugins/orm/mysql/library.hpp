// library.hpp - SOCI with its MySQL backend, over libmariadb.
#pragma once

#include "backend_statement.hpp"

#include <soci/mysql/soci-mysql.h>
#include <soci/soci.h>

namespace dbway::orm::mysql {

using SociStatement = BackendStatement<soci::mysql_statement_backend>;

}  // namespace dbway::orm::mysql
