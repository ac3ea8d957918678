// value_text_time.hpp - the canonical text of dates, times and timestamps, and its parsers: the proleptic
// Gregorian calendar from 0001-01-01 to 9999-12-31, no time zone database, no C library calls.
//
//   date         YYYY-MM-DD                          days since 1970-01-01
//   time         HH:MM:SS[.ffffff]                   microseconds since midnight, up to 24:00:00
//   timestamp    YYYY-MM-DD HH:MM:SS[.ffffff]        microseconds since 1970-01-01
//   timestamptz  YYYY-MM-DD HH:MM:SS[.ffffff]+00     microseconds since the Unix epoch
//   infinity, -infinity                              INT64_MAX, INT64_MIN; not for time
//
// A fraction is six digits, or absent when it is zero, so that texts of one type sort as their values do.
// Writers put text into `out` without a terminator and return its length, or 0 for a value outside the
// calendar.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include <dbway/sdk/value_text_number.hpp>

namespace dbway::sdk {

inline constexpr std::size_t date_text_max = 10;
inline constexpr std::size_t time_text_max = 15;
inline constexpr std::size_t timestamp_text_max = 26;
inline constexpr std::size_t timestamptz_text_max = 29;

inline constexpr std::int64_t micros_per_second = 1'000'000;
inline constexpr std::int64_t micros_per_day = 86'400 * micros_per_second;
inline constexpr std::int64_t date_min = -719'162;   // 0001-01-01
inline constexpr std::int64_t date_max = 2'932'896;  // 9999-12-31
inline constexpr std::int64_t timestamp_min = date_min * micros_per_day;
inline constexpr std::int64_t timestamp_max = (date_max + 1) * micros_per_day - 1;
inline constexpr std::int64_t time_infinity = std::numeric_limits<std::int64_t>::max();
inline constexpr std::int64_t time_minus_infinity = std::numeric_limits<std::int64_t>::min();

struct CivilDate {
    std::uint32_t year;   // 1 to 9999
    std::uint32_t month;  // 1 to 12
    std::uint32_t day;    // 1 to 31
};

// Both after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"; for years 1 to 9999.
constexpr std::int64_t days_from_civil(CivilDate date) noexcept {
    const std::uint32_t year = date.year - (date.month <= 2 ? 1 : 0);
    const std::uint32_t era = year / 400;
    const std::uint32_t year_of_era = year - era * 400;
    const std::uint32_t day_of_year =
        (153 * (date.month + (date.month > 2 ? -3u : 9u)) + 2) / 5 + date.day - 1;
    const std::uint32_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return static_cast<std::int64_t>(era * 146'097 + day_of_era) - 719'468;
}

constexpr CivilDate civil_from_days(std::int64_t days) noexcept {
    const std::uint32_t shifted = static_cast<std::uint32_t>(days + 719'468);
    const std::uint32_t era = shifted / 146'097;
    const std::uint32_t day_of_era = shifted - era * 146'097;
    const std::uint32_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    const std::uint32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::uint32_t shifted_month = (5 * day_of_year + 2) / 153;
    const std::uint32_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
    return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month,
            day_of_year - (153 * shifted_month + 2) / 5 + 1};
}

constexpr std::uint32_t days_in_month(std::uint32_t year, std::uint32_t month) noexcept {
    if (month == 2) return (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)) ? 29 : 28;
    return 30 + ((month + (month >> 3)) & 1);
}

namespace detail {

inline void put_two_digits(char* out, std::uint32_t value) noexcept {
    out[0] = static_cast<char>('0' + value / 10);
    out[1] = static_cast<char>('0' + value % 10);
}

inline void put_date(char* out, std::int64_t days) noexcept {
    const CivilDate date = civil_from_days(days);
    put_two_digits(out, date.year / 100);
    put_two_digits(out + 2, date.year % 100);
    out[4] = '-';
    put_two_digits(out + 5, date.month);
    out[7] = '-';
    put_two_digits(out + 8, date.day);
}

// `micros` from 0 to 86,400,000,000.
inline std::size_t put_time(char* out, std::int64_t micros) noexcept {
    const std::uint32_t seconds = static_cast<std::uint32_t>(micros / micros_per_second);
    std::uint32_t fraction = static_cast<std::uint32_t>(micros % micros_per_second);
    put_two_digits(out, seconds / 3600);
    out[2] = ':';
    put_two_digits(out + 3, seconds / 60 % 60);
    out[5] = ':';
    put_two_digits(out + 6, seconds % 60);
    if (fraction == 0) return 8;
    out[8] = '.';
    put_two_digits(out + 9, fraction / 10'000);
    put_two_digits(out + 11, fraction / 100 % 100);
    put_two_digits(out + 13, fraction % 100);
    return 15;
}

// Two digits, or a number above 99 if they are none.
inline std::uint32_t two_digits(const char* p) noexcept {
    const std::uint32_t tens = static_cast<std::uint8_t>(p[0] - '0');
    const std::uint32_t units = static_cast<std::uint8_t>(p[1] - '0');
    return tens > 9 || units > 9 ? 1000 : tens * 10 + units;
}

// The first ten characters. False unless they are a day of the calendar.
inline bool read_date(const char* p, std::int64_t& days) noexcept {
    const std::uint32_t century = two_digits(p);
    const std::uint32_t year_of_century = two_digits(p + 2);
    const std::uint32_t month = two_digits(p + 5);
    const std::uint32_t day = two_digits(p + 8);
    const std::uint32_t year = century * 100 + year_of_century;
    if (p[4] != '-' || p[7] != '-' || century > 99 || year_of_century > 99 || year == 0) return false;
    if (month - 1 > 11 || day == 0 || (day > 28 && day > days_in_month(year, month))) return false;
    days = days_from_civil({year, month, day});
    return true;
}

// HH:MM[:SS[.f…]]; moves `p` behind it. At most six digits of the fraction may be other than zero.
inline bool read_time(const char*& p, const char* end, std::int64_t& micros) noexcept {
    if (end - p < 5 || p[2] != ':') return false;
    const std::uint32_t hours = two_digits(p);
    const std::uint32_t minutes = two_digits(p + 3);
    std::uint32_t seconds = 0;
    std::uint32_t fraction = 0;
    p += 5;
    if (end - p >= 3 && *p == ':') {
        seconds = two_digits(p + 1);
        p += 3;
        if (end - p >= 2 && *p == '.' && is_digit(p[1])) {
            ++p;
            std::uint32_t unit = 100'000;
            for (; p < end && is_digit(*p); ++p) {
                if (unit == 0 && *p != '0') return false;
                fraction += unit * static_cast<std::uint32_t>(*p - '0');
                unit /= 10;
            }
        }
    }
    if (hours > 24 || minutes > 59 || seconds > 59) return false;
    if (hours == 24 && (minutes | seconds | fraction) != 0) return false;
    micros = std::int64_t{(hours * 60 + minutes) * 60 + seconds} * micros_per_second + fraction;
    return true;
}

// Z, ±HH, ±HHMM, ±HH:MM or ±HH:MM:SS, up to 15:59:59; the whole of [p, end).
inline bool read_offset(const char* p, const char* end, std::int64_t& seconds) noexcept {
    if (end - p == 1 && (*p == 'Z' || *p == 'z')) {
        seconds = 0;
        return true;
    }
    if (end - p < 3 || (*p != '+' && *p != '-')) return false;
    const bool negative = *p == '-';
    std::uint32_t part[3] = {two_digits(p + 1), 0, 0};
    p += 3;
    const bool colons = p < end && *p == ':';
    for (int i = 1; i < 3 && p < end; ++i) {
        if (colons && *p++ != ':') return false;
        if (end - p < 2) return false;
        part[i] = two_digits(p);
        p += 2;
    }
    if (p != end || part[0] > 15 || part[1] > 59 || part[2] > 59) return false;
    seconds = std::int64_t{(part[0] * 60 + part[1]) * 60 + part[2]};
    if (negative) seconds = -seconds;
    return true;
}

inline std::optional<std::int64_t> parse_infinity(std::string_view text) noexcept {
    if (equals_ignoring_case(text, "infinity") || equals_ignoring_case(text, "+infinity"))
        return time_infinity;
    if (equals_ignoring_case(text, "-infinity")) return time_minus_infinity;
    return std::nullopt;
}

// "YYYY-MM-DD HH:MM:SS.ffffff", which is nearly every timestamp met, at a fraction of the general parser's
// price.
inline bool read_full_timestamp(const char* p, std::int64_t& micros) noexcept {
    std::int64_t days = 0;
    const std::uint32_t hours = two_digits(p + 11);
    const std::uint32_t minutes = two_digits(p + 14);
    const std::uint32_t seconds = two_digits(p + 17);
    const std::uint32_t high = two_digits(p + 20);
    const std::uint32_t middle = two_digits(p + 22);
    const std::uint32_t low = two_digits(p + 24);
    if ((p[10] != ' ' && p[10] != 'T') || p[13] != ':' || p[16] != ':' || p[19] != '.') return false;
    if (hours > 23 || minutes > 59 || seconds > 59 || high > 99 || middle > 99 || low > 99) return false;
    if (!read_date(p, days)) return false;
    micros = days * micros_per_day + std::int64_t{(hours * 60 + minutes) * 60 + seconds} * micros_per_second +
             std::int64_t{(high * 100 + middle) * 100 + low};
    return true;
}

// Local time and offset of a timestamp; `zone` tells whether it had one.
inline bool read_timestamp(std::string_view text, std::int64_t& micros, std::int64_t& offset,
                           bool& zone) noexcept {
    offset = 0;
    zone = false;
    if (text.size() == timestamp_text_max && read_full_timestamp(text.data(), micros)) return true;
    if (text.size() < date_text_max) return false;
    std::int64_t days = 0;
    if (!read_date(text.data(), days)) return false;
    micros = days * micros_per_day;
    const char* p = text.data() + date_text_max;
    const char* end = text.data() + text.size();
    if (p == end) return true;
    if (*p != ' ' && *p != 'T' && *p != 't') return false;
    ++p;
    std::int64_t time = 0;
    if (!read_time(p, end, time)) return false;
    micros += time;
    if (p == end) return true;
    zone = true;
    return read_offset(p, end, offset);
}

}  // namespace detail

inline std::size_t write_date(char* out, std::int64_t days) noexcept {
    if (days < date_min || days > date_max) {
        if (days == time_infinity) return detail::put(out, "infinity");
        if (days == time_minus_infinity) return detail::put(out, "-infinity");
        return 0;
    }
    detail::put_date(out, days);
    return date_text_max;
}

inline std::size_t write_time(char* out, std::int64_t micros) noexcept {
    return micros < 0 || micros > micros_per_day ? 0 : detail::put_time(out, micros);
}

inline std::size_t write_timestamp(char* out, std::int64_t micros) noexcept {
    if (micros < timestamp_min || micros > timestamp_max) {
        if (micros == time_infinity) return detail::put(out, "infinity");
        if (micros == time_minus_infinity) return detail::put(out, "-infinity");
        return 0;
    }
    const std::int64_t shifted = micros - timestamp_min;
    detail::put_date(out, shifted / micros_per_day + date_min);
    out[date_text_max] = ' ';
    return date_text_max + 1 + detail::put_time(out + date_text_max + 1, shifted % micros_per_day);
}

inline std::size_t write_timestamptz(char* out, std::int64_t micros) noexcept {
    const std::size_t size = write_timestamp(out, micros);
    if (size == 0 || micros == time_infinity || micros == time_minus_infinity) return size;
    return size + detail::put(out + size, "+00");
}

inline std::optional<std::int64_t> parse_date(std::string_view text) noexcept {
    std::int64_t days = 0;
    if (text.size() == date_text_max && detail::read_date(text.data(), days)) return days;
    return detail::parse_infinity(text);
}

// HH:MM[:SS[.f…]]
inline std::optional<std::int64_t> parse_time(std::string_view text) noexcept {
    const char* p = text.data();
    const char* end = p + text.size();
    std::int64_t micros = 0;
    if (!detail::read_time(p, end, micros) || p != end) return std::nullopt;
    return micros;
}

// ISO 8601 with a blank, T or t between date and time, or a date alone (midnight). A zone is accepted only if
// it is UTC: any other would have to be dropped, which changes the meaning.
inline std::optional<std::int64_t> parse_timestamp(std::string_view text) noexcept {
    std::int64_t micros = 0;
    std::int64_t offset = 0;
    bool zone = false;
    if (!detail::read_timestamp(text, micros, offset, zone)) return detail::parse_infinity(text);
    if (offset != 0 || micros > timestamp_max) return std::nullopt;
    return micros;
}

// As parse_timestamp(), with any offset; without one the time is UTC.
inline std::optional<std::int64_t> parse_timestamptz(std::string_view text) noexcept {
    std::int64_t micros = 0;
    std::int64_t offset = 0;
    bool zone = false;
    if (!detail::read_timestamp(text, micros, offset, zone)) return detail::parse_infinity(text);
    micros -= offset * micros_per_second;
    if (micros < timestamp_min || micros > timestamp_max) return std::nullopt;
    return micros;
}

}  // namespace dbway::sdk
