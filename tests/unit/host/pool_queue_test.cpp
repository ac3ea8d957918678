// Who gets a connection, and when.
#include "unit/host/session_fixture.hpp"

#include <atomic>
#include <thread>

namespace dbway::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class PoolQueue : public SessionTest {
  protected:
    PoolQueue() { provider.on("ok", Answer::ok(1)); }
    bool await_waiting(const Source& db, std::uint32_t count) const {
        return provider.await([&](const ScriptedProvider&) { return db.statistics().waiting == count; });
    }
    const Diagnostic refused{DBWAY_ERR_CONNECTION, "connection refused", 0, "08001"};
};

TEST_F(PoolQueue, returned_connection_goes_to_the_longest_waiter) {
    options.pool.max = 1;
    options.pool.acquire_timeout = 60s;
    Source db = open_source();
    std::optional<Connection> taken = db.connection();
    std::vector<std::jthread> threads;
    std::vector<int> order;  // guarded by the one connection there is
    for (int i = 0; i < 50; ++i) {
        threads.emplace_back([&, i] {
            const Connection connection = db.connection();
            order.push_back(i);
        });
        ASSERT_TRUE(await_waiting(db, static_cast<std::uint32_t>(i + 1)));
    }
    taken.reset();
    threads.clear();
    std::vector<int> expected;
    for (int i = 0; i < 50; ++i) expected.push_back(i);
    EXPECT_EQ(order, expected);
    EXPECT_EQ(provider.opens().size(), 1U);
}

TEST_F(PoolQueue, the_most_recently_used_one_is_lent) {
    Source db = open_source();
    std::vector<Connection> all;
    for (int i = 0; i < 3; ++i) all.push_back(db.connection());
    std::vector<std::int64_t> ids;
    for (Connection& connection : all) ids.push_back(connection.info().session_id);
    {
        // Given back in this order: 0, 2, 1.
        Connection last = std::move(all[1]);
        { const Connection first = std::move(all[0]); }
        { const Connection second = std::move(all[2]); }
    }
    Connection a = db.connection();
    Connection b = db.connection();
    Connection c = db.connection();
    EXPECT_THAT((std::vector{a.info().session_id, b.info().session_id, c.info().session_id}),
                ElementsAre(ids[1], ids[2], ids[0]));
    EXPECT_EQ(provider.opens().size(), 3U);
}

TEST_F(PoolQueue, statistics_count) {
    options.pool.max = 2;
    options.pool.acquire_timeout = 20ms;
    Source db = open_source();
    PoolStatistics now = db.statistics();
    EXPECT_EQ(now.open + now.idle + now.opening + now.waiting, 0U);
    {
        const Connection a = db.connection();
        const Connection b = db.connection();
        thrown<PoolTimeout>([&] { db.connection(); });
        now = db.statistics();
        EXPECT_EQ(now.open, 2U);
        EXPECT_EQ(now.idle, 0U);
        EXPECT_EQ(now.acquired, 2U);
        EXPECT_EQ(now.timeouts, 1U);
    }
    db.execute("ok");
    provider.kill_connections();
    thrown<ConnectionError>([&] { db.execute("ok"); });
    now = db.statistics();
    EXPECT_EQ(now.open, 1U);
    EXPECT_EQ(now.idle, 1U);
    EXPECT_EQ(now.opened, 2U);
    EXPECT_EQ(now.acquired, 4U);
    EXPECT_EQ(now.discarded, 1U);
    EXPECT_EQ(now.opening, 0U);
    EXPECT_EQ(now.waiting, 0U);
}

TEST_F(PoolQueue, timeout_tells_what_the_pool_was_doing) {
    options.pool.max = 2;
    options.pool.acquire_timeout = 20ms;
    Source db = open_source();
    const Connection a = db.connection();
    const Connection b = db.connection();
    const ErrorDetails error = thrown<PoolTimeout>([&] { db.execute("ok"); });
    EXPECT_EQ(error.category, Category::pool);
    EXPECT_EQ(error.source, "db");
    EXPECT_TRUE(error.not_executed);
    EXPECT_THAT(error.message, HasSubstr("max 2, open 2, idle 0, opening 0, waiting 0"));
    EXPECT_THAT(error.hint, HasSubstr("pool.max"));
    EXPECT_THAT(error.detail, IsEmpty());
}

TEST_F(PoolQueue, timeout_tells_the_last_failure_to_open_until_one_succeeds) {
    options.pool.max = 1;
    options.pool.acquire_timeout = 20ms;
    Source db = open_source();
    provider.fail_open(refused);
    thrown<ConnectionError>([&] { db.execute("ok"); });
    Gate gate;
    provider.hold_open(gate);
    std::jthread opening([&] { db.execute("ok"); });
    EXPECT_TRUE(gate.await_arrival());
    EXPECT_THAT(thrown<PoolTimeout>([&] { db.execute("ok"); }).detail, HasSubstr("connection refused"));
    gate.open();
    opening.join();
    const Connection taken = db.connection();
    EXPECT_THAT(thrown<PoolTimeout>([&] { db.execute("ok"); }).detail, IsEmpty());
}

TEST_F(PoolQueue, failure_to_open_is_told_as_it_is) {
    options.pool.max = 1;
    Source db = open_source();
    provider.fail_open({DBWAY_ERR_AUTH, "wrong password", 0, "28P01"});
    const ErrorDetails error = thrown<AuthenticationError>([&] { db.execute("ok"); });
    EXPECT_EQ(error.source, "db");
    EXPECT_TRUE(error.not_executed);
    EXPECT_FALSE(error.connection_lost);
    EXPECT_EQ(db.statistics().open, 0U);
    EXPECT_EQ(db.statistics().opening, 0U);
    EXPECT_EQ(db.execute("ok").affected(), 1) << "its place is free again";
}

TEST_F(PoolQueue, failure_to_open_lets_the_next_waiter_try) {
    options.pool.max = 1;
    options.pool.acquire_timeout = 60s;
    Source db = open_source();
    Gate gate;
    provider.hold_open(gate);
    provider.fail_open(refused, 2);
    std::atomic<int> failed = 0;
    std::atomic<int> done = 0;
    std::vector<std::jthread> threads;
    const auto attempt = [&] {
        try {
            db.execute("ok");
            ++done;
        } catch (const ConnectionError&) {
            ++failed;
        }
    };
    threads.emplace_back(attempt);
    EXPECT_TRUE(gate.await_arrival());
    for (std::uint32_t i = 0; i < 4; ++i) {
        threads.emplace_back(attempt);
        ASSERT_TRUE(await_waiting(db, i + 1));
    }
    gate.open();
    threads.clear();
    EXPECT_EQ(failed, 2);
    EXPECT_EQ(done, 3);
    EXPECT_EQ(provider.opens().size(), 3U);
    EXPECT_EQ(db.statistics().waiting, 0U);
}

TEST_F(PoolQueue, lost_connection_gives_its_place_to_a_waiter) {
    options.pool.max = 1;
    options.pool.acquire_timeout = 60s;
    Source db = open_source();
    std::optional<Connection> taken = db.connection();
    std::jthread waiter([&] { EXPECT_EQ(db.execute("ok").affected(), 1); });
    ASSERT_TRUE(await_waiting(db, 1));
    provider.kill_connections();
    thrown<ConnectionError>([&] { taken->ping(); });
    taken.reset();
    waiter.join();
    EXPECT_EQ(provider.opens().size(), 2U);
    EXPECT_EQ(provider.closes(), 1U);
}

TEST_F(PoolQueue, expired_connection_does_not_cost_the_waiter_its_turn) {
    options.pool.max = 1;
    options.pool.acquire_timeout = 60s;
    options.pool.max_lifetime = 1ns;
    Source db = open_source();
    std::optional<Connection> taken = db.connection();
    std::vector<std::jthread> threads;
    std::vector<int> order;
    for (int i = 0; i < 10; ++i) {
        threads.emplace_back([&, i] {
            const Connection connection = db.connection();
            order.push_back(i);
        });
        ASSERT_TRUE(await_waiting(db, static_cast<std::uint32_t>(i + 1)));
    }
    // Longer than the clock's tick, so that it has expired.
    std::this_thread::sleep_for(30ms);
    taken.reset();
    threads.clear();
    EXPECT_THAT(order, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
    EXPECT_EQ(db.execute("ok").affected(), 1) << "however short its life, a new one is lent";
}

TEST_F(PoolQueue, waiter_that_gave_up_is_passed_over) {
    options.pool.max = 1;
    options.pool.acquire_timeout = 60s;
    Source db = open_source();
    std::optional<Connection> taken = db.connection();
    std::stop_source stop;
    QueryOptions query;
    query.stop = stop.get_token();
    std::jthread first([&] { thrown<Cancelled>([&] { db.connection(query); }); });
    ASSERT_TRUE(await_waiting(db, 1));
    std::jthread second([&] { EXPECT_EQ(db.execute("ok").affected(), 1); });
    ASSERT_TRUE(await_waiting(db, 2));
    stop.request_stop();
    first.join();
    EXPECT_EQ(db.statistics().waiting, 1U);
    taken.reset();
}

TEST_F(PoolQueue, options_of_the_source_reach_the_provider) {
    options.read_only = true;
    options.options.emplace_back().key = "database";
    options.options.back().value = Secret("d");
    options.pool.connect_timeout = 3s;
    Source db = open_source();
    db.execute("ok");
    const SeenOpen open = provider.opens().back();
    EXPECT_EQ(open.flags, DBWAY_OPEN_READONLY);
    EXPECT_EQ(open.timeout_ns, 3'000'000'000U);
    EXPECT_THAT(open.options, ElementsAre(::testing::Pair("database", "d")));
}

TEST_F(PoolQueue, connections_outlive_source_and_host) {
    std::optional<Connection> connection;
    {
        const Host host = open_host();
        connection = host.source("db").connection();
    }
    EXPECT_EQ(connection->execute("ok").affected(), 1);
    EXPECT_EQ(provider.destroys(), 0U);
    connection.reset();
    EXPECT_TRUE(provider.await([](const ScriptedProvider& p) { return p.destroys() == 1; }));
    EXPECT_EQ(provider.closes(), 1U);
}

}  // namespace
}  // namespace dbway::test
