// Values: what is stored and what comes back, by declared type and by storage class.
#include "raw_connection.hpp"

#include <dbway/ext/dialect.h>

#include <cmath>
#include <limits>
#include <random>

namespace dbway::test {
namespace {

constexpr std::int64_t int64_min = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t int64_max = std::numeric_limits<std::int64_t>::max();

const char* type_name(std::uint32_t type, std::int32_t precision = -1, std::int32_t scale = -1) {
    const auto* dialect =
        static_cast<const dbway_ext_dialect*>(provider()->get_extension(provider(), DBWAY_EXT_DIALECT));
    return dialect == nullptr ? nullptr : dialect->type_name(provider(), type, precision, scale);
}

// Stores the values in a table declared by the dialect and reads them back.
void round_trip(const std::string& declared, const std::vector<dbway_value>& values) {
    SCOPED_TRACE(declared);
    RawConnection db;
    db.must("create table t(id integer primary key, v " + declared + ")");
    ASSERT_TRUE(db.prepare(1, "insert into t(v) values ($1)").ok());
    for (const dbway_value& value : values) {
        const auto answer = db.execute(1, {value});
        ASSERT_TRUE(answer.ok()) << show(answer);
    }
    const auto answer = db.must("select v from t order by id");
    ASSERT_EQ(answer.rows.size(), values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        const Cell expected(values[i]);
        const Cell& found = answer.rows[i][0];
        ASSERT_EQ(found.type, expected.type)
            << "value " << i << ": " << expected.text << " came as " << found.text;
        ASSERT_EQ(found.bytes, expected.bytes) << i;
        ASSERT_EQ(found.text, expected.text) << i;
        ASSERT_EQ(found.i64, expected.i64) << i;
        if (found.type == DBWAY_T_F64) {
            ASSERT_EQ(std::memcmp(&found.f64, &expected.f64, sizeof found.f64), 0) << expected.text;
        }
    }
    // As COPY_IN stores them too.
    RawConnection bulk;
    bulk.must("create table t(v " + declared + ")");
    ASSERT_TRUE(bulk.copy_in("t", {}, 1, values).ok());
    const auto again = bulk.must("select v from t order by rowid");
    ASSERT_EQ(again.rows.size(), values.size());
    for (std::size_t i = 0; i < values.size(); ++i) ASSERT_EQ(again.text(i), answer.text(i));
}

TEST(SqliteValue, TheDialectNamesATypeForEach) {
    EXPECT_STREQ(type_name(DBWAY_T_BOOL), "boolean");
    EXPECT_STREQ(type_name(DBWAY_T_I64), "bigint");
    EXPECT_STREQ(type_name(DBWAY_T_U64), "u64_blob");
    EXPECT_STREQ(type_name(DBWAY_T_F64), "double");
    EXPECT_STREQ(type_name(DBWAY_T_DECIMAL, 10, 2), "decimal(10,2)");
    EXPECT_STREQ(type_name(DBWAY_T_DECIMAL, 15, 0), "decimal(15,0)");
    EXPECT_STREQ(type_name(DBWAY_T_DECIMAL, 16, 2), "decimal_text(16,2)");
    EXPECT_STREQ(type_name(DBWAY_T_DECIMAL, 38, 10), "decimal_text(38,10)");
    EXPECT_STREQ(type_name(DBWAY_T_DECIMAL, 12, -1), "decimal_text(12)");
    EXPECT_STREQ(type_name(DBWAY_T_DECIMAL), "decimal_text");
    EXPECT_STREQ(type_name(DBWAY_T_JSON), "json_text");
    EXPECT_STREQ(type_name(DBWAY_T_ARRAY, DBWAY_T_I64), "bigint[]");
    EXPECT_STREQ(type_name(DBWAY_T_ARRAY, DBWAY_T_DECIMAL), "decimal_text[]");
    EXPECT_STREQ(type_name(DBWAY_T_ARRAY, -1), "");
    EXPECT_STREQ(type_name(DBWAY_T_NULL), "");
    EXPECT_STREQ(type_name(DBWAY_T_NATIVE), "");
    EXPECT_STREQ(type_name(999), "");
    EXPECT_EQ(type_name(DBWAY_T_DECIMAL, 10, 2), type_name(DBWAY_T_DECIMAL, 10, 2));
    EXPECT_EQ(provider()->get_extension(provider(), "dbway.nothing/1"), nullptr);
}

TEST(SqliteValue, EveryTypeRoundTrips) {
    const dbway_value null = null_value();
    round_trip(type_name(DBWAY_T_BOOL), {integer(0, DBWAY_T_BOOL), integer(1, DBWAY_T_BOOL), null});
    round_trip(type_name(DBWAY_T_I64),
               {integer(0), integer(-1), integer(int64_min), integer(int64_max), null});
    round_trip(type_name(DBWAY_T_U64),
               {unsigned_integer(0), unsigned_integer(1), unsigned_integer(INT64_MAX),
                unsigned_integer(std::uint64_t{1} << 63), unsigned_integer(UINT64_MAX), null});
    round_trip(type_name(DBWAY_T_F64),
               {real(0.0), real(1.0), real(0.1), real(-1e308), real(5e-324), real(2.2250738585072014e-308),
                real(std::numeric_limits<double>::max()), real(HUGE_VAL), real(-HUGE_VAL), real(1e15),
                real(9007199254740993.0), null});
    round_trip(type_name(DBWAY_T_DATE),
               {integer(0, DBWAY_T_DATE), integer(-719'162, DBWAY_T_DATE), integer(2'932'896, DBWAY_T_DATE),
                integer(int64_max, DBWAY_T_DATE), integer(int64_min, DBWAY_T_DATE), null});
    round_trip(type_name(DBWAY_T_TIME),
               {integer(0, DBWAY_T_TIME), integer(1, DBWAY_T_TIME), integer(86'400'000'000, DBWAY_T_TIME),
                integer(86'399'999'999, DBWAY_T_TIME), null});
    for (const std::uint32_t type : {DBWAY_T_TIMESTAMP, DBWAY_T_TIMESTAMPTZ})
        round_trip(type_name(type), {integer(0, type), integer(-1, type), integer(sdk::timestamp_min, type),
                                     integer(sdk::timestamp_max, type), integer(int64_max, type),
                                     integer(int64_min, type), integer(1'700'000'000'123'456, type), null});
    const dbway_interval intervals[] = {
        {0, 0, 0}, {1, 2, 3'500'000}, {-1, -2, -3}, {INT32_MIN, INT32_MAX, int64_min}};
    std::vector<dbway_value> interval_values;
    for (const dbway_interval& one : intervals) {
        interval_values.push_back(integer(0, DBWAY_T_INTERVAL));
        interval_values.back().v.interval = &one;
    }
    round_trip(type_name(DBWAY_T_INTERVAL), interval_values);
    std::string all_bytes;
    for (int i = 0; i < 256; ++i) all_bytes += static_cast<char>(i);
    const std::string big(300'000, 'x');
    using namespace std::string_view_literals;
    round_trip(type_name(DBWAY_T_TEXT),
               {text(""), text("a"), text("a\0b"sv), text("\0"sv), text("12"), text("1e5"), text("NULL"),
                text("\xC3\xA9\xF0\x9F\x98\x80"), text(big), null});
    round_trip(type_name(DBWAY_T_BLOB),
               {text("", DBWAY_T_BLOB), text(all_bytes, DBWAY_T_BLOB), text("12", DBWAY_T_BLOB), null});
    round_trip(
        type_name(DBWAY_T_UUID),
        {text("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"sv, DBWAY_T_UUID),
         text(std::string_view(all_bytes).substr(240), DBWAY_T_UUID),
         text("\x12\x34\x56\x78\x90\x12\x34\x56\x78\x90\x12\x34\x56\x78\x90\x12"sv, DBWAY_T_UUID), null});
    round_trip(type_name(DBWAY_T_JSON),
               {text("{\"a\": [1, 2]}", DBWAY_T_JSON), text("1.0", DBWAY_T_JSON), text("\"x\"", DBWAY_T_JSON),
                text("1e400", DBWAY_T_JSON), text("null", DBWAY_T_JSON), null});
}

TEST(SqliteValue, DecimalsKeepEveryDigit) {
    const auto d = [](std::string_view digits) { return text(digits, DBWAY_T_DECIMAL); };
    round_trip(type_name(DBWAY_T_DECIMAL, 10, 2),
               {d("1.50"), d("0.00"), d("-0.01"), d("99999999.99"), d("15.00"), d("NaN"), d("Infinity")});
    round_trip(type_name(DBWAY_T_DECIMAL, 15, 15), {d("0.123456789012345"), d("-0.999999999999999")});
    round_trip(type_name(DBWAY_T_DECIMAL, 15, 0), {d("999999999999999"), d("-999999999999999"), d("0")});
    round_trip(type_name(DBWAY_T_DECIMAL, 38, 10),
               {d("1234567890123456789012345678.0123456789"), d("0.0000000001"), d("1.50"), d("-Infinity")});
    round_trip(type_name(DBWAY_T_DECIMAL),
               {d("1.5"), d("1.50"), d("100000000000000000000000000000000000000000"), d("0.10")});

    // Every scale that 15 digits allow, at random.
    std::mt19937_64 random(1);
    for (std::int32_t scale = 0; scale <= 15; ++scale) {
        std::vector<std::string> digits;
        for (int i = 0; i < 200; ++i) {
            const std::string units = std::to_string(random() % 1'000'000'000'000'000 >> (random() % 50));
            const auto places = static_cast<std::size_t>(scale);
            const std::string padded =
                std::string(units.size() <= places ? places + 1 - units.size() : 0, '0').append(units);
            std::string number = padded.substr(0, padded.size() - places);
            if (scale > 0) number.append(1, '.').append(padded, padded.size() - places);
            digits.push_back(number);
        }
        std::vector<dbway_value> values;
        for (const std::string& one : digits) values.push_back(d(one));
        round_trip(type_name(DBWAY_T_DECIMAL, 15, scale), values);
    }
}

TEST(SqliteValue, ArraysRoundTrip) {
    const std::vector<dbway_value> numbers = {integer(int64_min), null_value(), integer(int64_max)};
    const std::vector<dbway_value> words = {text("a\"b\\"), text(""), text("null"), null_value()};
    const std::vector<dbway_value> times = {integer(0, DBWAY_T_TIMESTAMP), integer(-1, DBWAY_T_TIMESTAMP)};
    const std::vector<dbway_value> decimals = {text("1.50", DBWAY_T_DECIMAL), text("NaN", DBWAY_T_DECIMAL)};
    const std::vector<dbway_value> doubles = {real(0.1), real(HUGE_VAL), real(1e300)};
    const auto array = [](const std::vector<dbway_value>& items) {
        dbway_value value = integer(0, DBWAY_T_ARRAY);
        value.v.items = items.data();
        value.len = static_cast<std::uint32_t>(items.size());
        return value;
    };
    const std::vector<dbway_value> nested = {array(numbers), array({})};
    round_trip("bigint[]", {array(numbers), array({}), array(nested), null_value()});
    round_trip("text[]", {array(words)});
    round_trip("timestamp[]", {array(times)});
    round_trip("decimal_text[]", {array(decimals)});
    round_trip("double[]", {array(doubles)});

    RawConnection db;
    db.must("create table t(v int[])");
    db.must("insert into t values ('[1, 2'), ('[\"x\"]'), ('plain')");
    const auto odd = db.must("select v from t");
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(odd.type(i), static_cast<std::uint32_t>(DBWAY_T_TEXT));
    EXPECT_EQ(odd.text(1), "[\"x\"]");
}

TEST(SqliteValue, ValuesThatCannotBeKeptAreRefused) {
    RawConnection db;
    db.must("create table t(v)");
    const std::vector<dbway_value> bad = {real(std::nan("")),
                                          integer(sdk::date_max + 1, DBWAY_T_DATE),
                                          integer(sdk::date_min - 1, DBWAY_T_DATE),
                                          integer(-1, DBWAY_T_TIME),
                                          integer(86'400'000'001, DBWAY_T_TIME),
                                          integer(sdk::timestamp_max + 1, DBWAY_T_TIMESTAMP),
                                          integer(int64_min + 1, DBWAY_T_TIMESTAMPTZ),
                                          text("x", DBWAY_T_NATIVE)};
    for (const dbway_value& value : bad) {
        EXPECT_EQ(db.query("insert into t values ($1)", {value}).status, DBWAY_ERR_DATA) << int{value.type};
        EXPECT_EQ(db.copy_in("t", {}, 1, {value}).status, DBWAY_ERR_DATA) << int{value.type};
    }
    EXPECT_EQ(db.must("select count(*) from t").text(), "0");
}

// What a cell of `declared` is when `stored` (an SQL expression) lies in it.
Cell stored_as(const std::string& declared, const std::string& stored, const OptionMap& more = {}) {
    OptionMap options = {{"database", ":memory:"}};
    options.insert(more.begin(), more.end());
    RawConnection db(options);
    // A view keeps the declared type but not the affinity, so that every storage class can be met.
    db.must("create table t(v " + declared + ")");
    db.must("insert into t values (" + stored + ")");
    return db.must("select v from t").rows.at(0).at(0);
}

void expect_cell(const std::string& declared, const std::string& stored, std::uint32_t type,
                 const std::string& shown, const OptionMap& more = {}) {
    const Cell cell = stored_as(declared, stored, more);
    EXPECT_EQ(cell.type, type) << declared << " " << stored << " came as " << cell.text;
    EXPECT_EQ(cell.text, shown) << declared << " " << stored;
}

TEST(SqliteValue, BooleansAndIntegers) {
    expect_cell("boolean", "1", DBWAY_T_BOOL, "true");
    expect_cell("BOOL", "0", DBWAY_T_BOOL, "false");
    expect_cell("boolean", "'true'", DBWAY_T_BOOL, "true");
    expect_cell("boolean", "'F'", DBWAY_T_BOOL, "false");
    expect_cell("boolean", "2", DBWAY_T_I64, "2");
    expect_cell("boolean", "'perhaps'", DBWAY_T_TEXT, "perhaps");
    expect_cell("boolean", "0.5", DBWAY_T_F64, "0.5");
    for (const char* type : {"int", "integer", "INT8", "tinyint(1)", "smallint", "bigint", "int unsigned"}) {
        expect_cell(type, "7", DBWAY_T_I64, "7");
        expect_cell(type, "'seven'", DBWAY_T_TEXT, "seven");
        expect_cell(type, "1.5", DBWAY_T_F64, "1.5");
        expect_cell(type, "x'00ff'", DBWAY_T_BLOB, "\\x00ff");
        expect_cell(type, "null", DBWAY_T_NULL, "");
    }
    expect_cell("u64_blob", "5", DBWAY_T_U64, "5");
    expect_cell("u64_blob", "-5", DBWAY_T_I64, "-5");
    expect_cell("u64_blob", "'18446744073709551615'", DBWAY_T_U64, "18446744073709551615");
    expect_cell("unsigned big int", "9", DBWAY_T_U64, "9");
    expect_cell("double", "1", DBWAY_T_F64, "1");
    expect_cell("real", "'x'", DBWAY_T_TEXT, "x");
    expect_cell("float", "9e999", DBWAY_T_F64, "Infinity");
}

TEST(SqliteValue, UnsignedIntegersSort) {
    RawConnection db;
    db.must("create table t(v u64_blob)");
    for (const std::uint64_t v :
         {UINT64_MAX, std::uint64_t{5}, std::uint64_t{1} << 63, static_cast<std::uint64_t>(INT64_MAX),
          std::uint64_t{10}, std::uint64_t{10'000'000'000'000'000'000u}})
        ASSERT_TRUE(db.query("insert into t values ($1)", {unsigned_integer(v)}).ok());
    const auto answer = db.must("select v from t order by v");
    const std::vector<std::string> expected = {"5",
                                               "10",
                                               "9223372036854775807",
                                               "9223372036854775808",
                                               "10000000000000000000",
                                               "18446744073709551615"};
    for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(answer.text(i), expected[i]);
    EXPECT_EQ(db.must("select count(*) from t where v = $1", {unsigned_integer(UINT64_MAX)}).text(), "1");
    EXPECT_EQ(db.must("select count(*) from t where v < 11").text(), "2");
}

TEST(SqliteValue, DecimalsOfOtherStorage) {
    expect_cell("numeric(10,2)", "1.5", DBWAY_T_DECIMAL, "1.50");
    expect_cell("numeric(10,2)", "15", DBWAY_T_DECIMAL, "15.00");
    expect_cell("decimal(10, 2)", "'1.50'", DBWAY_T_DECIMAL, "1.50");
    expect_cell("numeric(10,2)", "0.1 + 0.2", DBWAY_T_DECIMAL, "0.30");
    expect_cell("numeric(10,2)", "1.1 * 3", DBWAY_T_DECIMAL, "3.30");
    expect_cell("numeric(10,2)", "1.505", DBWAY_T_DECIMAL, "1.505");
    expect_cell("numeric(10)", "3", DBWAY_T_DECIMAL, "3");
    expect_cell("numeric", "1.1", DBWAY_T_DECIMAL, "1.1");
    expect_cell("numeric", "1e20", DBWAY_T_DECIMAL, "100000000000000000000");
    expect_cell("numeric(10,2)", "1e20", DBWAY_T_DECIMAL, "100000000000000000000.00");
    expect_cell("numeric(10,2)", "-1e-7", DBWAY_T_DECIMAL, "-0.0000001");
    expect_cell("numeric(10,2)", "9e999", DBWAY_T_DECIMAL, "Infinity");
    expect_cell("numeric(10,2)", "'abc'", DBWAY_T_TEXT, "abc");
    expect_cell("decimal_text(38,10)", "'1.5'", DBWAY_T_DECIMAL, "1.5");
    expect_cell("decimal_text", "'123456789012345678901234567890.5'", DBWAY_T_DECIMAL,
                "123456789012345678901234567890.5");
    expect_cell("decimal_text", "'+1e3'", DBWAY_T_DECIMAL, "1000");
    expect_cell("numeric(12,2)", "123456789.10", DBWAY_T_DECIMAL, "123456789.10");
}

TEST(SqliteValue, TimesOfOtherStorage) {
    for (const char* type : {"timestamp", "datetime", "TIMESTAMP(6)", "timestamp without time zone"}) {
        expect_cell(type, "'2023-11-14 22:13:20.123456'", DBWAY_T_TIMESTAMP, "2023-11-14 22:13:20.123456");
        expect_cell(type, "'2023-11-14T22:13:20Z'", DBWAY_T_TIMESTAMP, "2023-11-14 22:13:20");
        expect_cell(type, "1700000000", DBWAY_T_TIMESTAMP, "2023-11-14 22:13:20");
        expect_cell(type, "julianday('2023-11-14 22:13:20.5')", DBWAY_T_TIMESTAMP,
                    "2023-11-14 22:13:20.500000");
        expect_cell(type, "'2023-11-14 22:13:20+02'", DBWAY_T_TEXT, "2023-11-14 22:13:20+02");
        expect_cell(type, "'yesterday'", DBWAY_T_TEXT, "yesterday");
        expect_cell(type, "datetime(1700000000, 'unixepoch') || '.5'", DBWAY_T_TIMESTAMP,
                    "2023-11-14 22:13:20.500000");
        expect_cell(type, "1700000000000000", DBWAY_T_I64, "1700000000000000");
        expect_cell(type, "1.7e12 + 0.5", DBWAY_T_F64, "1700000000000.5");
        expect_cell(type, "9223372036854775807", DBWAY_T_I64, "9223372036854775807");
    }
    expect_cell("timestamptz", "'2023-11-14 22:13:20+02'", DBWAY_T_TIMESTAMPTZ, "2023-11-14 20:13:20+00");
    expect_cell("timestamp with time zone", "1700000000", DBWAY_T_TIMESTAMPTZ, "2023-11-14 22:13:20+00");
    expect_cell("timestamp", "1700000000123", DBWAY_T_TIMESTAMP, "2023-11-14 22:13:20.123000",
                {{"integer_time", "milliseconds"}});
    expect_cell("timestamp", "1700000000123456", DBWAY_T_TIMESTAMP, "2023-11-14 22:13:20.123456",
                {{"integer_time", "microseconds"}});
    expect_cell("date", "'2020-02-29'", DBWAY_T_DATE, "2020-02-29");
    expect_cell("date", "'2020-02-30'", DBWAY_T_TEXT, "2020-02-30");
    expect_cell("date", "86400 * 365", DBWAY_T_DATE, "1971-01-01");
    expect_cell("date", "86401", DBWAY_T_I64, "86401");
    expect_cell("date", "julianday('2020-02-29')", DBWAY_T_DATE, "2020-02-29");
    expect_cell("date", "julianday('2020-02-29 06:00')", DBWAY_T_F64, "2458908.75");
    expect_cell("time", "'12:34:56.5'", DBWAY_T_TIME, "12:34:56.500000");
    expect_cell("time", "'24:00:01'", DBWAY_T_TEXT, "24:00:01");
    expect_cell("time", "3600", DBWAY_T_I64, "3600");
    expect_cell("interval", "'P1D'", DBWAY_T_INTERVAL, "P1D");
    expect_cell("interval", "'1 day'", DBWAY_T_TEXT, "1 day");
}

TEST(SqliteValue, TextBlobUuidAndJsonOfOtherStorage) {
    expect_cell("varchar(10)", "'abc'", DBWAY_T_TEXT, "abc");
    expect_cell("varchar(10)", "12", DBWAY_T_TEXT, "12");
    expect_cell("text", "x'00'", DBWAY_T_BLOB, "\\x00");
    expect_cell("string", "'007'", DBWAY_T_I64, "7");  // SQLite's own rule for "STRING"
    expect_cell("blob", "'text'", DBWAY_T_TEXT, "text");
    expect_cell("uuid", "x'00112233445566778899aabbccddeeff'", DBWAY_T_UUID,
                "00112233-4455-6677-8899-aabbccddeeff");
    expect_cell("uuid", "'00112233-4455-6677-8899-AABBCCDDEEFF'", DBWAY_T_UUID,
                "00112233-4455-6677-8899-aabbccddeeff");
    expect_cell("uuid", "'not one'", DBWAY_T_TEXT, "not one");
    expect_cell("uuid", "x'0011'", DBWAY_T_BLOB, "\\x0011");
    expect_cell("json", "'{\"a\":1}'", DBWAY_T_JSON, "{\"a\":1}");
    expect_cell("json", "5", DBWAY_T_JSON, "5");
    expect_cell("json", "1.5", DBWAY_T_JSON, "1.5");
    expect_cell("jsonb", "x'00'", DBWAY_T_BLOB, "\\x00");
    for (const auto& [stored, type] :
         std::vector<std::pair<const char*, std::uint32_t>>{{"1", DBWAY_T_I64},
                                                            {"1.5", DBWAY_T_F64},
                                                            {"'x'", DBWAY_T_TEXT},
                                                            {"x'00'", DBWAY_T_BLOB},
                                                            {"null", DBWAY_T_NULL}})
        EXPECT_EQ(stored_as("", stored).type, type) << stored;
}

TEST(SqliteValue, ExpressionsGoByStorageClass) {
    RawConnection db;
    const auto answer =
        db.must("select 1, 1.5, 'x', x'00', null, $1, $2, $3",
                {integer(1, DBWAY_T_BOOL), integer(0, DBWAY_T_TIMESTAMPTZ), text("1.50", DBWAY_T_DECIMAL)});
    const std::vector<std::uint32_t> types = {DBWAY_T_I64,  DBWAY_T_F64, DBWAY_T_TEXT, DBWAY_T_BLOB,
                                              DBWAY_T_NULL, DBWAY_T_I64, DBWAY_T_TEXT, DBWAY_T_TEXT};
    for (std::size_t i = 0; i < types.size(); ++i) EXPECT_EQ(answer.type(0, i), types[i]) << i;
    EXPECT_EQ(answer.text(0, 6), "1970-01-01 00:00:00+00");
    EXPECT_EQ(answer.text(0, 7), "1.50");
}

TEST(SqliteValue, AViewKeepsTheDeclaredTypes) {
    RawConnection db;
    db.must("create table t(a boolean, b timestamp)");
    db.must("create view v as select * from t");
    db.must("insert into t values (1, '2020-01-01 00:00:00')");
    const auto answer = db.must("select * from v");
    EXPECT_EQ(answer.type(0, 0), static_cast<std::uint32_t>(DBWAY_T_BOOL));
    EXPECT_EQ(answer.type(0, 1), static_cast<std::uint32_t>(DBWAY_T_TIMESTAMP));
}

TEST(SqliteValue, DatabasesInUtf16) {
    TemporaryDirectory directory;
    RawConnection db({{"database", directory.file("x.db")},
                      {"pragmas", "encoding = UTF16le"},
                      {"journal_mode", "delete"}});
    ASSERT_EQ(db.open_status, DBWAY_OK) << db.last().message;
    db.must("create table t(v text)");
    db.must("insert into t values ($1)", {text("\xC3\xA9\xF0\x9F\x98\x80")});
    EXPECT_EQ(db.must("select v from t").text(), "\xC3\xA9\xF0\x9F\x98\x80");
    EXPECT_EQ(db.must("pragma encoding").text(), "UTF-16le");
}

}  // namespace
}  // namespace dbway::test
