// Counts of rows around the borders of batches, discard, and results of every shape.
#include "conformance/check.hpp"

namespace dbway::conformance {
namespace {

void check_series(Context& context, Connection& connection, std::int64_t count, std::uint32_t batch_rows) {
    const std::string what = std::to_string(count) + " rows" +
                             (batch_rows != 0 ? " in batches of " + std::to_string(batch_rows) : "");
    const auto outcome = connection.run(Request{
        .sql = context.need_series(), .params = {{OwnedValue::i64(count)}}, .batch_rows = batch_rows});
    expect_done(outcome, what);
    expect(outcome.announced, what + ": the columns were not announced");
    expect_series(outcome.rows(), count, what);
}

void default_batch(Context& context) {
    const auto connection = context.connect();
    for (const int count : {0, 1, 2, 255, 256, 257, 511, 512, 513, 1024})
        check_series(context, *connection, count, 0);
}

void small_batches(Context& context) {
    const auto connection = context.connect();
    for (const std::uint32_t batch : {1u, 2u, 3u, 7u})
        for (const int count : {0, 1, 2, 3, 6, 7, 8, 13, 14, 15})
            check_series(context, *connection, count, batch);
    for (const std::uint32_t batch : {255u, 256u, 257u, 1000u})
        check_series(context, *connection, 513, batch);
}

void sample_is_the_same(Context& context) {
    const auto sample = context.need_sample();
    const auto connection = context.connect();
    const auto reference = connection->query(sample);
    expect_done(reference, "the sample statement");
    const auto rows = reference.rows();
    expect(rows.size() >= 2, "the sample statement gave " + describe_rows(rows) + ", expected 2 or more");
    for (std::uint32_t batch = 1; batch <= rows.size() + 1 && batch <= 16; ++batch) {
        const auto outcome = connection->run(Request{.sql = sample, .batch_rows = batch});
        expect_done(outcome, "the sample statement");
        expect(outcome.rows() == rows, "in batches of " + std::to_string(batch) +
                                           " the sample statement gave " + describe_rows(outcome.rows()) +
                                           ", expected " + describe_rows(rows));
        expect(outcome.columns == reference.columns,
               "in batches of " + std::to_string(batch) + " the columns are other ones");
    }
}

void many_results_in_one_submit(Context& context) {
    const auto series = context.need_series();
    const auto connection = context.connect();
    std::vector<Request> requests;
    requests.reserve(40);
    for (int i = 0; i < 40; ++i)
        requests.push_back({.sql = series, .params = {{OwnedValue::i64(i * 13 % 300)}}});
    const auto outcomes = connection->run(requests);
    for (int i = 0; i < 40; ++i) {
        const auto& outcome = outcomes[static_cast<std::size_t>(i)];
        expect_done(outcome, "result " + std::to_string(i + 1) + " of 40");
        expect_series(outcome.rows(), i * 13 % 300, "result " + std::to_string(i + 1) + " of 40");
    }
}

void no_rows_wanted(Context& context) {
    const auto sample = context.need_sample();
    const auto connection = context.connect();
    const auto outcome = connection->run(Request{.sql = sample, .flags = DBWAY_RF_NO_ROWS});
    expect_done(outcome, "the sample statement with RF_NO_ROWS");
    expect(outcome.rows().empty(),
           "with RF_NO_ROWS the sample statement gave " + describe_rows(outcome.rows()) + ", expected none");
    expect_done(connection->query(sample), "the sample statement after one with RF_NO_ROWS");
}

void wide_and_empty(Context& context) {
    context.need_tables();
    const auto connection = context.connect();
    const auto table =
        context.create_table(*connection, {{.name = "id"}, {.name = "v", .type = DBWAY_T_TEXT}});
    const auto outcome = connection->query("select id, v from " + table + " order by id");
    expect_done(outcome, "a query of an empty table");
    expect(outcome.columns.size() == 2, "a query of an empty table announced " +
                                            std::to_string(outcome.columns.size()) + " columns, expected 2");
    expect(outcome.columns[0].name == "id" && outcome.columns[1].name == "v",
           "the columns are named '" + outcome.columns[0].name + "', '" + outcome.columns[1].name +
               "', expected 'id', 'v'");
    expect(outcome.rows().empty(), "a query of an empty table gave rows");
}

// Discards after `events` events with rows, then uses the connection.
void discard_after(Context& context, std::int64_t total, int events) {
    const auto series = context.need_series();
    const auto connection = context.connect();
    const std::string what =
        "discard() after " + std::to_string(events) + " batches of " + std::to_string(total) + " rows";
    expect(connection->submit({{.sql = series, .params = {{OwnedValue::i64(total)}}},
                               {.sql = series, .params = {{OwnedValue::i64(3)}}}}) >= 0,
           "submit() refused the series statement");
    Outcome first;
    Event event;
    int batches = 0;
    while (batches < events && first.final_kind == 0) {
        expect(connection->next(event) == DBWAY_OK, what + ": next() gave no event");
        if (event.kind == DBWAY_E_ROWS) ++batches;
        Connection::gather(event, first);
    }
    const auto seen = first.rows();
    expect_series(seen, static_cast<std::int64_t>(seen.size()), what);
    if (first.final_kind == 0) {
        const auto status = connection->discard();
        expect(status == DBWAY_OK, what + " answered " + status_label(status) + ", expected OK");
    }
    const auto outcomes = connection->collect();
    expect(!outcomes.empty(), what + ": nothing followed");
    if (first.final_kind == 0) {
        expect(outcomes.size() == 2, what + ": the discarded request ended too early");
        expect_done(outcomes[0], what + ": the discarded request");
        // Rows that were ready before discard() may still come, not the whole rest.
        expect(outcomes[0].rows().empty() ||
                   static_cast<std::int64_t>(seen.size() + outcomes[0].rows().size()) < total,
               what + ": the rest of the rows still came");
    }
    expect_done(outcomes.back(), what + ": the next request");
    expect_series(outcomes.back().rows(), 3, what + ": the next request");
}

void discard_start(Context& context) { discard_after(context, 100'000, 0); }
void discard_middle(Context& context) { discard_after(context, 100'000, 20); }
void discard_end(Context& context) { discard_after(context, 600, 3); }

void discard_idle(Context& context) {
    const auto sample = context.need_sample();
    const auto connection = context.connect();
    connection->discard();
    const auto outcome = connection->query(sample);
    expect_done(outcome, "the sample statement after discard() with an empty queue");
    expect(outcome.rows().size() >= 2,
           "discard() with an empty queue cut the next result to " + describe_rows(outcome.rows()));
}

void affected_rows(Context& context) {
    context.need_tables();
    const auto connection = context.connect();
    const auto table = context.create_numbers(*connection);
    const auto insert = insert_statement(table, {"id", "v"});
    for (int i = 1; i <= 3; ++i) {
        const auto outcome = connection->query(insert, number_row(i, i));
        expect_done(outcome, "INSERT");
        expect(outcome.affected == 1,
               "INSERT of one row affected " + std::to_string(outcome.affected) + ", expected 1");
    }
    const auto outcome = connection->query("delete from " + table);
    expect_done(outcome, "DELETE");
    expect(outcome.affected == 3,
           "DELETE of three rows affected " + std::to_string(outcome.affected) + ", expected 3");
}

}  // namespace

std::vector<Check> row_checks() {
    return {
        {{"r8_rows_exactly_once_default_batch",
          {"R8"},
          "0 to 1024 rows around the default batch of 256, each once"},
         default_batch},
        {{"r8_rows_exactly_once_small_batches",
          {"R8"},
          "Rows around batches of 1, 2, 3, 7, 255, 256, 257 and 1000, each once"},
         small_batches},
        {{"r8_sample_is_the_same_in_any_batch", {"R8"}, "The sample result is the same whatever the batch"},
         sample_is_the_same},
        {{"r8_many_results_in_one_submit", {"R8"}, "Forty results of one submit() come whole and in order"},
         many_results_in_one_submit},
        {{"r8_no_rows_wanted", {"R8"}, "RF_NO_ROWS: the statement runs, no rows come"}, no_rows_wanted},
        {{"r8_empty_result_has_columns", {"R8"}, "A result without rows announces its columns, by name"},
         wide_and_empty},
        {{"r8_discard_at_start", {"R8"}, "discard() of a large result before its first row"}, discard_start},
        {{"r8_discard_in_middle", {"R8"}, "discard() of a large result in its middle"}, discard_middle},
        {{"r8_discard_at_end", {"R8"}, "discard() after the last row"}, discard_end},
        {{"r8_discard_when_idle_is_harmless",
          {"R8"},
          "discard() with an empty queue does not touch the next result"},
         discard_idle},
        {{"r8_affected_rows", {"R8"}, "INSERT and DELETE tell how many rows they affected"}, affected_rows},
    };
}

}  // namespace dbway::conformance
