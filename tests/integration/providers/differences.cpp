#include "differences.hpp"

namespace dbway::test {
namespace {

// Above a row: why some cannot.
// clang-format off
constexpr Difference table[] = {
    // SQLite and MySQL have none
    {Feature::notifications,       "notifications",       false, true,  true, false},
    // SQLite stores bytes as they come
    {Feature::checked_utf8,        "checked_utf8",        false, true,  true, true},
    // SQLite makes a NaN NULL, MySQL refuses it
    {Feature::nan,                 "nan",                 false, true,  true, false},
    // MySQL has neither
    {Feature::infinite_numbers,    "infinite_numbers",    true,  true,  true,  false},
    // MySQL's have 65 digits, and those after the point are of the column
    {Feature::unlimited_decimals,  "unlimited_decimals",  true,  true,  true,  false},
    // MySQL's TIMESTAMP: 1970 to 2038
    {Feature::wide_instants,       "wide_instants",       true,  true,  true,  false},
    // MySQL's dates end with the year 9999
    {Feature::infinite_times,      "infinite_times",      true,  true,  true, false},
    // SQLite's expressions have no types
    {Feature::typed_expressions,   "typed_expressions",   false, true,  true, true},
    // SQLite ignores them
    {Feature::declared_lengths,    "declared_lengths",    false, true,  true, true},
    // SQLite and, in a query, MySQL: NULL
    {Feature::division_by_zero,    "division_by_zero",    false, true,  true, false},
    // SQLite and MySQL take back the statement only
    {Feature::failed_transaction,  "failed_transaction",  false, true,  true, false},
    // MySQL commits before it changes the schema
    {Feature::schema_transactions, "schema_transactions", true,  true,  true,  false},
    // MySQL checks each statement
    {Feature::deferred_constraints, "deferred_constraints", true, true, true,  false},
    // SQLite has one lock for all
    {Feature::concurrent_writers,  "concurrent_writers",  false, true,  true, true},
    // not in SQLite's messages, not in libpqxx's exceptions
    {Feature::constraint_names,    "constraint_names",    false, false, true, true},
    {Feature::error_position,      "error_position",      true,  true,  true, true},
    // not in libpqxx's exceptions
    {Feature::error_table,         "error_table",         true,  false, true, true},
    // SQLite needs none; MySQL's protocol has none; libpqxx 6 pipelines without parameters only
    {Feature::pipelined_batches,   "pipelined_batches",   false, false, true, false},
    // SQLite and MySQL have no COPY
    {Feature::raw_copy,            "raw_copy",            false, true,  true, false},
    // libpqxx 6 reads a result whole
    {Feature::streamed_results,    "streamed_results",    true,  false, true, true},
    // SQLite has no sessions; MySQL closes them in silence; libpqxx drops the SQLSTATE of a lost connection
    {Feature::reports_session_end, "reports_session_end", false, false, true, false},
};
// clang-format on

// What SOCI makes of a database is what the provider on the same client library makes of it, but for these.
struct OrmDifference {
    Feature feature;
    std::string_view provider;
    bool able;
};
constexpr OrmDifference orm_table[] = {
    // SOCI has no calls for them
    {Feature::notifications, "orm_postgresql", false},
    {Feature::raw_copy, "orm_postgresql", false},
    // in the result that SOCI keeps
    {Feature::constraint_names, "orm_postgresql", true},
    {Feature::error_table, "orm_postgresql", true},
    // SOCI reads a result whole
    {Feature::streamed_results, "orm_mysql", false},
};

// The provider whose column of the table holds. What the mock records passes through it as it is.
std::string_view like(std::string_view provider) {
    return provider == "orm_sqlite3"      ? "sqlite"
           : provider == "mock_sqlite"    ? "sqlite"
           : provider == "orm_postgresql" ? "pq"
           : provider == "orm_mysql"      ? "mysql"
                                          : provider;
}

}  // namespace

std::span<const Difference> differences() { return table; }

bool expected(std::string_view name, Feature feature) {
    for (const OrmDifference& difference : orm_table)
        if (difference.feature == feature && difference.provider == name) return difference.able;
    const std::string_view provider = like(name);
    for (const Difference& difference : table)
        if (difference.feature == feature)
            return provider == "sqlite"  ? difference.sqlite
                   : provider == "pq"    ? difference.pq
                   : provider == "mysql" ? difference.mysql
                                         : difference.pgx;
    return false;
}

}  // namespace dbway::test
