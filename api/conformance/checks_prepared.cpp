// Re-execution of everything that has parameters, and descriptions that the host keeps.
#include "conformance/check.hpp"

namespace dbway::conformance {
namespace {

void prepare(Context& context, Connection& connection, const std::string& sql, std::uint64_t stmt) {
    const auto outcome = connection.run(Request{.kind = DBWAY_R_PREPARE, .sql = sql, .stmt = stmt});
    if (outcome.failed() && outcome.status == DBWAY_ERR_UNSUPPORTED &&
        (context.caps() & DBWAY_CAP_PREPARE) == 0)
        skip("the connection does not offer PREPARE");
    expect_done(outcome, "PREPARE of: " + sql);
}

void other_values(Context& context) {
    const auto series = context.need_series();
    const auto connection = context.connect();
    prepare(context, *connection, series, 1);
    for (const int count : {3, 600, 0, 256, 1, 257, 3}) {
        const auto outcome = connection->run(
            Request{.kind = DBWAY_R_EXECUTE, .params = {{OwnedValue::i64(count)}}, .stmt = 1});
        expect_done(outcome, "EXECUTE for " + std::to_string(count) + " rows");
        expect(outcome.announced, "EXECUTE without RF_COLUMNS_KNOWN did not announce its columns");
        expect_series(outcome.rows(), count, "EXECUTE for " + std::to_string(count) + " rows");
    }
}

void sample_again(Context& context) {
    const auto sample = context.need_sample();
    const auto connection = context.connect();
    prepare(context, *connection, sample, 1);
    const auto expected = connection->query(sample).rows();
    for (const std::uint32_t batch : {0u, 1u, 2u, 3u, 0u}) {
        const auto outcome =
            connection->run(Request{.kind = DBWAY_R_EXECUTE, .stmt = 1, .batch_rows = batch});
        expect_done(outcome, "EXECUTE of the sample statement");
        expect(outcome.rows() == expected,
               "EXECUTE gave " + describe_rows(outcome.rows()) + ", expected " + describe_rows(expected));
    }
}

void executes_in_one_submit(Context& context) {
    const auto series = context.need_series();
    const auto connection = context.connect();
    const auto one = [&](int count) {
        return Request{.kind = DBWAY_R_EXECUTE, .params = {{OwnedValue::i64(count)}}, .stmt = 8};
    };
    const auto outcomes = connection->run(
        {{.kind = DBWAY_R_PREPARE, .sql = series, .stmt = 8}, one(2), one(300), one(0), one(5)});
    if (outcomes[0].failed() && outcomes[0].status == DBWAY_ERR_UNSUPPORTED)
        skip("the connection does not offer PREPARE");
    expect_done(outcomes[0], "PREPARE");
    const int counts[] = {2, 300, 0, 5};
    for (std::size_t i = 0; i < 4; ++i) {
        expect_done(outcomes[i + 1], "EXECUTE");
        expect_series(outcomes[i + 1].rows(), counts[i],
                      "EXECUTE number " + std::to_string(i + 1) + " of one submit()");
    }
}

void after_unfinished(Context& context) {
    const auto series = context.need_series();
    const auto connection = context.connect();
    prepare(context, *connection, series, 1);
    expect(
        connection->submit({{.kind = DBWAY_R_EXECUTE, .params = {{OwnedValue::i64(2000)}}, .stmt = 1}}) >= 0,
        "submit() refused an EXECUTE");
    Event event;
    expect(connection->next(event) == DBWAY_OK, "next() gave no event");
    connection->discard();
    expect_done(connection->collect().front(), "the discarded EXECUTE");
    const auto outcome =
        connection->run(Request{.kind = DBWAY_R_EXECUTE, .params = {{OwnedValue::i64(5)}}, .stmt = 1});
    expect_done(outcome, "EXECUTE after a discarded one");
    expect_series(outcome.rows(), 5, "EXECUTE after a discarded one");
}

void columns_known(Context& context) {
    const auto series = context.need_series();
    const auto connection = context.connect();
    prepare(context, *connection, series, 1);
    for (const int count : {3, 0, 300}) {
        const auto outcome = connection->run(Request{.kind = DBWAY_R_EXECUTE,
                                                     .params = {{OwnedValue::i64(count)}},
                                                     .stmt = 1,
                                                     .flags = DBWAY_RF_COLUMNS_KNOWN});
        expect_done(outcome, "EXECUTE with RF_COLUMNS_KNOWN");
        expect(!outcome.announced, "EXECUTE with RF_COLUMNS_KNOWN announced columns that have not changed");
        expect_series(outcome.rows(), count, "EXECUTE with RF_COLUMNS_KNOWN");
    }
}

void schema_changes(Context& context) {
    context.need_tables();
    const auto connection = context.connect();
    const auto table = context.create_table(*connection, {{.name = "id"}});
    prepare(context, *connection, "select * from " + table, 1);
    expect_done(connection->query("drop table " + table), "DROP TABLE");
    const auto sql =
        create_statement(context.statements(), table, {{.name = "id"}, {.name = "v", .type = DBWAY_T_TEXT}});
    expect_done(connection->query(sql), sql);
    expect_done(
        connection->query(insert_statement(table, {"id", "v"}), {OwnedValue::i64(1), OwnedValue::text("x")}),
        "INSERT");
    const auto outcome =
        connection->run(Request{.kind = DBWAY_R_EXECUTE, .stmt = 1, .flags = DBWAY_RF_COLUMNS_KNOWN});
    // A server may refuse a plan that has become stale; the host then prepares again.
    if (outcome.failed()) return expect_failed(outcome, "EXECUTE after the table got another column");
    expect_done(outcome, "EXECUTE after the table got another column");
    expect(outcome.announced, "EXECUTE with RF_COLUMNS_KNOWN did not announce the columns that had changed");
    expect(outcome.columns.size() == 2 && outcome.columns[1].name == "v",
           "EXECUTE announced " + std::to_string(outcome.columns.size()) + " columns, expected id and v");
    expect(outcome.rows().size() == 1 && outcome.rows()[0].size() == 2,
           "EXECUTE gave " + describe_rows(outcome.rows()) + ", expected one row of two cells");
}

void many_sets(Context& context) {
    context.need_tables();
    const auto connection = context.connect();
    const auto table = context.create_numbers(*connection);
    const auto insert = insert_statement(table, {"id", "v"});
    const auto query = connection->run(
        Request{.sql = insert, .params = {number_row(1, 10), number_row(2, 20), number_row(3, 30)}});
    expect_done(query, "QUERY with n_sets 3");
    expect(query.affected == 3,
           "QUERY with n_sets 3 affected " + std::to_string(query.affected) + " rows, expected 3");
    prepare(context, *connection, insert, 1);
    for (int round = 1; round <= 3; ++round) {
        const int base = round * 10;
        const auto outcome = connection->run(Request{
            .kind = DBWAY_R_EXECUTE,
            .params = {number_row(base, base), number_row(base + 1, base), number_row(base + 2, base)},
            .stmt = 1});
        expect_done(outcome, "EXECUTE with n_sets 3");
        expect(outcome.affected == 3,
               "EXECUTE with n_sets 3 affected " + std::to_string(outcome.affected) + " rows, expected 3");
    }
    const std::vector<std::int64_t> expected{1, 2, 3, 10, 11, 12, 20, 21, 22, 30, 31, 32};
    expect(context.ids(*connection, table) == expected,
           "the rows of several parameter sets are not those that were given");
}

void failing_set(Context& context) {
    context.need_tables();
    const auto connection = context.connect();
    const auto table = context.create_numbers(*connection);
    const auto insert = insert_statement(table, {"id", "v"});
    expect_failed(connection->run(Request{.sql = insert,
                                          .params = {number_row(1, 1), number_row(1, 2), number_row(3, 3)}}),
                  "QUERY with n_sets 3 whose second row is a duplicate", DBWAY_ERR_CONSTRAINT);
    expect_done(connection->query(insert, number_row(7, 7)), "INSERT after it");
}

void unprepared(Context& context) {
    const auto sample = context.need_sample();
    const auto connection = context.connect();
    prepare(context, *connection, sample, 3);
    expect_done(connection->run(Request{.kind = DBWAY_R_UNPREPARE, .stmt = 3}), "UNPREPARE");
    expect_failed(connection->run(Request{.kind = DBWAY_R_EXECUTE, .stmt = 3}), "EXECUTE after UNPREPARE",
                  DBWAY_ERR_INVALID);
    prepare(context, *connection, sample, 3);
    expect_done(connection->run(Request{.kind = DBWAY_R_EXECUTE, .stmt = 3}),
                "EXECUTE after the name was prepared again");
}

void failed_prepare(Context& context) {
    const auto failing = context.need_failing();
    const auto connection = context.connect();
    const auto outcomes =
        connection->run({{.kind = DBWAY_R_PREPARE, .sql = failing, .stmt = 4, .flags = DBWAY_RF_CHAIN},
                         {.kind = DBWAY_R_EXECUTE, .stmt = 4}});
    if (outcomes[0].done()) {
        // A server that looks at names only when it runs the statement.
        expect_failed(outcomes[1], "EXECUTE of the failing statement");
    } else {
        expect_failed(outcomes[0], "PREPARE of the failing statement");
        expect_skipped(outcomes[1], "the EXECUTE linked to it");
    }
    expect_done(connection->query(context.need_sample()), "the sample statement after it");
}

void many_statements(Context& context) {
    const auto series = context.need_series();
    const auto connection = context.connect();
    for (std::uint64_t stmt = 1; stmt <= 40; ++stmt) prepare(context, *connection, series, stmt << 33 | stmt);
    for (std::uint64_t stmt = 40; stmt >= 1; --stmt) {
        const auto outcome =
            connection->run(Request{.kind = DBWAY_R_EXECUTE,
                                    .params = {{OwnedValue::i64(static_cast<std::int64_t>(stmt))}},
                                    .stmt = stmt << 33 | stmt});
        expect_done(outcome, "EXECUTE of one of forty statements");
        expect_series(outcome.rows(), static_cast<std::int64_t>(stmt), "EXECUTE of one of forty statements");
    }
}

}  // namespace

std::vector<Check> prepared_checks() {
    return {
        {{"r8_reexecute_with_other_values",
          {"R8", "R1"},
          "EXECUTE with other values gives their rows, never old ones"},
         other_values},
        {{"r8_reexecute_sample", {"R8"}, "EXECUTE of a statement without parameters starts anew each time"},
         sample_again},
        {{"r8_reexecute_in_one_submit", {"R8", "R1"}, "PREPARE and four EXECUTEs in one submit()"},
         executes_in_one_submit},
        {{"r8_reexecute_after_discard", {"R8"}, "EXECUTE after a discarded one starts anew"},
         after_unfinished},
        {{"r8_columns_known", {"R8"}, "RF_COLUMNS_KNOWN: unchanged columns are not announced"},
         columns_known},
        {{"r8_columns_known_schema_change",
          {"R8", "R1"},
          "RF_COLUMNS_KNOWN: changed columns are announced, or the EXECUTE fails"},
         schema_changes},
        {{"r8_many_parameter_sets", {"R8"}, "n_sets 3: each row once, in QUERY and EXECUTE"}, many_sets},
        {{"r8_failing_parameter_set", {"R8"}, "n_sets 3: one that fails fails the request"}, failing_set},
        {{"r3_statement_after_unprepare",
          {"R3", "R8"},
          "EXECUTE after UNPREPARE is INVALID; the name can be used again"},
         unprepared},
        {{"r8_failed_prepare", {"R8", "R9"}, "PREPARE that fails, and the EXECUTE linked to it"},
         failed_prepare},
        {{"r8_many_statements", {"R8"}, "Forty prepared statements with 64-bit names"}, many_statements},
    };
}

}  // namespace dbway::conformance
