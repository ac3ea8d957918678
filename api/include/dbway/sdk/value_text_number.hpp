// value_text_number.hpp - the canonical text of booleans, integers, doubles and decimals, and its parsers.
// Writers put text into `out` without a terminator and return its length. Nothing here allocates or knows
// locales.
#pragma once

#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <optional>
#include <string_view>

namespace dbway::sdk {

inline constexpr std::size_t boolean_text_max = 5;
inline constexpr std::size_t integer_text_max = 20;
inline constexpr std::size_t double_text_max = 32;

namespace detail {

inline bool equals_ignoring_case(std::string_view text, std::string_view lower) noexcept {
    if (text.size() != lower.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c) != lower[i]) return false;
    }
    return true;
}

inline std::size_t put(char* out, std::string_view text) noexcept {
    std::memcpy(out, text.data(), text.size());
    return text.size();
}

inline bool is_digit(char c) noexcept { return static_cast<unsigned char>(c - '0') <= 9; }

// std::from_chars over the whole text, with the plus sign that it does not know.
template <class Number>
std::optional<Number> parse_whole(std::string_view text) noexcept {
    if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

}  // namespace detail

inline std::size_t write_boolean(char* out, bool value) noexcept {
    return detail::put(out, value ? "true" : "false");
}

// true, false, t, f, 1, 0; in any case.
inline std::optional<bool> parse_boolean(std::string_view text) noexcept {
    if (text == "1" || text == "t" || text == "T" || detail::equals_ignoring_case(text, "true")) return true;
    if (text == "0" || text == "f" || text == "F" || detail::equals_ignoring_case(text, "false"))
        return false;
    return std::nullopt;
}

inline std::size_t write_integer(char* out, std::int64_t value) noexcept {
    return static_cast<std::size_t>(std::to_chars(out, out + integer_text_max, value).ptr - out);
}
inline std::size_t write_unsigned(char* out, std::uint64_t value) noexcept {
    return static_cast<std::size_t>(std::to_chars(out, out + integer_text_max, value).ptr - out);
}
inline std::optional<std::int64_t> parse_integer(std::string_view text) noexcept {
    return detail::parse_whole<std::int64_t>(text);
}
inline std::optional<std::uint64_t> parse_unsigned(std::string_view text) noexcept {
    return detail::parse_whole<std::uint64_t>(text);
}

// The shortest text that reads back as the same double; Infinity, -Infinity, NaN.
inline std::size_t write_double(char* out, double value) noexcept {
    if (std::isnan(value)) return detail::put(out, "NaN");
    if (std::isinf(value)) return detail::put(out, value < 0 ? "-Infinity" : "Infinity");
    return static_cast<std::size_t>(std::to_chars(out, out + double_text_max, value).ptr - out);
}

// Refuses what a double cannot hold ("1e999"); the special values in any case, "inf" among them.
inline std::optional<double> parse_double(std::string_view text) noexcept {
    if (text.empty()) return std::nullopt;
    const char last = text.back();
    if (!detail::is_digit(last) && last != '.') {
        const bool negative = text[0] == '-';
        const std::string_view word = negative || text[0] == '+' ? text.substr(1) : text;
        if (detail::equals_ignoring_case(word, "infinity") || detail::equals_ignoring_case(word, "inf")) {
            const double infinity = std::numeric_limits<double>::infinity();
            return negative ? -infinity : infinity;
        }
        if (detail::equals_ignoring_case(text, "nan")) return std::numeric_limits<double>::quiet_NaN();
        return std::nullopt;
    }
    return detail::parse_whole<double>(text);
}

// A decimal taken apart, without leading zeros of the integer part. Borrows from the text it was parsed from.
struct Decimal {
    enum class Kind : std::uint8_t { number, not_a_number, infinity };
    Kind kind = Kind::number;
    bool negative = false;
    std::string_view integer;   // may be empty: zero
    std::string_view fraction;  // may be empty
    std::int32_t exponent = 0;  // the point moves this far to the right

    bool zero() const noexcept {
        return integer.find_first_not_of('0') == std::string_view::npos &&
               fraction.find_first_not_of('0') == std::string_view::npos;
    }
};

// [+-]digits[.digits][e[+-]digits], NaN, [+-]Infinity. The exponent is limited to ±100,000.
inline std::optional<Decimal> parse_decimal(std::string_view text) noexcept {
    Decimal decimal;
    if (detail::equals_ignoring_case(text, "nan")) {
        decimal.kind = Decimal::Kind::not_a_number;
        return decimal;
    }
    if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
        decimal.negative = text[0] == '-';
        text.remove_prefix(1);
    }
    if (detail::equals_ignoring_case(text, "infinity") || detail::equals_ignoring_case(text, "inf")) {
        decimal.kind = Decimal::Kind::infinity;
        return decimal;
    }
    std::size_t at = 0;
    while (at < text.size() && detail::is_digit(text[at])) ++at;
    decimal.integer = text.substr(0, at);
    if (at < text.size() && text[at] == '.') {
        const std::size_t start = ++at;
        while (at < text.size() && detail::is_digit(text[at])) ++at;
        decimal.fraction = text.substr(start, at - start);
    }
    if (decimal.integer.empty() && decimal.fraction.empty()) return std::nullopt;
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        const auto exponent = detail::parse_whole<std::int32_t>(text.substr(at + 1));
        if (!exponent || *exponent > 100'000 || *exponent < -100'000) return std::nullopt;
        decimal.exponent = *exponent;
        at = text.size();
    }
    if (at != text.size()) return std::nullopt;
    while (!decimal.integer.empty() && decimal.integer[0] == '0') decimal.integer.remove_prefix(1);
    return decimal;
}

// Room that write_decimal() needs at most.
inline std::size_t decimal_text_max(const Decimal& decimal, std::int32_t scale) noexcept {
    const std::size_t shift = static_cast<std::size_t>(std::abs(decimal.exponent));
    return decimal.integer.size() + decimal.fraction.size() + shift +
           static_cast<std::size_t>(scale > 0 ? scale : 0) + 12;
}

// [-]digits[.digits]: no exponent, no plus sign, no leading zeros, no negative zero. With a `scale` of 0 or
// more exactly so many digits follow the point; 0, and nothing written, if that would lose a digit other than
// zero. A negative `scale` keeps the digits as they are.
inline std::size_t write_decimal(char* out, const Decimal& decimal, std::int32_t scale = -1) noexcept {
    if (decimal.kind == Decimal::Kind::not_a_number) return detail::put(out, "NaN");
    if (decimal.kind == Decimal::Kind::infinity)
        return detail::put(out, decimal.negative ? "-Infinity" : "Infinity");

    // Digit number i of the unscaled digits, which continue with zeros to both sides.
    const std::int64_t whole = static_cast<std::int64_t>(decimal.integer.size());
    const std::int64_t digits = whole + static_cast<std::int64_t>(decimal.fraction.size());
    const auto digit = [&](std::int64_t i) noexcept {
        if (i < 0 || i >= digits) return '0';
        return i < whole ? decimal.integer[static_cast<std::size_t>(i)]
                         : decimal.fraction[static_cast<std::size_t>(i - whole)];
    };
    const std::int64_t point = whole + decimal.exponent;
    const std::int64_t places = scale >= 0 ? scale : (digits > point ? digits - point : 0);
    for (std::int64_t i = point + places < 0 ? 0 : point + places; i < digits; ++i)
        if (digit(i) != '0') return 0;

    char* to = out;
    if (decimal.negative && !decimal.zero()) *to++ = '-';
    std::int64_t first = 0;
    while (first < point && digit(first) == '0') ++first;
    if (first >= point) *to++ = '0';
    for (std::int64_t i = first; i < point; ++i) *to++ = digit(i);
    if (places > 0) *to++ = '.';
    for (std::int64_t i = point; i < point + places; ++i) *to++ = digit(i);
    return static_cast<std::size_t>(to - out);
}

// Whether the text is a decimal exactly as the ABI wants it.
inline bool is_canonical_decimal(std::string_view text) noexcept {
    if (text == "NaN" || text == "Infinity" || text == "-Infinity") return true;
    if (!text.empty() && text[0] == '-') text.remove_prefix(1);
    std::size_t at = 0;
    while (at < text.size() && detail::is_digit(text[at])) ++at;
    if (at == 0 || (at > 1 && text[0] == '0')) return false;
    if (at == text.size()) return true;
    if (text[at] != '.' || at + 1 == text.size()) return false;
    for (++at; at < text.size(); ++at)
        if (!detail::is_digit(text[at])) return false;
    return true;
}

}  // namespace dbway::sdk
