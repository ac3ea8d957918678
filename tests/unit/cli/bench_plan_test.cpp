#include "cli/bench/plan.hpp"

#include "cli/bench/read_only.hpp"
#include "cli/exit_code.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dbway::cli::bench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

BenchArguments parse(std::vector<const char*> words) {
    words.insert(words.begin(), {"dbway", "bench"});
    return std::get<BenchArguments>(parse_arguments(static_cast<int>(words.size()), words.data()));
}

Plan plan(std::vector<const char*> words) { return make_plan(parse(std::move(words))); }

std::string refusal(std::vector<const char*> words) {
    try {
        plan(std::move(words));
    } catch (const UsageError& error) {
        return error.what();
    }
    return "accepted";
}

TEST(BenchPlan, takes_lists_with_commas_and_repeated_flags) {
    const BenchArguments arguments =
        parse({"-s",     "a",    "-s", "b",      "--providers", "pgx,pq",   "--table", "t",
               "--base", "b/pq", "-c", "x.toml", "--dir",       "d",        "--query", "select $1, $2",
               "-p",     "1,2",  "-p", "x",      "--types",     "text,text"});
    EXPECT_THAT(arguments.sources, ElementsAre("a", "b"));
    EXPECT_THAT(arguments.providers, ElementsAre("pgx", "pq"));
    EXPECT_THAT(arguments.parameters, ElementsAre("1,2", "x"));
    EXPECT_THAT(arguments.types, ElementsAre("text", "text"));
    EXPECT_EQ(arguments.base, "b/pq");
    EXPECT_EQ(arguments.common.configuration, "x.toml");
    EXPECT_THAT(arguments.common.directories, ElementsAre("d"));
}

TEST(BenchPlan, runs_all_that_is_possible_and_writes_only_when_told) {
    using enum JobKind;
    EXPECT_THAT(plan({"--table", "t"}).jobs, ElementsAre(connect, point, batch, scan, transaction, pool));
    EXPECT_THAT(plan({"--query", "select 1"}).jobs, ElementsAre(connect, query, pool));
    EXPECT_THAT(plan({"--table", "t", "--write"}).jobs,
                ElementsAre(connect, point, batch, scan, transaction, pool, insert));
    EXPECT_THAT(plan({"--table", "t", "--query", "select 1", "--jobs", "query,scan,query"}).jobs,
                ElementsAre(scan, query));
    EXPECT_THAT(plan({"--jobs", "connect"}).jobs, ElementsAre(connect));
}

TEST(BenchPlan, reads_times_rounds_threads_and_formats) {
    const Plan made = plan({"--table", "t", "--rounds", "3", "--time", "1s", "--threads", "8,2,8", "--json"});
    EXPECT_EQ(made.rounds, 3u);
    EXPECT_EQ(made.time, std::chrono::seconds(1));
    EXPECT_THAT(made.threads, ElementsAre(2u, 8u));
    EXPECT_EQ(made.format, ReportFormat::json);
    EXPECT_EQ(plan({"--table", "t", "--format", "markdown"}).format, ReportFormat::markdown);
    EXPECT_THAT(plan({"--table", "t"}).threads, ElementsAre(1u, 8u, 64u));
}

TEST(BenchPlan, needs_a_key_only_for_what_asks_by_it) {
    EXPECT_TRUE(plan({"--table", "t"}).needs_key(true));
    EXPECT_FALSE(plan({"--table", "t", "--jobs", "scan,connect"}).needs_key(true));
    EXPECT_FALSE(plan({"--query", "select 1"}).needs_key(false));
}

TEST(BenchPlan, says_what_does_not_go_together) {
    EXPECT_THAT(refusal({}), HasSubstr("--table TABLE"));
    EXPECT_THAT(refusal({"--table", "t", "--jobs", "insert"}), HasSubstr("--write"));
    EXPECT_THAT(refusal({"--query", "select 1", "--jobs", "scan"}), HasSubstr("needs --table"));
    EXPECT_THAT(refusal({"--query", "select 1", "--write"}), HasSubstr("--write needs --table"));
    EXPECT_THAT(refusal({"--table", "t", "--jobs", "query"}), HasSubstr("needs --query"));
    EXPECT_THAT(refusal({"--table", "t", "--jobs", "scann"}), HasSubstr("did you mean \"scan\"?"));
    EXPECT_THAT(refusal({"--table", "t", "-p", "1"}), HasSubstr("-p gives values"));
    EXPECT_THAT(refusal({"--query", "select 1", "--key", "id"}), HasSubstr("--key"));
    EXPECT_THAT(refusal({"--table", "t", "--threads", "0"}), HasSubstr("from 1 to 1024"));
    EXPECT_THAT(refusal({"--table", "t", "--threads", "2x"}), HasSubstr("\"2x\""));
    EXPECT_THAT(refusal({"--table", "t", "--time", "5"}), HasSubstr("--time"));
    EXPECT_THAT(refusal({"--table", "t", "--rounds", "0"}), HasSubstr("--rounds"));
    EXPECT_THAT(refusal({"--table", "t", "--rows", "0"}), HasSubstr("--rows"));
    EXPECT_THAT(refusal({"--table", "t", "--format", "csv"}), HasSubstr("markdown"));
    EXPECT_THAT(refusal({"--table", "t", "--jobs", "connect"}), HasSubstr("reads nothing"));
}

TEST(OnlyReads, knows_statements_that_write) {
    const auto reads = [](std::string_view sql) { return only_reads(sql, sdk::Dialect::postgresql); };
    EXPECT_TRUE(reads("select replace(name, 'into', 'delete') from t"));
    EXPECT_TRUE(reads("-- all\n(select 1) union (select 2)"));
    EXPECT_TRUE(reads("with a as (select 1) select \"update\" from a"));
    EXPECT_TRUE(reads("VALUES (1)"));
    EXPECT_FALSE(reads("delete from t"));
    EXPECT_FALSE(reads("with gone as (delete from t returning id) select * from gone"));
    EXPECT_FALSE(reads("select * into copy from t"));
    EXPECT_FALSE(reads("select * from t for update"));
    EXPECT_FALSE(reads("explain analyze select 1"));
    EXPECT_FALSE(reads("  "));
}

}  // namespace
}  // namespace dbway::cli::bench
