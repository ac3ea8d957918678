// Notifications.
#include "unit/host/session_fixture.hpp"

#include <session/listener_state.hpp>

#include <thread>

namespace dbway::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

constexpr auto patience = 10s;

class ListenerNotify : public SessionTest {
  protected:
    // "channel:payload", "gap", or "nothing".
    static std::string next(Listener& listener, std::chrono::nanoseconds timeout = patience) {
        const auto note = listener.next(timeout);
        if (!note) return "nothing";
        return note->gap ? "gap" : note->channel + ":" + note->payload;
    }
};

TEST_F(ListenerNotify, arrive_with_all_they_carry) {
    Source db = open_source();
    Listener listener = db.listen("orders");
    provider.notify("orders", "17", 4711);
    const auto note = listener.next(patience);
    ASSERT_TRUE(note);
    EXPECT_EQ(note->channel, "orders");
    EXPECT_EQ(note->payload, "17");
    EXPECT_EQ(note->sender, 4711);
    EXPECT_FALSE(note->gap);
}

TEST_F(ListenerNotify, keep_their_order) {
    Source db = open_source();
    Listener listener = db.listen("c");
    for (int i = 0; i < 50; ++i) provider.notify("c", std::to_string(i));
    for (int i = 0; i < 50; ++i) ASSERT_EQ(next(listener), "c:" + std::to_string(i));
    EXPECT_EQ(next(listener, 1ms), "nothing");
}

TEST_F(ListenerNotify, end_the_wait_when_they_come) {
    Source db = open_source();
    Listener listener = db.listen("c");
    std::jthread sender([&] { provider.notify("c", "later"); });
    EXPECT_EQ(next(listener), "c:later");
}

TEST_F(ListenerNotify, nothing_within_the_timeout) {
    Source db = open_source();
    Listener listener = db.listen("c");
    EXPECT_EQ(next(listener, 0ns), "nothing");
    EXPECT_EQ(next(listener, -1ns), "nothing");
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(next(listener, 20ms), "nothing");
    EXPECT_GE(std::chrono::steady_clock::now() - begin, 20ms);
    provider.notify("other", "x");
    EXPECT_EQ(next(listener, 1ms), "nothing");
    provider.notify("c", "x");
    EXPECT_EQ(next(listener, 0ns), "c:x") << "what has arrived is given even without waiting";
}

TEST_F(ListenerNotify, stop_ends_the_wait) {
    Source db = open_source();
    Listener listener = db.listen("c");
    std::stop_source stop;
    std::jthread stopper([&] { stop.request_stop(); });
    EXPECT_FALSE(listener.next(std::chrono::hours(24), stop.get_token()));
    stopper.join();
    EXPECT_FALSE(listener.next(std::chrono::hours(24), stop.get_token()));
    provider.notify("c", "x");
    EXPECT_EQ(next(listener), "c:x") << "without the token it goes on";
}

TEST_F(ListenerNotify, several_channels) {
    Source db = open_source();
    Listener listener = db.listen("a");
    listener.add("b");
    listener.add("b");
    EXPECT_EQ(provider.requests(DBWAY_R_LISTEN).size(), 2U);
    provider.notify("b", "1");
    provider.notify("a", "2");
    EXPECT_EQ(next(listener), "b:1");
    EXPECT_EQ(next(listener), "a:2");
    listener.remove("a");
    listener.remove("never there");
    EXPECT_EQ(provider.requests(DBWAY_R_UNLISTEN).size(), 1U);
    provider.notify("a", "3");
    provider.notify("b", "4");
    EXPECT_EQ(next(listener), "b:4");
}

TEST_F(ListenerNotify, that_arrive_between_other_answers_are_kept) {
    Source db = open_source();
    Listener listener = db.listen("a");
    provider.notify("a", "before");
    listener.add("b");  // the notification comes ahead of this answer
    provider.notify("b", "after");
    EXPECT_EQ(next(listener), "a:before");
    EXPECT_EQ(next(listener), "b:after");
}

TEST_F(ListenerNotify, lost_connection_is_found_again_and_the_gap_told) {
    Source db = open_source();
    Listener listener = db.listen("a");
    listener.add("b");
    provider.kill_connections();
    EXPECT_EQ(next(listener), "gap");
    EXPECT_EQ(provider.opens().size(), 2U);
    provider.notify("b", "1");
    provider.notify("a", "2");
    EXPECT_EQ(next(listener), "b:1");
    EXPECT_EQ(next(listener), "a:2");
    EXPECT_EQ(next(listener, 1ms), "nothing") << "one gap, told once";
    EXPECT_EQ(provider.closes(), 1U);
    EXPECT_GE(log.count("listener"), 1U);
}

TEST_F(ListenerNotify, server_that_is_away_for_a_while) {
    Source db = open_source();
    Listener listener = db.listen("a");
    provider.fail_open({DBWAY_ERR_CONNECTION, "connection refused", 0, "08001"}, 3);
    provider.kill_connections();
    EXPECT_EQ(next(listener), "gap");
    EXPECT_EQ(provider.opens().size(), 5U);
    EXPECT_EQ(log.count("connection refused"), 3U);
    provider.notify("a", "back");
    EXPECT_EQ(next(listener), "a:back");
}

TEST_F(ListenerNotify, timeout_and_stop_hold_while_the_server_is_away) {
    Source db = open_source();
    Listener listener = db.listen("a");
    provider.fail_open({DBWAY_ERR_CONNECTION, "connection refused", 0, "08001"}, 1'000'000);
    provider.kill_connections();
    EXPECT_EQ(next(listener, 50ms), "nothing");
    std::stop_source stop;
    std::jthread stopper([&] { stop.request_stop(); });
    EXPECT_FALSE(listener.next(std::chrono::hours(24), stop.get_token()));
}

TEST_F(ListenerNotify, channel_added_to_a_lost_connection) {
    Source db = open_source();
    Listener listener = db.listen("a");
    provider.kill_connections();
    thrown<ConnectionError>([&] { listener.add("b"); });
    EXPECT_EQ(next(listener), "gap");
    listener.add("b");
    provider.notify("b", "1");
    EXPECT_EQ(next(listener), "b:1");
}

TEST_F(ListenerNotify, its_connection_comes_back_without_its_channels) {
    options.pool.max = 1;
    options.pool.acquire_timeout = 20ms;
    provider.on("ok", Answer::ok(1));
    Source db = open_source();
    {
        Listener listener = db.listen("a");
        thrown<PoolTimeout>([&] { db.execute("ok"); });
    }
    EXPECT_EQ(db.execute("ok").affected(), 1);
    EXPECT_EQ(provider.requests(DBWAY_R_UNLISTEN).back().sql, "") << "all of them";
    EXPECT_EQ(provider.opens().size(), 1U);
}

TEST_F(ListenerNotify, channel_that_cannot_be_listened_to) {
    provider.on("secret", Answer::error({DBWAY_ERR_PERMISSION, "not yours", 0, "42501"}));
    Source db = open_source();
    thrown<PermissionDenied>([&] { db.listen("secret"); });
    EXPECT_EQ(db.statistics().idle, 1U);
    Listener listener = db.listen("a");
    thrown<PermissionDenied>([&] { listener.add("secret"); });
    provider.notify("a", "1");
    EXPECT_EQ(next(listener), "a:1");
}

TEST_F(ListenerNotify, connection_that_will_not_stop_listening_is_not_handed_on) {
    provider.on_kind(DBWAY_R_UNLISTEN, Answer::error({DBWAY_ERR_DATABASE, "no", 0, "XX000"}));
    Source db = open_source();
    { Listener listener = db.listen("a"); }
    EXPECT_EQ(db.statistics().open, 0U);
    EXPECT_EQ(provider.closes(), 1U);
}

TEST_F(ListenerNotify, outlives_source_and_host) {
    std::optional<Listener> listener;
    {
        const Host host = open_host();
        listener = host.source("db").listen("a");
    }
    provider.notify("a", "1");
    EXPECT_EQ(next(*listener), "a:1");
    Listener moved = std::move(*listener);
    provider.notify("a", "2");
    EXPECT_EQ(next(moved), "a:2");
}

TEST_F(ListenerNotify, provider_without_them_says_who_has_them) {
    provider.set_caps(DBWAY_CAP_STREAM);
    ScriptedProvider able("able");
    Configuration configuration;
    configuration.file = "test.toml";
    configuration.directory = "/";
    configuration.sources.push_back(options);
    HostOptions host;
    host.linked = {provider.entry(), able.entry()};
    Source db = Host::open(configuration, host).source("db");
    const ErrorDetails error = thrown<Unsupported>([&] { db.listen("a"); });
    EXPECT_EQ(error.source, "db");
    EXPECT_THAT(error.message, HasSubstr("\"scripted\""));
    EXPECT_THAT(error.message, HasSubstr("notify"));
    EXPECT_THAT(error.hint, HasSubstr("able"));
    EXPECT_TRUE(provider.opens().empty());
}

TEST(ReconnectPause, doubles_up_to_its_limit_with_full_jitter) {
    using dbway::detail::reconnect_pause;
    EXPECT_EQ(reconnect_pause(0, 1.0), 100ms);
    EXPECT_EQ(reconnect_pause(1, 1.0), 200ms);
    EXPECT_EQ(reconnect_pause(3, 0.5), 400ms);
    EXPECT_EQ(reconnect_pause(100, 1.0), 10s);
    EXPECT_EQ(reconnect_pause(5, 0.0), 0ms);
}

}  // namespace
}  // namespace dbway::test
