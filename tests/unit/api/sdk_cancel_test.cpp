// R10: cancel() from another thread and timeouts reach the request they concern and no other.
#include "sdk_client.hpp"

#include <atomic>
#include <thread>

namespace dbway::sdk::test {
namespace {

TEST(SdkCancel, R10_CancelStopsTheRunningRequestFromAnotherThread) {
    for (const std::uint64_t named : {0U, 1U}) {
        Client client;
        client.request(DBWAY_R_QUERY, "wait");
        client.request(DBWAY_R_QUERY, "nothing");
        ASSERT_EQ(client.submit(), DBWAY_OK);
        std::thread canceller([&] {
            client.world_of().await_waiting();
            EXPECT_EQ(client.api->cancel(client.connection, named), DBWAY_OK);
        });
        const std::vector<Received> events = client.drain();
        canceller.join();
        ASSERT_EQ(shape(events), "1:FAILED 2:DONE");
        EXPECT_EQ(events[0].event.status, DBWAY_ERR_CANCELLED);
        EXPECT_EQ(client.world_of().cancels, 1);
    }
}

TEST(SdkCancel, R10_CancelOfAWaitingRequestWaitsForItsTurn) {
    Client client;
    client.request(DBWAY_R_QUERY, "rows 1");
    client.request(DBWAY_R_QUERY, "tagged");
    client.request(DBWAY_R_QUERY, "nothing");
    ASSERT_EQ(client.submit(), DBWAY_OK);
    EXPECT_EQ(client.api->cancel(client.connection, 2), DBWAY_OK);
    const std::vector<Received> events = client.drain();
    ASSERT_EQ(shape(events), "1:ROWS1+. 2:FAILED 3:DONE");
    EXPECT_EQ(events[1].event.status, DBWAY_ERR_CANCELLED);
    EXPECT_TRUE(client.reports.at(0).flags & DBWAY_DIAG_NOT_EXECUTED);
    EXPECT_FALSE(client.world_of().noted("execute tagged"));
    EXPECT_EQ(client.world_of().cancels, 0);
}

TEST(SdkCancel, R10_CancelOfAnEndedRequestTouchesNothing) {
    Client client;
    client.request(DBWAY_R_QUERY, "rows 1");
    EXPECT_EQ(shape(client.run()), "1:ROWS1+.");
    EXPECT_EQ(client.api->cancel(client.connection, 1), DBWAY_OK);
    EXPECT_EQ(client.api->cancel(client.connection, 0), DBWAY_OK);
    // The same token again is another request.
    client.request(DBWAY_R_QUERY, "rows 1").id = 1;
    client.request(DBWAY_R_QUERY, "rows 1");
    EXPECT_EQ(shape(client.run()), "1:ROWS1+. 3:ROWS1+.");
    EXPECT_EQ(client.world_of().cancels, 0);
}

TEST(SdkCancel, R10_CancelBetweenTwoBatchesEndsTheResult) {
    Client client;
    client.request(DBWAY_R_QUERY, "rows 1000000").batch_rows = 10;
    client.request(DBWAY_R_QUERY, "rows 1");
    ASSERT_EQ(client.submit(), DBWAY_OK);
    Received event;
    ASSERT_EQ(client.next(event), DBWAY_OK);
    EXPECT_EQ(client.api->cancel(client.connection, 1), DBWAY_OK);
    const std::vector<Received> events = client.drain();
    ASSERT_EQ(shape(events), "1:FAILED 2:ROWS1+.");
    EXPECT_EQ(events[0].event.status, DBWAY_ERR_CANCELLED);
    EXPECT_TRUE(client.world_of().noted("finish failed rows"));
}

TEST(SdkCancel, R10_CancelLeavesTheRunningRequestAloneWhenItNamesAnother) {
    Client client;
    client.request(DBWAY_R_QUERY, "nothing");
    client.request(DBWAY_R_QUERY, "rows 30").batch_rows = 10;
    client.request(DBWAY_R_QUERY, "rows 1");
    ASSERT_EQ(client.submit(), DBWAY_OK);
    Received event;
    ASSERT_EQ(client.next(event), DBWAY_OK);  // 1 has ended
    ASSERT_EQ(client.next(event), DBWAY_OK);  // 2 runs, with rows still to come
    EXPECT_EQ(event.event.request_id, 2U);
    EXPECT_EQ(client.api->cancel(client.connection, 1), DBWAY_OK);
    EXPECT_EQ(client.api->cancel(client.connection, 3), DBWAY_OK);
    EXPECT_EQ(client.world_of().cancels, 0);
    EXPECT_EQ(shape(client.drain()), "2:ROWS10 2:ROWS10 2:DONE 3:FAILED");
}

TEST(SdkCancel, DriverThatCannotBeToldIsUnsupported) {
    Client client;
    client.world_of().can_cancel = false;
    client.request(DBWAY_R_QUERY, "rows 100").batch_rows = 10;
    ASSERT_EQ(client.submit(), DBWAY_OK);
    Received event;
    ASSERT_EQ(client.next(event), DBWAY_OK);
    EXPECT_EQ(client.api->cancel(client.connection, 1), DBWAY_ERR_UNSUPPORTED);
    client.drain();
}

TEST(SdkCancel, R10_TimeoutBeforeTheStart) {
    Client client;
    client.request(DBWAY_R_QUERY, "tagged").timeout_ns = 1;
    client.request(DBWAY_R_QUERY, "nothing").timeout_ns = 3'600'000'000'000;
    client.request(DBWAY_R_QUERY, "nothing").timeout_ns = UINT64_MAX;
    const std::vector<Received> events = client.run();
    ASSERT_EQ(shape(events), "1:FAILED 2:DONE 3:DONE");
    EXPECT_EQ(events[0].event.status, DBWAY_ERR_TIMEOUT);
    EXPECT_TRUE(client.reports.at(0).flags & DBWAY_DIAG_NOT_EXECUTED);
    EXPECT_FALSE(client.world_of().noted("execute tagged"));
}

TEST(SdkCancel, R10_CancelBreaksTheChain) {
    Client client;
    client.request(DBWAY_R_QUERY, "rows 1", DBWAY_RF_CHAIN);
    client.request(DBWAY_R_QUERY, "rows 1", DBWAY_RF_CHAIN);
    client.request(DBWAY_R_QUERY, "rows 1");
    ASSERT_EQ(client.submit(), DBWAY_OK);
    EXPECT_EQ(client.api->cancel(client.connection, 2), DBWAY_OK);
    EXPECT_EQ(shape(client.drain()), "1:ROWS1+. 2:FAILED 3:SKIPPED");
}

// Cancellers that name requests in every state while the connection works: each request ends exactly once,
// and only a request that somebody named may end cancelled.
TEST(SdkCancel, R10_ManyCancellersTouchOnlyWhatTheyName) {
    Client client;
    client.prepare(1, "series");
    client.run();
    constexpr std::uint64_t rounds = 3000;
    std::atomic<std::uint64_t> submitted{0};
    std::atomic<bool> stop{false};
    std::vector<std::thread> cancellers;
    for (int i = 0; i < 3; ++i)
        cancellers.emplace_back([&] {
            while (!stop.load()) {
                // Even ids only; the odd ones must never be touched. 0 would name whatever runs.
                const std::uint64_t id = submitted.load() & ~std::uint64_t{1};
                if (id != 0) client.api->cancel(client.connection, id);
            }
        });
    std::uint64_t finals = 0;
    std::uint64_t wrong = 0;
    for (std::uint64_t i = 0; i < rounds; ++i) {
        // Several batches each, so that there are places between them at which a cancelled request stops.
        dbway_request& even = client.execute(1, {integer(5)});
        const std::uint64_t first = even.id;
        even.batch_rows = 1;
        client.execute(1, {integer(5)}).batch_rows = 1;
        ASSERT_EQ(client.submit(), DBWAY_OK);
        submitted.store(first + 1);
        for (const Received& one : client.drain()) {
            const bool failed = one.event.kind == DBWAY_E_FAILED;
            finals += failed || one.event.kind == DBWAY_E_DONE || (one.event.flags & DBWAY_EF_FINAL) != 0;
            wrong += failed && one.event.request_id % 2 != 0;
        }
    }
    stop.store(true);
    for (std::thread& one : cancellers) one.join();
    EXPECT_EQ(finals, 2 * rounds);
    EXPECT_EQ(wrong, 0U);
}

}  // namespace
}  // namespace dbway::sdk::test
