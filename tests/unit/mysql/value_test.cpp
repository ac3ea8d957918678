// Every type of MySQL in the ABI's values, in both of the connector's ways, and what goes in as parameters.
#include "mysql_fixture.hpp"

#include <gmock/gmock.h>

namespace dbway::test {
namespace {

class MysqlValues : public MysqlTest, public testing::WithParamInterface<const char*> {
  protected:
    // A parameter, so that "auto" takes the binary way.
    static Answer all(RawConnection& db, const std::string& sql) {
        return db.query(sql + " where 1 = $1", {integer(1)});
    }
};

INSTANTIATE_TEST_SUITE_P(Ways, MysqlValues, testing::Values("buffered", "streamed", "auto"),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(MysqlValues, Numbers) {
    RawConnection db(options_with("results", GetParam()));
    db.must(
        "create table v(b tinyint(1), t tinyint, tu tinyint unsigned, s smallint, m mediumint unsigned, i "
        "int "
        "unsigned, l bigint, lu bigint unsigned, z int(6) zerofill, y year, d double, e decimal(20,4), b1 "
        "bit(1), b20 bit(20), ez decimal(8,2) zerofill)");
    db.must(
        "insert into v values (1, -128, 255, -32768, 16777215, 4294967295, -9223372036854775808, "
        "18446744073709551615, 42, 2024, 0.1, -1234567890123456.7891, 1, 77, 1.5), (5, 0, 0, 0, 0, 0, 0, 0, "
        "0, 0, "
        "-0e0, 0, 0, 0, 0), (null, null, null, null, null, null, null, null, null, null, null, null, null, "
        "null, "
        "null)");
    const auto answer = all(db, "select * from v");
    ASSERT_TRUE(answer.ok()) << show(answer);
    ASSERT_EQ(answer.rows.size(), 3u);
    const char* texts[] = {"true",
                           "-128",
                           "255",
                           "-32768",
                           "16777215",
                           "4294967295",
                           "-9223372036854775808",
                           "18446744073709551615",
                           "42",
                           "2024",
                           "0.1",
                           "-1234567890123456.7891",
                           "true",
                           "77",
                           "1.50"};
    for (std::size_t i = 0; i < std::size(texts); ++i) EXPECT_EQ(answer.text(0, i), texts[i]) << i;
    EXPECT_EQ(answer.type(0, 0), std::uint32_t{DBWAY_T_BOOL});
    EXPECT_EQ(answer.type(1, 0), std::uint32_t{DBWAY_T_I64}) << "5 is no truth value, and is not bent to one";
    EXPECT_EQ(answer.text(1, 0), "5");
    EXPECT_EQ(answer.type(0, 7), std::uint32_t{DBWAY_T_U64});
    EXPECT_EQ(answer.type(0, 11), std::uint32_t{DBWAY_T_DECIMAL});
    for (std::size_t i = 0; i < std::size(texts); ++i)
        EXPECT_EQ(answer.type(2, i), std::uint32_t{DBWAY_T_NULL}) << i;
}

TEST_P(MysqlValues, FloatsAreTheSinglesThatAreStored) {
    RawConnection db(options_with("results", GetParam()));
    db.must("create table v(f float)");
    ASSERT_TRUE(db.query("insert into v values ($1)", {real(1.2345678f)}).ok());
    for (const auto& answer : {all(db, "select f from v"), db.must("select f from v")})
        EXPECT_EQ(answer.rows.at(0).at(0).f64, static_cast<double>(1.2345678f));
}

TEST_P(MysqlValues, DecimalsBeyondTheConnectorsRoom) {
    RawConnection db(options_with("results", GetParam()));
    db.must("create table v(e decimal(65,30))");
    const std::string digits = "-12345678901234567890123456789012345.123456789012345678901234567891";
    ASSERT_TRUE(db.query("insert into v values ($1)", {text(digits, DBWAY_T_DECIMAL)}).ok());
    EXPECT_EQ(all(db, "select e from v").text(), digits);
    EXPECT_EQ(db.must("select e from v").text(), digits);
}

TEST_P(MysqlValues, TextsAndBytes) {
    RawConnection db(options_with("results", GetParam()));
    db.must(
        "create table v(c char(5), vc varchar(20), t text character set latin1, b binary(3), vb "
        "varbinary(9), bl "
        "longblob, e enum('a', 'ö'), s set('x', 'y'), j json, g geometry, i inet6)");
    db.must(
        "insert into v values ('ab', '漢\xF0\x9F\x98\x80', 'ä', x'0102', x'00ff', x'', 'ö', 'x,y', '{\"a\": "
        "1}', "
        "point(1, 2), '::1')");
    const auto answer = all(db, "select * from v");
    ASSERT_TRUE(answer.ok()) << show(answer);
    EXPECT_EQ(answer.text(0, 0), "ab");
    EXPECT_EQ(answer.text(0, 1), "漢\xF0\x9F\x98\x80");
    EXPECT_EQ(answer.text(0, 2), "ä");
    EXPECT_EQ(answer.text(0, 3), "\\x010200");
    EXPECT_EQ(answer.text(0, 4), "\\x00ff");
    EXPECT_EQ(answer.type(0, 5), std::uint32_t{DBWAY_T_BLOB});
    EXPECT_EQ(answer.text(0, 6), "ö");
    EXPECT_EQ(answer.text(0, 7), "x,y");
    EXPECT_EQ(answer.type(0, 8), std::uint32_t{DBWAY_T_JSON});
    EXPECT_EQ(answer.type(0, 9), std::uint32_t{DBWAY_T_NATIVE});
    EXPECT_EQ(answer.columns[9].native_name, "GEOMETRY");
    EXPECT_EQ(answer.text(0, 10), "::1");
}

TEST_P(MysqlValues, DatesAndTimes) {
    RawConnection db(options_with("results", GetParam()));
    db.must("create table v(d date, t time(6), dt datetime(6), ts timestamp(6) null, s datetime)");
    db.must(
        "insert into v values ('2024-02-29', '12:34:56.000789', '0001-01-01 00:00:00.000001', '2024-02-29 "
        "12:00:00', '9999-12-31 23:59:59'), ('0001-01-01', '-838:59:59.5', null, null, null), (null, "
        "'100:00:00', null, null, null)");
    const auto answer = all(db, "select * from v");
    ASSERT_TRUE(answer.ok()) << show(answer);
    EXPECT_EQ(answer.text(0, 0), "2024-02-29");
    EXPECT_EQ(answer.text(0, 1), "12:34:56.000789");
    EXPECT_EQ(answer.text(0, 2), "0001-01-01 00:00:00.000001");
    EXPECT_EQ(answer.text(0, 3), "2024-02-29 12:00:00+00");
    EXPECT_EQ(answer.text(0, 4), "9999-12-31 23:59:59");
    EXPECT_EQ(answer.text(1, 0), "0001-01-01");
    // No time of day, but not an error either.
    EXPECT_EQ(answer.type(1, 1), std::uint32_t{DBWAY_T_INTERVAL});
    EXPECT_EQ(answer.rows[1][1].interval.micros, -(838LL * 3600 + 59 * 60 + 59) * 1'000'000 - 500'000);
    EXPECT_EQ(answer.rows[2][1].interval.micros, 360'000'000'000);
}

TEST_P(MysqlValues, ZeroDatesByPolicy) {
    MariadbConnection admin = database().connect();
    admin.sql("set sql_mode = ''");
    admin.sql("create or replace table v(n int, d date, dt datetime)");
    admin.sql("insert into v values (1, '0000-00-00', '2024-00-15 01:02:03')");
    const auto read = [&](const char* policy) {
        OptionMap map = options_with("results", GetParam());
        map["zero_dates"] = policy;
        RawConnection db(map);
        return all(db, "select d, dt from v");
    };
    const auto native = read("native");
    ASSERT_TRUE(native.ok()) << show(native);
    EXPECT_EQ(native.type(0, 0), std::uint32_t{DBWAY_T_NATIVE});
    EXPECT_EQ(native.text(0, 1),
              "\\x"
              "323032342d30302d31352030313a30323a3033");
    EXPECT_EQ(read("null").type(0, 0), std::uint32_t{DBWAY_T_NULL});
    EXPECT_EQ(read("null").type(0, 1), std::uint32_t{DBWAY_T_NULL});
    EXPECT_EQ(read("error").error.sqlstate, "22007");
    EXPECT_EQ(read("error").status, DBWAY_ERR_DATA);
}

TEST_P(MysqlValues, ExpressionsHaveTheirTypes) {
    RawConnection db(options_with("results", GetParam()));
    const auto answer =
        db.query("select 1, 1.5, 1e0, 'x', null, now(), curdate(), true, cast($1 as unsigned)", {integer(7)});
    ASSERT_TRUE(answer.ok()) << show(answer);
    const std::uint32_t types[] = {DBWAY_T_I64,  DBWAY_T_DECIMAL,   DBWAY_T_F64, DBWAY_T_TEXT,
                                   DBWAY_T_NULL, DBWAY_T_TIMESTAMP, DBWAY_T_DATE};
    for (std::size_t i = 0; i < std::size(types); ++i) EXPECT_EQ(answer.type(0, i), types[i]) << i;
    EXPECT_EQ(answer.text(0, 8), "7");
}

TEST_P(MysqlValues, TypesThatMysqlHasNotGot) {
    RawConnection db(options_with("results", GetParam()));
    db.must(
        "create table v(u uuid, c char(36) comment 'dbway:uuid', i varchar(80) comment 'dbway:interval', a "
        "longtext comment 'dbway:array:2', t longtext)");
    db.must(
        "insert into v values ('f81d4fae-7dec-11d0-a765-00a0c91e6bf6', "
        "'f81d4fae-7dec-11d0-a765-00a0c91e6bf6', "
        "'P1M2DT3S', '[1, null, 3]', '[1]'), (null, 'no uuid', 'no interval', '{', null)");
    const auto answer = all(db, "select u, c as other, i, a, t from v as alias");
    ASSERT_TRUE(answer.ok()) << show(answer);
    const std::uint32_t types[] = {DBWAY_T_UUID, DBWAY_T_UUID, DBWAY_T_INTERVAL, DBWAY_T_ARRAY, DBWAY_T_TEXT};
    for (std::size_t i = 0; i < std::size(types); ++i) {
        EXPECT_EQ(answer.columns[i].type, types[i]) << i;
        EXPECT_EQ(answer.type(0, i), types[i]) << i;
    }
    EXPECT_EQ(answer.text(0, 3), "[1,null,3]");
    for (std::size_t i = 1; i < 4; ++i)
        EXPECT_EQ(answer.type(1, i), std::uint32_t{DBWAY_T_TEXT}) << "a text that is none stays one: " << i;
}

TEST_P(MysqlValues, LongParameters) {
    RawConnection db(options_with("results", GetParam()));
    db.must("create table v(t longtext, b longblob)");
    const std::string large(3'000'000, 'x');
    const std::string bytes(1'000'000, '\xFF');
    const auto put = db.query("insert into v values ($1, $2)", {text(large), text(bytes, DBWAY_T_BLOB)});
    ASSERT_TRUE(put.ok()) << show(put);
    const auto answer = all(db, "select t, b, length(t) from v");
    EXPECT_EQ(answer.rows[0][0].bytes, large);
    EXPECT_EQ(answer.rows[0][1].bytes, bytes);
    EXPECT_EQ(db.query("insert into v values ($1, null)", {text("\xFF")}).error.sqlstate, "22021");
}

}  // namespace
}  // namespace dbway::test
