// What a thread waits for a connection with is sent by the one that gives the connection back, where that
// can be done without anybody noticing but by the time it takes.
#include "unit/host/session_fixture.hpp"

#include <future>
#include <thread>

namespace dbway::test {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

class PoolAhead : public SessionTest {
  protected:
    PoolAhead() {
        options.pool.max = 1;
        options.pool.acquire_timeout = 60s;
        provider.on("select", number_table(3));
        provider.on("update", Answer::ok(2));
        provider.on("named $1", Answer::ok(1));
    }
    // Runs `call` on a thread of its own, which has to wait for the only connection; `look` is called when
    // that has just been given back.
    template <typename Call, typename Look>
    auto run_behind(const Source& db, std::optional<Connection>& taken, Call call, Look look) {
        auto result = std::async(std::launch::async, std::move(call));
        EXPECT_TRUE(provider.await([&](const ScriptedProvider&) { return db.statistics().waiting == 1; }));
        provider.forget_seen();
        taken.reset();
        look();
        return result.get();
    }
    template <typename Call>
    auto run_behind(Source& db, Call call) {
        std::optional<Connection> taken = db.connection();
        return run_behind(db, taken, std::move(call), [] {});
    }
    std::size_t executions() const { return provider.requests(DBWAY_R_EXECUTE).size(); }
};

// The thread that waits is seldom awake so soon, and not a hundred times.
TEST_F(PoolAhead, a_prepared_statement_is_on_its_way_when_the_connection_has_been_given_back) {
    Source db = open_source();
    EXPECT_THAT(db.query("select").all<int>(), SizeIs(3));
    EXPECT_EQ(db.execute("update").affected(), 2);
    for (int i = 0; i < 50; ++i) {
        std::optional<Connection> taken = db.connection();
        const auto rows = run_behind(
            db, taken, [&] { return db.query("select").all<int>(); }, [&] { EXPECT_EQ(executions(), 1U); });
        EXPECT_EQ(rows, (std::vector{1, 2, 3}));
        EXPECT_EQ(executions(), 1U) << "and not once more";
        taken = db.connection();
        const auto affected = run_behind(
            db, taken, [&] { return db.execute("update").affected(); },
            [&] {
                ASSERT_EQ(executions(), 1U);
                EXPECT_TRUE((provider.requests(DBWAY_R_EXECUTE)[0].flags & DBWAY_RF_NO_ROWS) != 0);
            });
        EXPECT_EQ(affected, 2);
        EXPECT_EQ(executions(), 1U);
    }
    EXPECT_EQ(db.statistics().opened, 1U);
}

TEST_F(PoolAhead, parameters_go_with_it) {
    Source db = open_source();
    provider.on("select $1", number_table(1));
    EXPECT_EQ(db.query("select $1", std::string("first")).one<int>(), 1);
    EXPECT_EQ(run_behind(db, [&] { return db.query("select $1", std::string(10'000, 'x')).one<int>(); }), 1);
    const auto seen = provider.requests(DBWAY_R_EXECUTE);
    ASSERT_THAT(seen, SizeIs(1));
    EXPECT_EQ(seen[0].params, (std::vector<OwnedRow>{{OwnedValue::text(std::string(10'000, 'x'))}}));
}

TEST_F(PoolAhead, what_is_new_to_the_connection_is_prepared_by_its_own_thread) {
    Source db = open_source();
    EXPECT_THAT(run_behind(db, [&] { return db.query("select").all<int>(); }), SizeIs(3));
    EXPECT_THAT(provider.requests(DBWAY_R_PREPARE), SizeIs(1));
    EXPECT_EQ(executions(), 1U);
}

TEST_F(PoolAhead, a_deadline_goes_along_to_a_provider_that_keeps_it) {
    Gate gate;
    provider.on("slow", {Answer::ok(1), Answer().wait(gate).done(1), Answer::ok(3)});
    options.deadline = 10s;
    Source db = open_source();
    db.execute("slow");
    QueryOptions query;
    query.deadline = 200ms;
    std::optional<Connection> taken = db.connection();
    run_behind(
        db, taken,
        [&] {
            EXPECT_THROW(db.execute(query, "slow"), Timeout);
            return 0;
        },
        [&] {
            ASSERT_EQ(executions(), 1U);
            const std::uint64_t timeout = provider.requests(DBWAY_R_EXECUTE)[0].timeout_ns;
            EXPECT_GT(timeout, 0U);
            EXPECT_LT(timeout, 200'000'000U) << "less the time it has waited";
        });
    taken = db.connection();
    EXPECT_EQ(run_behind(
                  db, taken, [&] { return db.execute("slow").affected(); },
                  [&] {
                      ASSERT_EQ(executions(), 1U);
                      EXPECT_GT(provider.requests(DBWAY_R_EXECUTE)[0].timeout_ns, 0U) << "the source's";
                  }),
              3);
    gate.open();
}

TEST_F(PoolAhead, what_the_host_must_watch_is_sent_by_its_own_thread) {
    provider.set_caps(DBWAY_CAP_STREAM | DBWAY_CAP_PREPARE | DBWAY_CAP_PIPELINE | DBWAY_CAP_CANCEL);
    Gate first, second;
    provider.on("slow", {Answer::ok(1), Answer().wait(first).done(1), Answer().wait(second).done(1)});
    Source db = open_source();
    db.execute("slow");
    QueryOptions query;
    query.deadline = 200ms;
    run_behind(db, [&] {
        EXPECT_THROW(db.execute(query, "slow"), Timeout) << "of a provider without CAP_TIMEOUT";
        return 0;
    });
    query.deadline.reset();
    std::stop_source stop;
    query.stop = stop.get_token();
    run_behind(db, [&] {
        std::jthread stopper([&] {
            EXPECT_TRUE(second.await_arrival());
            stop.request_stop();
        });
        EXPECT_THROW(db.execute(query, "slow"), Cancelled);
        return 0;
    });
    first.open();
    second.open();
}

TEST_F(PoolAhead, an_error_comes_to_who_asked) {
    provider.on("bad", {Answer::ok(0), Answer::error({DBWAY_ERR_CONSTRAINT, "twice", 0, "23505"})});
    Source db = open_source();
    db.execute("bad");
    run_behind(db, [&] {
        EXPECT_EQ(thrown<ConstraintViolation>([&] { db.execute("bad"); }).sqlstate, "23505");
        return 0;
    });
    EXPECT_EQ(db.execute("update").affected(), 2);
    EXPECT_EQ(db.statistics().opened, 1U);
}

TEST_F(PoolAhead, what_the_host_refuses_is_told_to_who_asked) {
    Source db = open_source();
    db.execute("named :a", arg("a", 1));
    run_behind(db, [&] {
        EXPECT_THAT(thrown<Error>([&] { db.execute("named :a", arg("b", 1)); }).message, HasSubstr(":b"));
        return 0;
    });
    EXPECT_EQ(db.execute("named :a", arg("a", 2)).affected(), 1) << "the connection is as good as before";
    EXPECT_EQ(db.statistics().opened, 1U);
}

TEST_F(PoolAhead, a_statement_that_the_server_has_forgotten_runs_again) {
    provider.on("gone", {number_table(1), Answer::error({DBWAY_ERR_SYNTAX, "no such statement", 0, "26000"}),
                         number_table(2)});
    Source db = open_source();
    EXPECT_THAT(db.query("gone").all<int>(), SizeIs(1));
    EXPECT_THAT(run_behind(db, [&] { return db.query("gone").all<int>(); }), SizeIs(2));
}

TEST_F(PoolAhead, a_lost_connection_is_an_error_of_the_statement_on_its_way) {
    provider.on("dies", {Answer::ok(1), Answer().die()});
    Source db = open_source();
    db.execute("dies");
    run_behind(db, [&] {
        const ErrorDetails error = thrown<ConnectionError>([&] { db.execute("dies"); });
        EXPECT_TRUE(error.outcome_unknown);
        return 0;
    });
    EXPECT_EQ(db.execute("update").affected(), 2);
    EXPECT_EQ(db.statistics().opened, 2U);
    EXPECT_EQ(db.statistics().discarded, 1U);
}

TEST_F(PoolAhead, nothing_is_sent_on_a_connection_that_is_too_old) {
    options.pool.max_lifetime = 50ms;
    Source db = open_source();
    db.execute("update");
    std::optional<Connection> taken = db.connection();
    std::this_thread::sleep_for(100ms);
    EXPECT_EQ(run_behind(
                  db, taken, [&] { return db.execute("update").affected(); }, [] {}),
              2);
    EXPECT_EQ(provider.requests("update").size(), 2U) << "PREPARE and EXECUTE on a new one";
    EXPECT_EQ(provider.requests("update").back().connection, 2U);
}

TEST_F(PoolAhead, nor_where_the_provider_does_not_pipeline) {
    provider.set_caps(DBWAY_CAP_STREAM | DBWAY_CAP_PREPARE);
    Source db = open_source();
    db.execute("update");
    int there = 0;
    for (int i = 0; i < 50; ++i) {
        std::optional<Connection> taken = db.connection();
        const auto affected = run_behind(
            db, taken, [&] { return db.execute("update").affected(); },
            [&] { there += executions() != 0 ? 1 : 0; });
        EXPECT_EQ(affected, 2);
    }
    EXPECT_LT(there, 50) << "submit() of such a provider may take its time";
}

TEST_F(PoolAhead, transactions_and_connections_wait_in_the_same_queue) {
    Source db = open_source();
    db.execute("update");
    std::optional<Connection> taken = db.connection();
    std::vector<std::jthread> threads;
    std::atomic<int> done = 0;
    for (int i = 0; i < 12; ++i) {
        threads.emplace_back([&, i] {
            switch (i % 3) {
                case 0:
                    done += db.execute("update").affected() == 2;
                    break;
                case 1:
                    done += db.connection().execute("update").affected() == 2;
                    break;
                default: {
                    Transaction transaction = db.begin();
                    done += transaction.execute("update").affected() == 2;
                    transaction.commit();
                }
            }
        });
        ASSERT_TRUE(provider.await([&](const ScriptedProvider&) {
            return db.statistics().waiting == static_cast<std::uint32_t>(i + 1);
        }));
    }
    taken.reset();
    threads.clear();
    EXPECT_EQ(done, 12);
    EXPECT_EQ(db.statistics().opened, 1U);
}

}  // namespace
}  // namespace dbway::test
