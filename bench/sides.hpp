// sides.hpp - the sides there are. `database` is the file's name for sqlite3, a connection string of libpq
// for the others.
#pragma once

#include "jobs.hpp"

#include <memory>
#include <string>

namespace bench {

std::unique_ptr<Side> make_sqlite3_side(const std::string& database);
std::unique_ptr<Side> make_libpq_side(const std::string& database);
std::unique_ptr<Side> make_libpqxx_side(const std::string& database);
// dbway with one of its providers. `pinned`: one connection held throughout; otherwise each job's statement
// takes one from the pool.
std::unique_ptr<Side> make_dbway_side(const std::string& provider, const std::string& database, bool pinned);

// The configuration of a dbway side, with the source `main`.
std::string dbway_configuration(const std::string& provider, const std::string& database);

// Tables t (filled), account (filled) and w (empty) in a new database.
void make_sqlite_database(const std::string& database);

}  // namespace bench
