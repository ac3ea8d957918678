// sides.hpp - the sides that are part of dbway_bench_job.
#pragma once

#include "database.hpp"
#include "jobs.hpp"

#include <memory>
#include <string>

namespace bench {

// By the name of a side, in each program that does jobs. Throws std::invalid_argument if there is none.
std::unique_ptr<Side> make_side(std::string_view name, const Database& database);

std::unique_ptr<Side> make_sqlite3_side(const std::string& file);
std::unique_ptr<Side> make_libpq_side(const std::string& settings);
std::unique_ptr<Side> make_libpqxx_side(const std::string& settings);
// dbway with one of its providers. `pinned`: one connection held throughout; otherwise each job's statement
// takes one from the pool.
std::unique_ptr<Side> make_dbway_side(const std::string& provider, const Database& database, bool pinned);
// Entities of dbway by one of its providers: the job `entities` only.
std::unique_ptr<Side> make_repository_side(const std::string& provider, const Database& database);

// The configuration of a dbway side, with the source `main`.
std::string dbway_configuration(const std::string& provider, const Database& database);

// Tables t (filled), account (filled) and w (empty) in a new database.
void make_sqlite_database(const std::string& file);

}  // namespace bench
