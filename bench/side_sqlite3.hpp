// side_sqlite3.hpp - the floor: a careful program written by hand against sqlite3.
#pragma once

#include "jobs.hpp"

#include <memory>
#include <string>

namespace bench {

std::unique_ptr<Side> make_sqlite3_side(const std::string& database);
// Tables t (filled) and w (empty) in a new database.
void make_sqlite_database(const std::string& database);

}  // namespace bench
