// postgresql_time_text.hpp - PostgreSQL's text of dates and timestamps (DateStyle ISO), over the whole range
// of the ABI: years before 1 ("0044-03-15 BC"), years above 9999, any offset.
#pragma once

#include <dbway/sdk/value_text_time.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace dbway::sdk {

namespace postgresql_detail {

// PostgreSQL's date ends in 5874897 AD; more than enough.
constexpr std::int64_t most_days = std::int64_t{1} << 32;

// After Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"; year 0 is 1 BC.
constexpr std::int64_t days_from(std::int64_t year, unsigned month, unsigned day) {
    year -= month <= 2;
    const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
    const auto year_of_era = static_cast<unsigned>(year - era * 400);
    const unsigned day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    const unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146'097 + static_cast<std::int64_t>(day_of_era) - 719'468;
}

struct Civil {
    std::int64_t year;
    unsigned month;
    unsigned day;
};

constexpr Civil civil_from(std::int64_t days) {
    days += 719'468;
    const std::int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
    const auto day_of_era = static_cast<unsigned>(days - era * 146'097);
    const unsigned year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    const unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const unsigned shifted = (5 * day_of_year + 2) / 153;
    const unsigned month = shifted < 10 ? shifted + 3 : shifted - 9;
    return {static_cast<std::int64_t>(year_of_era) + era * 400 + (month <= 2), month,
            day_of_year - (153 * shifted + 2) / 5 + 1};
}

inline bool take_era(std::string_view& text) {
    if (!text.ends_with(" BC")) return false;
    text.remove_suffix(3);
    return true;
}

// Takes "Y…Y-MM-DD" from the front.
inline bool take_date(std::string_view& text, bool before_christ, std::int64_t& days) {
    const std::size_t dash = text.find('-');
    if (dash == std::string_view::npos || dash < 4 || dash > 7 || text.size() < dash + 6) return false;
    const auto year = parse_integer(text.substr(0, dash));
    const unsigned month = detail::two_digits(text.data() + dash + 1);
    const unsigned day = detail::two_digits(text.data() + dash + 4);
    if (!year || *year < 1 || text[dash + 3] != '-' || month - 1 > 11 || day - 1 > 30) return false;
    days = days_from(before_christ ? 1 - *year : *year, month, day);
    text.remove_prefix(dash + 6);
    return true;
}

inline bool set_infinity(std::string_view text, std::int64_t& value) {
    if (text != "infinity" && text != "-infinity") return false;
    value = text[0] == '-' ? time_minus_infinity : time_infinity;
    return true;
}

// What the SDK's parser does not know: other years.
inline bool read_far_timestamp(std::string_view text, bool zoned, std::int64_t& micros) {
    if (set_infinity(text, micros)) return true;
    const bool before_christ = take_era(text);
    std::int64_t days = 0;
    if (!take_date(text, before_christ, days) || text.empty() || text[0] != ' ') return false;
    const char* p = text.data() + 1;
    const char* const end = text.data() + text.size();
    std::int64_t time = 0;
    std::int64_t offset = 0;
    if (!detail::read_time(p, end, time)) return false;
    if (zoned ? !detail::read_offset(p, end, offset) : p != end) return false;
    time -= offset * micros_per_second;
    return !__builtin_mul_overflow(days, micros_per_day, &micros) &&
           !__builtin_add_overflow(micros, time, &micros);
}

inline void append_civil(const Civil& date, std::string& out) {
    char buffer[48];
    const std::int64_t year = date.year > 0 ? date.year : 1 - date.year;
    const int size = std::snprintf(buffer, sizeof buffer, "%04lld-%02u-%02u", static_cast<long long>(year),
                                   date.month, date.day);
    out.append(buffer, static_cast<std::size_t>(size));
}

}  // namespace postgresql_detail

// Days or microseconds since 1970-01-01, UTC for a text with an offset; infinities as the ABI has them. False
// for any other text, and for what does not fit. Writing: false for a value that PostgreSQL could not have
// either.
inline bool read_postgresql_date(std::string_view text, std::int64_t& days) {
    if (text.size() == date_text_max && detail::read_date(text.data(), days)) return true;
    if (postgresql_detail::set_infinity(text, days)) return true;
    const bool before_christ = postgresql_detail::take_era(text);
    return postgresql_detail::take_date(text, before_christ, days) && text.empty();
}

inline bool read_postgresql_timestamp(std::string_view text, std::int64_t& micros) {
    if (text.size() == timestamp_text_max && detail::read_full_timestamp(text.data(), micros)) return true;
    return postgresql_detail::read_far_timestamp(text, false, micros);
}

inline bool read_postgresql_timestamptz(std::string_view text, std::int64_t& micros) {
    // "+00" behind six digits of a fraction is what nearly every text looks like in UTC.
    if (text.size() == timestamptz_text_max && text.ends_with("+00") &&
        detail::read_full_timestamp(text.data(), micros))
        return true;
    return postgresql_detail::read_far_timestamp(text, true, micros);
}

inline bool append_postgresql_date(std::int64_t days, std::string& out) {
    char buffer[date_text_max];
    if (const std::size_t size = write_date(buffer, days); size != 0) {
        out.append(buffer, size);
        return true;
    }
    if (days > postgresql_detail::most_days || days < -postgresql_detail::most_days) return false;
    const postgresql_detail::Civil date = postgresql_detail::civil_from(days);
    postgresql_detail::append_civil(date, out);
    if (date.year <= 0) out += " BC";
    return true;
}

inline bool append_postgresql_timestamp(std::int64_t micros, bool zoned, std::string& out) {
    char buffer[timestamptz_text_max];
    if (const std::size_t size = zoned ? write_timestamptz(buffer, micros) : write_timestamp(buffer, micros);
        size != 0) {
        out.append(buffer, size);
        return true;
    }
    std::int64_t days = micros / micros_per_day;
    std::int64_t time = micros % micros_per_day;
    if (time < 0) {
        time += micros_per_day;
        --days;
    }
    const postgresql_detail::Civil date = postgresql_detail::civil_from(days);
    postgresql_detail::append_civil(date, out);
    out += ' ';
    out.append(buffer, write_time(buffer, time));
    if (zoned) out += "+00";
    if (date.year <= 0) out += " BC";
    return true;
}

}  // namespace dbway::sdk
