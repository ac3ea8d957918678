#include "differences.hpp"

namespace dbway::test {
namespace {

// Above a row: why some cannot.
// clang-format off
constexpr Difference table[] = {
    // SQLite has none
    {Feature::notifications,       "notifications",       false, true,  true},
    // SQLite stores bytes as they come
    {Feature::checked_utf8,        "checked_utf8",        false, true,  true},
    // SQLite makes a NaN NULL
    {Feature::nan,                 "nan",                 false, true,  true},
    {Feature::infinite_times,      "infinite_times",      true,  true,  true},
    // SQLite's expressions have no types
    {Feature::typed_expressions,   "typed_expressions",   false, true,  true},
    // SQLite ignores them
    {Feature::declared_lengths,    "declared_lengths",    false, true,  true},
    // SQLite: NULL
    {Feature::division_by_zero,    "division_by_zero",    false, true,  true},
    // SQLite takes back the statement only
    {Feature::failed_transaction,  "failed_transaction",  false, true,  true},
    // SQLite has one lock for all
    {Feature::concurrent_writers,  "concurrent_writers",  false, true,  true},
    // not in SQLite's messages, not in libpqxx's exceptions
    {Feature::constraint_names,    "constraint_names",    false, false, true},
    {Feature::error_position,      "error_position",      true,  true,  true},
    // not in libpqxx's exceptions
    {Feature::error_table,         "error_table",         true,  false, true},
    // SQLite needs none; libpqxx 6 pipelines without parameters only
    {Feature::pipelined_batches,   "pipelined_batches",   false, false, true},
    // libpqxx 6 reads a result whole
    {Feature::streamed_results,    "streamed_results",    true,  false, true},
    // SQLite has no sessions; libpqxx drops the SQLSTATE of a lost connection
    {Feature::reports_session_end, "reports_session_end", false, false, true},
};
// clang-format on

}  // namespace

std::span<const Difference> differences() { return table; }

bool expected(std::string_view provider, Feature feature) {
    for (const Difference& difference : table)
        if (difference.feature == feature)
            return provider == "sqlite" ? difference.sqlite
                   : provider == "pq"   ? difference.pq
                                        : difference.pgx;
    return false;
}

}  // namespace dbway::test
