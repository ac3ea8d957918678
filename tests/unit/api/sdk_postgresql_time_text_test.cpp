#include <dbway/sdk/postgresql_time_text.hpp>
#include <dbway/sdk/value_text_time.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <random>
#include <string>

namespace dbway::sdk {
namespace {

constexpr std::int64_t day = micros_per_day;
constexpr std::int64_t int64_max = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t int64_min = std::numeric_limits<std::int64_t>::min();

std::int64_t date(std::string_view text) {
    std::int64_t days = 0;
    EXPECT_TRUE(read_postgresql_date(text, days)) << text;
    return days;
}
std::int64_t zoned(std::string_view text) {
    std::int64_t micros = 0;
    EXPECT_TRUE(read_postgresql_timestamptz(text, micros)) << text;
    return micros;
}

TEST(PostgresqlTimeText, DatesOfEveryEra) {
    EXPECT_EQ(date("1970-01-01"), 0);
    EXPECT_EQ(date("0001-01-01"), date_min);
    EXPECT_EQ(date("9999-12-31"), date_max);
    EXPECT_EQ(date("10000-01-01"), date_max + 1);
    EXPECT_EQ(date("0001-12-31 BC"), date_min - 1);
    EXPECT_EQ(date("0044-03-15 BC"), -735'160);
    EXPECT_EQ(date("4714-11-24 BC"), -2'440'588);
    EXPECT_EQ(date("5874897-12-31"), 2'145'042'905);
    EXPECT_EQ(date("infinity"), int64_max);
    EXPECT_EQ(date("-infinity"), int64_min);
}

TEST(PostgresqlTimeText, OffsetsAreTakenIntoAccount) {
    EXPECT_EQ(zoned("1970-01-01 00:00:00+00"), 0);
    EXPECT_EQ(zoned("1970-01-01 05:30:00+05:30"), 0);
    EXPECT_EQ(zoned("1969-12-31 16:00:00.000001-08"), 1);
    EXPECT_EQ(zoned("1883-11-18 12:03:57-04:56:02"), zoned("1883-11-18 16:59:59+00"));
    EXPECT_EQ(zoned("2000-01-01 00:00:00.123456+00"), 10'957 * day + 123'456);
    EXPECT_EQ(zoned("0044-03-15 12:00:00+00 BC"), -735'160 * day + day / 2);
    EXPECT_EQ(zoned("12345-06-07 08:09:10.5+00"), date("12345-06-07") * day + 29'350'500'000);
}

TEST(PostgresqlTimeText, RefusesWhatItCannotHold) {
    std::int64_t value = 0;
    for (const char* text : {"", "2024", "2024-1-1", "2024-13-01", "01/02/2024", "2024-01-01 00:00:00",
                             "0000-01-01", "2024-01-01 AD", "2024-01-0x"})
        EXPECT_FALSE(read_postgresql_date(text, value)) << text;
    for (const char* text :
         {"", "2024-01-01", "2024-01-01 00:00", "2024-01-01 00:00:00+", "2024-01-01T00:00:00",
          "2024-01-01 00:00:00+00", "2024-01-01 25:00:00", "294276-12-31 23:59:59.999999"})
        EXPECT_FALSE(read_postgresql_timestamp(text, value) && text[10] != ' ') << text;
    EXPECT_FALSE(read_postgresql_timestamp("2024-01-01 00:00:00+00", value));
    EXPECT_FALSE(read_postgresql_timestamptz("2024-01-01 00:00:00", value));
    // Beyond 2^63 microseconds since 1970, though PostgreSQL has it.
    EXPECT_FALSE(read_postgresql_timestamp("294276-12-31 23:59:59.999999", value));
    std::string out;
    EXPECT_FALSE(append_postgresql_date(int64_max / 2, out));
    EXPECT_EQ(out, "");
}

TEST(PostgresqlTimeText, WhatIsWrittenReadsBack) {
    std::mt19937_64 random(7);
    for (int i = 0; i < 20'000; ++i) {
        const std::int64_t days = static_cast<std::int64_t>(random() % 4'000'000'000U) - 2'440'588;
        std::string text;
        std::int64_t back = 0;
        if (days < 2'000'000'000) {
            ASSERT_TRUE(append_postgresql_date(days, text));
            ASSERT_TRUE(read_postgresql_date(text, back)) << text;
            ASSERT_EQ(back, days) << text;
        }
        const std::int64_t micros = static_cast<std::int64_t>(random()) / 2;
        for (const bool zone : {false, true}) {
            text.clear();
            ASSERT_TRUE(append_postgresql_timestamp(micros, zone, text));
            ASSERT_TRUE(zone ? read_postgresql_timestamptz(text, back)
                             : read_postgresql_timestamp(text, back))
                << text;
            ASSERT_EQ(back, micros) << text;
        }
    }
}

}  // namespace
}  // namespace dbway::sdk
