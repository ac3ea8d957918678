// Requests in, events out: order, batches, chains, scripts, parameter sets.
#include "sdk_client.hpp"

#include <numeric>

DBWAY_PROVIDER_AS(sdk_memory_entry, dbway::sdk::test::MemoryProvider, "memory", "1.0.0", "Memory", "dbway",
                  "https://example.org", 0, DBWAY_SCHEMES("memory", "mem"), R"(
[[option]]
name = "refuse"
scope = "provider"
type = "boolean"
)");

namespace dbway::sdk::test {
namespace {

TEST(SdkEvents, PointQueryTakesOneSubmitAndOneNext) {
    Client client;
    client.prepare(7, "series");
    EXPECT_EQ(shape(client.run()), "1:COLUMNS 1:DONE");
    client.execute(7, {integer(1)}, DBWAY_RF_COLUMNS_KNOWN);
    ASSERT_EQ(client.submit(), DBWAY_OK);
    Received row;
    ASSERT_EQ(client.next(row), DBWAY_OK);
    EXPECT_EQ(shape({row}), "2:ROWS1.");
    EXPECT_EQ(row.values, std::vector<std::int64_t>{1});
    EXPECT_EQ(row.event.status, DBWAY_OK);
    EXPECT_EQ(row.event.tx_state, static_cast<std::uint32_t>(DBWAY_TX_STATE_IDLE));
    EXPECT_EQ(client.next(row), DBWAY_END);
}

TEST(SdkEvents, R8_EventsArriveInOrder) {
    Client client;
    client.request(DBWAY_R_QUERY, "rows 2");
    client.request(DBWAY_R_QUERY, "fail");
    client.request(DBWAY_R_QUERY, "nothing");
    client.prepare(1, "rows 1");
    client.execute(1);
    EXPECT_EQ(shape(client.run()), "1:ROWS2+. 2:FAILED 3:DONE 4:COLUMNS 4:DONE 5:ROWS1+.");
    ASSERT_EQ(client.reports.size(), 1U);
    EXPECT_EQ(client.reports[0].request_id, 2U);
    EXPECT_EQ(client.reports[0].status, DBWAY_ERR_DATABASE);
    EXPECT_EQ(client.reports[0].sqlstate, "58000");
}

TEST(SdkEvents, R8_BatchBorders) {
    for (const std::int64_t count : {0, 1, 3, 4, 5, 8, 9}) {
        Client client;
        client.request(DBWAY_R_QUERY, "rows " + std::to_string(count)).batch_rows = 4;
        const std::vector<Received> events = client.run();
        std::vector<std::int64_t> values;
        int sets = 0;
        int finals = 0;
        for (const Received& one : events) {
            EXPECT_LE(one.event.n_rows, 4U);
            values.insert(values.end(), one.values.begin(), one.values.end());
            sets += (one.event.flags & DBWAY_EF_SET) != 0;
            finals += one.event.kind == DBWAY_E_DONE || (one.event.flags & DBWAY_EF_FINAL) != 0;
        }
        std::vector<std::int64_t> expected(static_cast<std::size_t>(count));
        std::iota(expected.begin(), expected.end(), 1);
        EXPECT_EQ(values, expected);
        EXPECT_EQ(sets, 1) << count;
        EXPECT_EQ(finals, 1) << count;
    }
}

TEST(SdkEvents, BatchesHold256RowsByDefault) {
    Client client;
    client.request(DBWAY_R_QUERY, "rows 300");
    EXPECT_EQ(shape(client.run()), "1:ROWS256+ 1:ROWS44.");
}

TEST(SdkEvents, EmptyResultIsAnnouncedUnlessItsColumnsAreKnown) {
    Client client;
    client.request(DBWAY_R_QUERY, "rows 0");
    client.prepare(1, "rows 0");
    client.execute(1, {}, DBWAY_RF_COLUMNS_KNOWN);
    EXPECT_EQ(shape(client.run()), "1:ROWS0+. 2:COLUMNS 2:DONE 3:DONE");
}

TEST(SdkEvents, R8_KnownColumnsAreAnnouncedOnlyWhenTheyChange) {
    Client client;
    client.prepare(1, "reshape");
    client.run();
    client.execute(1, {}, DBWAY_RF_COLUMNS_KNOWN);
    client.execute(1, {}, DBWAY_RF_COLUMNS_KNOWN);
    const std::vector<Received> events = client.run();
    ASSERT_EQ(shape(events), "2:ROWS1+. 3:ROWS1+.");
    EXPECT_EQ(events[0].names, std::vector<std::string>{"n"});
    EXPECT_EQ(events[1].names, (std::vector<std::string>{"n", "n2"}));
}

TEST(SdkEvents, PrepareDescribesColumnsAndParameters) {
    Client client;
    client.prepare(1, "returning");
    const std::vector<Received> events = client.run();
    ASSERT_EQ(shape(events), "1:COLUMNS 1:DONE");
    EXPECT_EQ(events[0].names, std::vector<std::string>{"n"});
    EXPECT_EQ(events[0].event.n_params, 1U);
}

TEST(SdkEvents, StatementNamesAreChecked) {
    Client client;
    client.execute(5);
    client.prepare(5, "nothing");
    client.prepare(5, "nothing");
    client.request(DBWAY_R_UNPREPARE).stmt = 5;
    client.request(DBWAY_R_UNPREPARE).stmt = 5;
    client.execute(5);
    EXPECT_EQ(shape(client.run()), "1:FAILED 2:COLUMNS 2:DONE 3:FAILED 4:DONE 5:FAILED 6:FAILED");
    for (const Report& report : client.reports) {
        EXPECT_EQ(report.status, DBWAY_ERR_INVALID);
        EXPECT_TRUE(report.flags & DBWAY_DIAG_NOT_EXECUTED);
    }
}

TEST(SdkEvents, ManyStatementsStayApart) {
    Client client;
    for (std::uint64_t name = 1; name <= 500; ++name)
        client.prepare(name * 3, "rows " + std::to_string(name));
    client.run();
    for (std::uint64_t name = 2; name <= 500; name += 2) client.request(DBWAY_R_UNPREPARE).stmt = name * 3;
    client.run();
    for (std::uint64_t name = 1; name <= 500; ++name) {
        client.execute(name * 3);
        std::int64_t rows = 0;
        bool failed = false;
        for (const Received& one : client.run()) {
            rows += one.event.n_rows;
            failed |= one.event.kind == DBWAY_E_FAILED;
        }
        EXPECT_EQ(failed, name % 2 == 0);
        EXPECT_EQ(rows, failed ? 0 : static_cast<std::int64_t>(name));
    }
}

TEST(SdkEvents, R9_ChainSkips) {
    Client client;
    client.request(DBWAY_R_QUERY, "fail", DBWAY_RF_CHAIN);
    client.request(DBWAY_R_QUERY, "nothing", DBWAY_RF_CHAIN);
    client.request(DBWAY_R_QUERY, "nothing");
    client.request(DBWAY_R_QUERY, "nothing");
    EXPECT_EQ(shape(client.run()), "1:FAILED 2:SKIPPED 3:SKIPPED 4:DONE");
    ASSERT_EQ(client.reports.size(), 3U);
    EXPECT_EQ(client.reports[2].request_id, 3U);
    EXPECT_TRUE(client.reports[2].flags & DBWAY_DIAG_NOT_EXECUTED);
    EXPECT_EQ(client.world_of().journal.size(), 5U);  // open, execute fail, finish, execute nothing, finish
}

TEST(SdkEvents, R9_ChainSpansSubmits) {
    Client client;
    client.request(DBWAY_R_QUERY, "fail", DBWAY_RF_CHAIN);
    EXPECT_EQ(shape(client.run()), "1:FAILED");
    client.request(DBWAY_R_QUERY, "nothing", DBWAY_RF_CHAIN);
    EXPECT_EQ(shape(client.run()), "2:SKIPPED");
    client.request(DBWAY_R_QUERY, "nothing");
    client.request(DBWAY_R_QUERY, "nothing");
    EXPECT_EQ(shape(client.run()), "3:SKIPPED 4:DONE");
}

TEST(SdkEvents, R9_ChainThatSucceedsRunsAll) {
    Client client;
    client.request(DBWAY_R_BEGIN, {}, DBWAY_RF_CHAIN);
    client.with_values(client.request(DBWAY_R_QUERY, "add", DBWAY_RF_CHAIN), {integer(1)});
    client.request(DBWAY_R_COMMIT);
    const std::vector<Received> events = client.run();
    EXPECT_EQ(shape(events), "1:DONE 2:DONE 3:DONE");
    EXPECT_EQ(events[1].event.tx_state, static_cast<std::uint32_t>(DBWAY_TX_STATE_ACTIVE));
    EXPECT_EQ(events[2].event.tx_state, static_cast<std::uint32_t>(DBWAY_TX_STATE_IDLE));
}

TEST(SdkEvents, DoneTellsAffectedLastIdAndTag) {
    Client client;
    client.request(DBWAY_R_QUERY, "tagged");
    ASSERT_EQ(client.submit(), DBWAY_OK);
    Received done;
    ASSERT_EQ(client.next(done), DBWAY_OK);
    EXPECT_EQ(done.event.affected, 7);
    ASSERT_NE(done.event.last_id, nullptr);
    EXPECT_EQ(done.event.last_id->v.i64, 42);
    EXPECT_EQ(detail::to_view(done.event.tag), "TAG 7");
    client.request(DBWAY_R_QUERY, "nothing");
    const std::vector<Received> events = client.run();
    EXPECT_EQ(events[0].event.affected, -1);
    EXPECT_EQ(events[0].event.last_id, nullptr);
}

TEST(SdkEvents, SetsAreSummedAndTheFailingOneIsNamed) {
    Client client;
    client.prepare(1, "add");
    client.run();
    client.execute(1, {integer(1), integer(2), integer(3)}, 0, 3);
    client.execute(1, {integer(4), integer(666), integer(5)}, 0, 3);
    const std::vector<Received> events = client.run();
    ASSERT_EQ(shape(events), "2:DONE 3:FAILED");
    EXPECT_EQ(events[0].event.affected, 3);
    EXPECT_EQ(client.world_of().table, (std::vector<std::int64_t>{1, 2, 3, 4}));
    ASSERT_EQ(client.reports.size(), 1U);
    EXPECT_EQ(client.reports[0].detail, "parameter set 2 of 3");
}

TEST(SdkEvents, RowsOfAllSetsAreOneResult) {
    Client client;
    client.prepare(1, "returning");
    client.run();
    client.execute(1, {integer(7), integer(8), integer(9)}, 0, 3).batch_rows = 2;
    const std::vector<Received> events = client.run();
    EXPECT_EQ(shape(events), "2:ROWS2+ 2:ROWS1.");
    EXPECT_EQ(events[0].values, (std::vector<std::int64_t>{7, 8}));
    EXPECT_EQ(events[1].event.affected, 3);
}

TEST(SdkEvents, ScriptYieldsASetForEachStatementWithRows) {
    Client client;
    client.request(DBWAY_R_SCRIPT, "rows 2;\n tagged;; nothing; rows 1; -- the end");
    const std::vector<Received> events = client.run();
    ASSERT_EQ(shape(events), "1:ROWS2+ 1:ROWS1+ 1:DONE");
    EXPECT_EQ(events[2].event.affected, 7);
    client.request(DBWAY_R_SCRIPT, " -- nothing at all\n");
    client.request(DBWAY_R_SCRIPT, "rows 1; nothing");
    EXPECT_EQ(shape(client.run()), "2:DONE 3:ROWS1+ 3:DONE");
}

TEST(SdkEvents, ScriptPositionsAreThoseOfTheWholeText) {
    Client client;
    // Two of these characters take more than one byte.
    client.request(DBWAY_R_SCRIPT, "nothing é€; bad;");
    client.request(DBWAY_R_SCRIPT, "nothing;  unplaced");
    EXPECT_EQ(shape(client.run()), "1:FAILED 2:FAILED");
    EXPECT_EQ(client.reports[0].position, 11U + 3U);
    EXPECT_EQ(client.reports[1].position, 11U);
}

TEST(SdkEvents, ScriptStopsAtItsFirstFailure) {
    Client client;
    client.request(DBWAY_R_SCRIPT, "rows 1; fail; nothing");
    EXPECT_EQ(shape(client.run()), "1:ROWS1+ 1:FAILED");
    EXPECT_FALSE(client.world_of().noted("execute nothing"));
}

TEST(SdkEvents, NoRowsRunsToTheEndWithoutRows) {
    Client client;
    client.request(DBWAY_R_QUERY, "rows 1000", DBWAY_RF_NO_ROWS).batch_rows = 10;
    client.prepare(1, "returning");
    client.execute(1, {integer(5), integer(6)}, DBWAY_RF_NO_ROWS, 2);
    const std::vector<Received> events = client.run();
    EXPECT_EQ(shape(events), "1:DONE 2:COLUMNS 2:DONE 3:DONE");
    EXPECT_EQ(events.back().event.affected, 2);
}

TEST(SdkEvents, DiscardEndsARunningResult) {
    Client client;
    client.request(DBWAY_R_QUERY, "rows 1000000").batch_rows = 10;
    client.request(DBWAY_R_QUERY, "rows 1");
    ASSERT_EQ(client.submit(), DBWAY_OK);
    Received one;
    ASSERT_EQ(client.next(one), DBWAY_OK);
    EXPECT_EQ(one.event.n_rows, 10U);
    EXPECT_EQ(client.api->discard(client.connection), DBWAY_OK);
    EXPECT_EQ(shape(client.drain()), "1:DONE 2:ROWS1+.");
    EXPECT_TRUE(client.world_of().noted("finish ok rows"));
}

TEST(SdkEvents, DiscardBeforeTheStartConcernsTheNextRequestOnly) {
    Client client;
    EXPECT_EQ(client.api->discard(client.connection), DBWAY_OK);  // nothing there: no effect
    client.request(DBWAY_R_QUERY, "rows 1000000");
    client.request(DBWAY_R_QUERY, "rows 1");
    ASSERT_EQ(client.submit(), DBWAY_OK);
    EXPECT_EQ(client.api->discard(client.connection), DBWAY_OK);
    EXPECT_EQ(shape(client.drain()), "1:DONE 2:ROWS1+.");
}

TEST(SdkEvents, SchemaAndCopyOutYieldRows) {
    Client client;
    dbway_request& schema = client.request(DBWAY_R_SCHEMA);
    const dbway_str names[] = {detail::to_str("main"), detail::to_str("users")};
    schema.arg = DBWAY_SCHEMA_COLUMNS;
    schema.names = names;
    schema.n_names = 2;
    client.request(DBWAY_R_COPY_OUT, "rows 3");
    client.request(DBWAY_R_SCHEMA).arg = 99;
    EXPECT_EQ(shape(client.run()), "1:ROWS2+. 2:ROWS3+. 3:FAILED");
    EXPECT_TRUE(client.world_of().noted("schema 3 main.users"));
    EXPECT_EQ(client.reports[0].status, DBWAY_ERR_UNSUPPORTED);
}

TEST(SdkEvents, WhatTheAuthorDoesNotOverrideIsUnsupported) {
    Client client;
    client.request(DBWAY_R_RELEASE, "s");
    client.request(DBWAY_R_RESET);
    client.request(DBWAY_R_SAVEPOINT, "s");
    client.request(DBWAY_R_PING);
    EXPECT_EQ(shape(client.run()), "1:FAILED 2:FAILED 3:DONE 4:DONE");
    EXPECT_EQ(client.reports[0].status, DBWAY_ERR_UNSUPPORTED);
    EXPECT_EQ(client.reports[0].message, "Memory does not support savepoints");
}

TEST(SdkEvents, NotificationsComeBetweenRequests) {
    Client client;
    client.request(DBWAY_R_LISTEN, "jobs");
    EXPECT_EQ(shape(client.run()), "1:DONE");
    dbway_wait wait{};
    wait.struct_size = sizeof wait;
    ASSERT_EQ(client.api->wait_info(client.connection, &wait), DBWAY_OK);
    EXPECT_EQ(wait.fd, -1);
    EXPECT_GT(wait.timeout_ns, 0U);
    client.world_of().notifications.push_back({"jobs", "run", 9});
    client.request(DBWAY_R_QUERY, "rows 1");
    ASSERT_EQ(client.submit(), DBWAY_OK);
    Received note;
    ASSERT_EQ(client.next(note), DBWAY_OK);
    ASSERT_EQ(note.event.kind, static_cast<std::uint32_t>(DBWAY_E_NOTIFY));
    EXPECT_EQ(note.event.request_id, 0U);
    EXPECT_EQ(std::string_view(note.event.cells[0].v.text, note.event.cells[0].len), "jobs");
    EXPECT_EQ(std::string_view(note.event.cells[1].v.text, note.event.cells[1].len), "run");
    EXPECT_EQ(note.event.cells[2].v.i64, 9);
    EXPECT_EQ(shape(client.drain()), "2:ROWS1+.");
    client.request(DBWAY_R_UNLISTEN);
    EXPECT_EQ(shape(client.run()), "3:DONE");
    EXPECT_TRUE(client.world_of().noted("unlisten "));
}

}  // namespace
}  // namespace dbway::sdk::test
