// COPY_IN and COPY_OUT.
#include "conformance/check.hpp"
#include "conformance/row_source.hpp"

namespace dbway::conformance {
namespace {

Request copy_in(const std::string& table, const ScriptedSource& source) {
    return {.kind = DBWAY_R_COPY_IN, .sql = table, .names = {"id", "v"}, .source = source.abi()};
}

void expect_rows(Context& context, Connection& connection, const std::string& table, std::size_t count,
                 const std::string& what) {
    const auto ids = context.ids(connection, table);
    expect(ids.size() == count, what + ": the table holds " + std::to_string(ids.size()) +
                                    " rows, expected " + std::to_string(count));
}

void needs(Context& context) {
    context.need(DBWAY_CAP_COPY_IN, "COPY_IN");
    context.need_tables();
}

void loads_rows(Context& context) {
    needs(context);
    const auto connection = context.connect();
    for (const int count : {0, 1, 2, 255, 256, 257, 1000}) {
        const auto table = context.create_numbers(*connection);
        ScriptedSource source(*connection, 2);
        for (int from = 1; from <= count; from += 100) source.numbers(from, std::min(100, count - from + 1));
        const std::string what = "COPY_IN of " + std::to_string(count) + " rows";
        const auto outcome = connection->run(copy_in(table, source));
        expect_done(outcome, what);
        expect(outcome.affected == count, what + " affected " + std::to_string(outcome.affected));
        const auto rows = connection->query("select id, v from " + table + " order by id");
        expect_series(rows.rows(), count, what);
        expect(source.pulls_after_end() == 0, what + ": pull() was called after it had answered END");
    }
}

void values_arrive(Context& context) {
    needs(context);
    const auto connection = context.connect();
    const auto table = context.create_table(
        *connection,
        {{.name = "id", .constraint = "not null primary key"}, {.name = "v", .type = DBWAY_T_TEXT}});
    ScriptedSource source(*connection, 2);
    std::vector<OwnedRow> rows{
        {OwnedValue::i64(1), OwnedValue::text("tab\there, \"quote\", back\\slash, newline\n, \\N, \\.")},
        {OwnedValue::i64(2), OwnedValue::text("")},
        {OwnedValue::i64(3), OwnedValue::null(DBWAY_T_TEXT)},
        {OwnedValue::i64(4), OwnedValue::text("\xf0\x9f\x90\x98 \xc3\xa9")}};
    for (const auto& row : rows) source.rows({row});
    expect_done(connection->run(copy_in(table, source)), "COPY_IN");
    const auto back = connection->query("select id, v from " + table + " order by id").rows();
    expect(back == rows,
           "COPY_IN and SELECT gave " + describe_rows(back) + ", expected " + describe_rows(rows));
}

void again_twice(Context& context) {
    needs(context);
    const auto connection = context.connect();
    const auto first = context.create_numbers(*connection);
    const auto second = context.create_numbers(*connection);
    for (const auto& table : {first, second}) {
        ScriptedSource source(*connection, 2);
        source.numbers(1, 300).numbers(301, 7);
        expect_done(connection->run(copy_in(table, source)), "COPY_IN");
        expect_series(connection->query("select id from " + table + " order by id").rows(), 307,
                      "COPY_IN, done twice");
    }
    // Into the same table: the second brings its own rows only.
    ScriptedSource more(*connection, 2);
    more.numbers(308, 5);
    expect_done(connection->run(copy_in(second, more)), "a second COPY_IN into the same table");
    expect_series(connection->query("select id from " + second + " order by id").rows(), 312,
                  "a second COPY_IN into the same table");
}

void source_waits(Context& context) {
    needs(context);
    const auto connection = context.connect();
    const auto table = context.create_numbers(*connection);
    ScriptedSource source(*connection, 2);
    source.again().numbers(1, 10).again(2).numbers(11, 300).again().numbers(311, 1).again();
    std::vector<std::uint64_t> ids;
    const auto submitted = connection->submit(
        {copy_in(table, source), {.sql = "select id from " + table + " order by id"}}, &ids);
    expect(submitted >= 0, "submit() refused a COPY_IN");
    int pauses = 0;
    Outcome copy, after;
    copy.id = ids[0];
    Event event;
    for (;;) {
        const auto status = connection->next(event);
        if (status == DBWAY_END) break;
        if (status == DBWAY_AGAIN) {
            ++pauses;
            expect(pauses <= 5, "next() answers AGAIN more often than the source did");
            continue;
        }
        expect(status == DBWAY_OK, "next() answered " + status_label(status) + " while the source waited");
        Connection::gather(event, event.request_id == copy.id ? copy : after);
    }
    expect(pauses == 5, "next() answered AGAIN " + std::to_string(pauses) +
                            " times with nothing to wait for, expected 5, once for each AGAIN of the source");
    expect_done(copy, "COPY_IN whose source had to wait");
    expect_done(after, "the query behind it");
    expect_series(after.rows(), 311, "COPY_IN whose source had to wait");
}

void source_aborts(Context& context) {
    needs(context);
    const auto connection = context.connect();
    const auto table = context.create_numbers(*connection);
    for (const dbway_status status : {DBWAY_ERR_DATA, DBWAY_ERR_CANCELLED}) {
        ScriptedSource source(*connection, 2);
        source.numbers(1, 500).abort(status).numbers(501, 5);
        expect_failed(connection->run(copy_in(table, source)), "COPY_IN whose source aborts", status);
        expect_rows(context, *connection, table, 0, "after a COPY_IN whose source aborted");
    }
}

void row_fails(Context& context) {
    needs(context);
    const auto connection = context.connect();
    const auto table = context.create_numbers(*connection);
    ScriptedSource source(*connection, 2);
    source.numbers(1, 300).numbers(1, 1).numbers(301, 50);
    expect_failed(connection->run(copy_in(table, source)), "COPY_IN with a second row of id 1",
                  DBWAY_ERR_CONSTRAINT);
    expect_rows(context, *connection, table, 0, "after a COPY_IN that failed in the middle");
    ScriptedSource good(*connection, 2);
    good.numbers(1, 5);
    expect_done(connection->run(copy_in(table, good)), "COPY_IN after one that failed");
    expect_rows(context, *connection, table, 5, "after the second COPY_IN");
}

void fails_in_chain(Context& context) {
    needs(context);
    const auto connection = context.connect();
    const auto table = context.create_numbers(*connection);
    ScriptedSource bad(*connection, 2), never(*connection, 2);
    bad.numbers(1, 3).numbers(2, 1);
    never.numbers(10, 3);
    auto first = copy_in(table, bad);
    first.flags = DBWAY_RF_CHAIN;
    const auto outcomes = connection->run({first, copy_in(table, never)});
    expect_failed(outcomes[0], "COPY_IN with a second row of id 2", DBWAY_ERR_CONSTRAINT);
    expect_skipped(outcomes[1], "the COPY_IN linked to it");
    expect(never.pulls() == 0, "pull() of a SKIPPED COPY_IN was called");
    expect_rows(context, *connection, table, 0, "after the chain");
}

void unknown_table(Context& context) {
    needs(context);
    const auto connection = context.connect();
    ScriptedSource source(*connection, 2);
    source.numbers(1, 1);
    expect_failed(connection->run(copy_in("dbway_conformance_no_such_table", source)),
                  "COPY_IN into a table that does not exist", DBWAY_ERR_SYNTAX);
    expect_done(connection->query(context.need_sample()), "the sample statement after that");
}

void copies_out(Context& context) {
    context.need(DBWAY_CAP_COPY_OUT, "COPY_OUT");
    context.need_tables();
    const auto connection = context.connect();
    const auto table = context.create_numbers(*connection);
    const auto insert = insert_statement(table, {"id", "v"});
    std::vector<Request> requests;
    for (int i = 1; i <= 300; ++i)
        requests.push_back({.sql = insert, .params = {number_row(i, i)}, .flags = DBWAY_RF_CHAIN});
    for (const auto& outcome : connection->run(requests)) expect_done(outcome, "INSERT");
    for (const std::uint32_t batch : {0u, 7u}) {
        const auto outcome = connection->run(
            Request{.kind = DBWAY_R_COPY_OUT, .sql = table, .batch_rows = batch, .names = {"id", "v"}});
        expect_done(outcome, "COPY_OUT");
        auto rows = outcome.rows();
        std::sort(rows.begin(), rows.end(),
                  [](const OwnedRow& a, const OwnedRow& b) { return a[0].as_i64() < b[0].as_i64(); });
        expect_series(rows, 300, "COPY_OUT");
        expect(rows[299].size() == 2,
               "COPY_OUT of two columns gave rows of " + std::to_string(rows[299].size()));
    }
}

}  // namespace

std::vector<Check> copy_checks() {
    return {
        {{"r8_copy_in_loads_every_row_once", {"R8", "R1"}, "COPY_IN of 0 to 1000 rows"}, loads_rows},
        {{"r1_copy_in_values_arrive", {"R1", "R6"}, "COPY_IN keeps separators, escapes, empty text and NULL"},
         values_arrive},
        {{"r8_copy_in_twice", {"R8"}, "A second COPY_IN brings its own rows only"}, again_twice},
        {{"r8_copy_in_source_waits", {"R8", "R10"}, "A source that answers AGAIN is resumed by next()"},
         source_waits},
        {{"r8_copy_in_source_aborts", {"R8"}, "A source that aborts leaves nothing behind"}, source_aborts},
        {{"r8_copy_in_fails_in_the_middle", {"R8"}, "A row that fails leaves nothing behind"}, row_fails},
        {{"r9_copy_in_in_a_chain", {"R9"}, "A COPY_IN behind a failed one is SKIPPED and not pulled"},
         fails_in_chain},
        {{"r8_copy_in_unknown_table", {"R8"}, "COPY_IN into a table that does not exist fails with SYNTAX"},
         unknown_table},
        {{"r8_copy_out", {"R8"}, "COPY_OUT gives every row once"}, copies_out},
    };
}

}  // namespace dbway::conformance
