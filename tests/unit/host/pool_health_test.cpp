// Connections that are dead, dirty, old, idle or forgotten.
#include "unit/host/session_fixture.hpp"

#include <thread>

namespace dbway::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class PoolHealth : public SessionTest {
  protected:
    PoolHealth() {
        options.pool.max = 1;
        provider.on("ok", Answer::ok(1));
        provider.on("rows", number_table(1000));
    }
    std::size_t count(std::uint32_t kind) const { return provider.requests(kind).size(); }
};

TEST_F(PoolHealth, dead_idle_connection_is_replaced_without_a_round_trip) {
    options.pool.check_after = 0s;
    options.pool.max = 3;
    Source db = open_source();
    {
        std::vector<Connection> all;
        for (int i = 0; i < 3; ++i) all.push_back(db.connection());
    }
    provider.kill_connections();
    EXPECT_EQ(db.execute("ok").affected(), 1);
    EXPECT_EQ(provider.opens().size(), 4U);
    EXPECT_EQ(provider.closes(), 3U) << "the other dead ones were found on the way";
    EXPECT_EQ(db.statistics().open, 1U);
    EXPECT_EQ(db.statistics().discarded, 3U);
    EXPECT_EQ(count(DBWAY_R_PING), 0U);
    EXPECT_EQ(count(DBWAY_R_PREPARE) + count(DBWAY_R_EXECUTE), provider.requests().size());
}

TEST_F(PoolHealth, living_idle_connection_is_kept) {
    options.pool.check_after = 0s;
    Source db = open_source();
    for (int i = 0; i < 5; ++i) EXPECT_EQ(db.execute("ok").affected(), 1);
    EXPECT_EQ(provider.opens().size(), 1U);
}

TEST_F(PoolHealth, open_transaction_is_rolled_back) {
    Source db = open_source();
    provider.on("begin by hand", Answer().tx_state(DBWAY_TX_STATE_ACTIVE).done());
    db.connection().execute("begin by hand");
    EXPECT_EQ(count(DBWAY_R_ROLLBACK), 1U);
    EXPECT_FALSE(db.connection().in_transaction());
    EXPECT_EQ(provider.opens().size(), 1U);
    provider.on("fail by hand",
                Answer().tx_state(DBWAY_TX_STATE_FAILED).failed({DBWAY_ERR_DATA, "bad", 0, "22012"}));
    thrown<DataError>([&] { db.execute("fail by hand"); });
    EXPECT_EQ(count(DBWAY_R_ROLLBACK), 2U);
    EXPECT_FALSE(db.connection().in_transaction());
}

TEST_F(PoolHealth, unread_rows_are_discarded) {
    Source db = open_source();
    std::optional<Rows> rows;
    {
        Connection connection = db.connection();
        rows = connection.query("rows");
        (void)rows->begin();
    }
    EXPECT_EQ(db.execute("ok").affected(), 1);
    EXPECT_EQ(provider.discards(), 1U);
    EXPECT_EQ(provider.opens().size(), 1U);
}

TEST_F(PoolHealth, what_cannot_be_cleaned_is_closed) {
    Source db = open_source();
    provider.on("begin by hand", Answer().tx_state(DBWAY_TX_STATE_ACTIVE).done());
    provider.on_kind(DBWAY_R_ROLLBACK, Answer::error({DBWAY_ERR_DATABASE, "cannot", 0, "XX000"}));
    db.connection().execute("begin by hand");
    EXPECT_EQ(provider.closes(), 1U);
    EXPECT_EQ(db.statistics().open, 0U);
    EXPECT_EQ(db.statistics().discarded, 1U);
    EXPECT_EQ(db.execute("ok").affected(), 1);
    EXPECT_EQ(provider.opens().size(), 2U);
}

TEST_F(PoolHealth, still_in_a_transaction_after_its_rollback_is_closed) {
    Source db = open_source();
    provider.on("begin by hand", Answer().tx_state(DBWAY_TX_STATE_ACTIVE).done());
    provider.on_kind(DBWAY_R_ROLLBACK,
                     Answer().event([](dbway_event& event) { event.kind = DBWAY_E_COLUMNS; }).die());
    db.connection().execute("begin by hand");
    EXPECT_EQ(provider.closes(), 1U);
    EXPECT_EQ(db.statistics().open, 0U);
}

TEST_F(PoolHealth, notification_on_an_idle_connection_is_no_damage) {
    options.pool.check_after = 0s;
    Source db = open_source();
    provider.on("listen by hand", Answer::ok());
    {
        Listener listener = db.listen("c");
        provider.notify("c", "1");
    }
    EXPECT_EQ(db.execute("ok").affected(), 1);
    EXPECT_EQ(provider.opens().size(), 1U);
}

TEST_F(PoolHealth, minimum_is_kept_open) {
    options.pool.min = 2;
    options.pool.max = 4;
    Source db = open_source();
    EXPECT_TRUE(provider.await([&](const ScriptedProvider&) { return db.statistics().idle == 2; }));
    EXPECT_EQ(provider.opens().size(), 2U);
    EXPECT_EQ(db.statistics().acquired, 0U) << "nobody asked for them";
    {
        std::vector<Connection> all;
        for (int i = 0; i < 4; ++i) all.push_back(db.connection());
        EXPECT_EQ(provider.opens().size(), 4U);
    }
    EXPECT_EQ(db.statistics().idle, 4U);
}

TEST_F(PoolHealth, minimum_that_cannot_be_opened_is_logged_and_tried_again) {
    options.pool.min = 1;
    provider.fail_open({DBWAY_ERR_CONNECTION, "connection refused", 0, "08001"});
    Source db = open_source();
    EXPECT_TRUE(provider.await([&](const ScriptedProvider&) { return db.statistics().idle == 1; }));
    EXPECT_EQ(log.count("connection refused"), 1U);
}

TEST_F(PoolHealth, idle_connections_are_closed_down_to_the_minimum) {
    options.pool.min = 1;
    options.pool.max = 4;
    options.pool.idle_timeout = 1ms;
    Source db = open_source();
    {
        std::vector<Connection> all;
        for (int i = 0; i < 4; ++i) all.push_back(db.connection());
    }
    EXPECT_TRUE(provider.await([&](const ScriptedProvider&) { return db.statistics().open == 1; }));
    EXPECT_TRUE(provider.await([&](const ScriptedProvider& p) { return p.open_connections() == 1; }));
    EXPECT_EQ(db.execute("ok").affected(), 1);
}

TEST_F(PoolHealth, old_connections_are_replaced_when_they_are_next_lent) {
    options.pool.max_lifetime = 1ms;
    options.pool.lifetime_jitter = 0;
    Source db = open_source();
    db.execute("ok");
    std::this_thread::sleep_for(30ms);
    db.execute("ok");
    EXPECT_GE(provider.opens().size(), 2U);
    EXPECT_GE(provider.closes(), 1U);
    EXPECT_LE(provider.open_connections(), 1U);
}

TEST_F(PoolHealth, forgotten_connection_is_reported_once) {
    options.pool.max = 2;
    options.pool.leak_after = 1ms;
    Source db = open_source();
    std::optional<Connection> forgotten = db.connection();
    EXPECT_TRUE(provider.await([&](const ScriptedProvider&) { return log.count("lent for longer") != 0; }));
    EXPECT_EQ(log.count("source \"db\": 1 connection(s) lent for longer than 1 ms"), 1U);
    std::this_thread::sleep_for(1200ms);  // housekeeping looks again each second
    EXPECT_EQ(log.count("lent for longer"), 1U);
    forgotten.reset();
    EXPECT_EQ(db.execute("ok").affected(), 1);
}

TEST_F(PoolHealth, bulk_load_forgotten_on_a_connection) {
    Source db = open_source();
    {
        Connection connection = db.connection();
        CopyIn copy = connection.copy_in("t", {"a"});
        copy.row(1);
    }
    EXPECT_EQ(db.execute("ok").affected(), 1);
    EXPECT_EQ(provider.opens().size(), 1U);
}

}  // namespace
}  // namespace dbway::test
