#include "cli/bench/report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dbway::cli::bench {
namespace {

using testing::HasSubstr;
using testing::Not;

SideResult measured(double micros) {
    SideResult side;
    side.wall = {micros, micros, micros};
    side.cpu = {micros / 2, micros / 2, micros / 2};
    side.rows_per_second = {1e6 / micros, 1e6 / micros, 1e6 / micros};
    side.items = 100;
    side.rows = 100;
    side.digest = 0xabc;
    return side;
}

SideResult refused() {
    SideResult side;
    side.outcome = Outcome::refused;
    side.reason = "other values in the column \"price\"";
    return side;
}

Report report() {
    Report made;
    made.plan.rounds = 3;
    made.plan.time = std::chrono::milliseconds(300);
    made.machine = {"Linux 6.1", "A|B Processor", 2};
    made.started = "2026-01-02 03:04:05Z";
    made.load_before = made.load_after = 0.25;
    made.sides = {{"pgx", "main", "pgx", "0.1.0", "PostgreSQL 15.8"},
                  {"orm", "main", "orm", "0.1.0", "PostgreSQL 15.8"}};
    made.left_out = {{"sqlite", "it does not know \"url\""}};
    made.table = TableFacts{"shop.orders", "id", 2'000'000, 100'000, 10'000};
    made.notes = {"A note."};
    made.jobs.push_back({"point", "query", 1, 100, {measured(50), measured(75)}});
    JobResult pool{"pool", "query", 8, 100, {measured(10), measured(20)}};
    for (SideResult& side : pool.sides) {
        side.p50 = {90};
        side.p99 = {1234};
        side.fairness = {0.75};
    }
    made.jobs.push_back(pool);
    return made;
}

TEST(BenchReport, numbers_have_the_digits_that_count) {
    EXPECT_EQ(number_text(0.1234), "0.12");
    EXPECT_EQ(number_text(9.996), "10.0");
    EXPECT_EQ(number_text(45.67), "45.7");
    EXPECT_EQ(number_text(99.96), "100");
    EXPECT_EQ(number_text(1234567.8), "1,234,568");
    EXPECT_EQ(spread_text({1.5, 1.25, 2}), "1.50 (1.25–2.00)");
}

TEST(BenchReport, table_has_sides_figures_and_ratios) {
    const std::string text = report_text(report());
    EXPECT_THAT(text, HasSubstr("2026-01-02 03:04:05Z, 3 rounds of 300ms"));
    EXPECT_THAT(text, HasSubstr("pgx: provider pgx 0.1.0, source main, PostgreSQL 15.8 (base)"));
    EXPECT_THAT(text,
                HasSubstr("shop.orders: 2,000,000 rows, of which a scan reads 100,000; 10,000 values of id"));
    EXPECT_THAT(text, HasSubstr("left out  sqlite: it does not know \"url\""));
    EXPECT_THAT(
        text,
        HasSubstr("point, per query  pgx      50.0                 1    25.0                 1      20,000"));
    EXPECT_THAT(text, HasSubstr("orm      75.0  1.50 (1.50–1.50)    37.5  1.50 (1.50–1.50)      13,333"));
    EXPECT_THAT(text, HasSubstr("8              pgx   100,000                 1    90.0   1,234"));
    EXPECT_THAT(text, HasSubstr("2.00 (2.00–2.00)"));
    EXPECT_THAT(text, HasSubstr("A note."));
}

TEST(BenchReport, markdown_escapes_and_repeats_the_job) {
    Report made = report();
    made.plan.format = ReportFormat::markdown;
    made.sides[1].name = "a|b";
    const std::string text = report_text(made);
    EXPECT_THAT(text, HasSubstr("| point, per query | a\\|b | 75.0 | 1.50 (1.50–1.50) |"));
    EXPECT_THAT(text, HasSubstr("|---|---|---:|---:|"));
    EXPECT_THAT(text, HasSubstr("- left out: sqlite: "));
}

TEST(BenchReport, one_side_has_no_ratios) {
    Report made = report();
    made.sides.pop_back();
    for (JobResult& job : made.jobs) job.sides.pop_back();
    EXPECT_THAT(report_text(made), Not(HasSubstr("× ")));
}

TEST(BenchReport, refused_figures_are_not_shown_and_the_run_is_not_ok) {
    Report made = report();
    EXPECT_TRUE(made.ok());
    made.jobs[0].sides[1] = refused();
    EXPECT_FALSE(made.ok());
    const std::string text = report_text(made);
    EXPECT_THAT(text, HasSubstr("refused"));
    EXPECT_THAT(text, HasSubstr("point, orm: refused: other values in the column \"price\""));
    const std::string json = report_json(made);
    EXPECT_THAT(json, HasSubstr("\"outcome\": \"refused\""));
    EXPECT_THAT(json, HasSubstr("other values in the column \\\"price\\\""));
    made.jobs[0].sides[1].outcome = Outcome::unsupported;
    EXPECT_TRUE(made.ok());
    made.refused.push_back({"x", "other rows"});
    EXPECT_FALSE(made.ok());
}

TEST(BenchReport, json_has_each_round) {
    const std::string json = report_json(report());
    EXPECT_THAT(json, HasSubstr("\"base\": \"pgx\""));
    EXPECT_THAT(json, HasSubstr("\"checksum\": \"0000000000000abc\""));
    EXPECT_THAT(json, HasSubstr("\"time\": \"300ms\""));
    EXPECT_THAT(json, HasSubstr("\"threads\": 8"));
    EXPECT_THAT(json, HasSubstr("\"rows_read\": 100000"));
    EXPECT_THAT(json, HasSubstr("\"query\": null"));
}

}  // namespace
}  // namespace dbway::cli::bench
