#include <pool/age.hpp>

#include <gtest/gtest.h>

namespace dbway::detail {
namespace {

using namespace std::chrono_literals;
using Time = CoarseClock::time_point;

TEST(PoolAge, without_a_lifetime_a_connection_never_expires) {
    PoolOptions options;
    options.max_lifetime = 0ns;
    for (const double chance : {0.0, 0.5, 1.0}) EXPECT_EQ(expiry(options, Time(5s), chance), Time::max());
}

TEST(PoolAge, jitter_shortens_the_lifetime_by_its_share) {
    PoolOptions options;
    options.max_lifetime = 1000s;
    options.lifetime_jitter = 0.2;
    EXPECT_EQ(expiry(options, Time(50s), 0.0), Time(1050s));
    EXPECT_EQ(expiry(options, Time(50s), 0.5), Time(950s));
    EXPECT_EQ(expiry(options, Time(50s), 1.0), Time(850s));
    options.lifetime_jitter = 0.0;
    EXPECT_EQ(expiry(options, Time(50s), 1.0), Time(1050s));
    options.lifetime_jitter = 1.0;
    EXPECT_EQ(expiry(options, Time(50s), 1.0), Time(50s));
}

TEST(PoolAge, check_begins_exactly_after_its_time) {
    PoolOptions options;
    options.check_after = 10s;
    EXPECT_FALSE(needs_check(options, 10s - 1ns));
    EXPECT_TRUE(needs_check(options, 10s));
    options.check_after = 0s;
    EXPECT_TRUE(needs_check(options, 0s));
}

TEST(PoolAge, idle_connections_above_the_minimum_are_closed) {
    PoolOptions options;
    options.idle_timeout = 60s;
    options.min = 2;
    EXPECT_FALSE(idle_too_long(options, 60s - 1ns, 3));
    EXPECT_TRUE(idle_too_long(options, 60s, 3));
    EXPECT_FALSE(idle_too_long(options, 1h, 2));
    options.idle_timeout = 0s;
    EXPECT_FALSE(idle_too_long(options, 24h, 3));
}

TEST(PoolAge, coarse_clock_is_steady) {
    const Time before = CoarseClock::now();
    EXPECT_LE(before, CoarseClock::now());
    const auto exact = std::chrono::steady_clock::now().time_since_epoch();
    EXPECT_LT(std::chrono::abs(CoarseClock::now().time_since_epoch() - exact), 10s);
}

}  // namespace
}  // namespace dbway::detail
