#include "cli/bench/statistics.hpp"

#include "cli/bench/latencies.hpp"

#include <gtest/gtest.h>

#include <array>

namespace dbway::cli::bench {
namespace {

TEST(Quartiles, lie_between_the_values) {
    EXPECT_EQ(quartiles({}), (Quartiles{0, 0, 0}));
    EXPECT_EQ(quartiles({3}), (Quartiles{3, 3, 3}));
    EXPECT_EQ(quartiles({5, 1, 4, 2, 3}), (Quartiles{3, 2, 4}));
    EXPECT_EQ(quartiles({4, 1, 3, 2}), (Quartiles{2.5, 1.75, 3.25}));
}

TEST(Ratios, are_made_within_a_round) {
    // The machine was ten times slower in the second round, for both.
    const std::array<double, 3> side = {2, 20, 2};
    const std::array<double, 3> base = {1, 10, 1};
    EXPECT_EQ(ratios(side, base, 0.001), (Quartiles{2, 2, 2}));
    const std::array<double, 1> one = {5}, nothing = {0};
    EXPECT_EQ(ratios(one, nothing, 0.5), (Quartiles{10, 10, 10}));
}

TEST(TurnsFor, shares_the_time_between_the_sides) {
    const std::array<double, 2> costs = {0.001, 0.003};
    EXPECT_EQ(turns_for(costs, 1.0, 1'000'000), 500u);  // 0.5 s and 1.5 s
    EXPECT_EQ(turns_for(costs, 1.0, 100), 100u);
    const std::array<double, 1> dear = {60};
    EXPECT_EQ(turns_for(dear, 1.0, 100), 1u);
}

TEST(Latencies, are_right_to_a_few_percent) {
    Latencies all, more;
    for (int i = 1; i <= 900; ++i) all.add(100);
    for (int i = 1; i <= 100; ++i) more.add(10'000);
    all.add(more);
    EXPECT_EQ(all.count(), 1000u);
    EXPECT_NEAR(all.quantile(0.5), 100, 2);
    EXPECT_NEAR(all.quantile(0.99), 10'000, 200);
    EXPECT_EQ(Latencies().quantile(0.5), 0);
}

}  // namespace
}  // namespace dbway::cli::bench
