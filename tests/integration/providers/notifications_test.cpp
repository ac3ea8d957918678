// LISTEN and NOTIFY.
#include <thread>

#include "provider_test.hpp"

namespace dbway::test {
namespace {

class Notifications : public ProviderTest {
  protected:
    // "channel:payload", "gap" or "nothing".
    static std::string next(Listener& listener, std::chrono::nanoseconds timeout = 20s) {
        const auto note = listener.next(timeout);
        return !note ? "nothing" : note->gap ? "gap" : note->channel + ":" + note->payload;
    }
    void notify(const std::string& channel, const std::string& payload) {
        database().sql("select pg_notify(" + quote_literal(channel) + ", " + quote_literal(payload) + ")");
    }
};

DBWAY_FOR_POSTGRESQL_PROVIDERS(Notifications);

TEST_P(Notifications, ArriveWithAllTheyCarry) {
    Listener listener = db().listen("jobs");
    Connection sender = db().connection();
    sender.execute("select pg_notify($1, $2)", "jobs", "payload ä '\"\\");
    const auto note = listener.next(20s);
    ASSERT_TRUE(note);
    EXPECT_EQ(note->channel, "jobs");
    EXPECT_EQ(note->payload, "payload ä '\"\\");
    EXPECT_EQ(note->sender, sender.info().session_id);
    EXPECT_FALSE(note->gap);
    EXPECT_EQ(next(listener, 10ms), "nothing");
}

TEST_P(Notifications, EndTheWaitOfAnIdleListener) {
    Listener listener = db().listen("jobs");
    std::thread sender([&] {
        std::this_thread::sleep_for(50ms);
        notify("jobs", "later");
    });
    EXPECT_EQ(next(listener), "jobs:later");
    sender.join();
}

TEST_P(Notifications, AThousandInOrder) {
    Listener listener = db().listen("jobs");
    database().sql("select pg_notify('jobs', i::text) from generate_series(1, 1000) i");
    for (int i = 1; i <= 1000; ++i) ASSERT_EQ(next(listener), "jobs:" + std::to_string(i));
}

TEST_P(Notifications, ChannelsWithAnyName) {
    const std::string odd = "Odd \"channel\" Ä";
    Listener listener = db().listen(odd);
    listener.add("lower");
    notify(odd, "1");
    notify("lower", "2");
    notify("LOWER", "not listened to");
    notify("lower", "");
    EXPECT_EQ(next(listener), odd + ":1");
    EXPECT_EQ(next(listener), "lower:2");
    EXPECT_EQ(next(listener), "lower:");
    listener.remove(odd);
    notify(odd, "3");
    notify("lower", "4");
    EXPECT_EQ(next(listener), "lower:4");
}

TEST_P(Notifications, OfATransactionComeWithItsCommit) {
    Listener listener = db().listen("jobs");
    {
        Transaction tx = db().begin();
        tx.execute("select pg_notify('jobs', 'rolled back')");
    }
    Transaction tx = db().begin();
    tx.execute("select pg_notify('jobs', 'committed')");
    EXPECT_EQ(next(listener, 50ms), "nothing");
    tx.commit();
    EXPECT_EQ(next(listener), "jobs:committed");
}

TEST_P(Notifications, TheLongestPayload) {
    Listener listener = db().listen("jobs");
    const std::string payload(7'999, 'x');
    notify("jobs", payload);
    EXPECT_EQ(next(listener), "jobs:" + payload);
}

TEST_P(Notifications, ALostConnectionIsFoundAgainAndTold) {
    Listener listener = db().listen("jobs");
    listener.add("more");
    for (int round = 0; round < 2; ++round) {
        EXPECT_GE(database().terminate_backends(), 1);
        notify("jobs", "while nobody listened");
        EXPECT_EQ(next(listener), "gap");
        notify("jobs", "again");
        notify("more", "as well");
        EXPECT_EQ(next(listener), "jobs:again");
        EXPECT_EQ(next(listener), "more:as well");
    }
}

TEST_P(Notifications, StopEndsTheWait) {
    Listener listener = db().listen("jobs");
    std::stop_source stop;
    std::thread stopper([&] { stop.request_stop(); });
    EXPECT_FALSE(listener.next(1h, stop.get_token()));
    stopper.join();
    notify("jobs", "still listening");
    EXPECT_EQ(next(listener), "jobs:still listening");
}

TEST_P(Notifications, ALaterUserOfTheConnectionHearsNothing) {
    Source source = open("[source.main.pool]\nmax = 1\n");
    { Listener listener = source.listen("jobs"); }
    Connection connection = source.connection();
    EXPECT_EQ(connection.query("select count(*) from pg_listening_channels()").one<int>(), 0);
}

}  // namespace
}  // namespace dbway::test
