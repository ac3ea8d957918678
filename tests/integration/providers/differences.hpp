#ifndef DBWAY_TESTS_INTEGRATION_PROVIDERS_DIFFERENCES_HPP
#define DBWAY_TESTS_INTEGRATION_PROVIDERS_DIFFERENCES_HPP

#include <span>
#include <string_view>

// In what the providers differ, as an application sees it. All else is the same for all of them, and the
// tests hold them to it. differences_test.cpp tries every entry, so that an "unable" that is no longer true
// is noticed.
namespace dbway::test {

enum class Feature {
    notifications,         // LISTEN and NOTIFY
    checked_utf8,          // text that is not UTF-8 is refused
    nan,                   // a floating-point NaN can be stored
    infinite_numbers,      // so can infinities, and both as decimals
    unlimited_decimals,    // a decimal keeps the digits it has, as many as there are
    wide_instants,         // an instant may be in any year from 1 to 9999
    infinite_times,        // 'infinity' as a date and a timestamp
    typed_expressions,     // a result that is no column has its type: a date parameter comes back as a date
    declared_lengths,      // varchar(3) refuses four characters
    division_by_zero,      // is an error, not NULL
    failed_transaction,    // an error inside a transaction fails it as a whole
    schema_transactions,   // changes of the schema are part of the transaction
    deferred_constraints,  // a constraint may be checked at the commit
    concurrent_writers,    // two transactions write at once, to different rows
    constraint_names,      // an error carries the name of the violated constraint
    error_position,        // a syntax error carries its place in the statement
    error_table,           // a violated constraint's error carries its table
    pipelined_batches,     // a batch is one round trip
    raw_copy,              // a COPY in the server's own format passes through
    streamed_results,      // rows arrive before the last one exists
    reports_session_end,   // the SQLSTATE with which the server ended the session reaches the application
};

struct Difference {
    Feature feature;
    std::string_view name;
    bool sqlite, pq, pgx, mysql;
};

// The table, differences.cpp.
std::span<const Difference> differences();
bool expected(std::string_view provider, Feature feature);

}  // namespace dbway::test

#endif
