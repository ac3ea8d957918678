// Every value type with its extremes, as parameter and as result, through a column that is declared for it.
#include <cmath>
#include <limits>

#include "provider_test.hpp"

namespace dbway::test {
namespace {

using namespace std::chrono;

template <typename T>
bool same(const T& a, const T& b) {
    return a == b;
}
// Bit by bit, but that one NaN is as good as another.
bool same(double a, double b) {
    return (std::isnan(a) && std::isnan(b)) || (a == b && std::signbit(a) == std::signbit(b));
}

class Values : public ProviderTest {
  protected:
    // Each value goes in alone, comes back from the table in order, and is found by itself. A table of its
    // own for each type: to a statement that PostgreSQL has prepared, a parameter keeps its type.
    template <typename T>
    void round_trip(const std::string& type, const std::vector<T>& values, bool comparable = true) {
        ASSERT_FALSE(type.empty());
        const std::string v = "v" + std::to_string(++tables_);
        db().execute("create table " + v + " (id bigint primary key, x " + type + ")");
        for (std::size_t i = 0; i < values.size(); ++i)
            ASSERT_EQ(db().execute("insert into " + v + " values ($1, $2)", i, values[i]).affected(), 1)
                << "value " << i;
        db().execute("insert into " + v + " values ($1, $2)", values.size(), std::optional<T>());

        std::size_t i = 0;
        for (const Row row : db().query("select x from " + v + " order by id")) {
            if (i == values.size()) {
                EXPECT_TRUE(row.is_null(0));
                EXPECT_EQ(row.get<std::optional<T>>(0), std::nullopt);
            } else {
                EXPECT_EQ(+row.cell(0).type, +Codec<T>::type) << "value " << i;
                EXPECT_TRUE(same(row.get<T>(0), values[i]))
                    << "value " << i << " came back as " << row.get<std::string>(0);
            }
            ++i;
        }
        EXPECT_EQ(i, values.size() + 1);
        for (i = 0; comparable && i < values.size(); ++i) {
            EXPECT_EQ(db().query("select count(*) from " + v + " where x = $1 and id = $2", values[i], i)
                          .template one<std::int64_t>(),
                      1)
                << "value " << i;
        }
    }

  private:
    int tables_ = 0;
};

DBWAY_FOR_ALL_PROVIDERS(Values);

TEST_P(Values, Booleans) { round_trip<bool>(type(DBWAY_T_BOOL), {false, true}); }

TEST_P(Values, Integers) {
    using Limits = std::numeric_limits<std::int64_t>;
    round_trip<std::int64_t>(type(DBWAY_T_I64),
                             {0, 1, -1, Limits::max(), Limits::min(), 1LL << 53, -(1LL << 32)});
}

TEST_P(Values, SmallIntegers) {
    round_trip<std::int64_t>("smallint", {0, 32767, -32768});
    round_trip<std::int64_t>("integer", {0, 2147483647, -2147483648LL});
}

TEST_P(Values, UnsignedIntegersBeyondTheSigned) {
    db().execute("create table v (x " + type(DBWAY_T_U64) + ")");
    const auto highest = std::numeric_limits<std::uint64_t>::max();
    for (const std::uint64_t value : {highest, std::uint64_t{1} << 63, std::uint64_t{7}})
        db().execute("insert into v values ($1)", value);
    EXPECT_EQ(db().query("select x from v order by x").all<std::uint64_t>(),
              (std::vector<std::uint64_t>{7, std::uint64_t{1} << 63, highest}));
}

TEST_P(Values, FloatingPoint) {
    using Limits = std::numeric_limits<double>;
    std::vector<double> values{
        0.0, 0.1, -1.5, 1e300, Limits::max(), Limits::lowest(), 1.0 / 3, Limits::min(), Limits::denorm_min()};
    if (can(Feature::infinite_numbers)) {
        values.push_back(Limits::infinity());
        values.push_back(-Limits::infinity());
    }
    if (on_postgresql()) values.push_back(-0.0);  // SQLite and MySQL keep no sign of zero
    if (can(Feature::nan)) values.push_back(Limits::quiet_NaN());
    round_trip<double>(type(DBWAY_T_F64), values);
}

TEST_P(Values, Decimals) {
    if (!can(Feature::unlimited_decimals)) {
        return round_trip<Decimal>(
            type(DBWAY_T_DECIMAL, 65, 30),
            {Decimal("12345678901234567890123456789012345.123456789012345678901234567890"),
             Decimal("-0.000000000000000000000000000001"),
             Decimal("-99999999999999999999999999999999999.999999999999999999999999999999")});
    }
    round_trip<Decimal>(
        type(DBWAY_T_DECIMAL),
        {Decimal("0"), Decimal("1.50"), Decimal("-1.5"), Decimal("0.00"),
         Decimal("123456789012345678901234567890123456789.987654321"),
         Decimal("-0.000000000000000000000000000000000001"), Decimal("10000000000000000000000"),
         Decimal("1000000000000"), Decimal("NaN"), Decimal("Infinity"), Decimal("-Infinity")},
        on_postgresql());  // SQLite compares the texts
}

TEST_P(Values, DecimalsOfAScale) {
    db().execute("create table v (x " + type(DBWAY_T_DECIMAL, 12, 2) + ")");
    db().execute("insert into v values ($1)", Decimal("1234567890.50"));
    EXPECT_EQ(db().query("select x from v").one<Decimal>().str(), "1234567890.50");
}

TEST_P(Values, Text) {
    std::string controls;
    for (char c = 1; c < 32; ++c) controls += c;
    round_trip<std::string>(
        type(DBWAY_T_TEXT),
        {"", " ", "NULL", "null", "\\N", "it's \"quoted\" \\ and {braced}, $1 :name ?",
         "äöü ß 漢字 \xF0\x9F\x98\x80 \xE2\x80\xAE", controls, std::string(1'000'000, 'x')});
}

TEST_P(Values, ANulCharacterInTextIsKeptOrRefused) {
    db().execute("create table v (x " + type(DBWAY_T_TEXT) + ")");
    const std::string with_nul("a\0b", 3);
    try {
        db().execute("insert into v values ($1)", with_nul);
        EXPECT_EQ(db().query("select x from v").one<std::string>(), with_nul);
    } catch (const DataError&) {
        EXPECT_EQ(count("v"), 0);
    }
}

TEST_P(Values, TextThatIsNotUtf8IsRefused) {
    if (!can(Feature::checked_utf8)) GTEST_SKIP() << "see differences.hpp";
    db().execute("create table v (x " + type(DBWAY_T_TEXT) + ")");
    for (const char* bad : {"\xFF", "a\xC3", "\xED\xA0\x80"}) {
        if (on_mysql() && std::string(bad).size() == 3) continue;  // it takes halves of surrogate pairs
        EXPECT_THROW(db().execute("insert into v values ($1)", std::string(bad)), DataError);
        EXPECT_EQ(count("v"), 0);
    }
}

TEST_P(Values, Blobs) {
    Blob all;
    for (int i = 0; i < 256; ++i) all.push_back(static_cast<std::byte>(i));
    round_trip<Blob>(type(DBWAY_T_BLOB),
                     {Blob(), all, Blob(1, std::byte{0}), Blob(1'000'000, std::byte{0x5C})});
}

TEST_P(Values, Dates) {
    std::vector<Date> values{sys_days(1970y / 1 / 1),  sys_days(1y / 1 / 1),      sys_days(9999y / 12 / 31),
                             sys_days(2000y / 2 / 29), sys_days(1582y / 10 / 10), sys_days(1999y / 12 / 31)};
    if (can(Feature::infinite_times)) {
        values.push_back(Date::max());
        values.push_back(Date::min());
    }
    round_trip<Date>(type(DBWAY_T_DATE), values);
}

TEST_P(Values, TimesOfDay) {
    round_trip<TimeOfDay>(type(DBWAY_T_TIME),
                          {{0us}, {1us}, {12h + 34min + 56s + 789ms}, {24h - 1us}, {24h}});
}

template <typename Time>
std::vector<Time> times(bool infinite) {
    std::vector<Time> values;
    for (const sys_days day : {sys_days(1970y / 1 / 1), sys_days(1y / 1 / 1), sys_days(9999y / 12 / 31),
                               sys_days(2000y / 1 / 1), sys_days(1969y / 12 / 31)})
        for (const microseconds time : {0us, 1us, microseconds(24h) - 1us, microseconds(12h + 1ms)})
            values.emplace_back(day.time_since_epoch() + time);
    if (infinite) {
        values.push_back(Time::max());
        values.push_back(Time::min());
    }
    return values;
}

TEST_P(Values, Timestamps) {
    round_trip<Timestamp>(type(DBWAY_T_TIMESTAMP), times<Timestamp>(can(Feature::infinite_times)));
}

TEST_P(Values, TimestampsWithTimeZone) {
    if (!can(Feature::wide_instants)) {
        const auto at = [](std::int64_t micros) { return TimestampTz(microseconds(micros)); };
        return round_trip<TimestampTz>(type(DBWAY_T_TIMESTAMPTZ),
                                       {at(1'000'000), at(1'700'000'000'123'456), at(2'147'483'647'999'999)});
    }
    round_trip<TimestampTz>(type(DBWAY_T_TIMESTAMPTZ), times<TimestampTz>(can(Feature::infinite_times)));
}

TEST_P(Values, TimestampsDoNotDependOnTheSessionsTimeZone) {
    if (!on_postgresql()) GTEST_SKIP() << "of PostgreSQL's sessions";
    db().execute("create table v (x timestamptz, y timestamp)");
    Connection connection = db().connection();
    const TimestampTz instant(sys_days(2024y / 7 / 1).time_since_epoch() + microseconds(11h + 1us));
    const Timestamp wall(instant.time_since_epoch());
    for (const char* zone : {"UTC", "Asia/Kolkata", "America/St_Johns", "Pacific/Kiritimati"}) {
        connection.execute("set time zone '" + std::string(zone) + "'");
        connection.execute("delete from v");
        connection.execute("insert into v values ($1, $2)", instant, wall);
        const auto [x, y] = connection.query("select x, y from v").one<std::tuple<TimestampTz, Timestamp>>();
        EXPECT_EQ(x, instant) << zone;
        EXPECT_EQ(y, wall) << zone;
        EXPECT_EQ(connection.query("select extract(epoch from x)::bigint from v").one<std::int64_t>(),
                  duration_cast<seconds>(instant.time_since_epoch()).count())
            << zone;
    }
}

TEST_P(Values, DatesDoNotDependOnTheSessionsStyle) {
    if (!on_postgresql()) GTEST_SKIP() << "of PostgreSQL's sessions";
    Connection connection = db().connection();
    const Date day = sys_days(2024y / 3 / 2);
    const Interval interval{14, -3, 3'600'000'001};
    const Blob bytes{std::byte{0}, std::byte{0x5C}, std::byte{0xFF}};
    for (const char* style : {"ISO, MDY", "German", "SQL, DMY", "Postgres, MDY"}) {
        connection.execute("set datestyle = " + std::string(style));
        connection.execute("set intervalstyle = 'sql_standard'");
        connection.execute("set bytea_output = 'escape'");
        connection.execute("set extra_float_digits = -3");
        EXPECT_EQ(connection.query("select $1::date", day).one<Date>(), day) << style;
        EXPECT_EQ(connection.query("select $1::interval", interval).one<Interval>(), interval) << style;
        EXPECT_EQ(connection.query("select $1::bytea", bytes).one<Blob>(), bytes) << style;
    }
}

// What a session's style may be changed by, the text of a statement not always tells.
TEST_P(Values, DatesDoNotDependOnWhatSetTheStyle) {
    if (!on_postgresql()) GTEST_SKIP() << "of PostgreSQL's sessions";
    db().execute("create table v (d date, t timestamp, z timestamptz, i interval)");
    db().execute("insert into v values (null)");
    db().execute(
        "create function restyle() returns integer language plpgsql as $$ begin perform "
        "set_config('datestyle', 'Postgres, DMY', false), set_config('intervalstyle', 'sql_standard', "
        "false); return 1; end $$");
    Connection connection = db().connection();
    const Date day = sys_days(2024y / 3 / 2);
    const Timestamp time(sys_days(2024y / 12 / 10).time_since_epoch() + 11h + 1us);
    const TimestampTz instant(time.time_since_epoch());
    const Interval interval{-14, 3, -3'600'000'001};
    const auto check = [&](const std::string& after) {
        const auto changed =
            connection.execute("update v set d = $1, t = $2, z = $3, i = $4", day, time, instant, interval);
        ASSERT_EQ(changed.affected(), 1) << after;
        const auto [d, t, z, i, bytes, number] =
            connection.query("select d, t, z, i, '\\x005cff'::bytea, 0.1::float8 + 0.2::float8 from v")
                .one<std::tuple<Date, Timestamp, TimestampTz, Interval, Blob, double>>();
        EXPECT_EQ(d, day) << after;
        EXPECT_EQ(t, time) << after;
        EXPECT_EQ(z, instant) << after;
        EXPECT_EQ(i, interval) << after;
        EXPECT_EQ(bytes, (Blob{std::byte{0}, std::byte{0x5C}, std::byte{0xFF}})) << after;
        EXPECT_EQ(number, 0.1 + 0.2) << after;
    };
    check("the start");
    for (const std::string change :
         {"select set_config('datestyle', 'German', false)", "select restyle()",
          "do $$ begin perform set_config('intervalstyle', 'postgres_verbose', false); end $$",
          "set datestyle = 'SQL, DMY'", "set intervalstyle = postgres", "set bytea_output = escape",
          "set extra_float_digits = -3", "reset all"}) {
        connection.execute(change);
        check(change);
        {
            Transaction tx = connection.begin();
            tx.execute(change);
            check("in a transaction: " + change);
        }
        check("in a transaction that was rolled back: " + change);
        {
            Transaction tx = connection.begin();
            tx.execute(change);
            tx.commit();
        }
        check("in a transaction: " + change);
        connection.execute(change);
        {
            Transaction tx = connection.begin();
            check("before a transaction: " + change);
        }
        check("before a transaction that was rolled back: " + change);
        connection.execute(change);
        {
            Transaction tx = connection.begin();
            EXPECT_THROW(tx.execute("select 1/0"), Error);
        }
        check("before a transaction that failed: " + change);
        {
            Transaction tx = connection.begin();
            tx.execute(change);
            EXPECT_THROW(tx.savepoint([&] {
                check("before a savepoint: " + change);
                throw std::runtime_error("back");
            }),
                         std::runtime_error);
            check("before a savepoint that was rolled back to: " + change);
            EXPECT_THROW(tx.savepoint([&] {
                tx.execute(change);
                throw std::runtime_error("back");
            }),
                         std::runtime_error);
            check("in a savepoint that was rolled back to: " + change);
            tx.commit();
        }
        check("a transaction with a savepoint: " + change);
    }
}

TEST_P(Values, DatesDoNotDependOnTheDatabasesStyle) {
    if (!on_postgresql()) GTEST_SKIP() << "of PostgreSQL's databases";
    const auto name = db().query("select quote_ident(current_database())").one<std::string>();
    struct Reset {
        Source& source;
        std::string sql;
        ~Reset() { source.execute(sql); }
    };
    const Reset reset{db(), "alter database " + name + " reset all"};
    for (const std::string setting : {"datestyle = 'German, DMY'", "intervalstyle = 'sql_standard'",
                                      "bytea_output = 'escape'", "extra_float_digits = -3"})
        db().execute("alter database " + name + " set " + setting);
    Source source = open("");
    const Date day = sys_days(2024y / 3 / 2);
    const Interval interval{14, -3, 3'600'000'001};
    for (int i = 0; i < 2; ++i) {
        const auto [d, v, bytes, number] =
            source
                .query("select $1::date, $2::interval, '\\x005cff'::bytea, 0.1::float8 + 0.2::float8", day,
                       interval)
                .one<std::tuple<Date, Interval, Blob, double>>();
        EXPECT_EQ(d, day);
        EXPECT_EQ(v, interval);
        EXPECT_EQ(bytes, (Blob{std::byte{0}, std::byte{0x5C}, std::byte{0xFF}}));
        EXPECT_EQ(number, 0.1 + 0.2);
        source.connection().reset();
    }
}

TEST_P(Values, Intervals) {
    round_trip<Interval>(type(DBWAY_T_INTERVAL),
                         {{0, 0, 0},
                          {14, -3, 1},
                          {-1, 0, 0},
                          {0, 1, -1},
                          {0, 0, 86'400'000'000},
                          {1200, 31, 3'599'999'999},
                          {-13, -1, -1'000'001}},
                         on_postgresql());
}

TEST_P(Values, Uuids) {
    Uuid none, all;
    all.bytes.fill(0xFF);
    round_trip<Uuid>(type(DBWAY_T_UUID), {none, all, Uuid::parse("F81D4FAE-7DEC-11d0-a765-00a0c91e6bf6")});
}

TEST_P(Values, JsonKeepsItsText) {
    round_trip<Json>(
        type(DBWAY_T_JSON),
        {{R"({"b": [1, 2.50, null], "a": "äö\"\\", "b": 1})"}, {"null"}, {"[]"}, {"\"\""}, {" 1 "}},
        !on_postgresql());  // PostgreSQL's json has no equality
}

TEST_P(Values, Arrays) {
    round_trip<std::vector<std::int64_t>>(type(DBWAY_T_ARRAY, DBWAY_T_I64),
                                          {{}, {1}, {-1, 0, std::numeric_limits<std::int64_t>::max()}});
    using Texts = std::vector<std::optional<std::string>>;
    round_trip<Texts>(
        type(DBWAY_T_ARRAY, DBWAY_T_TEXT),
        {Texts{}, Texts{std::nullopt}, Texts{"", "NULL", "null", "a,b", "{}", "\"q\"", "back\\slash", " "},
         Texts{"ä", std::nullopt, "z"}});
}

TEST_P(Values, ArraysOfOtherTypes) {
    round_trip<std::vector<bool>>(type(DBWAY_T_ARRAY, DBWAY_T_BOOL), {{true, false, true}});
    round_trip<std::vector<double>>(type(DBWAY_T_ARRAY, DBWAY_T_F64), {{0.1, -1e300, 1e-300}});
    round_trip<std::vector<Decimal>>(type(DBWAY_T_ARRAY, DBWAY_T_DECIMAL),
                                     {{Decimal("1.50"), Decimal("-0.001")}});
    round_trip<std::vector<Date>>(type(DBWAY_T_ARRAY, DBWAY_T_DATE),
                                  {{sys_days(2024y / 2 / 29), sys_days(1y / 1 / 1)}});
    round_trip<std::vector<TimestampTz>>(type(DBWAY_T_ARRAY, DBWAY_T_TIMESTAMPTZ),
                                         {times<TimestampTz>(false)});
    round_trip<std::vector<Blob>>(type(DBWAY_T_ARRAY, DBWAY_T_BLOB),
                                  {{Blob(), Blob{std::byte{0}, std::byte{0x22}, std::byte{0x5C}}}});
}

TEST_P(Values, NestedArrays) {
    using Matrix = std::vector<std::vector<std::int64_t>>;
    db().execute("create table v (x " + type(DBWAY_T_ARRAY, DBWAY_T_I64) + ")");
    const Matrix matrix{{1, 2, 3}, {4, 5, 6}};
    db().execute("insert into v values ($1)", matrix);
    EXPECT_EQ(db().query("select x from v").one<Matrix>(), matrix);
}

TEST_P(Values, AParameterOfOneTypeFitsAColumnOfAnother) {
    db().execute("create table v (i integer, d double precision, t " + type(DBWAY_T_TEXT) + ", m " +
                 type(DBWAY_T_DECIMAL) + ")");
    db().execute("insert into v values ($1, $2, $3, $4)", 7, 3, "text", 12);
    const auto [i, d, t, m] =
        db().query("select i, d, t, m from v").one<std::tuple<int, double, std::string, Decimal>>();
    EXPECT_EQ(i, 7);
    EXPECT_EQ(d, 3.0);
    EXPECT_EQ(t, "text");
    EXPECT_EQ(m.str(), can(Feature::unlimited_decimals) ? "12" : "12." + std::string(30, '0'));
}

TEST_P(Values, AValueTooLargeForItsColumnIsRefused) {
    if (!on_server()) GTEST_SKIP() << "SQLite's integers have one size";
    db().execute("create table v (i smallint)");
    const Error error = error_of([&] { db().execute("insert into v values ($1)", 32768); });
    EXPECT_EQ(error.category(), Category::data) << error.what();
    EXPECT_EQ(error.sqlstate(), "22003") << error.what();
    EXPECT_EQ(count("v"), 0);
}

TEST_P(Values, ExpressionsHaveTheTypesOfTheirParameters) {
    if (!can(Feature::typed_expressions)) GTEST_SKIP() << "see differences.hpp";
    const Date day = sys_days(2024y / 2 / 29);
    if (on_mysql()) {
        const auto [date, number] =
            db().query("select cast($1 as date) + interval 1 day, cast($2 as decimal(10,2)) * 2", day,
                       Decimal("1.25"))
                .one<std::tuple<Date, Decimal>>();
        EXPECT_EQ(date, sys_days(2024y / 3 / 1));
        EXPECT_EQ(number.str(), "2.50");
        return;
    }
    const auto [d, n, u] =
        db().query("select $1::date + 1, $2::numeric * 2, $3::uuid", day, Decimal("1.25"), Uuid{})
            .one<std::tuple<Date, Decimal, Uuid>>();
    EXPECT_EQ(d, sys_days(2024y / 3 / 1));
    EXPECT_EQ(n.str(), "2.50");
    EXPECT_EQ(u, Uuid{});
}

TEST_P(Values, ColumnsTellTheirNamesAndTypes) {
    db().execute("create table v (id bigint primary key, amount " + type(DBWAY_T_DECIMAL, 10, 2) + ", at " +
                 type(DBWAY_T_TIMESTAMP) + ")");
    Rows rows = db().query("select id, amount, at as \"Wann?\" from v");
    for ([[maybe_unused]] const Row row : rows) FAIL() << "the table is empty";
    ASSERT_EQ(rows.columns().size(), 3u);
    EXPECT_EQ(rows.columns()[0].name, "id");
    EXPECT_EQ(rows.columns()[0].type, DBWAY_T_I64);
    EXPECT_EQ(rows.columns()[1].type, DBWAY_T_DECIMAL);
    EXPECT_EQ(rows.columns()[2].name, "Wann?");
    EXPECT_EQ(rows.columns()[2].type, DBWAY_T_TIMESTAMP);
}

}  // namespace
}  // namespace dbway::test
