// What the texts of statements and of errors tell, and values as texts; without a server.
#include "parameter.hpp"

#include "unit/sqlite/raw_connection.hpp"

#include <dbway/sdk/mysql_column_notes.hpp>
#include <dbway/sdk/mysql_dialect.hpp>
#include <dbway/sdk/mysql_errors.hpp>
#include <dbway/sdk/mysql_literals.hpp>
#include <dbway/sdk/mysql_statement.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace dbway::mysql {
namespace {

using test::integer;
using test::real;
using test::text;
using test::unsigned_integer;

TEST(MysqlStatementText, FindsTheVerb) {
    EXPECT_EQ(sdk::read_mysql_statement("/* c */ (select 1)").keyword, "SELECT");
    EXPECT_EQ(sdk::read_mysql_statement("with a as (select 1), b as (select 2) select * from a").keyword,
              "SELECT");
    EXPECT_EQ(sdk::read_mysql_statement("with a as (select 1) delete from t").keyword, "DELETE");
    EXPECT_TRUE(sdk::read_mysql_statement("values (1), (2)").yields_rows);
    EXPECT_FALSE(sdk::read_mysql_statement("select 1 into @x").yields_rows);
    EXPECT_TRUE(sdk::read_mysql_statement("select (select 1 into_the_dark)").yields_rows);
    EXPECT_FALSE(sdk::read_mysql_statement("show tables").yields_rows);
    EXPECT_EQ(sdk::read_mysql_statement("").keyword, "");
    EXPECT_EQ(sdk::read_mysql_statement("; select 1").keyword, "");
}

TEST(MysqlStatementText, FindsWhatIsChanged) {
    const sdk::MysqlStatementText insert =
        sdk::read_mysql_statement("insert into `my db`.`t``1` (a, `b c`, \"d\") values (1, '(', 3)");
    EXPECT_EQ(insert.schema, "my db");
    EXPECT_EQ(insert.table, "t`1");
    EXPECT_EQ(insert.columns, (std::vector<std::string>{"a", "b c", "d"}));
    EXPECT_TRUE(insert.plain_insert && insert.changes);
    EXPECT_FALSE(insert.yields_rows);
    EXPECT_FALSE(sdk::read_mysql_statement("insert ignore into t values (1)").plain_insert);
    EXPECT_FALSE(
        sdk::read_mysql_statement("insert into t values (1) on duplicate key update a = 2").plain_insert);
    EXPECT_FALSE(sdk::read_mysql_statement("replace into t values (1)").plain_insert);
    EXPECT_TRUE(sdk::read_mysql_statement("insert into t (select 1)").columns.empty());
    EXPECT_TRUE(sdk::read_mysql_statement("insert into t values (1) returning id").yields_rows);
    EXPECT_EQ(sdk::read_mysql_statement("update low_priority t set a = 1").table, "t");
    EXPECT_EQ(sdk::read_mysql_statement("delete from db.t where 1").schema, "db");
}

TEST(MysqlStatementText, FindsWhatBecomesOfTheTransaction) {
    const auto effect = [](const char* sql) { return sdk::read_mysql_statement(sql).effect; };
    EXPECT_EQ(effect("begin"), sdk::MysqlEffect::begins);
    EXPECT_EQ(effect("START TRANSACTION READ ONLY"), sdk::MysqlEffect::begins);
    EXPECT_EQ(effect("start slave"), sdk::MysqlEffect::none);
    EXPECT_EQ(effect("commit"), sdk::MysqlEffect::ends);
    EXPECT_EQ(effect("rollback work and no chain"), sdk::MysqlEffect::ends);
    EXPECT_EQ(effect("commit and chain"), sdk::MysqlEffect::ends_and_begins);
    EXPECT_EQ(effect("rollback to savepoint a"), sdk::MysqlEffect::none);
    EXPECT_EQ(effect("rollback work to a"), sdk::MysqlEffect::none);
    EXPECT_EQ(effect("create table t (i int)"), sdk::MysqlEffect::commits_first);
    EXPECT_EQ(effect("create or replace table t (i int)"), sdk::MysqlEffect::commits_first);
    EXPECT_EQ(effect("create temporary table t (i int)"), sdk::MysqlEffect::none);
    EXPECT_EQ(effect("drop temporary table t"), sdk::MysqlEffect::none);
    EXPECT_EQ(effect("truncate t"), sdk::MysqlEffect::commits_first);
    EXPECT_EQ(effect("set autocommit = 0"), sdk::MysqlEffect::depends);
    EXPECT_EQ(effect("set @@session.autocommit = 0"), sdk::MysqlEffect::depends);
    EXPECT_EQ(effect("set @autocommit_of_mine = 0"), sdk::MysqlEffect::none);
    EXPECT_EQ(effect("call p()"), sdk::MysqlEffect::depends);
    EXPECT_EQ(effect("select 1"), sdk::MysqlEffect::none);
}

TEST(MysqlStatementText, NamesOfTables) {
    const auto quoted = [](const char* name) { return sdk::parse_mysql_table(name).quoted(); };
    EXPECT_EQ(quoted("t"), "`t`");
    EXPECT_EQ(quoted(" db . `a``b` "), "`db`.`a``b`");
    EXPECT_EQ(quoted("\"Odd \"\"name\""), "`Odd \"name`");
    EXPECT_EQ(sdk::parse_mysql_table("`a``b`.c").schema, "a`b");
    EXPECT_EQ(sdk::parse_mysql_table("`a``b`.c").table, "c");
    for (const char* bad : {"", "a.", ".a", "a.b.c", "a b", "t; drop table x", "t (a)", "1", "'t'", "`a"})
        EXPECT_THROW(sdk::parse_mysql_table(bad), sdk::Failure) << bad;
}

sdk::Diagnostic diagnostic(int code, const char* message) {
    return sdk::make_mysql_diagnostic(code, "HY000", message);
}

TEST(MysqlErrors, CategoriesComeFromNativeCodes) {
    const struct {
        int code;
        dbway_status status;
        const char* sqlstate;
    } expected[] = {{1205, DBWAY_ERR_CONFLICT, "55P03"},   {1213, DBWAY_ERR_CONFLICT, "40P01"},
                    {1290, DBWAY_ERR_PERMISSION, "25006"}, {2006, DBWAY_ERR_CONNECTION, "08006"},
                    {2013, DBWAY_ERR_CONNECTION, "08006"}, {1047, DBWAY_ERR_CONNECTION, "08S01"},
                    {1062, DBWAY_ERR_CONSTRAINT, "23505"}, {1451, DBWAY_ERR_CONSTRAINT, "23503"},
                    {1452, DBWAY_ERR_CONSTRAINT, "23503"}, {1048, DBWAY_ERR_CONSTRAINT, "23502"},
                    {3819, DBWAY_ERR_CONSTRAINT, "23514"}, {4025, DBWAY_ERR_CONSTRAINT, "23514"},
                    {1045, DBWAY_ERR_AUTH, "28P01"},       {1040, DBWAY_ERR_RESOURCE, "53300"},
                    {1317, DBWAY_ERR_CANCELLED, "57014"},  {3024, DBWAY_ERR_CANCELLED, "57014"},
                    {1064, DBWAY_ERR_SYNTAX, "42601"},     {1406, DBWAY_ERR_DATA, "22001"},
                    {9999, DBWAY_ERR_DATABASE, "HY000"}};
    for (const auto& [code, status, sqlstate] : expected) {
        EXPECT_EQ(diagnostic(code, "x").status, status) << code;
        EXPECT_EQ(diagnostic(code, "x").sqlstate, sqlstate) << code;
        EXPECT_EQ(diagnostic(code, "x").native_code, code);
    }
    for (const int code : {1053, 1927, 2006, 2013, 2055, 4031})
        EXPECT_NE(diagnostic(code, "x").flags & DBWAY_DIAG_CONN_DEAD, 0u) << code;
    EXPECT_EQ(diagnostic(1047, "x").flags & DBWAY_DIAG_CONN_DEAD, 0u);
    EXPECT_NE(diagnostic(1213, "x").flags & DBWAY_DIAG_RETRY_TX, 0u);
    EXPECT_NE(diagnostic(1205, "x").flags & DBWAY_DIAG_RETRY_TX, 0u);
    // One that the application raised itself (SIGNAL) keeps its code.
    EXPECT_EQ(sdk::make_mysql_diagnostic(1644, "45000", "mine").sqlstate, "45000");
    EXPECT_EQ(diagnostic(1366, "Incorrect string value: '\\xFF' for column").sqlstate, "22021");
}

TEST(MysqlErrors, NamesComeFromTheMessage) {
    EXPECT_EQ(diagnostic(1062, "Duplicate entry 'for key 'x' in' for key 'child_name'").constraint_name,
              "child_name");
    const auto mysql8 = diagnostic(1062, "Duplicate entry '1' for key 'child.PRIMARY'");
    EXPECT_EQ(mysql8.table_name, "child");
    EXPECT_EQ(mysql8.constraint_name, "PRIMARY");
    const auto foreign = diagnostic(1452,
                                    "Cannot add or update a child row: a foreign key constraint fails "
                                    "(`db`.`child`, CONSTRAINT `child_parent` "
                                    "FOREIGN KEY (`parent_id`) REFERENCES `parent` (`id`))");
    EXPECT_EQ(foreign.schema_name, "db");
    EXPECT_EQ(foreign.table_name, "child");
    EXPECT_EQ(foreign.constraint_name, "child_parent");
    const auto ansi = diagnostic(1451,
                                 "Cannot delete or update a parent row: a foreign key constraint fails "
                                 "(\"db\".\"child\", CONSTRAINT \"child_parent\" "
                                 "FOREIGN KEY (\"parent_id\") REFERENCES \"parent\" (\"id\"))");
    EXPECT_EQ(ansi.schema_name, "db");
    EXPECT_EQ(ansi.table_name, "child");
    EXPECT_EQ(ansi.constraint_name, "child_parent");
    const auto check = diagnostic(4025, "CONSTRAINT `child_age` failed for `db`.`child`");
    EXPECT_EQ(check.constraint_name, "child_age");
    EXPECT_EQ(check.table_name, "child");
    EXPECT_EQ(diagnostic(3819, "Check constraint 'child_age' is violated.").constraint_name, "child_age");
    EXPECT_EQ(diagnostic(1048, "Column 'name' cannot be null").column_name, "name");
    EXPECT_EQ(diagnostic(1364, "Field 'name' doesn't have a default value").column_name, "name");
    EXPECT_EQ(diagnostic(1406, "Data too long for column 'v' at row 1").column_name, "v");
    const auto value = diagnostic(1366, "Incorrect integer value: 'abc' for column `db`.`t`.`i` at row 1");
    EXPECT_EQ(value.table_name, "t");
    EXPECT_EQ(value.column_name, "i");
    EXPECT_EQ(diagnostic(1062, "in another language").constraint_name, "");
}

TEST(MysqlErrors, ThePlaceOfASyntaxError) {
    const auto place = [](const char* near, const std::string& sql) {
        return sdk::find_mysql_error_place(
            "You have an error in your SQL syntax; … near " + std::string(near), sql);
    };
    EXPECT_EQ(place("'selekt 1' at line 1", "selekt 1"), 0u);
    EXPECT_EQ(place("'frm t' at line 2", "select *\nfrm t"), 9u);
    EXPECT_EQ(place("'' at line 1", "select 1 +"), 10u);
    EXPECT_EQ(place("'it''s' x' at line 1", "select 'it''s' x"), 8u);
    EXPECT_EQ(place("'x' at line 1", "x x"), 2u) << "what is quoted goes on to the end";
    EXPECT_EQ(place("'x' at line 1", "x x y"), std::string_view::npos) << "two places are none";
    EXPECT_EQ(sdk::find_mysql_error_place("something else", "select 1"), std::string_view::npos);
}

std::string literal(const dbway_value& value) {
    std::string out;
    sdk::append_mysql_literal(value, out);
    return out;
}

TEST(MysqlParameters, Literals) {
    EXPECT_EQ(literal(test::null_value()), "NULL");
    EXPECT_EQ(literal(integer(1, DBWAY_T_BOOL)), "1");
    EXPECT_EQ(literal(integer(std::numeric_limits<std::int64_t>::min())), "-9223372036854775808");
    EXPECT_EQ(literal(unsigned_integer(std::numeric_limits<std::uint64_t>::max())), "18446744073709551615");
    EXPECT_EQ(literal(real(0.5)), "0.5e0");
    EXPECT_EQ(literal(real(1e300)), "1e+300");
    EXPECT_EQ(literal(text("1.50", DBWAY_T_DECIMAL)), "1.50");
    EXPECT_EQ(literal(text("")), "''");
    EXPECT_EQ(literal(text("it's; -- \"x\"")), "'it''s; -- \"x\"'");
    EXPECT_EQ(literal(text("a\\'b")), "_utf8mb4 X'615c2762'");
    EXPECT_EQ(literal(text(std::string_view("\0\xFF", 2), DBWAY_T_BLOB)), "X'00ff'");
    EXPECT_EQ(literal(integer(0, DBWAY_T_DATE)), "'1970-01-01'");
    EXPECT_EQ(literal(integer(1, DBWAY_T_TIMESTAMPTZ)), "'1970-01-01 00:00:00.000001'");
    EXPECT_EQ(literal(integer(86'400'000'000, DBWAY_T_TIME)), "'24:00:00'");
}

TEST(MysqlParameters, WhatMysqlCannotHaveIsRefused) {
    for (const dbway_value& value :
         {real(std::nan("")), real(std::numeric_limits<double>::infinity()), text("NaN", DBWAY_T_DECIMAL),
          text("-Infinity", DBWAY_T_DECIMAL), text("1e5", DBWAY_T_DECIMAL),
          integer(std::numeric_limits<std::int64_t>::max(), DBWAY_T_DATE),
          integer(std::numeric_limits<std::int64_t>::min(), DBWAY_T_TIMESTAMP),
          integer(2'932'897, DBWAY_T_DATE), integer(-1, DBWAY_T_TIME)})
        try {
            literal(value);
            ADD_FAILURE() << "accepted type " << +value.type;
        } catch (const sdk::Failure& failure) {
            EXPECT_EQ(failure.diagnostic().status, DBWAY_ERR_DATA) << +value.type;
        }
}

TEST(MysqlParameters, QuestionMarksInTextsStay) {
    const dbway_value values[] = {integer(7), text("x?")};
    const std::uint32_t order[] = {2, 1, 2};
    EXPECT_EQ(with_literals("select '?', ?, ? /* ? */, `?`, ?", order, values),
              "select '?',  'x?' ,  7  /* ? */, `?`,  'x?' ");
}

TEST(MysqlDialect, DeclaresColumns) {
    EXPECT_EQ(sdk::mysql_type_name(DBWAY_T_DECIMAL, 10, 2), "decimal(10,2)");
    EXPECT_EQ(sdk::mysql_type_name(DBWAY_T_DECIMAL, -1, -1), "decimal(65,30)");
    EXPECT_EQ(sdk::mysql_type_name(DBWAY_T_DECIMAL, 40, 38), "");
    EXPECT_EQ(sdk::mysql_type_name(DBWAY_T_TIMESTAMP, -1, -1), "datetime(6)");
    EXPECT_EQ(sdk::mysql_type_name(DBWAY_T_ARRAY, DBWAY_T_TEXT, -1), "longtext comment 'dbway:array:6'");
    EXPECT_EQ(sdk::mysql_type_name(DBWAY_T_ARRAY, -1, -1), "");
    EXPECT_EQ(sdk::mysql_type_name(DBWAY_T_NATIVE, -1, -1), "");
}

TEST(MysqlDialect, TransactionsBegin) {
    using testing::ElementsAre;
    const char* const start = "START TRANSACTION";
    EXPECT_THAT(sdk::mysql_begin(0), ElementsAre(start));
    EXPECT_THAT(sdk::mysql_begin(DBWAY_TX_SERIALIZABLE),
                ElementsAre("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", start));
    EXPECT_THAT(sdk::mysql_begin(DBWAY_TX_READ_ONLY), ElementsAre("START TRANSACTION READ ONLY"));
    EXPECT_THAT(sdk::mysql_begin(DBWAY_TX_WRITE_LOCK), ElementsAre("START TRANSACTION READ WRITE"));
    EXPECT_THAT(sdk::mysql_begin(DBWAY_TX_SNAPSHOT | DBWAY_TX_READ_ONLY),
                ElementsAre("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
                            "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"));
}

// The note of a column, by what the catalog says of it.
sdk::MysqlColumnNote note(const char* data_type, const char* comment, bool is_json) {
    const auto catalog = [&](const std::string&) {
        return std::vector<sdk::MysqlTextRow>{{"c", data_type, comment, is_json ? "1" : "0"}};
    };
    const sdk::MysqlColumnNotes notes = sdk::read_mysql_column_notes("db", "t", true, catalog);
    const auto found = notes.find("c");
    return found == notes.end() ? sdk::MysqlColumnNote() : found->second;
}

TEST(MysqlDialect, NotesOfColumnsAreRead) {
    EXPECT_EQ(note("char", "dbway:uuid", false).type, std::uint32_t{DBWAY_T_UUID});
    EXPECT_EQ(note("uuid", "", false).type, std::uint32_t{DBWAY_T_UUID});
    EXPECT_EQ(note("varchar", "dbway:interval", false).type, std::uint32_t{DBWAY_T_INTERVAL});
    EXPECT_EQ(note("longtext", "", true).type, std::uint32_t{DBWAY_T_JSON});
    EXPECT_EQ(note("longtext", "dbway:array:2", false).type, std::uint32_t{DBWAY_T_ARRAY});
    EXPECT_EQ(note("longtext", "dbway:array:2", false).item_type, std::uint32_t{DBWAY_T_I64});
    for (const char* comment : {"", "dbway:array:", "dbway:array:15", "dbway:array:x", "dbway:other"})
        EXPECT_EQ(note("longtext", comment, false).type, std::uint32_t{DBWAY_T_TEXT}) << comment;
}

}  // namespace
}  // namespace dbway::mysql
