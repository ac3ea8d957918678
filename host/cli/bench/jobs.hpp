// jobs.hpp - the jobs of `dbway bench`.
#pragma once

#include "cli/bench/job.hpp"
#include "cli/bench/plan.hpp"
#include "cli/bench/sides.hpp"
#include "cli/bench/target.hpp"
#include "cli/interrupt.hpp"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace dbway::cli::bench {

// A query of the user with its values.
struct UserQuery {
    std::string sql;
    std::vector<dbway_value> values;
};

// What jobs work with; all of it outlives them.
struct Workplace {
    std::vector<Side>& sides;
    const InterruptGuard& interrupt;
    QueryOptions options;  // with the stop token of Ctrl-C
    const Plan& plan;
    const Target* target = nullptr;      // null: no table
    const UserQuery* query = nullptr;    // null: none
    std::vector<Statements> statements;  // of each side, for the table
    // Of the table's and of the query's columns.
    std::vector<Likeness> table_likeness, query_likeness;
    std::vector<std::string> table_columns, query_columns;
};

// In the order of the plan; the pool once for each number of threads.
std::vector<std::unique_ptr<Job>> make_jobs(Workplace& workplace);

std::unique_ptr<Job> make_pool_job(Workplace& workplace, unsigned threads);
std::unique_ptr<Job> make_insert_job(Workplace& workplace);

// Adds all rows to a checksum; returns how many there were.
std::uint64_t read_all_rows(Rows& rows, Checksum& checksum);

}  // namespace dbway::cli::bench
