// Batches: one submit, a chain or not, and what becomes of each statement.
#include "unit/host/session_fixture.hpp"

namespace dbway::test {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class BatchRun : public SessionTest {
  protected:
    BatchRun() {
        provider.on("update", Answer::ok(1));
        provider.on("add $1", Answer::ok(2));
        provider.on("rows", number_table(600));
        provider.on("bad", Answer::error({DBWAY_ERR_CONSTRAINT, "twice", 0, "23505"}));
    }
    void expect_one_submit() {
        for (const SeenRequest& seen : provider.requests())
            EXPECT_EQ(seen.submit, provider.requests()[0].submit);
    }
    static Category category(const BatchResult& result) {
        try {
            if (result.failed()) std::rethrow_exception(result.error());
        } catch (const Error& error) {
            return error.category();
        }
        return Category::database;
    }
};

TEST_F(BatchRun, all_statements_go_out_in_one_submit) {
    Source db = open_source();
    Batch batch;
    batch.add("update").add("add $1", 5).add("rows").add("update");
    EXPECT_EQ(batch.size(), 4U);
    BatchResults results = db.run(batch);
    ASSERT_EQ(results.size(), 4U);
    expect_one_submit();
    EXPECT_EQ(results[0].affected(), 1);
    EXPECT_EQ(results[1].affected(), 2);
    EXPECT_EQ(results[2].rows().all<int>().size(), 600U);
    EXPECT_EQ(results[3].affected(), 1);
}

TEST_F(BatchRun, a_batch_of_which_the_host_refuses_all_sends_nothing) {
    options.statement_cache = 0;
    Source db = open_source();
    QueryOptions bounded;
    bounded.deadline = 10s;
    bounded.stop = std::stop_source().get_token();
    BatchResults results = db.run(bounded, Batch().independent().add("select :a", arg("b", 1)));
    ASSERT_EQ(results.size(), 1U);
    EXPECT_EQ(thrown<InvalidUse>([&] { results[0].rows(); }).batch_index, 0);
    EXPECT_TRUE(provider.requests().empty());
    EXPECT_EQ(db.execute("update").affected(), 1);
}

TEST_F(BatchRun, empty_batch_does_nothing) {
    Source db = open_source();
    EXPECT_TRUE(db.run(Batch()).empty());
    EXPECT_TRUE(provider.requests().empty());
}

TEST_F(BatchRun, first_failure_stops_the_rest) {
    Source db = open_source();
    const ErrorDetails error = thrown<UniqueViolation>(
        [&] { db.run(Batch().add("update").add("update").add("bad").add("add $1", 1).add("update")); });
    EXPECT_EQ(error.batch_index, 2);
    EXPECT_THAT(error.message, HasSubstr("statement 3 of the batch: twice"));
    EXPECT_EQ(error.source, "db");
    const auto seen = provider.requests();
    std::size_t chain = 0;
    while (chain < seen.size() && seen[chain].kind != DBWAY_R_COMMIT)
        EXPECT_NE(seen[chain++].flags & DBWAY_RF_CHAIN, 0U) << "the server never sees what follows a failure";
    EXPECT_EQ(seen.front().kind, DBWAY_R_BEGIN);
    EXPECT_EQ(provider.requests(DBWAY_R_ROLLBACK).size(), 1U) << "nothing of a failed batch stays";
    EXPECT_EQ(db.execute("update").affected(), 1);
    EXPECT_EQ(provider.opens().size(), 1U);
}

TEST_F(BatchRun, independent_statements_run_whatever_becomes_of_the_others) {
    Source db = open_source();
    BatchResults results = db.run(Batch().independent().add("bad").add("update").add("bad").add("rows"));
    ASSERT_EQ(results.size(), 4U);
    EXPECT_TRUE(results[0].failed());
    EXPECT_EQ(category(results[0]), Category::constraint);
    EXPECT_EQ(results[0].affected(), -1);
    EXPECT_EQ(thrown<UniqueViolation>([&] { results[2].rows(); }).batch_index, 2);
    EXPECT_EQ(results[1].affected(), 1);
    EXPECT_EQ(results[3].rows().all<int>().size(), 600U);
    expect_one_submit();
}

TEST_F(BatchRun, one_text_is_prepared_once) {
    Source db = open_source();
    Batch batch;
    for (int i = 0; i < 50; ++i) batch.add("add $1", i);
    db.run(batch);
    EXPECT_EQ(provider.requests(DBWAY_R_PREPARE).size(), 1U);
    const auto executes = provider.requests(DBWAY_R_EXECUTE);
    ASSERT_EQ(executes.size(), 50U);
    for (int i = 0; i < 50; ++i)
        EXPECT_EQ(executes[static_cast<std::size_t>(i)].params[0][0], OwnedValue::i64(i));
    provider.forget_seen();
    db.run(batch);
    EXPECT_TRUE(provider.requests(DBWAY_R_PREPARE).empty());
    expect_one_submit();
}

TEST_F(BatchRun, failing_prepare_stops_the_chain) {
    provider.on_match(
        [](const SeenRequest& seen) { return seen.kind == DBWAY_R_PREPARE && seen.sql == "nonsense"; },
        {Answer::error({DBWAY_ERR_SYNTAX, "what?", 0, "42601", 0, 3})});
    Source db = open_source();
    const ErrorDetails error =
        thrown<SyntaxError>([&] { db.run(Batch().add("update").add("nonsense").add("add $1", 1)); });
    EXPECT_EQ(error.batch_index, 1);
    EXPECT_EQ(error.position, 3U);
    // Neither the bad one nor those behind it are believed to be prepared.
    EXPECT_EQ(db.execute("add $1", 1).affected(), 2);
    EXPECT_EQ(thrown<SyntaxError>([&] { db.execute("nonsense"); }).sqlstate, "42601");
    EXPECT_EQ(provider.opens().size(), 1U);
}

TEST_F(BatchRun, failing_prepare_of_independent_statements) {
    provider.on_match(
        [](const SeenRequest& seen) { return seen.kind == DBWAY_R_PREPARE && seen.sql == "nonsense"; },
        {Answer::error({DBWAY_ERR_SYNTAX, "what?", 0, "42601"})});
    Source db = open_source();
    BatchResults results =
        db.run(Batch().independent().add("nonsense").add("update").add("nonsense").add("add $1", 1));
    EXPECT_EQ(category(results[0]), Category::syntax);
    EXPECT_EQ(results[1].affected(), 1);
    EXPECT_EQ(thrown<SyntaxError>([&] { results[2].rows(); }).batch_index, 2)
        << "the cause, not that it was missing";
    EXPECT_EQ(results[3].affected(), 2);
}

TEST_F(BatchRun, named_parameters) {
    provider.on("f($1, $2)", Answer::ok(3));
    for (const std::uint32_t cache : {256U, 0U}) {
        options.statement_cache = cache;
        Source db = open_source();
        provider.forget_seen();
        Batch batch;
        batch.add("f(:a, :b)", arg("b", 2), arg("a", "x")).add("f(:a, :b)", arg("a", "y"), arg("b", 3));
        EXPECT_EQ(db.run(batch)[1].affected(), 3);
        const auto seen = provider.requests(cache != 0 ? DBWAY_R_EXECUTE : DBWAY_R_QUERY);
        ASSERT_EQ(seen.size(), 2U);
        EXPECT_THAT(seen[0].params[0], ElementsAre(OwnedValue::text("x"), OwnedValue::i64(2)));
        EXPECT_THAT(seen[1].params[0], ElementsAre(OwnedValue::text("y"), OwnedValue::i64(3)));
    }
}

TEST_F(BatchRun, wrong_names_are_told_before_anything_is_sent) {
    Source db = open_source();
    EXPECT_THAT(thrown<InvalidUse>([&] { db.run(Batch().add("update").add("g(:a)", arg("b", 1))); }).message,
                HasSubstr(":b"));
    EXPECT_TRUE(provider.requests().empty());
    EXPECT_EQ(db.execute("update").affected(), 1) << "`update` is not believed to be prepared";
    provider.on("g($1)", Answer::ok(9));
    EXPECT_EQ(db.execute("g(:a)", arg("a", 1)).affected(), 9);
}

TEST_F(BatchRun, one_text_by_position_and_by_name) {
    provider.on("f(:a)", Answer::ok(1));
    provider.on("f($1)", Answer::ok(2));
    Source db = open_source();
    BatchResults results = db.run(Batch().add("f(:a)", 1).add("f(:a)", arg("a", 2)).add("f(:a)", 3));
    EXPECT_EQ(results[0].affected(), 1);
    EXPECT_EQ(results[1].affected(), 2);
    EXPECT_EQ(results[2].affected(), 1);
}

TEST_F(BatchRun, more_statements_than_the_cache_has_room_for) {
    options.statement_cache = 4;
    Source db = open_source();
    Batch batch;
    for (int i = 0; i < 60; ++i) {
        const std::string sql = "s" + std::to_string(i);
        provider.on(sql, Answer::ok(i));
        batch.add(sql);
    }
    for (int round = 0; round < 3; ++round) {
        const BatchResults results = db.run(batch);
        for (int i = 0; i < 60; ++i) ASSERT_EQ(results[static_cast<std::size_t>(i)].affected(), i);
    }
    // Whatever was prepared and is not in the cache any more was given up.
    for (int i = 0; i < 8; ++i) db.execute("s" + std::to_string(i));
    db.execute("s7");
    EXPECT_LE(provider.requests(DBWAY_R_PREPARE).size() - provider.requests(DBWAY_R_UNPREPARE).size(), 4U);
}

TEST_F(BatchRun, evictions_before_and_by_a_batch_are_all_told) {
    options.statement_cache = 4;
    Source db = open_source();
    std::size_t prepared = 0;
    for (int round = 0; round < 20; ++round) {
        for (int i = 0; i < 3; ++i) {
            const std::string sql = "r" + std::to_string(round) + "s" + std::to_string(i);
            provider.on(sql, Answer::ok());
            db.execute(sql);
        }
        Batch batch;
        for (int i = 0; i < 2; ++i) {
            const std::string sql = "b" + std::to_string(round) + "s" + std::to_string(i);
            provider.on(sql, Answer::ok());
            batch.add(sql);
        }
        db.run(batch);
        prepared = provider.requests(DBWAY_R_PREPARE).size();
    }
    db.execute("update");
    db.execute("update");
    EXPECT_LE(prepared + 1 - provider.requests(DBWAY_R_UNPREPARE).size(), 4U);
}

TEST_F(BatchRun, forgotten_statement_is_prepared_again_by_the_next_run) {
    provider.on("q", {Answer::ok(1), Answer::error({DBWAY_ERR_INVALID, "no such statement", 0, "26000"}),
                      Answer::ok(3)});
    Source db = open_source();
    Batch batch;
    batch.add("q");
    db.run(batch);
    thrown<InvalidUse>([&] { db.run(batch); });
    EXPECT_EQ(db.run(batch)[0].affected(), 3);
    EXPECT_EQ(provider.requests(DBWAY_R_PREPARE).size(), 2U);
}

TEST_F(BatchRun, results_are_read_later_and_in_any_order) {
    std::optional<BatchResults> results;
    {
        Source db = open_source();
        results = db.run(Batch().add("rows").add("update").add("rows"));
        EXPECT_EQ(db.statistics().idle, 1U) << "the connection is free";
    }
    BatchResult last = std::move((*results)[2]);
    Rows rows = std::move(last.rows());
    auto at = rows.begin();
    EXPECT_EQ((*at).get<int>(0), 1);
    ++at;
    EXPECT_EQ((*results)[0].rows().all<int>().size(), 600U);
    Rows moved = std::move(rows);
    EXPECT_EQ((*moved.begin()).get<int>(0), 2);
    std::size_t rest = 0;
    for (const Row row : moved) rest += row.size();
    EXPECT_EQ(rest, 599U);
    EXPECT_EQ((*results)[1].rows().columns().size(), 0U);
}

TEST_F(BatchRun, rows_have_their_columns) {
    provider.on("wide", Answer::table({integer("id"), text("name")},
                                      {{OwnedValue::i64(1), OwnedValue::text("ann")}}));
    provider.on("empty", Answer::table({}, std::vector<OwnedRow>(5)));
    Source db = open_source();
    for (const bool prepare : {true, false}) {
        QueryOptions query;
        query.prepare = prepare;
        BatchResults results = db.run(query, Batch().add("wide").add("empty").add("wide"));
        for (const std::size_t i : {0U, 2U}) {
            EXPECT_EQ(results[i].rows().columns()[1].name, "name");
            EXPECT_EQ((results[i].rows().one<std::tuple<int, std::string>>()), std::tuple(1, "ann"));
        }
        std::size_t count = 0;
        for (const Row row : results[1].rows()) count += row.size() == 0;
        EXPECT_EQ(count, 5U);
    }
}

TEST_F(BatchRun, inside_a_transaction) {
    provider.set_fail_transaction_on_error(true);
    Source db = open_source();
    db.transaction([](Transaction& transaction) {
        EXPECT_EQ(transaction.run(Batch().add("update").add("rows")).size(), 2U);
        thrown<UniqueViolation>(
            [&] { transaction.savepoint([&] { transaction.run(Batch().add("bad").add("update")); }); });
    });
    EXPECT_EQ(provider.requests(DBWAY_R_COMMIT).size(), 1U);
}

TEST_F(BatchRun, lost_connection) {
    provider.on("lost", Answer().die());
    Source db = open_source();
    const ErrorDetails error =
        thrown<ConnectionError>([&] { db.run(Batch().add("update").add("lost").add("update")); });
    EXPECT_TRUE(error.connection_lost);
    EXPECT_EQ(db.run(Batch().add("update")).size(), 1U);
    EXPECT_EQ(provider.opens().size(), 2U);
}

TEST_F(BatchRun, values_are_copied_and_a_batch_runs_again) {
    Source db = open_source();
    Batch batch;
    {
        std::string value(100, 'v');
        const std::vector<std::string> items{std::string(50, 'i')};
        batch.add("add $1", value).add("add $1", items).add("add $1", Interval{1, 2, 3});
        value.assign(100, 'w');
    }
    for (int round = 0; round < 2; ++round) {
        provider.forget_seen();
        db.run(batch);
        const auto seen = provider.requests(DBWAY_R_EXECUTE);
        EXPECT_EQ(seen[0].params[0][0], OwnedValue::text(std::string(100, 'v')));
        EXPECT_EQ(seen[1].params[0][0], OwnedValue::array({OwnedValue::text(std::string(50, 'i'))}));
        EXPECT_EQ(seen[2].params[0][0], OwnedValue::interval_of(1, 2, 3));
    }
    batch.clear();
    EXPECT_TRUE(batch.empty());
}

}  // namespace
}  // namespace dbway::test
