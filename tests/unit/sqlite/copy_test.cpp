// COPY in and out.
#include "raw_connection.hpp"

namespace dbway::test {
namespace {

class SqliteCopy : public ::testing::Test {
  protected:
    void SetUp() override {
        db.must(
            "create table t(id integer primary key, name text not null, made timestamp, twice int generated "
            "always as (id * 2))");
        db.must("create table \"odd \"\"name\"(a, \"b c\")");
    }
    std::int64_t count() { return db.must("select count(*) from t").rows.at(0).at(0).i64; }
    RawConnection db;
};

TEST_F(SqliteCopy, AllColumnsInTheOrderOfTheTable) {
    std::vector<dbway_value> cells;
    std::vector<std::string> names;
    for (int i = 1; i <= 1000; ++i) names.push_back(numbered("n", i));
    for (int i = 1; i <= 1000; ++i) {
        cells.push_back(integer(i));
        cells.push_back(text(names[static_cast<std::size_t>(i) - 1]));
        cells.push_back(i % 2 == 0 ? integer(i, DBWAY_T_TIMESTAMP) : null_value());
    }
    const auto answer = db.copy_in("t", {}, 3, cells);
    ASSERT_TRUE(answer.ok()) << show(answer);
    EXPECT_EQ(answer.affected, 1000);
    EXPECT_EQ(answer.tag, "COPY 1000");
    EXPECT_EQ(answer.tx_state, static_cast<std::uint32_t>(DBWAY_TX_STATE_IDLE));
    const auto back = db.copy_out("t");
    ASSERT_EQ(back.rows.size(), 1000u);
    EXPECT_EQ(back.columns.size(), 4u);
    EXPECT_EQ(back.text(999, 1), "n1000");
    EXPECT_EQ(back.text(999, 2), "1970-01-01 00:00:00.001000");
    EXPECT_EQ(back.text(999, 3), "2000");
}

TEST_F(SqliteCopy, NamedColumnsAndQuotedNames) {
    EXPECT_TRUE(db.copy_in("main.t", {"NAME", "id"}, 2, {text("x"), integer(5)}).ok());
    EXPECT_EQ(db.must("select name from t where id = 5").text(), "x");
    for (const char* table : {"\"odd \"\"name\"", "main.\"odd \"\"name\"", "[main].[odd \"name]"}) {
        const auto answer = db.copy_in(table, {"b c"}, 1, {integer(1)});
        EXPECT_TRUE(answer.ok()) << table << ": " << show(answer);
    }
    EXPECT_EQ(db.copy_out("\"odd \"\"name\"", {"b c"}).rows.size(), 3u);
    EXPECT_EQ(db.copy_out("main.t", {"name"}).text(), "x");
}

TEST_F(SqliteCopy, NoRowsAtAll) {
    const auto answer = db.copy_in("t", {}, 3, {});
    EXPECT_TRUE(answer.ok());
    EXPECT_EQ(answer.affected, 0);
    EXPECT_TRUE(db.copy_out("t").rows.empty());
}

TEST_F(SqliteCopy, MistakesAreNamed) {
    const std::vector<dbway_value> two = {integer(1), text("x")};
    auto answer = db.copy_in("nowhere", {}, 2, two);
    EXPECT_EQ(answer.error.sqlstate, "42P01");
    EXPECT_EQ(answer.error.table, "nowhere");
    answer = db.copy_in("t", {"id", "nothing"}, 2, two);
    EXPECT_EQ(answer.error.sqlstate, "42703");
    EXPECT_EQ(answer.error.column, "nothing");
    answer = db.copy_in("t", {}, 2, two);
    EXPECT_EQ(answer.status, DBWAY_ERR_INVALID);
    EXPECT_NE(answer.error.message.find("3 columns"), std::string::npos) << answer.error.message;
    EXPECT_EQ(db.copy_in("t", {"id", "twice"}, 2, two).status, DBWAY_ERR_INVALID);
    for (const char* name : {"", "t; drop table t", "a.b.c", "select", "'t"})
        EXPECT_FALSE(db.copy_in(name, {}, 2, two).ok()) << name;
    EXPECT_EQ(db.copy_in("t", {}, 3, {}, DBWAY_RF_RAW).status, DBWAY_ERR_UNSUPPORTED);
    EXPECT_EQ(db.copy_out("t", {}, DBWAY_RF_RAW).status, DBWAY_ERR_UNSUPPORTED);
    EXPECT_EQ(db.copy_out("nowhere").error.sqlstate, "42P01");
    EXPECT_EQ(db.copy_out("t", {"nothing"}).error.sqlstate, "42703");
    EXPECT_EQ(count(), 0);
    EXPECT_EQ(db.info().tx_state, static_cast<std::uint32_t>(DBWAY_TX_STATE_IDLE));
}

TEST_F(SqliteCopy, AWrongRowLeavesNothing) {
    const std::vector<dbway_value> cells = {integer(1), text("a"),    integer(2), text("b"),
                                            integer(3), null_value(), integer(4), text("d")};
    const auto answer = db.copy_in("t", {"id", "name"}, 2, cells);
    EXPECT_EQ(answer.error.sqlstate, "23502");
    EXPECT_EQ(answer.error.column, "name");
    EXPECT_EQ(answer.error.context, "row 3 of the COPY_IN");
    EXPECT_EQ(answer.tx_state, static_cast<std::uint32_t>(DBWAY_TX_STATE_IDLE));
    EXPECT_EQ(count(), 0);
}

TEST_F(SqliteCopy, AnAbortedSourceLeavesNothing) {
    const auto answer = db.copy_in("t", {"id", "name"}, 2, {integer(1), text("a")}, 0, DBWAY_ERR_CANCELLED);
    EXPECT_EQ(answer.status, DBWAY_ERR_CANCELLED);
    EXPECT_EQ(count(), 0);
    EXPECT_EQ(answer.tx_state, static_cast<std::uint32_t>(DBWAY_TX_STATE_IDLE));
}

TEST_F(SqliteCopy, InsideATransactionItIsASavepoint) {
    ASSERT_TRUE(db.begin().ok());
    db.must("insert into t(id, name) values (10, 'kept')");
    EXPECT_FALSE(
        db.copy_in("t", {"id", "name"}, 2, {integer(1), text("a"), integer(10), text("twice")}).ok());
    EXPECT_EQ(db.info().tx_state, static_cast<std::uint32_t>(DBWAY_TX_STATE_ACTIVE));
    EXPECT_EQ(count(), 1);
    EXPECT_TRUE(db.copy_in("t", {"id", "name"}, 2, {integer(1), text("a")}).ok());
    EXPECT_EQ(count(), 2);
    EXPECT_TRUE(db.simple(DBWAY_R_ROLLBACK).ok());
    EXPECT_EQ(count(), 0);
}

TEST_F(SqliteCopy, WholeStatements) {
    const auto answer =
        db.copy_in("insert into t(id, name) values ($2, upper($1)) on conflict do nothing", {}, 2,
                   {text("a"), integer(1), text("b"), integer(1), text("c"), integer(2)}, DBWAY_RF_SQL);
    ASSERT_TRUE(answer.ok()) << show(answer);
    EXPECT_EQ(answer.affected, 2);
    EXPECT_EQ(db.copy_out("select name from t order by id desc", {}, DBWAY_RF_SQL).text(), "C");
    EXPECT_EQ(db.copy_in("select $1", {}, 1, {integer(1)}, DBWAY_RF_SQL).status, DBWAY_ERR_INVALID);
    EXPECT_EQ(
        db.copy_in("insert into t(id, name) values ($1, 'x')", {}, 2, {integer(7), integer(8)}, DBWAY_RF_SQL)
            .status,
        DBWAY_ERR_INVALID);
    EXPECT_EQ(db.copy_out("delete from t", {}, DBWAY_RF_SQL).status, DBWAY_ERR_INVALID);
    EXPECT_EQ(count(), 2);
}

TEST(SqliteCopyLock, AnotherWriterIsAConflict) {
    TemporaryDirectory directory;
    const OptionMap options = {{"database", directory.file("x.db")}, {"busy_timeout", "10ms"}};
    RawConnection a(options);
    RawConnection b(options);
    a.must("create table t(a)");
    ASSERT_TRUE(a.begin().ok());
    EXPECT_EQ(b.copy_in("t", {}, 1, {integer(1)}).status, DBWAY_ERR_CONFLICT);
    ASSERT_TRUE(a.simple(DBWAY_R_COMMIT).ok());
    EXPECT_TRUE(b.copy_in("t", {}, 1, {integer(1)}).ok());
}

}  // namespace
}  // namespace dbway::test
