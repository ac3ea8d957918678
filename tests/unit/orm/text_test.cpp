// What the provider reads and writes without a server: options, connect strings, statements, values, errors.
#include "backends.hpp"
#include "mysql/cell.hpp"
#include "mysql/options.hpp"
#include "mysql/statement_text.hpp"
#include "postgresql/errors.hpp"
#include "sqlite/options.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/mysql_errors.hpp>
#include <dbway/sdk/mysql_literals.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace dbway::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class OptionList {
  public:
    OptionList(std::initializer_list<std::pair<const char*, const char*>> options) {
        for (const auto& [key, value] : options) options_.push_back({key, {value, std::strlen(value)}});
    }
    sdk::Options get() const { return {options_.data(), options_.size()}; }

  private:
    std::vector<dbway_option> options_;
};

template <class Function>
sdk::Diagnostic failure_of(Function&& function) {
    try {
        function();
    } catch (const sdk::Failure& failure) {
        return failure.diagnostic();
    }
    ADD_FAILURE() << "nothing was thrown";
    return {};
}

TEST(OrmOptions, TheBackendDecidesWhichThereAre) {
    const OptionList foreign{{"backend", "sqlite3"}, {"file", "a.db"}, {"host", "db1"}};
    const auto what = failure_of([&] { orm::sqlite::read_options(foreign.get(), false); });
    EXPECT_EQ(what.status, DBWAY_ERR_INVALID);
    EXPECT_THAT(what.message, HasSubstr("'host'"));
    const OptionList unknown{{"backend", "oracle"}};
    EXPECT_EQ(orm::open_backend("oracle", sdk::OpenRequest{unknown.get()}), nullptr);
}

TEST(OrmOptions, FilesAsSociTakesThem) {
    const auto text = [](const char* file, bool read_only) {
        const OptionList options{{"backend", "sqlite3"}, {"file", file}};
        return orm::sqlite::connect_string(orm::sqlite::read_options(options.get(), read_only));
    };
    EXPECT_EQ(text("/tmp/a b=c.db", false), "dbname=\"/tmp/a b=c.db\"");
    EXPECT_EQ(text("a.db", true), "dbname=\"a.db\" readonly=true");
    EXPECT_EQ(text("quote\".db", false), "quote\".db");
    EXPECT_EQ(failure_of([&] { text("quote\".db", true); }).status, DBWAY_ERR_INVALID);
    EXPECT_EQ(failure_of([&] { text("quote\"=.db", false); }).status, DBWAY_ERR_INVALID);
}

TEST(OrmOptions, MySqlSecretsAreInNoMessage) {
    const OptionList options{{"backend", "mysql"}, {"password", "it's"}};
    const auto read = orm::mysql::read_options(options.get(), false);
    const auto what =
        failure_of([&] { orm::mysql::connect_string(read, sdk::Request::Clock::time_point::max()); });
    EXPECT_THAT(what.message, HasSubstr("'password'"));
    EXPECT_THAT(what.message, testing::Not(HasSubstr("it's")));
    const OptionList plain{{"backend", "mysql"}, {"user", "a"}, {"password", "back\\slash"}};
    EXPECT_THAT(orm::mysql::connect_string(orm::mysql::read_options(plain.get(), false),
                                           sdk::Request::Clock::time_point::max()),
                HasSubstr("password='back\\\\slash'"));
}

TEST(OrmMySqlStatement, IsCutAtItsParametersOnly) {
    const auto text =
        orm::mysql::read_statement_text("select $2, ':a $1', `$1` /* :b it's */ from t where x = $1 -- $3\n");
    EXPECT_THAT(text.order, ElementsAre(2, 1));
    EXPECT_EQ(text.parameters, 2u);
    ASSERT_EQ(text.chunks.size(), 3u);
    EXPECT_EQ(text.chunks[1], " , ':a $1', `$1` /* :b it's */ from t where x =  ");
    EXPECT_EQ(text.keyword, "SELECT");
    EXPECT_FALSE(text.changes);
}

TEST(OrmMySqlStatement, Kinds) {
    EXPECT_TRUE(orm::mysql::read_statement_text("insert into t values (?, ?)").inserts());
    EXPECT_THAT(orm::mysql::read_statement_text("insert into t values (?, ?)").order, ElementsAre(1, 2));
    const auto with = orm::mysql::read_statement_text("with a as (select 1) delete from t");
    EXPECT_EQ(with.keyword, "DELETE");
    EXPECT_TRUE(with.changes);
    EXPECT_TRUE(orm::mysql::read_statement_text("alter table t add x int").defines);
    EXPECT_EQ(orm::mysql::read_statement_text("select 1;").chunks.front(), "select 1");
    for (const char* sql : {"", " -- only a comment\n", "select 1; select 2", "select $1, ?"})
        EXPECT_EQ(failure_of([&] { orm::mysql::read_statement_text(sql); }).status, DBWAY_ERR_SYNTAX) << sql;
}

std::string literal(const dbway_value& value) {
    std::string text;
    sdk::append_mysql_literal(value, text);
    return text;
}

dbway_value text_value(std::string_view text, std::uint8_t type = DBWAY_T_TEXT) {
    dbway_value value{};
    value.v.text = text.data();
    value.len = static_cast<std::uint32_t>(text.size());
    value.type = type;
    return value;
}

TEST(OrmMySqlLiterals, MeanTheSameInAnyMode) {
    EXPECT_EQ(literal(text_value("it's")), "'it''s'");
    EXPECT_EQ(literal(text_value("a\\b")), "_utf8mb4 X'615c62'");
    EXPECT_EQ(literal(text_value(std::string_view("\0\xFF", 2), DBWAY_T_BLOB)), "X'00ff'");
    EXPECT_EQ(literal(dbway_value{}), "NULL");
    dbway_value number{};
    number.type = DBWAY_T_F64;
    number.v.f64 = 0.1;
    EXPECT_EQ(literal(number), "0.1e0");
    number.v.f64 = std::numeric_limits<double>::infinity();
    EXPECT_EQ(failure_of([&] { literal(number); }).sqlstate, "22003");
}

dbway_value cell(std::string_view text, std::uint32_t type, sdk::Arena& arena) {
    dbway_value value{};
    orm::mysql::CellPlan plan;
    plan.type = type;
    orm::mysql::read_cell(text, plan, value, arena);
    return value;
}

TEST(OrmMySqlCells, KeepTheirFractionsAndDigits) {
    sdk::Arena arena;
    EXPECT_EQ(cell("2024-02-29 12:00:00.123456", DBWAY_T_TIMESTAMP, arena).v.i64, 1'709'208'000'123'456);
    EXPECT_EQ(cell("00:00:00.000001", DBWAY_T_TIME, arena).v.i64, 1);
    const dbway_value decimal = cell("12345678901234567890.123456789", DBWAY_T_DECIMAL, arena);
    EXPECT_EQ(std::string_view(decimal.v.text, decimal.len), "12345678901234567890.123456789");
    EXPECT_EQ(cell("18446744073709551615", DBWAY_T_U64, arena).v.u64, ~std::uint64_t{0});
    EXPECT_EQ(cell("00042", DBWAY_T_I64, arena).v.i64, 42);
}

TEST(OrmMySqlCells, WhatFitsNoTypeIsNotLost) {
    sdk::Arena arena;
    const dbway_value zero = cell("0000-00-00", DBWAY_T_DATE, arena);
    EXPECT_EQ(zero.type, DBWAY_T_NATIVE);
    EXPECT_EQ(std::string_view(zero.v.text, zero.len), "0000-00-00");
    const dbway_value long_time = cell("-838:59:59", DBWAY_T_TIME, arena);
    ASSERT_EQ(long_time.type, DBWAY_T_INTERVAL);
    EXPECT_EQ(long_time.v.interval->micros, -(838 * 3600 + 59 * 60 + 59) * std::int64_t{1'000'000});
    EXPECT_EQ(cell("2", DBWAY_T_BOOL, arena).type, DBWAY_T_I64);
    EXPECT_EQ(cell("no number", DBWAY_T_I64, arena).type, DBWAY_T_TEXT);
}

TEST(OrmMySqlErrors, CategoriesFromNativeCodes) {
    const auto duplicate = sdk::make_mysql_diagnostic(1062, "23000", "Duplicate entry '1' for key 'PRIMARY'");
    EXPECT_EQ(duplicate.sqlstate, "23505");
    EXPECT_EQ(duplicate.constraint_name, "PRIMARY");
    EXPECT_EQ(sdk::make_mysql_diagnostic(1205, "HY000", "").status, DBWAY_ERR_CONFLICT);
    EXPECT_NE(sdk::make_mysql_diagnostic(2006, "HY000", "").flags & DBWAY_DIAG_CONN_DEAD, 0u);
}

TEST(OrmPostgresqlErrors, RefusalsByTheirWords) {
    const auto sqlstate = [](const char* text) { return orm::postgresql::connect_diagnostic(text).sqlstate; };
    EXPECT_EQ(
        sqlstate("Cannot establish connection to the database.\nconnection to server at \"127.0.0.1\", port "
                 "5432 failed: FATAL:  password authentication failed for user \"a\"\n"),
        "28P01");
    EXPECT_EQ(sqlstate("FATAL:  database \"nope\" does not exist\n"), "3D000");
    EXPECT_EQ(sqlstate("FATAL:  role \"nope\" does not exist\n"), "28000");
    EXPECT_EQ(sqlstate("FATAL:  sorry, too many clients already\n"), "53300");
    EXPECT_EQ(sqlstate("FATAL:  the database system is starting up\n"), "57P03");
    EXPECT_EQ(sqlstate("connection refused\n"), "08001");
    const auto what =
        orm::postgresql::connect_diagnostic("Cannot establish connection to the database.\nno\n");
    EXPECT_EQ(what.message, "no");
    EXPECT_EQ(what.flags & DBWAY_DIAG_CONN_DEAD, 0u);
    EXPECT_NE(what.flags & DBWAY_DIAG_NOT_EXECUTED, 0u);
}

}  // namespace
}  // namespace dbway::test
