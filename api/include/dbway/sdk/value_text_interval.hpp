// value_text_interval.hpp - the canonical text of an interval, an ISO 8601 duration whose parts may be
// negative (as PostgreSQL's intervalstyle iso_8601): P1Y2M3DT4H5M6.5S, P-1DT2H, PT0S.
#pragma once

#include <dbway/provider.h>
#include <dbway/sdk/value_text_time.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

namespace dbway::sdk {

inline constexpr std::size_t interval_text_max = 80;

namespace detail {

inline char* put_part(char* out, bool negative, std::uint64_t value, char unit) noexcept {
    if (value == 0) return out;
    if (negative) *out++ = '-';
    out += write_unsigned(out, value);
    *out++ = unit;
    return out;
}

inline std::uint64_t magnitude(std::int64_t value) noexcept {
    return value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
}

// One "[+-]digits[.digits]" of a duration; micros: the fraction, for seconds only.
struct DurationPart {
    bool negative = false;
    std::int64_t whole = 0;
    std::int64_t micros = 0;
    char unit = 0;
};

inline bool read_duration_part(const char*& p, const char* end, DurationPart& part) noexcept {
    part = {};
    if (p < end && (*p == '-' || *p == '+')) part.negative = *p++ == '-';
    if (p == end || !is_digit(*p)) return false;
    for (; p < end && is_digit(*p); ++p)
        if (__builtin_mul_overflow(part.whole, std::int64_t{10}, &part.whole) ||
            __builtin_add_overflow(part.whole, std::int64_t{*p - '0'}, &part.whole))
            return false;
    bool fraction = false;
    if (p < end && *p == '.') {
        fraction = true;
        if (++p == end || !is_digit(*p)) return false;
        for (std::int64_t unit = 100'000; p < end && is_digit(*p); ++p, unit /= 10) {
            if (unit == 0 && *p != '0') return false;
            part.micros += unit * (*p - '0');
        }
    }
    if (p == end) return false;
    part.unit = *p++;
    return !fraction || part.unit == 'S';
}

// total += ±(whole * scale + micros), refusing overflow.
inline bool add_part(std::int64_t& total, const DurationPart& part, bool negate,
                     std::int64_t scale) noexcept {
    const std::int64_t sign = part.negative != negate ? -1 : 1;
    std::int64_t value = 0;
    return !__builtin_mul_overflow(sign * part.whole, scale, &value) &&
           !__builtin_add_overflow(value, sign * part.micros, &value) &&
           !__builtin_add_overflow(total, value, &total);
}

}  // namespace detail

// Room for interval_text_max characters in `out`; the length.
inline std::size_t write_interval(char* out, const dbway_interval& interval) noexcept {
    char* to = out;
    *to++ = 'P';
    const std::uint64_t months = detail::magnitude(interval.months);
    to = detail::put_part(to, interval.months < 0, months / 12, 'Y');
    to = detail::put_part(to, interval.months < 0, months % 12, 'M');
    to = detail::put_part(to, interval.days < 0, detail::magnitude(interval.days), 'D');
    if (interval.micros != 0) {
        *to++ = 'T';
        const bool negative = interval.micros < 0;
        const std::uint64_t micros = detail::magnitude(interval.micros);
        const std::uint64_t second = static_cast<std::uint64_t>(micros_per_second);
        to = detail::put_part(to, negative, micros / (3600 * second), 'H');
        to = detail::put_part(to, negative, micros / (60 * second) % 60, 'M');
        const std::uint64_t seconds = micros / second % 60;
        std::uint64_t fraction = micros % second;
        if (fraction == 0) {
            to = detail::put_part(to, negative, seconds, 'S');
        } else {
            if (negative) *to++ = '-';
            to += write_unsigned(to, seconds);
            *to++ = '.';
            for (std::uint64_t unit = second / 10; fraction != 0; unit /= 10) {
                *to++ = static_cast<char>('0' + fraction / unit);
                fraction %= unit;
            }
            *to++ = 'S';
        }
    }
    if (to == out + 1) to += detail::put(to, "T0S");
    return static_cast<std::size_t>(to - out);
}

// [+-]P[nY][nM][nW][nD][T[nH][nM][n[.f]S]] with signs before any number; at least one part, in this order.
inline std::optional<dbway_interval> parse_interval(std::string_view text) noexcept {
    const char* p = text.data();
    const char* end = p + text.size();
    bool negate = false;
    if (p < end && (*p == '-' || *p == '+')) negate = *p++ == '-';
    if (p == end || *p++ != 'P' || p == end) return std::nullopt;

    std::int64_t months = 0;
    std::int64_t days = 0;
    std::int64_t micros = 0;
    std::string_view units = "YMWD";
    bool time = false;
    while (p < end) {
        if (*p == 'T') {
            if (time || ++p == end) return std::nullopt;
            time = true;
            units = "HMS";
        }
        detail::DurationPart part;
        if (!detail::read_duration_part(p, end, part)) return std::nullopt;
        const std::size_t at = units.find(part.unit);
        if (at == std::string_view::npos) return std::nullopt;
        units.remove_prefix(at + 1);
        std::int64_t* total = time ? &micros : (part.unit == 'Y' || part.unit == 'M') ? &months : &days;
        std::int64_t scale = 1;
        switch (part.unit) {
            case 'Y':
                scale = 12;
                break;
            case 'W':
                scale = 7;
                break;
            case 'H':
                scale = 3600 * micros_per_second;
                break;
            case 'M':
                scale = time ? 60 * micros_per_second : 1;
                break;
            case 'S':
                scale = micros_per_second;
                break;
            default:
                break;
        }
        if (!detail::add_part(*total, part, negate, scale)) return std::nullopt;
    }
    constexpr std::int64_t low = std::numeric_limits<std::int32_t>::min();
    constexpr std::int64_t high = std::numeric_limits<std::int32_t>::max();
    if (months < low || months > high || days < low || days > high) return std::nullopt;
    return dbway_interval{static_cast<std::int32_t>(months), static_cast<std::int32_t>(days), micros};
}

}  // namespace dbway::sdk
