// What the texts of statements and of errors tell, and values as texts; without a server.
#include "column_notes.hpp"
#include "dialect.hpp"
#include "errors.hpp"
#include "parameter.hpp"
#include "statement_text.hpp"

#include "unit/sqlite/raw_connection.hpp"

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
    EXPECT_EQ(read_statement_text("/* c */ (select 1)").keyword, "SELECT");
    EXPECT_EQ(read_statement_text("with a as (select 1), b as (select 2) select * from a").keyword, "SELECT");
    EXPECT_EQ(read_statement_text("with a as (select 1) delete from t").keyword, "DELETE");
    EXPECT_TRUE(read_statement_text("values (1), (2)").yields_rows);
    EXPECT_FALSE(read_statement_text("select 1 into @x").yields_rows);
    EXPECT_TRUE(read_statement_text("select (select 1 into_the_dark)").yields_rows);
    EXPECT_FALSE(read_statement_text("show tables").yields_rows);
    EXPECT_EQ(read_statement_text("").keyword, "");
    EXPECT_EQ(read_statement_text("; select 1").keyword, "");
}

TEST(MysqlStatementText, FindsWhatIsChanged) {
    const StatementText insert =
        read_statement_text("insert into `my db`.`t``1` (a, `b c`, \"d\") values (1, '(', 3)");
    EXPECT_EQ(insert.schema, "my db");
    EXPECT_EQ(insert.table, "t`1");
    EXPECT_EQ(insert.columns, (std::vector<std::string>{"a", "b c", "d"}));
    EXPECT_TRUE(insert.plain_insert && insert.changes);
    EXPECT_FALSE(insert.yields_rows);
    EXPECT_FALSE(read_statement_text("insert ignore into t values (1)").plain_insert);
    EXPECT_FALSE(read_statement_text("insert into t values (1) on duplicate key update a = 2").plain_insert);
    EXPECT_FALSE(read_statement_text("replace into t values (1)").plain_insert);
    EXPECT_TRUE(read_statement_text("insert into t (select 1)").columns.empty());
    EXPECT_TRUE(read_statement_text("insert into t values (1) returning id").yields_rows);
    EXPECT_EQ(read_statement_text("update low_priority t set a = 1").table, "t");
    EXPECT_EQ(read_statement_text("delete from db.t where 1").schema, "db");
}

TEST(MysqlStatementText, FindsWhatBecomesOfTheTransaction) {
    const auto effect = [](const char* sql) { return read_statement_text(sql).effect; };
    EXPECT_EQ(effect("begin"), Effect::begins);
    EXPECT_EQ(effect("START TRANSACTION READ ONLY"), Effect::begins);
    EXPECT_EQ(effect("start slave"), Effect::none);
    EXPECT_EQ(effect("commit"), Effect::ends);
    EXPECT_EQ(effect("rollback work and no chain"), Effect::ends);
    EXPECT_EQ(effect("commit and chain"), Effect::ends_and_begins);
    EXPECT_EQ(effect("rollback to savepoint a"), Effect::none);
    EXPECT_EQ(effect("rollback work to a"), Effect::none);
    EXPECT_EQ(effect("create table t (i int)"), Effect::commits_first);
    EXPECT_EQ(effect("create or replace table t (i int)"), Effect::commits_first);
    EXPECT_EQ(effect("create temporary table t (i int)"), Effect::none);
    EXPECT_EQ(effect("drop temporary table t"), Effect::none);
    EXPECT_EQ(effect("truncate t"), Effect::commits_first);
    EXPECT_EQ(effect("set autocommit = 0"), Effect::depends);
    EXPECT_EQ(effect("set @@session.autocommit = 0"), Effect::depends);
    EXPECT_EQ(effect("set @autocommit_of_mine = 0"), Effect::none);
    EXPECT_EQ(effect("call p()"), Effect::depends);
    EXPECT_EQ(effect("select 1"), Effect::none);
}

TEST(MysqlStatementText, NamesOfTables) {
    EXPECT_EQ(quote_table("t"), "`t`");
    EXPECT_EQ(quote_table(" db . `a``b` "), "`db`.`a``b`");
    EXPECT_EQ(quote_table("\"Odd \"\"name\""), "`Odd \"name`");
    for (const char* bad : {"", "a.b.c", "t; drop table x", "t (a)", "1", "'t'", "`a"})
        EXPECT_THROW(quote_table(bad), sdk::Failure) << bad;
}

sdk::Diagnostic diagnostic(int code, const char* message) { return make_diagnostic(code, "HY000", message); }

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
    EXPECT_EQ(make_diagnostic(1644, "45000", "mine").sqlstate, "45000");
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
        return find_error_place("You have an error in your SQL syntax; … near " + std::string(near), sql);
    };
    EXPECT_EQ(place("'selekt 1' at line 1", "selekt 1"), 0u);
    EXPECT_EQ(place("'frm t' at line 2", "select *\nfrm t"), 9u);
    EXPECT_EQ(place("'' at line 1", "select 1 +"), 10u);
    EXPECT_EQ(place("'it''s' x' at line 1", "select 'it''s' x"), 8u);
    EXPECT_EQ(place("'x' at line 1", "x x"), 2u) << "what is quoted goes on to the end";
    EXPECT_EQ(place("'x' at line 1", "x x y"), std::string_view::npos) << "two places are none";
    EXPECT_EQ(find_error_place("something else", "select 1"), std::string_view::npos);
}

std::string literal(const dbway_value& value) {
    std::string out;
    append_literal(value, out);
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
    EXPECT_EQ(type_name(DBWAY_T_DECIMAL, 10, 2), "decimal(10,2)");
    EXPECT_EQ(type_name(DBWAY_T_DECIMAL, -1, -1), "decimal(65,30)");
    EXPECT_EQ(type_name(DBWAY_T_DECIMAL, 40, 38), "");
    EXPECT_EQ(type_name(DBWAY_T_TIMESTAMP, -1, -1), "datetime(6)");
    EXPECT_EQ(type_name(DBWAY_T_ARRAY, DBWAY_T_TEXT, -1), "longtext comment 'dbway:array:6'");
    EXPECT_EQ(type_name(DBWAY_T_ARRAY, -1, -1), "");
    EXPECT_EQ(type_name(DBWAY_T_NATIVE, -1, -1), "");
}

TEST(MysqlDialect, NotesOfColumnsAreRead) {
    EXPECT_EQ(read_note("char", "dbway:uuid", false).kind, CellKind::uuid);
    EXPECT_EQ(read_note("uuid", "", false).kind, CellKind::uuid);
    EXPECT_EQ(read_note("longtext", "", true).kind, CellKind::json);
    EXPECT_EQ(read_note("longtext", "dbway:array:2", false).item_type, std::uint32_t{DBWAY_T_I64});
    for (const char* comment : {"", "dbway:array:", "dbway:array:15", "dbway:array:x", "dbway:other"})
        EXPECT_EQ(read_note("longtext", comment, false).kind, CellKind::text) << comment;
}

}  // namespace
}  // namespace dbway::mysql
