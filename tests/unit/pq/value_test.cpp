// Values on a real server: out through parameters and COPY, back through results and COPY, against the
// server's own text of them.
#include "pq_fixture.hpp"

#include <cmath>
#include <limits>

namespace dbway::test {
namespace {

constexpr std::int64_t int64_min = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t int64_max = std::numeric_limits<std::int64_t>::max();

class PqValue : public PqTest {
  protected:
    // By QUERY, by EXECUTE, by COPY_IN; back by SELECT and by COPY_OUT.
    void round_trip(const std::string& declared, const std::vector<dbway_value>& values,
                    std::uint32_t arrives_as = DBWAY_T_NULL) {
        SCOPED_TRACE(declared);
        RawConnection db(options());
        db.must("drop table if exists t");
        db.must("create table t(id bigserial primary key, v " + declared + ")");
        ASSERT_TRUE(db.prepare(1, "insert into t(v) values ($1)").ok());
        for (const dbway_value& value : values) {
            const auto direct = db.query("insert into t(v) values ($1)", {value});
            ASSERT_TRUE(direct.ok()) << show(direct);
            const auto prepared = db.execute(1, {value});
            ASSERT_TRUE(prepared.ok()) << show(prepared);
        }
        const auto loaded = db.copy_in("t", {"v"}, 1, values);
        ASSERT_TRUE(loaded.ok()) << show(loaded);
        const auto selected = db.must("select v from t order by id");
        const auto copied = db.copy_out("select v from t order by id", {}, DBWAY_RF_SQL);
        ASSERT_TRUE(copied.ok()) << show(copied);
        ASSERT_EQ(selected.rows.size(), 3 * values.size());
        ASSERT_EQ(copied.rows.size(), selected.rows.size());
        for (std::size_t i = 0; i < selected.rows.size(); ++i) {
            const std::size_t which = i < 2 * values.size() ? i / 2 : i - 2 * values.size();
            const Cell expected(values[which]);
            for (const Answer* answer : {&selected, &copied}) {
                const Cell& found = answer->rows[i][0];
                ASSERT_EQ(found.type, arrives_as != DBWAY_T_NULL && expected.type != DBWAY_T_NULL
                                          ? arrives_as
                                          : expected.type)
                    << expected.text << " came as " << found.text;
                ASSERT_EQ(found.text, expected.text);
            }
        }
    }
};

TEST_F(PqValue, NumbersToTheirEnds) {
    using limits = std::numeric_limits<double>;
    round_trip("bigint", {integer(0), integer(int64_min), integer(int64_max), null_value()});
    round_trip("numeric(20,0)", {unsigned_integer(0), unsigned_integer(UINT64_MAX)}, DBWAY_T_DECIMAL);
    round_trip("double precision",
               {real(0.0), real(-0.0), real(0.1), real(limits::max()), real(limits::lowest()), real(5e-324),
                real(limits::infinity()), real(-limits::infinity()), real(limits::quiet_NaN())});
    round_trip("numeric", {text("0", DBWAY_T_DECIMAL), text("1.50", DBWAY_T_DECIMAL),
                           text("-0.000000001", DBWAY_T_DECIMAL),
                           text("12345678901234567890123456789012345678.5", DBWAY_T_DECIMAL),
                           text("NaN", DBWAY_T_DECIMAL), text("-Infinity", DBWAY_T_DECIMAL)});
    round_trip("boolean", {integer(1, DBWAY_T_BOOL), integer(0, DBWAY_T_BOOL), null_value()});
}

TEST_F(PqValue, TextAndBytes) {
    std::string every;
    for (int i = 0; i < 256; ++i) every += static_cast<char>(i);
    const std::string big(3'000'000, 'x');
    round_trip("text",
               {text(""), text("tab\t nl\n cr\r \\N \\. \\\\ \xf0\x9f\x90\x98"), text(big), null_value()});
    round_trip("bytea", {text("", DBWAY_T_BLOB), text(every, DBWAY_T_BLOB), text(big, DBWAY_T_BLOB)});
    round_trip("json",
               {text("{\"b\": 1, \"a\":  [1.0, \"\\n\"]}", DBWAY_T_JSON), text("null", DBWAY_T_JSON)});
    round_trip("uuid", {text("0123456789abcdef", DBWAY_T_UUID)});
}

TEST_F(PqValue, TimesOfEveryEra) {
    const auto dates = std::vector<dbway_value>{
        integer(0, DBWAY_T_DATE), integer(-719'162, DBWAY_T_DATE), integer(2'932'896, DBWAY_T_DATE),
        integer(int64_min, DBWAY_T_DATE), integer(int64_max, DBWAY_T_DATE)};
    round_trip("date", dates);
    round_trip("time",
               {integer(0, DBWAY_T_TIME), integer(1, DBWAY_T_TIME), integer(86'400'000'000, DBWAY_T_TIME)});
    for (const std::uint32_t type : {DBWAY_T_TIMESTAMP, DBWAY_T_TIMESTAMPTZ})
        round_trip(type == DBWAY_T_TIMESTAMP ? "timestamp" : "timestamptz",
                   {integer(0, type), integer(-1, type), integer(1'700'000'000'123'456, type),
                    integer(-62'135'596'800'000'000, type), integer(253'402'300'799'999'999, type),
                    integer(int64_min, type), integer(int64_max, type)});
    std::vector<dbway_interval> intervals = {
        {0, 0, 0},          {14, 3, 4'500'000},       {-1, -2, -3}, {1, -1, 1}, {0, 0, int64_max},
        {0, 0, -int64_max}, {INT32_MAX, INT32_MAX, 0}};
    std::vector<dbway_value> values;
    for (const dbway_interval& interval : intervals) {
        values.push_back(integer(0, DBWAY_T_INTERVAL));
        values.back().v.interval = &interval;
    }
    round_trip("interval", values);
}

// Dates that the canonical text has no form for, compared as numbers with what the server counts.
TEST_F(PqValue, DatesBeyondTheCanonicalText) {
    RawConnection db(options());
    for (const char* date :
         {"4714-11-24 BC", "0044-03-15 BC", "0001-12-31 BC", "10000-01-01", "5874897-12-31"}) {
        const std::string literal = "'" + std::string(date) + "'::date";
        const auto answer = db.must("select " + literal + ", (" + literal + " - '1970-01-01'::date)::bigint");
        ASSERT_EQ(answer.type(0, 0), std::uint32_t{DBWAY_T_DATE}) << date;
        EXPECT_EQ(answer.rows[0][0].i64, answer.rows[0][1].i64) << date;
        const auto back =
            db.must("select ($1::date = " + literal + ")", {integer(answer.rows[0][0].i64, DBWAY_T_DATE)});
        EXPECT_EQ(back.text(), "true") << date;
    }
    const auto stamp = db.must(
        "select '0044-03-15 12:30:00.5 BC'::timestamptz, "
        "(extract(epoch from '0044-03-15 12:30:00.5 BC'::timestamptz) * 1000000)::bigint, "
        "'294276-12-31 23:59:59'::timestamp");
    EXPECT_EQ(stamp.rows[0][0].i64, stamp.rows[0][1].i64);
    EXPECT_EQ(stamp.type(0, 2), std::uint32_t{DBWAY_T_TEXT});
}

TEST_F(PqValue, SettingsOfTheSessionDoNotChangeValues) {
    RawConnection db(options());
    const char* const query =
        "select '2024-07-01 12:00:00.25+00'::timestamptz, '1883-11-01 00:00+00'::timestamptz";
    const auto expected = db.must(query);
    for (const char* zone : {"Asia/Kolkata", "America/New_York", "<+12:34>-12:34"}) {
        db.must("select set_config('TimeZone', $1, false)", {text(zone)});
        const auto answer = db.must(query);
        EXPECT_EQ(answer.rows[0][0].i64, expected.rows[0][0].i64) << zone;
        EXPECT_EQ(answer.rows[0][1].i64, expected.rows[0][1].i64) << zone;
    }
    const auto check = [&](const std::string& after) {
        const auto answer = db.must(
            "select '2024-07-01'::date, '1 mon -3 days 00:00:01'::interval, '\\x005cff'::bytea, "
            "0.1::float8 + 0.2::float8, ('2024-07-01 10:00'::timestamp)");
        EXPECT_EQ(answer.type(0, 0), std::uint32_t{DBWAY_T_DATE}) << after;
        EXPECT_EQ(answer.text(0, 0), "2024-07-01") << after;
        ASSERT_EQ(answer.type(0, 1), std::uint32_t{DBWAY_T_INTERVAL}) << after;
        EXPECT_EQ(answer.type(0, 2), std::uint32_t{DBWAY_T_BLOB}) << after;
        EXPECT_EQ(answer.text(0, 3), "0.30000000000000004") << after;
        EXPECT_EQ(answer.type(0, 4), std::uint32_t{DBWAY_T_TIMESTAMP}) << after;
    };
    check("the start");
    for (const char* statement :
         {"set DateStyle = 'German'", "set datestyle = 'SQL, DMY'", "set IntervalStyle = postgres",
          "set intervalstyle = sql_standard", "set bytea_output = escape", "SET EXTRA_FLOAT_DIGITS = -3",
          "reset all", "reset bytea_output", "discard all",
          "select set_config('DateStyle', 'Postgres, MDY', false)"}) {
        db.must(statement);
        check(statement);
        ASSERT_TRUE(db.begin().ok());
        db.must(statement == std::string_view("discard all") ? "reset all" : statement);
        check(statement);
        ASSERT_TRUE(db.simple(DBWAY_R_ROLLBACK).ok());
        check(statement);
        // Set before a transaction that is rolled back.
        db.must(statement);
        ASSERT_TRUE(db.begin().ok());
        check(statement);
        EXPECT_FALSE(db.query("select 1/0").ok());
        ASSERT_TRUE(db.simple(DBWAY_R_ROLLBACK).ok());
        check(statement);
    }
}

TEST_F(PqValue, Arrays) {
    const std::vector<dbway_value> numbers = {integer(1), null_value(), integer(int64_min)};
    const std::vector<dbway_value> texts = {text("a"), text(""), text("NULL"), text("q\" c, b} \\"),
                                            null_value()};
    const auto array = [](const std::vector<dbway_value>& items) {
        dbway_value value = integer(0, DBWAY_T_ARRAY);
        value.v.items = items.data();
        value.len = static_cast<std::uint32_t>(items.size());
        return value;
    };
    const std::vector<dbway_value> nested = {array(numbers), array(numbers)};
    round_trip("bigint[]", {array(numbers), array({}), array(nested), null_value()});
    round_trip("text[]", {array(texts)});
    RawConnection db(options());
    db.must("create type mood as enum ('sad', 'so so')");
    db.must("create domain small as int check (value < 10)");
    const auto answer = db.must(
        "select '{sad,\"so so\"}'::mood[], array[1,2]::small[], '[0:1]={1,2}'::int[], 'sad'::mood, '1 "
        "2'::int2vector, "
        "7::small, '(1,2)'::point, '{1.5,NULL}'::real[]");
    EXPECT_EQ(answer.text(0, 0), "[\"sad\",\"so so\"]");
    EXPECT_EQ(answer.text(0, 1), "[1,2]");
    EXPECT_EQ(answer.type(0, 2), std::uint32_t{DBWAY_T_TEXT});
    EXPECT_EQ(answer.text(0, 2), "[0:1]={1,2}");
    EXPECT_EQ(answer.columns[0].native_name, "mood[]");
    EXPECT_EQ(answer.columns[0].item_type, std::uint32_t{DBWAY_T_TEXT});
    EXPECT_EQ(answer.columns[3].native_name, "mood");
    EXPECT_EQ(answer.text(0, 4), "1 2");
    EXPECT_EQ(answer.type(0, 5), std::uint32_t{DBWAY_T_I64});
    EXPECT_EQ(answer.columns[6].native_name, "point");
    EXPECT_EQ(answer.text(0, 7), "[1.5,null]");
}

TEST_F(PqValue, ARealIsTheSingleThatIsStored) {
    RawConnection db(options());
    EXPECT_EQ(db.must("select 0.1::real").rows[0][0].f64, static_cast<double>(0.1F));
}

TEST_F(PqValue, WhatTheServerCannotKeepIsRefused) {
    RawConnection db(options());
    db.must("create table t(v text, d date, t time)");
    EXPECT_EQ(db.query("insert into t(v) values ($1)", {text(std::string_view("a\0b", 3))}).error.sqlstate,
              "22021");
    EXPECT_EQ(db.query("insert into t(v) values ($1)", {text("\xff")}).status, DBWAY_ERR_DATA);
    EXPECT_EQ(db.query("insert into t(d) values ($1)", {integer(3'000'000'000, DBWAY_T_DATE)}).status,
              DBWAY_ERR_DATA);
    EXPECT_EQ(db.query("insert into t(t) values ($1)", {integer(-1, DBWAY_T_TIME)}).status, DBWAY_ERR_DATA);
    EXPECT_EQ(db.query("insert into t(v) values ($1)", {text("x", DBWAY_T_NATIVE)}).status,
              DBWAY_ERR_UNSUPPORTED);
    EXPECT_EQ(value("select count(*) from t"), "0");
}

}  // namespace
}  // namespace dbway::test
