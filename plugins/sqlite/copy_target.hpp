// copy_target.hpp - the statements behind COPY: tables and columns checked and quoted.
#pragma once

#include "database.hpp"

#include <dbway/sdk/provider.hpp>

#include <string>

namespace dbway::sqlite {

// Throws Failure (DBWAY_ERR_UNSUPPORTED) for a COPY in the server's own format, which SQLite has not.
void refuse_raw(const sdk::CopyTarget& target);

// The INSERT with $1… for each cell of a row. Throws Failure for a table or column that does not exist, and
// for rows of another number of cells.
std::string copy_in_statement(Database& database, const sdk::CopyTarget& target);

}  // namespace dbway::sqlite
