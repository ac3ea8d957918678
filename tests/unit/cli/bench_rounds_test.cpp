#include "cli/bench/rounds.hpp"

#include <dbway/codec.hpp>
#include <dbway/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace dbway::cli::bench {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

// A job whose clock is the script: side i takes `costs[i]` seconds a turn and reads one value a turn.
class ScriptedJob final : public Job {
  public:
    explicit ScriptedJob(std::vector<double> costs) : costs_(std::move(costs)) {}

    std::string name() const override { return "scripted"; }
    std::string unit() const override { return "turn"; }
    const std::vector<std::string>& column_names() const override { return names_; }

    Piece run(std::size_t side, std::uint64_t turns, std::uint64_t first) override {
        if (failing.contains(side)) throw_error(failing.at(side), "it says no");
        order.push_back(side);
        Piece piece(likeness_);
        for (std::uint64_t i = 0; i < turns; ++i) {
            const dbway_value cell =
                detail::make_int(DBWAY_T_I64, static_cast<std::int64_t>(first + i + offset[side]));
            piece.checksum.add_row(&cell, 1);
        }
        piece.items = turns;
        piece.seconds = costs_[side] * static_cast<double>(turns) + delay;
        delay = 0;
        piece.cpu_seconds = piece.seconds / 2;
        return piece;
    }

    std::map<std::size_t, Category> failing;
    std::map<std::size_t, std::uint64_t> offset;  // of the values that a side reads
    std::vector<std::size_t> order;
    double delay = 0;  // of the next piece, in seconds

  private:
    std::vector<double> costs_;
    std::vector<Likeness> likeness_{Likeness::value};
    std::vector<std::string> names_{"number"};
};

TEST(Rounds, begin_with_another_side_each_time) {
    ScriptedJob job({0.01, 0.01, 0.01});
    std::vector<unsigned> announced;
    RoundOptions options{3, 0.1, [&](const Job&, unsigned round, std::size_t side) {
                             if (round == 1 && announced.empty()) job.order.clear();
                             if (round > 0) announced.push_back(static_cast<unsigned>(side));
                         }};
    const JobResult result = run_rounds(job, 3, options);
    EXPECT_THAT(job.order, ElementsAre(1, 2, 0, 2, 0, 1, 0, 1, 2));
    EXPECT_THAT(announced, ElementsAre(1, 2, 0, 2, 0, 1, 0, 1, 2));
    EXPECT_EQ(result.turns, 10u);
    for (const SideResult& side : result.sides) EXPECT_THAT(side.wall, SizeIs(3));
}

TEST(Rounds, compare_the_times_of_an_item) {
    ScriptedJob job({0.001, 0.003});
    const JobResult result = run_rounds(job, 2, {5, 1.0});
    EXPECT_EQ(result.turns, 500u);
    const auto comparison = compare(result.sides[1], result.sides[0]);
    ASSERT_TRUE(comparison.has_value());
    EXPECT_NEAR(comparison->wall.median, 3, 1e-9);
    EXPECT_NEAR(comparison->cpu.median, 3, 1e-9);
    EXPECT_NEAR(quartiles(result.sides[0].wall).median, 1000, 1e-6);
    EXPECT_NEAR(quartiles(result.sides[0].cpu).median, 500, 1e-6);
    EXPECT_EQ(result.sides[0].digest, result.sides[1].digest);
}

TEST(Rounds, are_not_made_short_by_a_busy_moment) {
    ScriptedJob job({0.001});
    job.delay = 0.1;
    EXPECT_EQ(run_rounds(job, 1, {1, 0.2}).turns, 200u);
}

TEST(Rounds, do_not_repeat_what_takes_long) {
    ScriptedJob job({10});
    EXPECT_EQ(run_rounds(job, 1, {2, 0.2}).turns, 1u);
    EXPECT_THAT(job.order, SizeIs(3));
}

TEST(Rounds, refuse_the_figures_of_a_side_that_reads_other_values) {
    ScriptedJob job({0.01, 0.01, 0.01});
    job.offset[1] = 1;
    const JobResult result = run_rounds(job, 3, {2, 0.1});
    EXPECT_EQ(result.sides[0].outcome, Outcome::measured);
    EXPECT_EQ(result.sides[1].outcome, Outcome::refused);
    EXPECT_EQ(result.sides[1].reason, "other values in the column \"number\"");
    EXPECT_EQ(result.sides[2].outcome, Outcome::measured);
    EXPECT_FALSE(compare(result.sides[1], result.sides[0]).has_value());
}

TEST(Rounds, go_on_without_a_side_that_fails_or_cannot) {
    ScriptedJob job({0.01, 0.01, 0.01});
    job.failing[0] = Category::database;
    job.failing[1] = Category::unsupported;
    const JobResult result = run_rounds(job, 3, {2, 0.1});
    EXPECT_EQ(result.sides[0].outcome, Outcome::failed);
    EXPECT_EQ(result.sides[0].reason, "it says no");
    EXPECT_EQ(result.sides[1].outcome, Outcome::unsupported);
    EXPECT_EQ(result.sides[2].outcome, Outcome::measured);
    EXPECT_THAT(result.sides[2].wall, SizeIs(2));
}

TEST(Rounds, end_when_a_statement_is_cancelled) {
    ScriptedJob job({0.01});
    job.failing[0] = Category::cancelled;
    EXPECT_THROW(run_rounds(job, 1, {2, 0.1}), Cancelled);
}

}  // namespace
}  // namespace dbway::cli::bench
