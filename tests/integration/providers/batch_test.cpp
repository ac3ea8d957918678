// Several statements sent together.
#include "provider_test.hpp"

namespace dbway::test {
namespace {

class Batches : public ProviderTest {
  protected:
    void SetUp() override {
        ProviderTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        db().execute("create table t (i bigint primary key, s " + type(DBWAY_T_TEXT) + ")");
    }
};

DBWAY_FOR_ALL_PROVIDERS(Batches);

TEST_P(Batches, EachStatementHasItsResult) {
    Batch batch;
    batch.add("insert into t values ($1, $2)", 1, "one")
        .add("insert into t values ($1, $2)", 2, "two")
        .add("select i, s from t order by i")
        .add("update t set s = s || '!'")
        .add("select s from t where i = $1", 2);
    BatchResults results = db().run(batch);
    ASSERT_EQ(results.size(), 5u);
    EXPECT_EQ(results[0].affected(), 1);
    EXPECT_EQ((results[2].rows().all<std::tuple<int, std::string>>()),
              (std::vector<std::tuple<int, std::string>>{{1, "one"}, {2, "two"}}));
    EXPECT_EQ(results[3].affected(), 2);
    EXPECT_EQ(results[4].rows().one<std::string>(), "two!");
}

TEST_P(Batches, AFailureIsNamedAndLeavesNothingOfTheBatch) {
    Batch batch;
    batch.add("insert into t values (1, 'a')")
        .add("insert into t values (2, 'b')")
        .add("insert into t values (1, 'again')")
        .add("insert into t values (3, 'c')");
    const Error error = error_of([&] { db().run(batch); });
    EXPECT_EQ(error.sqlstate(), "23505") << error.what();
    EXPECT_EQ(error.batch_index(), 2);
    EXPECT_EQ(count("t"), 0);
}

TEST_P(Batches, IndependentStatementsRunWhateverBecomesOfTheOthers) {
    Batch batch;
    batch.add("insert into t values (1, 'a')")
        .add("insert into t values (1, 'again')")
        .add("selekt")
        .add("insert into t values ($1, 'b')", 2)
        .add("insert into no_such_table values (1)")
        .add("select count(*) from t")
        .independent();
    BatchResults results = db().run(batch);
    ASSERT_EQ(results.size(), 6u);
    const bool failed[] = {false, true, true, false, true, false};
    for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(results[i].failed(), failed[i]) << "statement " << i;
    EXPECT_THROW(results[1].rows(), UniqueViolation);
    EXPECT_THROW(results[2].rows(), SyntaxError);
    EXPECT_EQ(results[5].rows().one<int>(), 2);
}

TEST_P(Batches, InATransactionAllOrNothing) {
    Batch batch;
    batch.add("insert into t values (1, 'a')").add("insert into t values (1, 'again')");
    EXPECT_THROW(db().transaction([&](Transaction& tx) { tx.run(batch); }), UniqueViolation);
    EXPECT_EQ(count("t"), 0);
}

TEST_P(Batches, ManyStatementsWithLargeParametersAndResults) {
    constexpr int n = 10'000;
    const std::string text(1'000, 'x');
    Batch batch;
    for (int i = 0; i < n; ++i) batch.add("insert into t values ($1, $2) returning s", i, text);
    const auto run = [&](Transaction& tx) {
        BatchResults results = tx.run(batch);
        ASSERT_EQ(results.size(), static_cast<std::size_t>(n));
        for (BatchResult& result : results) ASSERT_EQ(result.rows().one<std::string>(), text);
    };
    db().transaction(run);
    EXPECT_EQ(count("t"), n);
}

TEST_P(Batches, AnEmptyBatchAndABatchThatRunsTwice) {
    EXPECT_TRUE(db().run(Batch()).empty());
    Batch batch;
    batch.add("insert into t select count(*), 'x' from t");
    db().run(batch);
    db().run(batch);
    EXPECT_EQ(count("t"), 2);
}

TEST_P(Batches, TheConnectionIsCleanAfterAFailure) {
    Connection connection = db().connection();
    Batch batch;
    batch.add("select 1").add("selekt").add("select 2");
    for (int i = 0; i < 5; ++i) {
        EXPECT_THROW(connection.run(batch), SyntaxError);
        EXPECT_EQ(connection.query("select 40 + $1 * 1", i).one<int>(), 40 + i);
    }
}

}  // namespace
}  // namespace dbway::test
