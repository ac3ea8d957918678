// The canonical text of every type, and its parsers: exhaustive where the range allows it, random elsewhere.
#include <dbway/sdk/value_text.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace dbway::sdk {
namespace {

constexpr std::int64_t int64_min = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t int64_max = std::numeric_limits<std::int64_t>::max();

// Runs a writer on a buffer that shows every byte written past the length returned.
template <class Writer, class... Values>
std::string text_of(Writer writer, const Values&... values) {
    std::array<char, 256> buffer;
    buffer.fill('#');
    const std::size_t size = writer(buffer.data(), values...);
    for (std::size_t i = size; i < buffer.size(); ++i)
        EXPECT_EQ(buffer[i], '#') << "written past the end at " << i;
    return {buffer.data(), size};
}

dbway_value scalar(std::uint8_t type, std::int64_t payload) {
    dbway_value value{};
    value.v.i64 = payload;
    value.type = type;
    return value;
}
dbway_value bytes(std::uint8_t type, std::string_view payload) {
    dbway_value value{};
    value.v.text = payload.data();
    value.len = static_cast<std::uint32_t>(payload.size());
    value.type = type;
    return value;
}
dbway_value real(double number) {
    dbway_value value = scalar(DBWAY_T_F64, 0);
    value.v.f64 = number;
    return value;
}
dbway_value array(const std::vector<dbway_value>& items) {
    dbway_value value = scalar(DBWAY_T_ARRAY, 0);
    value.v.items = items.data();
    value.len = static_cast<std::uint32_t>(items.size());
    return value;
}

std::string format(const dbway_value& value) {
    std::string out = "kept:";
    EXPECT_TRUE(format_value(value, out));
    EXPECT_EQ(out.substr(0, 5), "kept:");
    return out.substr(5);
}

TEST(ValueTextDate, EveryDayRoundTripsInOrder) {
    std::uint32_t year = 1;
    std::uint32_t month = 1;
    std::uint32_t day = 1;
    std::string previous;
    for (std::int64_t days = date_min; days <= date_max; ++days) {
        char buffer[date_text_max];
        ASSERT_EQ(write_date(buffer, days), 10u);
        char expected[40];
        std::snprintf(expected, sizeof expected, "%04u-%02u-%02u", year, month, day);
        const std::string text(buffer, 10);
        ASSERT_EQ(text, expected);
        ASSERT_EQ(parse_date(text), days) << text;
        ASSERT_LT(previous, text);
        previous = text;
        if (++day > days_in_month(year, month)) {
            day = 1;
            if (++month > 12) {
                month = 1;
                ++year;
            }
        }
    }
    EXPECT_EQ(previous, "9999-12-31");
}

TEST(ValueTextDate, EveryDayOfEveryMonthThatDoesNotExistIsRefused) {
    for (std::uint32_t year = 0; year <= 9999; year += year < 2100 ? 1 : 97)
        for (std::uint32_t month = 0; month <= 13; ++month)
            for (std::uint32_t day = 0; day <= 32; ++day) {
                char text[40];
                std::snprintf(text, sizeof text, "%04u-%02u-%02u", year, month, day);
                const bool exists =
                    year > 0 && month > 0 && month < 13 && day > 0 && day <= days_in_month(year, month);
                ASSERT_EQ(parse_date(text).has_value(), exists) << text;
            }
}

TEST(ValueTextDate, KnownDaysAndLimits) {
    EXPECT_EQ(text_of(write_date, std::int64_t{0}), "1970-01-01");
    EXPECT_EQ(text_of(write_date, std::int64_t{-1}), "1969-12-31");
    EXPECT_EQ(text_of(write_date, std::int64_t{11'016}), "2000-02-29");
    EXPECT_EQ(parse_date("1900-02-29"), std::nullopt);
    EXPECT_EQ(text_of(write_date, int64_max), "infinity");
    EXPECT_EQ(text_of(write_date, int64_min), "-infinity");
    EXPECT_EQ(parse_date("infinity"), int64_max);
    EXPECT_EQ(parse_date("-Infinity"), int64_min);
    for (const std::int64_t days : {date_min - 1, date_max + 1, int64_min + 1, int64_max - 1})
        EXPECT_EQ(text_of(write_date, days), "");
}

TEST(ValueTextDate, RefusesEverythingElse) {
    for (const char* text :
         {"", "2020", "2020-01", "2020-1-01", "2020-01-1", "2020-01-01 ", " 2020-01-01", "20200101",
          "+2020-01-01", "-2020-01-01", "12020-01-01", "2020/01/01", "2020-01-01T00:00:00", "0000-01-01",
          "2020-01-0a", "2o20-01-01", "infinit", "nan", "\xff\xff\xff\xff-01-01"})
        EXPECT_EQ(parse_date(text), std::nullopt) << text;
}

TEST(ValueTextTime, EverySecondRoundTrips) {
    for (std::int64_t second = 0; second <= 86'400; ++second) {
        char buffer[time_text_max];
        const std::int64_t micros = second * micros_per_second;
        const std::string text(buffer, write_time(buffer, micros));
        char expected[40];
        std::snprintf(expected, sizeof expected, "%02d:%02d:%02d", static_cast<int>(second / 3600),
                      static_cast<int>(second / 60 % 60), static_cast<int>(second % 60));
        ASSERT_EQ(text, expected);
        ASSERT_EQ(parse_time(text), micros);
    }
}

TEST(ValueTextTime, EveryMicrosecondOfASecondRoundTripsInOrder) {
    std::string previous;
    for (std::int64_t micros = 0; micros < micros_per_second; ++micros) {
        char buffer[time_text_max];
        const std::string text(buffer, write_time(buffer, micros));
        ASSERT_EQ(parse_time(text), micros) << text;
        ASSERT_LT(previous, text);
        previous = text;
    }
}

TEST(ValueTextTime, FormsAndLimits) {
    EXPECT_EQ(text_of(write_time, std::int64_t{1}), "00:00:00.000001");
    EXPECT_EQ(text_of(write_time, micros_per_day), "24:00:00");
    EXPECT_EQ(text_of(write_time, micros_per_day - 1), "23:59:59.999999");
    EXPECT_EQ(text_of(write_time, micros_per_day + 1), "");
    EXPECT_EQ(text_of(write_time, std::int64_t{-1}), "");
    EXPECT_EQ(text_of(write_time, int64_max), "");
    EXPECT_EQ(parse_time("12:34"), (12 * 60 + 34) * 60 * micros_per_second);
    EXPECT_EQ(parse_time("00:00:00.5"), 500'000);
    EXPECT_EQ(parse_time("00:00:00.1234560000"), 123'456);
    EXPECT_EQ(parse_time("24:00:00.000"), micros_per_day);
    for (const char* text : {"",
                             "1:00",
                             "12",
                             "12:",
                             "12:3",
                             "12:60",
                             "25:00",
                             "24:01",
                             "24:00:00.000001",
                             "12:00:60",
                             "12:00:00.",
                             "12:00:00.x",
                             "12:00:00.1234567",
                             "12:00:00 ",
                             "12:00:00Z",
                             "-1:00:00",
                             "12-00-00",
                             "12:00:",
                             "12:00:0",
                             "12:00:00.5x"})
        EXPECT_EQ(parse_time(text), std::nullopt) << text;
}

TEST(ValueTextTimestamp, ExtremesRoundTrip) {
    const std::vector<std::pair<std::int64_t, std::string>> known = {
        {0, "1970-01-01 00:00:00"},
        {-1, "1969-12-31 23:59:59.999999"},
        {1, "1970-01-01 00:00:00.000001"},
        {timestamp_min, "0001-01-01 00:00:00"},
        {timestamp_min + 1, "0001-01-01 00:00:00.000001"},
        {timestamp_max, "9999-12-31 23:59:59.999999"},
        {1'700'000'000'123'456, "2023-11-14 22:13:20.123456"},
        {int64_max, "infinity"},
        {int64_min, "-infinity"},
    };
    for (const auto& [micros, text] : known) {
        EXPECT_EQ(text_of(write_timestamp, micros), text);
        EXPECT_EQ(parse_timestamp(text), micros);
        const bool finite = micros != int64_max && micros != int64_min;
        EXPECT_EQ(text_of(write_timestamptz, micros), text + (finite ? "+00" : ""));
        EXPECT_EQ(parse_timestamptz(text + (finite ? "+00" : "")), micros);
    }
    for (const std::int64_t micros : {timestamp_min - 1, timestamp_max + 1, int64_min + 1, int64_max - 1}) {
        EXPECT_EQ(text_of(write_timestamp, micros), "");
        EXPECT_EQ(text_of(write_timestamptz, micros), "");
    }
}

TEST(ValueTextTimestamp, RandomRoundTripInOrder) {
    std::mt19937_64 random(20'260'101);
    std::uniform_int_distribution<std::int64_t> any(timestamp_min, timestamp_max);
    for (int i = 0; i < 500'000; ++i) {
        std::int64_t a = any(random);
        std::int64_t b = any(random);
        if (i % 3 == 0) a -= a % micros_per_second;
        if (i % 5 == 0) b = a + static_cast<std::int64_t>(random() % 3'000'000);
        if (b > timestamp_max) b = timestamp_max;
        if (a < timestamp_min) a = timestamp_min;
        char buffer_a[timestamptz_text_max];
        char buffer_b[timestamptz_text_max];
        const std::string text_a(buffer_a, write_timestamptz(buffer_a, a));
        const std::string text_b(buffer_b, write_timestamptz(buffer_b, b));
        ASSERT_EQ(parse_timestamptz(text_a), a) << text_a;
        ASSERT_EQ(parse_timestamp(text_a.substr(0, text_a.size() - 3)), a) << text_a;
        ASSERT_EQ(text_a < text_b, a < b) << text_a << ' ' << text_b;
    }
}

TEST(ValueTextTimestamp, IsoVariants) {
    const std::int64_t noon = 1'577'880'000 * micros_per_second;  // 2020-01-01 12:00 UTC
    for (const char* text :
         {"2020-01-01 12:00", "2020-01-01T12:00", "2020-01-01t12:00:00", "2020-01-01 12:00:00.0",
          "2020-01-01T12:00:00.000000", "2020-01-01 12:00:00.000000000", "2020-01-01T12:00:00Z",
          "2020-01-01T12:00:00.000000z", "2020-01-01 12:00+00", "2020-01-01 12:00:00-00:00"}) {
        EXPECT_EQ(parse_timestamp(text), noon) << text;
        EXPECT_EQ(parse_timestamptz(text), noon) << text;
    }
    for (const char* text :
         {"2020-01-01T14:00:00+02", "2020-01-01T14:00:00+0200", "2020-01-01T14:00:00+02:00",
          "2020-01-01 06:30:00-05:30", "2020-01-01 06:30-0530", "2020-01-02 03:59:59+15:59:59",
          "2019-12-31 24:00-12"}) {
        EXPECT_EQ(parse_timestamp(text), std::nullopt) << text;
        EXPECT_EQ(parse_timestamptz(text), noon) << text;
    }
    EXPECT_EQ(parse_timestamp("2020-01-01"), noon - 43'200 * micros_per_second);
    EXPECT_EQ(parse_timestamp("2019-12-31 24:00:00"), noon - 43'200 * micros_per_second);
}

TEST(ValueTextTimestamp, RefusesEverythingElse) {
    for (const char* text : {"",
                             "2020-01-01 ",
                             "2020-01-01T",
                             "2020-01-01  12:00",
                             "2020-01-01 12",
                             "2020-01-01 12:00:00 UTC",
                             "2020-02-30 12:00:00",
                             "2020-01-01 12:00:00.1234567",
                             "2020-01-01 24:00:01",
                             "2020-01-01 12:00:60",
                             "2020-01-01_12:00:00",
                             "2020-01-01 12:00:00+",
                             "2020-01-01 12:00:00+1",
                             "2020-01-01 12:00:00+16:00",
                             "2020-01-01 12:00:00+01:60",
                             "2020-01-01 12:00:00+01:00:00:00",
                             "2020-01-01 12:00:00+01:0",
                             "1e9",
                             "12020-01-01 12:00:00",
                             "-2020-01-01 12:00:00",
                             "0000-12-31 12:00:00",
                             "infinityy",
                             "2020-01-01 12:00:00.12345a",
                             "2020-01-01 25:00:00.123456",
                             "2020-01-01 12:00:00,123456"}) {
        EXPECT_EQ(parse_timestamp(text), std::nullopt) << text;
        EXPECT_EQ(parse_timestamptz(text), std::nullopt) << text;
    }
    EXPECT_EQ(parse_timestamptz("0001-01-01 00:00:00+01"), std::nullopt);
    EXPECT_EQ(parse_timestamptz("9999-12-31 23:59:59-01"), std::nullopt);
    EXPECT_EQ(parse_timestamp("9999-12-31 24:00:00"), std::nullopt);
}

TEST(ValueTextTimestamp, OneDamagedByteIsNeverMisread) {
    const std::string good = "2023-11-14 22:13:20.123456";
    for (std::size_t at = 0; at < good.size(); ++at)
        for (int c = 0; c < 256; ++c) {
            std::string text = good;
            text[at] = static_cast<char>(c);
            const auto value = parse_timestamp(text);
            if (!value) continue;
            if (at == 10) text[10] = ' ';  // T and t stand for the blank
            if (at == 25 && (c == 'Z' || c == 'z'))
                text[25] = '0';  // five digits and UTC: well-formed as well
            const std::string canonical = text_of(write_timestamp, *value);
            EXPECT_EQ(canonical, text) << "byte " << at << " = " << c;
        }
}

TEST(ValueTextInterval, KnownForms) {
    const std::vector<std::pair<dbway_interval, std::string>> known = {
        {{0, 0, 0}, "PT0S"},
        {{1, 2, 3'500'000}, "P1M2DT3.5S"},
        {{14, 0, 0}, "P1Y2M"},
        {{-14, 0, 0}, "P-1Y-2M"},
        {{0, -1, 7'200'000'000}, "P-1DT2H"},
        {{0, 0, -1}, "PT-0.000001S"},
        {{0, 0, 60'000'000}, "PT1M"},
        {{0, 0, -3'661'000'000}, "PT-1H-1M-1S"},
        {{INT32_MIN, INT32_MIN, int64_min}, "P-178956970Y-8M-2147483648DT-2562047788H-54.775808S"},
        {{INT32_MAX, INT32_MAX, int64_max}, "P178956970Y7M2147483647DT2562047788H54.775807S"},
    };
    for (const auto& [interval, text] : known) {
        EXPECT_EQ(text_of(write_interval, interval), text);
        const auto parsed = parse_interval(text);
        ASSERT_TRUE(parsed) << text;
        EXPECT_EQ(parsed->months, interval.months);
        EXPECT_EQ(parsed->days, interval.days);
        EXPECT_EQ(parsed->micros, interval.micros);
    }
}

TEST(ValueTextInterval, RandomRoundTrip) {
    std::mt19937_64 random(7);
    for (int i = 0; i < 200'000; ++i) {
        const int shift = static_cast<int>(random() % 63);
        const dbway_interval interval = {static_cast<std::int32_t>(random()) >> (shift % 32),
                                         static_cast<std::int32_t>(random()) >> (shift % 31),
                                         static_cast<std::int64_t>(random()) >> shift};
        char buffer[interval_text_max];
        const std::size_t size = write_interval(buffer, interval);
        ASSERT_LE(size, interval_text_max);
        const auto parsed = parse_interval({buffer, size});
        ASSERT_TRUE(parsed) << std::string(buffer, size);
        ASSERT_EQ(parsed->months, interval.months);
        ASSERT_EQ(parsed->days, interval.days);
        ASSERT_EQ(parsed->micros, interval.micros);
    }
}

TEST(ValueTextInterval, Variants) {
    EXPECT_EQ(parse_interval("P2W")->days, 14);
    EXPECT_EQ(parse_interval("P2W1D")->days, 15);
    EXPECT_EQ(parse_interval("-P1Y2M")->months, -14);
    EXPECT_EQ(parse_interval("-P-1D")->days, 1);
    EXPECT_EQ(parse_interval("+P+1DT+1S")->micros, 1'000'000);
    EXPECT_EQ(parse_interval("PT90M")->micros, 5'400'000'000);
    EXPECT_EQ(parse_interval("PT0.1234560S")->micros, 123'456);
    for (const char* text : {"",
                             "P",
                             "-P",
                             "PT",
                             "P1",
                             "1D",
                             "P1DT",
                             "P1H",
                             "PT1D",
                             "PT1S1M",
                             "P1D1Y",
                             "P1D1D",
                             "P1.5D",
                             "PT1.S",
                             "PT.5S",
                             "PT1.1234567S",
                             "p1d",
                             "P1D ",
                             "P1DTT1S",
                             "P--1D",
                             "P1X",
                             "PT1S1",
                             "P178956971Y",
                             "P2147483648D",
                             "PT2562047789H",
                             "P99999999999999999999D",
                             "PT9223372036854775808S"})
        EXPECT_EQ(parse_interval(text).has_value(), false) << text;
}

TEST(ValueTextNumber, IntegersAndBooleans) {
    EXPECT_EQ(text_of(write_integer, int64_min), "-9223372036854775808");
    EXPECT_EQ(text_of(write_unsigned, std::uint64_t{UINT64_MAX}), "18446744073709551615");
    EXPECT_EQ(parse_integer("-9223372036854775808"), int64_min);
    EXPECT_EQ(parse_integer("+9223372036854775807"), int64_max);
    EXPECT_EQ(parse_unsigned("18446744073709551615"), UINT64_MAX);
    for (const char* text :
         {"", "+", "-", "+-1", "1 ", " 1", "1.0", "9223372036854775808", "-9223372036854775809", "0x1"})
        EXPECT_EQ(parse_integer(text), std::nullopt) << text;
    for (const char* text : {"-1", "18446744073709551616", ""})
        EXPECT_EQ(parse_unsigned(text), std::nullopt) << text;
    for (const char* text : {"true", "TRUE", "t", "1", "T", "True"})
        EXPECT_EQ(parse_boolean(text), true) << text;
    for (const char* text : {"false", "F", "0", "False"}) EXPECT_EQ(parse_boolean(text), false) << text;
    for (const char* text : {"", "yes", "2", "truee", "tru", "-1"})
        EXPECT_EQ(parse_boolean(text), std::nullopt) << text;
    EXPECT_EQ(text_of(write_boolean, true), "true");
    EXPECT_EQ(text_of(write_boolean, false), "false");
}

TEST(ValueTextNumber, DoublesRoundTripBitForBit) {
    std::mt19937_64 random(11);
    for (int i = 0; i < 500'000; ++i) {
        const std::uint64_t pattern = random();
        double number = 0;
        std::memcpy(&number, &pattern, sizeof number);
        if (std::isnan(number)) continue;
        char buffer[double_text_max];
        const std::string_view text(buffer, write_double(buffer, number));
        const auto parsed = parse_double(text);
        ASSERT_TRUE(parsed) << text;
        std::uint64_t back = 0;
        std::memcpy(&back, &*parsed, sizeof back);
        ASSERT_EQ(back, pattern) << text;
    }
    EXPECT_EQ(text_of(write_double, 0.1), "0.1");
    EXPECT_EQ(text_of(write_double, -0.0), "-0");
    EXPECT_EQ(text_of(write_double, HUGE_VAL), "Infinity");
    EXPECT_EQ(text_of(write_double, -HUGE_VAL), "-Infinity");
    EXPECT_EQ(text_of(write_double, std::nan("")), "NaN");
    EXPECT_TRUE(std::isnan(*parse_double("nan")));
    EXPECT_EQ(parse_double("-inf"), -HUGE_VAL);
    EXPECT_EQ(parse_double("+Infinity"), HUGE_VAL);
    EXPECT_EQ(parse_double("+1.5e3"), 1500.0);
    for (const char* text :
         {"", "1e999", "abc", "1.0x", "0x10", "--1", "+-1", "infinit", "1e", " 1", "1 ", "."})
        EXPECT_EQ(parse_double(text), std::nullopt) << text;
}

std::string decimal_at(std::string_view text, std::int32_t scale) {
    const auto decimal = parse_decimal(text);
    if (!decimal) return "refused";
    std::string out(decimal_text_max(*decimal, scale), '#');
    const std::size_t size = write_decimal(out.data(), *decimal, scale);
    EXPECT_LE(size, out.size());
    out.resize(size);
    EXPECT_TRUE(out.empty() || is_canonical_decimal(out)) << out;
    return out;
}

TEST(ValueTextNumber, DecimalsAreNormalisedToAScale) {
    EXPECT_EQ(decimal_at("1.5", 2), "1.50");
    EXPECT_EQ(decimal_at("1.500", 2), "1.50");
    EXPECT_EQ(decimal_at("1.505", 2), "");
    EXPECT_EQ(decimal_at("15", 2), "15.00");
    EXPECT_EQ(decimal_at("15", 0), "15");
    EXPECT_EQ(decimal_at("15.0", 0), "15");
    EXPECT_EQ(decimal_at("-0.00", 2), "0.00");
    EXPECT_EQ(decimal_at("-0.01", 2), "-0.01");
    EXPECT_EQ(decimal_at("+007.10", -1), "7.10");
    EXPECT_EQ(decimal_at(".5", -1), "0.5");
    EXPECT_EQ(decimal_at("5.", -1), "5");
    EXPECT_EQ(decimal_at("0", 3), "0.000");
    EXPECT_EQ(decimal_at("1e3", -1), "1000");
    EXPECT_EQ(decimal_at("1.25E+1", -1), "12.5");
    EXPECT_EQ(decimal_at("1e-3", -1), "0.001");
    EXPECT_EQ(decimal_at("12e-5", 4), "");
    EXPECT_EQ(decimal_at("12e-5", 6), "0.000120");
    EXPECT_EQ(decimal_at("0.0012e2", -1), "0.12");
    EXPECT_EQ(decimal_at("0.0012e4", -1), "12");
    EXPECT_EQ(decimal_at("0e-7", 2), "0.00");
    EXPECT_EQ(decimal_at("nan", 2), "NaN");
    EXPECT_EQ(decimal_at("-infinity", 2), "-Infinity");
    EXPECT_EQ(decimal_at("inf", -1), "Infinity");
    const std::string wide = std::string(60, '9') + "." + std::string(60, '8') + "1";
    EXPECT_EQ(decimal_at(wide, -1), wide);
    EXPECT_EQ(decimal_at(wide, 63), wide + "00");
    for (const char* text :
         {"", "-", ".", "+.", "1e", "1e+", "1e999999", "1.2.3", "1,5", " 1", "1 ", "--1", "-nan", "e5"})
        EXPECT_EQ(decimal_at(text, -1), "refused") << text;
}

TEST(ValueTextNumber, CanonicalDecimals) {
    for (const char* text : {"0", "-0.00", "1", "-1.50", "NaN", "Infinity", "-Infinity", "10", "0.1"})
        EXPECT_TRUE(is_canonical_decimal(text)) << text;
    for (const char* text : {"", "-", "+1", "01", "1.", ".5", "1e5", "nan", "inf", "1 ", "1.5x", "--1"})
        EXPECT_FALSE(is_canonical_decimal(text)) << text;
}

TEST(ValueTextNumber, RandomDecimalsKeepTheirValue) {
    std::mt19937_64 random(5);
    for (int i = 0; i < 50'000; ++i) {
        const std::int64_t units = static_cast<std::int64_t>(random()) >> (random() % 60);
        const int exponent = static_cast<int>(random() % 12);
        const std::string text = std::to_string(units) + "e-" + std::to_string(exponent);
        const std::string plain = decimal_at(text, 12);
        std::string digits = plain;
        std::erase(digits, '.');
        const std::string expected =
            std::to_string(units) + (units == 0 ? "" : std::string(12 - exponent, '0'));
        const bool negative = digits[0] == '-';
        digits.erase(0, digits.find_first_not_of("-0") == std::string::npos ? digits.size() - 1
                                                                            : digits.find_first_not_of("-0"));
        ASSERT_EQ((negative ? "-" : "") + digits, expected) << text;
    }
}

TEST(ValueTextBytes, UuidsAndBlobs) {
    std::mt19937_64 random(3);
    for (int i = 0; i < 10'000; ++i) {
        std::uint8_t raw[16];
        for (auto& byte : raw) byte = static_cast<std::uint8_t>(random());
        const std::string text = text_of(write_uuid, static_cast<const std::uint8_t*>(raw));
        ASSERT_EQ(text.size(), 36u);
        std::uint8_t back[16] = {};
        ASSERT_TRUE(parse_uuid(text, back));
        ASSERT_EQ(0, std::memcmp(raw, back, 16));
        std::string bare = text;
        std::erase(bare, '-');
        ASSERT_TRUE(parse_uuid(bare, back));
        ASSERT_EQ(0, std::memcmp(raw, back, 16));
    }
    std::uint8_t to[16];
    EXPECT_TRUE(parse_uuid("00112233-4455-6677-8899-AABBCCDDEEFF", to));
    EXPECT_EQ(text_of(write_uuid, static_cast<const std::uint8_t*>(to)),
              "00112233-4455-6677-8899-aabbccddeeff");
    for (const char* text : {"", "00112233-4455-6677-8899-AABBCCDDEEF",
                             "00112233-4455-6677-8899-AABBCCDDEEFFF", "00112233-4455-6677-8899-AABBCCDDEEFG",
                             "001122334455-6677-8899-AABBCCDDEEFF-", "00112233445566778899AABBCCDDEEF-"})
        EXPECT_FALSE(parse_uuid(text, to)) << text;

    Arena arena;
    for (std::size_t size = 0; size < 300; ++size) {
        std::string raw(size, '\0');
        for (auto& c : raw) c = static_cast<char>(random());
        const std::string text = format(bytes(DBWAY_T_BLOB, raw));
        const auto value = parse_value(DBWAY_T_BLOB, text, arena);
        ASSERT_TRUE(value);
        ASSERT_EQ(std::string(value->v.text, value->len), raw);
    }
    EXPECT_EQ(format(bytes(DBWAY_T_BLOB, std::string_view("\0\xff\x0a", 3))), "\\x00ff0a");
    for (const char* text : {"", "\\", "00", "\\x0", "\\x0g", "x00"})
        EXPECT_FALSE(parse_value(DBWAY_T_BLOB, text, arena)) << text;
}

TEST(ValueTextAny, EveryTypeRoundTripsThroughItsText) {
    const std::uint8_t uuid[16] = {1, 2, 3};
    const dbway_interval interval = {-13, 40, -1'500'000};
    dbway_value interval_value = scalar(DBWAY_T_INTERVAL, 0);
    interval_value.v.interval = &interval;
    const std::vector<std::pair<dbway_value, std::string>> known = {
        {scalar(DBWAY_T_BOOL, 1), "true"},
        {scalar(DBWAY_T_I64, int64_min), "-9223372036854775808"},
        {scalar(DBWAY_T_U64, -1), "18446744073709551615"},
        {real(1.5), "1.5"},
        {bytes(DBWAY_T_DECIMAL, "-1.50"), "-1.50"},
        {bytes(DBWAY_T_TEXT, "a\"b"), "a\"b"},
        {bytes(DBWAY_T_BLOB, "a"), "\\x61"},
        {scalar(DBWAY_T_DATE, 0), "1970-01-01"},
        {scalar(DBWAY_T_TIME, 1), "00:00:00.000001"},
        {scalar(DBWAY_T_TIMESTAMP, -1), "1969-12-31 23:59:59.999999"},
        {scalar(DBWAY_T_TIMESTAMPTZ, 0), "1970-01-01 00:00:00+00"},
        {interval_value, "P-1Y-1M40DT-1.5S"},
        {bytes(DBWAY_T_UUID, {reinterpret_cast<const char*>(uuid), 16}),
         "01020300-0000-0000-0000-000000000000"},
        {bytes(DBWAY_T_JSON, "{\"a\": 1}"), "{\"a\": 1}"},
    };
    Arena arena;
    std::vector<dbway_value> items;
    for (const auto& [value, text] : known) {
        EXPECT_EQ(format(value), text);
        const auto parsed = parse_value(value.type, text, arena);
        ASSERT_TRUE(parsed) << text;
        EXPECT_EQ(parsed->type, value.type);
        EXPECT_EQ(format(*parsed), text);

        const std::vector<dbway_value> list = {value, dbway_value{}, value};
        const std::string array_text = format(array(list));
        const auto back = parse_value(DBWAY_T_ARRAY, array_text, arena, value.type);
        ASSERT_TRUE(back) << array_text;
        ASSERT_EQ(back->len, 3u);
        EXPECT_EQ(back->v.items[0].type, value.type);
        EXPECT_EQ(back->v.items[1].type, DBWAY_T_NULL);
        EXPECT_EQ(format(*back), array_text);
        items.push_back(value);
    }
    EXPECT_EQ(format(dbway_value{}), "");
    EXPECT_EQ(format(array({})), "[]");
    EXPECT_EQ(format(array(items)).substr(0, 24), "[true,-92233720368547758");
    EXPECT_FALSE(parse_value(DBWAY_T_NULL, "", arena));
    EXPECT_FALSE(parse_value(DBWAY_T_NATIVE, "\\x00", arena));
    EXPECT_FALSE(parse_value(99, "x", arena));
}

TEST(ValueTextAny, ValuesWithoutTextLeaveTheOutputAlone) {
    std::string out = "before";
    EXPECT_FALSE(format_value(scalar(DBWAY_T_DATE, date_max + 1), out));
    EXPECT_FALSE(format_value(scalar(200, 0), out));
    const std::vector<dbway_value> items = {scalar(DBWAY_T_I64, 1), scalar(DBWAY_T_TIME, -1)};
    EXPECT_FALSE(format_value(array(items), out));
    EXPECT_EQ(out, "before");
}

TEST(ValueTextArray, StringsAreEscapedAndComeBackByteForByte) {
    std::string all;
    for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
    const std::vector<dbway_value> items = {bytes(DBWAY_T_TEXT, all), bytes(DBWAY_T_TEXT, ""),
                                            bytes(DBWAY_T_TEXT, "null"), bytes(DBWAY_T_TEXT, "],[")};
    Arena arena;
    const auto back = parse_value(DBWAY_T_ARRAY, format(array(items)), arena, DBWAY_T_TEXT);
    ASSERT_TRUE(back);
    ASSERT_EQ(back->len, 4u);
    for (std::uint32_t i = 0; i < 4; ++i)
        EXPECT_EQ(std::string(back->v.items[i].v.text, back->v.items[i].len),
                  std::string(items[i].v.text, items[i].len));
}

TEST(ValueTextArray, ForeignJson) {
    Arena arena;
    const auto untyped =
        parse_value(DBWAY_T_ARRAY,
                    " [ 1 , -2.5e1, \"a\\u00e9\\ud83d\\ude00\\n\", true, null, {\"k\":[1,2]}, [ [] ],"
                    "18446744073709551615, 99999999999999999999 ] ",
                    arena);
    ASSERT_TRUE(untyped);
    ASSERT_EQ(untyped->len, 9u);
    const dbway_value* item = untyped->v.items;
    EXPECT_EQ(item[0].type, DBWAY_T_I64);
    EXPECT_EQ(item[1].v.f64, -25.0);
    EXPECT_EQ(std::string(item[2].v.text, item[2].len), "a\u00e9\U0001F600\n");
    EXPECT_EQ(item[3].type, DBWAY_T_BOOL);
    EXPECT_EQ(item[4].type, DBWAY_T_NULL);
    EXPECT_EQ(item[5].type, DBWAY_T_JSON);
    EXPECT_EQ(item[6].v.items[0].len, 0u);
    EXPECT_EQ(item[7].type, DBWAY_T_U64);
    EXPECT_EQ(item[8].type, DBWAY_T_DECIMAL);

    const auto json = parse_value(DBWAY_T_ARRAY, "[{\"a\": [1]}, [1], 2]", arena, DBWAY_T_JSON);
    ASSERT_TRUE(json);
    EXPECT_EQ(std::string(json->v.items[0].v.text, json->v.items[0].len), "{\"a\": [1]}");
    EXPECT_EQ(std::string(json->v.items[1].v.text, json->v.items[1].len), "[1]");

    const auto nested = parse_value(DBWAY_T_ARRAY, "[[1,2],[3],[]]", arena, DBWAY_T_I64);
    ASSERT_TRUE(nested);
    EXPECT_EQ(format(*nested), "[[1,2],[3],[]]");
}

TEST(ValueTextArray, MalformedTextIsRefused) {
    Arena arena;
    for (const char* text : {"",
                             " ",
                             "[",
                             "]",
                             "[1",
                             "1]",
                             "[1,]",
                             "[,1]",
                             "[1 2]",
                             "[1]x",
                             "{}",
                             "[\"a]",
                             "[\"\\x\"]",
                             "[\"\\ud800\"]",
                             "[\"\\udc00\\ud800\"]",
                             "[\"\\u12\"]",
                             "[tru]",
                             "[01]",
                             "[1.]",
                             "[nul]",
                             "[\"a\"b]",
                             "[[1]",
                             "[1]]",
                             "[\"\n\"]",
                             "[+1]",
                             "[\"\\"})
        EXPECT_FALSE(parse_value(DBWAY_T_ARRAY, text, arena)) << text;
    EXPECT_FALSE(parse_value(DBWAY_T_ARRAY, "[\"a\"]", arena, DBWAY_T_I64));
    EXPECT_FALSE(parse_value(DBWAY_T_ARRAY, "[1]", arena, DBWAY_T_TEXT));
    EXPECT_FALSE(parse_value(DBWAY_T_ARRAY, "[1]", arena, DBWAY_T_DATE));
    EXPECT_TRUE(parse_value(DBWAY_T_ARRAY, std::string(64, '[') + std::string(64, ']'), arena));
    EXPECT_FALSE(parse_value(DBWAY_T_ARRAY, std::string(65, '[') + std::string(65, ']'), arena));
    EXPECT_FALSE(parse_value(DBWAY_T_ARRAY, std::string(100'000, '['), arena));
}

}  // namespace
}  // namespace dbway::sdk
