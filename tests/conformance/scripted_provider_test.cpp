// The scripted provider itself, driven by the suite's client.
#include "support/scripted_provider.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <atomic>
#include <thread>

#include "conformance/check.hpp"
#include "conformance/row_source.hpp"

namespace dbway::test {
namespace {

using conformance::Connection;
using conformance::Environment;
using conformance::Event;
using conformance::Outcome;
using conformance::Provider;
using conformance::Request;
using conformance::ScriptedSource;
using testing::HasSubstr;

class ScriptedProviderTest : public testing::TestWithParam<bool> {
  protected:
    ScriptedProviderTest() {
        environment.entry = script.entry();
        environment.settings.nonblocking = GetParam();
        provider.emplace(environment);
    }
    std::unique_ptr<Connection> connect() { return std::make_unique<Connection>(*provider); }

    ScriptedProvider script;
    Environment environment;
    std::optional<Provider> provider;
};

TEST_P(ScriptedProviderTest, AnswersInOrderAndRecords) {
    script.on("select 1",
              {Answer::table({{.name = "n", .type = DBWAY_T_I64}}, {{OwnedValue::i64(1)}}), Answer::ok(7)});
    const auto connection = connect();
    EXPECT_EQ(connection->query("select 1", {OwnedValue::text("p")}).rows(),
              std::vector<OwnedRow>{{OwnedValue::i64(1)}});
    EXPECT_EQ(connection->query("select 1").affected, 7);
    EXPECT_EQ(connection->query("select 1").affected, 7);
    const auto seen = script.requests("select 1");
    ASSERT_EQ(seen.size(), 3u);
    EXPECT_EQ(seen[0].params, std::vector<OwnedRow>{{OwnedValue::text("p")}});
    EXPECT_TRUE(seen[0].finished);
    EXPECT_THAT(connection->query("other").message(), HasSubstr("no answer scripted for: other"));
    EXPECT_THAT(script.misuses(), testing::IsEmpty());
}

TEST_P(ScriptedProviderTest, SlicesTablesByBatchRows) {
    std::vector<OwnedRow> rows;
    for (int i = 1; i <= 300; ++i) rows.push_back({OwnedValue::i64(i)});
    script.on("many", Answer::table({{.name = "n", .type = DBWAY_T_I64}}, rows));
    const auto connection = connect();
    EXPECT_EQ(connection->query("many").sets.at(0).batches, (std::vector<std::size_t>{256, 44}));
    const auto sevens = connection->run(Request{.sql = "many", .batch_rows = 150});
    EXPECT_EQ(sevens.sets.at(0).batches, (std::vector<std::size_t>{150, 150}));
}

TEST_P(ScriptedProviderTest, PreparesAndKeepsColumns) {
    script.on("select $1", Answer::table({{.name = "v"}}, {{OwnedValue::text("x")}}));
    const auto connection = connect();
    const auto outcomes = connection->run({{.kind = DBWAY_R_PREPARE, .sql = "select $1", .stmt = 3},
                                           {.kind = DBWAY_R_EXECUTE,
                                            .params = {{OwnedValue::i64(1)}},
                                            .stmt = 3,
                                            .flags = DBWAY_RF_COLUMNS_KNOWN}});
    EXPECT_EQ(outcomes[0].columns.size(), 1u);
    EXPECT_EQ(outcomes[0].params.size(), 1u);
    EXPECT_FALSE(outcomes[1].announced);
    EXPECT_EQ(outcomes[1].rows().size(), 1u);
    EXPECT_EQ(connection->run(Request{.kind = DBWAY_R_EXECUTE, .stmt = 9}).status, DBWAY_ERR_INVALID);
}

TEST_P(ScriptedProviderTest, SkipsChainsAndTracksTransactions) {
    script.on("bad",
              Answer::error({.status = DBWAY_ERR_CONSTRAINT, .message = "duplicate", .sqlstate = "23505"}));
    const auto connection = connect();
    const auto outcomes = connection->run({{.kind = DBWAY_R_BEGIN, .flags = DBWAY_RF_CHAIN},
                                           {.sql = "bad", .flags = DBWAY_RF_CHAIN},
                                           {.kind = DBWAY_R_COMMIT}});
    EXPECT_EQ(outcomes[0].tx_state, DBWAY_TX_STATE_ACTIVE);
    EXPECT_EQ(outcomes[1].status, DBWAY_ERR_CONSTRAINT);
    EXPECT_TRUE(outcomes[2].skipped());
    EXPECT_EQ(connection->info().tx_state, DBWAY_TX_STATE_ACTIVE);
    EXPECT_EQ(connection->run(Request{.kind = DBWAY_R_ROLLBACK}).tx_state, DBWAY_TX_STATE_IDLE);
}

TEST_P(ScriptedProviderTest, WaitsAtAGateUntilItOpensOrTheRequestIsCancelled) {
    const Gate gate;
    script.on("wait", Answer().wait(gate).done(1));
    const auto connection = connect();
    std::thread opener([&] {
        EXPECT_TRUE(gate.await_arrival());
        gate.open();
    });
    EXPECT_TRUE(connection->query("wait").done());
    opener.join();

    const Gate closed;
    script.on("wait", Answer().wait(closed).done(1));
    std::thread canceller([&] {
        EXPECT_TRUE(closed.await_arrival());
        connection->cancel(0);
    });
    EXPECT_EQ(connection->query("wait").status, DBWAY_ERR_CANCELLED);
    canceller.join();
    EXPECT_EQ(script.cancels().size(), 1u);
    const auto timed = connection->run(Request{.sql = "wait", .timeout_ns = 5'000'000});
    EXPECT_EQ(timed.status, DBWAY_ERR_TIMEOUT);
}

TEST_P(ScriptedProviderTest, CollectsCopiedRows) {
    const auto connection = connect();
    ScriptedSource source(*connection, 2);
    source.numbers(1, 3).again().numbers(4, 1);
    const auto outcome = connection->run(
        Request{.kind = DBWAY_R_COPY_IN, .sql = "t", .names = {"a", "b"}, .source = source.abi()});
    EXPECT_EQ(outcome.affected, 4);
    EXPECT_EQ(script.requests(DBWAY_R_COPY_IN).at(0).copied.size(), 4u);
    script.on("t", Answer().copy_fails_after(2, {.status = DBWAY_ERR_DATA}));
    ScriptedSource again(*connection, 2);
    again.numbers(1, 1).numbers(2, 1).numbers(3, 1);
    EXPECT_EQ(connection->run(Request{.kind = DBWAY_R_COPY_IN, .sql = "t", .source = again.abi()}).status,
              DBWAY_ERR_DATA);
    EXPECT_EQ(again.pulls(), 2);
}

TEST_P(ScriptedProviderTest, Notifies) {
    const auto connection = connect();
    connection->run(Request{.kind = DBWAY_R_LISTEN, .sql = "jobs"});
    script.notify("jobs", "payload");
    script.notify("others", "nothing");
    const auto wait = connection->wait_info();
    pollfd descriptor{static_cast<int>(wait.fd), POLLIN, 0};
    EXPECT_EQ(poll(&descriptor, 1, 10'000), 1);
    Event event;
    EXPECT_EQ(connection->next(event), DBWAY_END);
    const auto notes = connection->take_notifications();
    ASSERT_EQ(notes.size(), 1u);
    EXPECT_EQ(notes[0].rows.at(0).at(1), OwnedValue::text("payload"));
}

TEST_P(ScriptedProviderTest, DiesOnDemand) {
    script.on("die", Answer().die());
    const auto connection = connect();
    EXPECT_THROW(connection->query("die"), conformance::CheckFailed);
    EXPECT_EQ(connection->submit({{.sql = "after"}}), DBWAY_ERR_CONNECTION);
    const auto second = connect();
    script.kill_connections();
    Event event;
    EXPECT_EQ(second->next(event), DBWAY_ERR_CONNECTION);
}

TEST_P(ScriptedProviderTest, FailsToOpenAsOftenAsTold) {
    script.fail_open({.status = DBWAY_ERR_AUTH, .message = "wrong password", .sqlstate = "28P01"}, 2);
    EXPECT_THROW(connect(), conformance::CheckFailed);
    EXPECT_THROW(connect(), conformance::CheckFailed);
    EXPECT_NO_THROW(connect());
    EXPECT_EQ(script.opens().size(), 3u);
    EXPECT_EQ(script.open_connections(), 0u);
}

TEST_P(ScriptedProviderTest, MisbehavesOnDemandAndTheObserverSees) {
    using M = Answer::Misbehaviour;
    const std::pair<M, const char*> cases[] = {
        {M::wrong_request_id, conformance::invariant::request_order},
        {M::unknown_event, conformance::invariant::nothing_newer},
        {M::unknown_value_type, conformance::invariant::nothing_newer},
        {M::rows_before_columns, conformance::invariant::announced_once},
        {M::event_after_end, conformance::invariant::one_final},
        {M::changing_column_count, conformance::invariant::announced_once},
        {M::failed_without_report, conformance::invariant::report_before_failed},
        {M::unknown_status, conformance::invariant::nothing_newer}};
    for (const auto& [what, invariant] : cases) {
        ScriptedProvider misbehaving("misbehaving");
        misbehaving.on("x", Answer().misbehave(what).done());
        Environment watched;
        watched.entry = misbehaving.entry();
        watched.settings.nonblocking = GetParam();
        Provider instance(watched);
        Connection connection(instance);
        EXPECT_NO_THROW(connection.query("x"));
        EXPECT_NE(watched.observer.verdict(invariant), "") << static_cast<int>(what);
    }
}

TEST_P(ScriptedProviderTest, NoticesTwoThreadsInOneConnection) {
    const Gate gate;
    script.on("wait", Answer().wait(gate).done());
    if (GetParam()) GTEST_SKIP() << "a non-blocking next() does not stay inside";
    const auto connection = connect();
    std::thread first([&] { connection->query("wait"); });
    EXPECT_TRUE(gate.await_arrival());
    dbway_wait wait{};
    wait.struct_size = sizeof wait;
    connection->api().wait_info(connection->raw(), &wait);
    gate.open();
    first.join();
    EXPECT_THAT(script.misuses(),
                testing::ElementsAre(HasSubstr("wait_info() entered while another thread")));
}

INSTANTIATE_TEST_SUITE_P(Modes, ScriptedProviderTest, testing::Bool(),
                         [](const testing::TestParamInfo<bool>& info) {
                             return info.param ? "nonblocking" : "blocking";
                         });

}  // namespace
}  // namespace dbway::test
