// Bulk load and unload, and what a database contains.
#include "mysql_fixture.hpp"

#include <gmock/gmock.h>

namespace dbway::test {
namespace {

class MysqlCopy : public MysqlTest {};

TEST_F(MysqlCopy, RowsLargerThanAStatementAndManySmallOnes) {
    RawConnection db(options());
    db.must("create table t(i bigint primary key, s longtext)");
    const std::string large(2'000'000, 'x');
    std::vector<dbway_value> cells;
    for (std::int64_t i = 0; i < 5; ++i) {
        cells.push_back(integer(i));
        cells.push_back(text(large));
    }
    for (std::int64_t i = 5; i < 20'005; ++i) {
        cells.push_back(integer(i));
        cells.push_back(text("it's \\ small"));
    }
    const auto answer = db.copy_in("t", {"i", "s"}, 2, cells);
    ASSERT_TRUE(answer.ok()) << show(answer);
    EXPECT_EQ(answer.affected, 20'005);
    EXPECT_EQ(answer.tag, "COPY 20005");
    EXPECT_EQ(value("select sum(length(s)) from t"), std::to_string(5 * 2'000'000 + 20'000 * 12));
    const auto out = db.copy_out("t");
    ASSERT_TRUE(out.ok()) << show(out);
    EXPECT_EQ(out.rows.size(), 20'005u);
}

TEST_F(MysqlCopy, ARowThatIsRefusedIsNamedAndNothingStays) {
    RawConnection db(options());
    db.must("create table t(i tinyint)");
    const auto answer = db.copy_in("t", {"i"}, 1, {integer(1), integer(2), integer(300), integer(4)});
    EXPECT_EQ(answer.error.sqlstate, "22003");
    EXPECT_EQ(answer.error.context, "row 3 of the COPY_IN");
    EXPECT_EQ(answer.tx_state, std::uint32_t{DBWAY_TX_STATE_IDLE});
    EXPECT_EQ(value("select count(*) from t"), "0");
    const auto nan = db.copy_in("t", {"i"}, 1, {integer(1), real(0.0 / 0.0)});
    EXPECT_EQ(nan.status, DBWAY_ERR_DATA);
    EXPECT_EQ(nan.error.context, "row 2 of the COPY_IN");
    // Inside a transaction the rows before it stay.
    ASSERT_TRUE(db.begin().ok());
    db.must("insert into t values (1)");
    EXPECT_FALSE(db.copy_in("t", {"i"}, 1, {integer(2), integer(300)}).ok());
    EXPECT_TRUE(db.copy_in("t", {"i"}, 1, {integer(3)}).ok());
    ASSERT_TRUE(db.simple(DBWAY_R_COMMIT).ok());
    EXPECT_EQ(value("select group_concat(i order by i) from t"), "1,3");
}

// Blocks of many rows go as parameters, few rows as text: the table is the same.
TEST_F(MysqlCopy, BlocksAreStoredAsRowsAre) {
    RawConnection db(options());
    const std::vector<std::string> columns{"i", "u", "n", "f", "s", "b", "t", "d", "e", "z"};
    const std::string table =
        "(i int primary key, u bigint unsigned, n decimal(30, 4), f double, s text, b blob, t datetime(6), d "
        "date, "
        "e enum('x', 'y'), z int)";
    std::vector<std::string> texts;
    texts.reserve(2'000);
    for (int i = 0; i < 2'000; ++i) texts.push_back("it's \\ \xc3\xa4 " + std::to_string(i));
    std::vector<dbway_value> cells;
    for (int i = 0; i < 2'000; ++i) {
        const std::string& own = texts[static_cast<std::size_t>(i)];
        cells.push_back(integer(i));
        cells.push_back(i % 700 == 650 ? unsigned_integer(UINT64_MAX) : integer(i));
        cells.push_back(i % 3 == 0 ? text("-1234567890123456789012345.6789", DBWAY_T_DECIMAL) : integer(-i));
        cells.push_back(i % 5 == 0 ? null_value() : real(i / 7.0));
        cells.push_back(i % 7 == 0 ? text("") : text(own));
        // Blobs do not go in blocks.
        cells.push_back(i < 1'500 ? null_value() : text(own, DBWAY_T_BLOB));
        cells.push_back(integer(1'700'000'000'123'456 + i, DBWAY_T_TIMESTAMP));
        cells.push_back(integer(i, DBWAY_T_DATE));
        cells.push_back(text(i % 2 == 0 ? "x" : "y"));
        cells.push_back(i < 1'000 ? null_value() : integer(-i));
    }
    for (const char* name : {"a", "b"}) {
        db.must("create table " + std::string(name) + table);
        const auto answer = db.copy_in(name, columns, 10, cells);
        ASSERT_TRUE(answer.ok()) << show(answer);
        EXPECT_EQ(answer.affected, 2'000);
        EXPECT_EQ(answer.tag, "COPY 2000");
        db.block_rows = 199;
    }
    EXPECT_EQ(
        value("select count(*) from a join b using (i) where a.u <=> b.u and a.n <=> b.n and a.f <=> b.f and "
              "a.s <=> b.s and a.b <=> b.b and a.t <=> b.t and a.d <=> b.d and a.e <=> b.e and a.z <=> b.z"),
        "2000");
    EXPECT_EQ(value("select count(*) from a where u = 18446744073709551615"), "2");
}

TEST_F(MysqlCopy, ARowOfABlockThatIsRefusedIsNamed) {
    RawConnection db(options());
    db.block_rows = 100;
    db.must("create table t(i tinyint, f double)");
    std::vector<dbway_value> cells;
    for (int i = 0; i < 1'000; ++i) {
        cells.push_back(integer(i % 100));
        cells.push_back(real(i));
    }
    ASSERT_TRUE(db.copy_in("t", {"i", "f"}, 2, cells).ok());
    const auto refused = [&](std::size_t row, dbway_value cell) {
        std::vector<dbway_value> wrong = cells;
        wrong[2 * (row - 1)] = cell;
        const auto answer = db.copy_in("t", {"i", "f"}, 2, wrong);
        EXPECT_EQ(answer.tx_state, std::uint32_t{DBWAY_TX_STATE_IDLE});
        EXPECT_EQ(value("select count(*) from t"), "1000");
        return answer.error.context + ": " + answer.error.sqlstate;
    };
    EXPECT_EQ(refused(743, integer(300)), "row 743 of the COPY_IN: 22003");
    EXPECT_EQ(refused(50, integer(300)), "row 50 of the COPY_IN: 22003");
    EXPECT_THAT(refused(999, real(0.0 / 0.0)), testing::StartsWith("row 999 of the COPY_IN: "));
}

TEST_F(MysqlCopy, ByAStatementOfItsOwn) {
    RawConnection db(options());
    db.must("create table t(i int primary key, s text)");
    const auto copy = [&](const char* sql, const std::vector<dbway_value>& cells) {
        return db.copy_in(sql, {}, 2, cells, DBWAY_RF_SQL);
    };
    const char* upsert = "insert into t values ($1, $2) on duplicate key update s = $2";
    const auto answer = copy(upsert, {integer(1), text("a"), integer(1), text("b")});
    ASSERT_TRUE(answer.ok()) << show(answer);
    EXPECT_EQ(value("select s from t"), "b");
    EXPECT_EQ(copy("select $1, $2", {integer(1), text("a")}).status, DBWAY_ERR_INVALID);
    EXPECT_EQ(copy("delete from t where i = $1", {integer(1), text("a")}).status, DBWAY_ERR_INVALID);
    EXPECT_EQ(copy("insert into missing values ($1, $2)", {integer(1), text("a")}).error.sqlstate, "42P01");
}

TEST_F(MysqlCopy, OutOfATableKeepsFloats) {
    RawConnection db(options());
    db.must("create table t(`odd name` float, i int)");
    ASSERT_TRUE(db.query("insert into t values ($1, 1)", {real(1.2345678f)}).ok());
    const auto answer = db.copy_out("t", {"odd name"});
    ASSERT_TRUE(answer.ok()) << show(answer);
    EXPECT_EQ(answer.columns[0].name, "odd name");
    EXPECT_EQ(answer.rows[0][0].f64, static_cast<double>(1.2345678f));
    EXPECT_EQ(db.copy_out("no_such_table").error.sqlstate, "42P01");
    EXPECT_EQ(db.copy_out("t; drop table t").status, DBWAY_ERR_INVALID);
}

TEST_F(MysqlCopy, TheSchema) {
    RawConnection db(options());
    db.must(
        "create table p(id int auto_increment primary key, j json, d int default 7, g int as (d + 1) stored, "
        "v "
        "varchar(9) default 'x' comment 'c')");
    db.must("create view w as select id from p");
    const auto tables = db.schema(DBWAY_SCHEMA_TABLES, {database().name()});
    ASSERT_EQ(tables.rows.size(), 2u) << show(tables);
    EXPECT_EQ(tables.text(0, 2), "table");
    EXPECT_EQ(tables.text(1, 2), "view");
    EXPECT_THAT(tables.text(1, 3), testing::HasSubstr("select"));
    const auto columns = db.schema(DBWAY_SCHEMA_COLUMNS, {database().name(), "p"});
    ASSERT_EQ(columns.rows.size(), 5u) << show(columns);
    EXPECT_EQ(columns.text(0, 6), "AUTO_INCREMENT");
    EXPECT_EQ(columns.text(0, 7), "1");
    EXPECT_EQ(columns.type(1, 6), std::uint32_t{DBWAY_T_NULL});
    EXPECT_EQ(columns.text(2, 6), "7");
    EXPECT_EQ(columns.text(3, 8), "true");
    EXPECT_EQ(columns.text(4, 6), "'x'");
    EXPECT_TRUE(db.schema(DBWAY_SCHEMA_COLUMNS, {"it's \\ none"}).rows.empty());
    EXPECT_EQ(db.schema(99).status, DBWAY_ERR_UNSUPPORTED);
}

}  // namespace
}  // namespace dbway::test
