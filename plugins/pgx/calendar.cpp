#include "calendar.hpp"

#include "blanks.hpp"
#include "decode.hpp"

#include <dbway/sdk/value_text_time.hpp>

#include <charconv>
#include <limits>

namespace dbway::pgx {

namespace {

using sdk::micros_per_day;
using sdk::micros_per_second;

constexpr std::int64_t infinity = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t minus_infinity = std::numeric_limits<std::int64_t>::min();

struct WideDate {
    std::int64_t year;  // 0 is 1 BC
    std::int64_t month;
    std::int64_t day;
};

// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", for any year.
WideDate civil(std::int64_t days) noexcept {
    days += 719'468;
    const std::int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
    const std::int64_t day_of_era = days - era * 146'097;
    const std::int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int64_t shifted = (5 * day_of_year + 2) / 153;
    const std::int64_t month = shifted < 10 ? shifted + 3 : shifted - 9;
    return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day_of_year - (153 * shifted + 2) / 5 + 1};
}

std::int64_t days_from(const WideDate& date) noexcept {
    const std::int64_t year = date.year - (date.month <= 2 ? 1 : 0);
    const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
    const std::int64_t year_of_era = year - era * 400;
    const std::int64_t day_of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
    return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719'468;
}

void append_number(std::string& out, std::int64_t value, int width) {
    char digits[20];
    const auto size = static_cast<int>(std::to_chars(digits, digits + sizeof digits, value).ptr - digits);
    if (size < width) out.append(static_cast<std::size_t>(width - size), '0');
    out.append(digits, static_cast<std::size_t>(size));
}

// True when " BC" belongs at the end.
bool append_civil(std::string& out, std::int64_t days) {
    const WideDate date = civil(days);
    const bool before_christ = date.year <= 0;
    append_number(out, before_christ ? 1 - date.year : date.year, 4);
    out += '-';
    append_number(out, date.month, 2);
    out += '-';
    append_number(out, date.day, 2);
    return before_christ;
}

bool append_infinity(std::string& out, std::int64_t value) {
    if (value == infinity) out += "infinity";
    if (value == minus_infinity) out += "-infinity";
    return value == infinity || value == minus_infinity;
}

bool strip_before_christ(std::string_view& text) noexcept {
    if (text.size() < 3 || !sdk::detail::equals_ignoring_case(text.substr(text.size() - 3), " bc"))
        return false;
    text = trimmed(text.substr(0, text.size() - 3));
    return true;
}

// Year of four to seven digits, month and day of two; moves `text` behind them.
std::optional<std::int64_t> read_civil(std::string_view& text, bool before_christ) noexcept {
    std::size_t at = 0;
    std::int64_t year = 0;
    for (; at < text.size() && at < 7 && sdk::detail::is_digit(text[at]); ++at)
        year = year * 10 + (text[at] - '0');
    if (at < 4 || year == 0 || text.size() < at + 6 || text[at] != '-' || text[at + 3] != '-')
        return std::nullopt;
    const std::uint32_t month = sdk::detail::two_digits(text.data() + at + 1);
    const std::uint32_t day = sdk::detail::two_digits(text.data() + at + 4);
    if (before_christ) year = 1 - year;
    // The leap years of a calendar of 400 years, in which any year has a counterpart above 0.
    const auto like = static_cast<std::uint32_t>(year + 400 * 12'000);
    if (month < 1 || month > 12 || day < 1 || day > sdk::days_in_month(like, month)) return std::nullopt;
    text.remove_prefix(at + 6);
    return days_from({year, month, day});
}

}  // namespace

void append_date(std::string& out, std::int64_t days) {
    if (append_infinity(out, days)) return;
    if (append_civil(out, days)) out += " BC";
}

void append_time(std::string& out, std::int64_t micros) {
    char text[sdk::time_text_max];
    std::size_t size = sdk::detail::put_time(text, micros);
    if (size > 8)
        while (text[size - 1] == '0') --size;
    out.append(text, size);
}

void append_timestamp(std::string& out, std::int64_t micros, bool utc) {
    if (append_infinity(out, micros)) return;
    std::int64_t days = micros / micros_per_day;
    std::int64_t time = micros % micros_per_day;
    if (time < 0) {
        time += micros_per_day;
        --days;
    }
    const bool before_christ = append_civil(out, days + epoch_days);
    out += ' ';
    append_time(out, time);
    if (utc) out += "+00";
    if (before_christ) out += " BC";
}

void append_zone(std::string& out, std::int32_t seconds_west) {
    out += seconds_west <= 0 ? '+' : '-';
    const std::int32_t seconds = seconds_west < 0 ? -seconds_west : seconds_west;
    append_number(out, seconds / 3600, 2);
    if (seconds % 3600 == 0) return;
    out += ':';
    append_number(out, seconds / 60 % 60, 2);
    if (seconds % 60 == 0) return;
    out += ':';
    append_number(out, seconds % 60, 2);
}

std::optional<std::int64_t> read_date(std::string_view text) noexcept {
    text = trimmed(text);
    if (const auto value = sdk::parse_date(text)) return value;
    const bool before_christ = strip_before_christ(text);
    const auto days = read_civil(text, before_christ);
    if (!days || !text.empty()) return std::nullopt;
    return days;
}

std::optional<std::int64_t> read_timestamp(std::string_view text, bool zoned) noexcept {
    text = trimmed(text);
    if (const auto value = sdk::detail::parse_infinity(text)) return value;
    const bool before_christ = strip_before_christ(text);
    const auto days = read_civil(text, before_christ);
    if (!days) return std::nullopt;
    std::int64_t time = 0;
    std::int64_t offset = 0;
    if (!text.empty()) {
        if (text[0] != ' ' && text[0] != 'T' && text[0] != 't') return std::nullopt;
        const char* at = text.data() + 1;
        const char* end = text.data() + text.size();
        if (!sdk::detail::read_time(at, end, time)) return std::nullopt;
        if (at != end && !sdk::detail::read_offset(at, end, offset)) return std::nullopt;
        if (!zoned && offset != 0) return std::nullopt;
    }
    std::int64_t micros = 0;
    if (__builtin_mul_overflow(*days - epoch_days, micros_per_day, &micros) ||
        __builtin_add_overflow(micros, time - offset * micros_per_second, &micros))
        return std::nullopt;
    return micros;
}

std::optional<ZonedTime> read_zoned_time(std::string_view text) noexcept {
    text = trimmed(text);
    const char* at = text.data();
    const char* end = at + text.size();
    ZonedTime result;
    std::int64_t offset = 0;
    if (!sdk::detail::read_time(at, end, result.micros)) return std::nullopt;
    if (at != end && !sdk::detail::read_offset(at, end, offset)) return std::nullopt;
    result.seconds_west = static_cast<std::int32_t>(-offset);
    return result;
}

}  // namespace dbway::pgx
