// Dates, times, intervals and their infinities.
#include <dbway/codec.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <string_view>

namespace dbway {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;

constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();

template <typename T>
T read(const dbway_value& value) {
    return detail::decode_cell<T>(value);
}
template <typename T>
T round_trip(T value) {
    return read<T>(Codec<T>::encode(value));
}
dbway_value instant(std::int64_t micros) { return detail::make_int(DBWAY_T_TIMESTAMPTZ, micros); }
dbway_value wall(std::int64_t micros) { return detail::make_int(DBWAY_T_TIMESTAMP, micros); }
dbway_value text(std::string_view t) { return detail::make_bytes(DBWAY_T_TEXT, t.data(), t.size()); }

TEST(CodecTime, dates) {
    for (const Date date :
         {Date(1970y / 1 / 1), Date(1y / 1 / 1), Date(9999y / 12 / 31), Date(2024y / 2 / 29)}) {
        EXPECT_EQ(round_trip(date), date);
        EXPECT_EQ(Codec<Date>::encode(date).v.i64, date.time_since_epoch().count());
    }
    EXPECT_EQ(round_trip(Date::max()), Date::max());
    EXPECT_EQ(Codec<Date>::encode(Date::max()).v.i64, highest);
    EXPECT_EQ(Codec<Date>::encode(Date::min()).v.i64, lowest);
    EXPECT_EQ(read<Date>(detail::make_int(DBWAY_T_DATE, lowest)), Date::min());
    EXPECT_THROW(read<Date>(instant(0)), DataError);
    EXPECT_THROW(read<Date>(text("2024-01-01")), DataError);
}

TEST(CodecTime, days_of_the_calendar) {
    const year_month_day leap = 2024y / 2 / 29;
    EXPECT_EQ(round_trip(leap), leap);
    EXPECT_EQ(round_trip(year_month_day(1y / 1 / 1)), 1y / 1 / 1);
    EXPECT_EQ(round_trip(year_month_day(9999y / 12 / 31)), 9999y / 12 / 31);
    EXPECT_THROW(Codec<year_month_day>::encode(2023y / 2 / 29), DataError)
        << "not bent to the first of March";
    EXPECT_THROW(Codec<year_month_day>::encode(2023y / 13 / 1), DataError);
    EXPECT_THROW(read<year_month_day>(detail::make_int(DBWAY_T_DATE, highest)), DataError);
    EXPECT_THROW(read<year_month_day>(detail::make_int(DBWAY_T_DATE, lowest)), DataError);
    EXPECT_THROW(read<year_month_day>(detail::make_int(DBWAY_T_DATE, 1LL << 40)), DataError);
}

TEST(CodecTime, timestamps) {
    for (const std::int64_t micros : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{253402300799999999},
                                      highest, lowest, highest - 1}) {
        EXPECT_EQ(round_trip(TimestampTz(microseconds(micros))).time_since_epoch().count(), micros);
        EXPECT_EQ(round_trip(Timestamp(microseconds(micros))).time_since_epoch().count(), micros);
    }
    EXPECT_EQ(Codec<TimestampTz>::encode(TimestampTz()).type, DBWAY_T_TIMESTAMPTZ);
    EXPECT_EQ(Codec<Timestamp>::encode(Timestamp()).type, DBWAY_T_TIMESTAMP);
}

TEST(CodecTime, with_and_without_zone_stay_apart) {
    EXPECT_THROW(read<TimestampTz>(wall(0)), DataError);
    EXPECT_THROW(read<Timestamp>(instant(0)), DataError);
    EXPECT_THROW(read<Timestamp>(detail::make_int(DBWAY_T_DATE, 0)), DataError);
    EXPECT_THROW(read<Timestamp>(detail::make_int(DBWAY_T_I64, 0)), DataError);
}

TEST(CodecTime, timestamps_from_text) {
    EXPECT_EQ(read<Timestamp>(text("1970-01-02 00:00:01.5")).time_since_epoch(), 24h + 1500ms);
    EXPECT_EQ(read<TimestampTz>(text("1970-01-01 01:00:00+01:00")).time_since_epoch(), 0s);
    EXPECT_THROW(read<Timestamp>(text("yesterday")), DataError);
}

TEST(CodecTime, finer_precision_is_cut_off_when_written) {
    using Fine = sys_time<nanoseconds>;
    EXPECT_EQ(Codec<Fine>::encode(Fine(1999ns)).v.i64, 1);
    EXPECT_EQ(Codec<Fine>::encode(Fine(-1ns)).v.i64, -1) << "towards the past";
    EXPECT_EQ(round_trip(Fine(5us)), Fine(5us));
}

TEST(CodecTime, finer_precision_has_a_smaller_range_when_read) {
    using Fine = sys_time<nanoseconds>;
    EXPECT_EQ(read<Fine>(instant(9'223'372'036'854'775)), Fine(nanoseconds(9'223'372'036'854'775'000)));
    EXPECT_THROW(read<Fine>(instant(9'223'372'036'854'776)), DataError);
    EXPECT_EQ(read<Fine>(instant(-9'223'372'036'854'775)), Fine(nanoseconds(-9'223'372'036'854'775'000)));
    EXPECT_THROW(read<Fine>(instant(-9'223'372'036'854'776)), DataError);
    EXPECT_THROW(read<Fine>(instant(253402300799999999)), DataError) << "the year 9999";
}

TEST(CodecTime, coarser_precision_is_exact_or_an_error) {
    EXPECT_EQ(read<sys_seconds>(instant(5'000'000)), sys_seconds(5s));
    EXPECT_EQ(read<sys_seconds>(instant(-5'000'000)), sys_seconds(-5s));
    EXPECT_THROW(read<sys_seconds>(instant(5'000'001)), DataError);
    EXPECT_EQ(round_trip(sys_seconds(-62135596800s)), sys_seconds(-62135596800s));
    EXPECT_THROW(Codec<sys_seconds>::encode(sys_seconds(seconds(1LL << 60))), DataError);
    EXPECT_THROW(Codec<sys_seconds>::encode(sys_seconds(seconds(-(1LL << 60)))), DataError);
    EXPECT_EQ(read<local_time<milliseconds>>(wall(7000)), local_time<milliseconds>(7ms));
    EXPECT_EQ(read<sys_time<minutes>>(instant(60'000'000)), sys_time<minutes>(1min));
}

TEST(CodecTime, infinities_of_every_precision) {
    const auto check = [](auto max, auto min) {
        using Value = decltype(max);
        EXPECT_EQ(Codec<Value>::encode(max).v.i64, highest);
        EXPECT_EQ(Codec<Value>::encode(min).v.i64, lowest);
        EXPECT_EQ(round_trip(max), max);
        EXPECT_EQ(round_trip(min), min);
    };
    check(sys_time<nanoseconds>::max(), sys_time<nanoseconds>::min());
    check(TimestampTz::max(), TimestampTz::min());
    check(Timestamp::max(), Timestamp::min());
    check(sys_seconds::max(), sys_seconds::min());
    check(local_seconds::max(), local_seconds::min());
    check(system_clock::time_point::max(), system_clock::time_point::min());
}

TEST(CodecTime, floating_durations) {
    using Seconds = sys_time<duration<double>>;
    EXPECT_EQ(read<Seconds>(instant(1'500'000)).time_since_epoch().count(), 1.5);
    EXPECT_EQ(Codec<Seconds>::encode(Seconds(duration<double>(-0.25))).v.i64, -250'000);
}

TEST(CodecTime, time_of_day) {
    for (const auto since : {microseconds(0), microseconds(1), microseconds(24h)})
        EXPECT_EQ(round_trip(TimeOfDay{since}).since_midnight, since);
    EXPECT_THROW(read<TimeOfDay>(wall(0)), DataError);
}

TEST(CodecTime, intervals) {
    constexpr auto big = std::numeric_limits<std::int32_t>::max();
    constexpr auto small = std::numeric_limits<std::int32_t>::min();
    for (const Interval interval :
         {Interval{}, Interval{1, -2, 3}, Interval{big, big, highest}, Interval{small, small, lowest}}) {
        const dbway_value value = Codec<Interval>::encode(interval);
        EXPECT_EQ(read<Interval>(value), interval);
    }
    EXPECT_THROW(read<Interval>(detail::make_int(DBWAY_T_I64, 5)), DataError);
}

}  // namespace
}  // namespace dbway
