#include <session/timer.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <vector>

namespace dbway::detail {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 10s;

TEST(Timer, calls_in_the_order_of_the_times) {
    Timer timer;
    std::promise<void> done;
    std::vector<int> order;
    const auto now = Timer::Clock::now();
    timer.schedule(now + 30ms, [&] {
        order.push_back(3);
        done.set_value();
    });
    timer.schedule(now + 20ms, [&] { order.push_back(2); });
    timer.schedule(now + 10ms, [&] { order.push_back(1); });
    ASSERT_EQ(done.get_future().wait_for(patience), std::future_status::ready);
    EXPECT_EQ(order, (std::vector{1, 2, 3}));
}

TEST(Timer, never_calls_early) {
    Timer timer;
    std::promise<Timer::Clock::time_point> called;
    const auto at = Timer::Clock::now() + 20ms;
    timer.schedule(at, [&] { called.set_value(Timer::Clock::now()); });
    auto future = called.get_future();
    ASSERT_EQ(future.wait_for(patience), std::future_status::ready);
    EXPECT_GE(future.get(), at);
}

TEST(Timer, equal_times_are_all_called) {
    Timer timer;
    std::atomic<int> calls = 0;
    std::promise<void> done;
    const auto at = Timer::Clock::now();
    for (int i = 0; i < 100; ++i)
        timer.schedule(at, [&] {
            if (++calls == 100) done.set_value();
        });
    EXPECT_EQ(done.get_future().wait_for(patience), std::future_status::ready);
}

TEST(Timer, cancelled_is_not_called) {
    Timer timer;
    std::promise<void> later;
    std::atomic<bool> called = false;
    const auto key = timer.schedule(Timer::Clock::now() + 20ms, [&] { called = true; });
    timer.cancel(key);
    timer.cancel(key);
    timer.schedule(Timer::Clock::now() + 40ms, [&] { later.set_value(); });
    ASSERT_EQ(later.get_future().wait_for(patience), std::future_status::ready);
    EXPECT_FALSE(called);
}

TEST(Timer, cancel_waits_for_a_running_call) {
    Timer timer;
    std::promise<void> running;
    std::promise<void> go_on;
    std::atomic<bool> ended = false;
    const auto key = timer.schedule(Timer::Clock::now(), [&] {
        running.set_value();
        go_on.get_future().wait();
        ended = true;
    });
    running.get_future().wait();
    auto cancelling = std::async(std::launch::async, [&] {
        timer.cancel(key);
        return ended.load();
    });
    EXPECT_EQ(cancelling.wait_for(20ms), std::future_status::timeout);
    go_on.set_value();
    EXPECT_TRUE(cancelling.get());
}

TEST(Timer, function_may_cancel_itself_and_schedule_others) {
    Timer timer;
    std::promise<void> done;
    Timer::Key key;
    std::promise<void> known;
    key = timer.schedule(Timer::Clock::now() + 5ms, [&] {
        known.get_future().wait();
        timer.cancel(key);
        timer.schedule(Timer::Clock::now(), [&] { done.set_value(); });
    });
    known.set_value();
    EXPECT_EQ(done.get_future().wait_for(patience), std::future_status::ready);
}

TEST(Timer, unused_or_with_entries_of_the_future_it_ends) {
    { const Timer unused; }
    Timer timer;
    timer.schedule(Timer::Clock::time_point::max(), [] { FAIL(); });
    timer.schedule(Timer::Clock::now() + 24h, [] { FAIL(); });
}

TEST(Timer, may_be_destroyed_by_its_own_function) {
    std::promise<void> done;
    auto timer = std::make_shared<Timer>();
    Timer& plain = *timer;
    std::promise<void> released;
    plain.schedule(Timer::Clock::now(), [last = timer, &released, &done]() mutable {
        released.get_future().wait();
        last.reset();
        done.set_value();
    });
    timer.reset();
    released.set_value();
    EXPECT_EQ(done.get_future().wait_for(patience), std::future_status::ready);
}

}  // namespace
}  // namespace dbway::detail
