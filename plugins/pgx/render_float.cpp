#include "render_float.hpp"

#include <dbway/sdk/value_text_number.hpp>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>

namespace dbway::pgx {

namespace {

// digits × 10^(exponent - n_digits + 1), one digit before the point.
struct Scientific {
    char digits[20];
    std::size_t n_digits = 0;
    int exponent = 0;
};

// `precision` digits behind the first; the fewest that read back if it is negative.
template <class Float>
Scientific to_scientific(Float magnitude, int precision) noexcept {
    char text[64];
    const auto end =
        precision < 0
            ? std::to_chars(text, text + sizeof text, magnitude, std::chars_format::scientific)
            : std::to_chars(text, text + sizeof text, magnitude, std::chars_format::scientific, precision);
    Scientific result;
    const char* at = text;
    for (; *at != 'e'; ++at)
        if (*at != '.') result.digits[result.n_digits++] = *at;
    at += at[1] == '+' ? 2 : 1;
    std::from_chars(at, end.ptr, result.exponent);
    while (result.n_digits > 1 && result.digits[result.n_digits - 1] == '0') --result.n_digits;
    return result;
}

// a × 10^k == b × 2^q, with a and b above zero.
bool equal(std::uint64_t a, int k, std::uint64_t b, int q) noexcept {
    const int a_twos = std::countr_zero(a);
    const int b_twos = std::countr_zero(b);
    if (a_twos + k != b_twos + q) return false;
    a >>= a_twos;
    b >>= b_twos;
    std::uint64_t& smaller = k >= 0 ? a : b;
    const std::uint64_t larger = k >= 0 ? b : a;
    for (int i = std::abs(k); i > 0; --i)
        if (smaller > larger || __builtin_mul_overflow(smaller, std::uint64_t{5}, &smaller)) return false;
    return smaller == larger;
}

// Whether the decimal lies exactly between the number and one of its neighbours. Reading it gives the number,
// but only by the rule that ties go to the even one, on which the server does not rely.
template <class Float, class Bits>
bool is_tie(const Scientific& decimal, Float magnitude) noexcept {
    constexpr int fraction_bits = std::numeric_limits<Float>::digits - 1;
    constexpr int bias = std::numeric_limits<Float>::max_exponent - 1 + fraction_bits;
    const Bits bits = std::bit_cast<Bits>(magnitude);
    const Bits fraction = bits & ((Bits{1} << fraction_bits) - 1);
    const int biased = static_cast<int>(bits >> fraction_bits);
    const std::uint64_t mantissa = biased == 0 ? fraction : fraction | (Bits{1} << fraction_bits);
    const int exponent = (biased == 0 ? 1 : biased) - bias;

    std::uint64_t number = 0;
    for (std::size_t i = 0; i < decimal.n_digits; ++i)
        number = number * 10 + static_cast<std::uint64_t>(decimal.digits[i] - '0');
    const int power = decimal.exponent - static_cast<int>(decimal.n_digits) + 1;
    if (equal(number, power, 2 * mantissa + 1, exponent - 1)) return true;
    const bool closer_below = fraction == 0 && biased > 1;
    return closer_below ? equal(number, power, 4 * mantissa - 1, exponent - 2)
                        : equal(number, power, 2 * mantissa - 1, exponent - 1);
}

template <class Float, class Bits>
std::size_t write(char* out, Float value, int scientific_from) noexcept {
    if (!std::isfinite(value)) return sdk::write_double(out, value);
    char* to = out;
    if (std::signbit(value)) *to++ = '-';
    if (value == 0) {
        *to++ = '0';
        return static_cast<std::size_t>(to - out);
    }
    const Float magnitude = std::fabs(value);
    Scientific decimal = to_scientific(magnitude, -1);
    for (int precision = static_cast<int>(decimal.n_digits);
         is_tie<Float, Bits>(decimal, magnitude) && precision < std::numeric_limits<Float>::max_digits10;
         ++precision)
        decimal = to_scientific(magnitude, precision);

    const std::string_view digits(decimal.digits, decimal.n_digits);
    const int exponent = decimal.exponent;
    if (exponent < -4 || exponent >= scientific_from) {
        *to++ = digits[0];
        if (digits.size() > 1) {
            *to++ = '.';
            to += sdk::detail::put(to, digits.substr(1));
        }
        *to++ = 'e';
        *to++ = exponent < 0 ? '-' : '+';
        const int power = std::abs(exponent);
        if (power < 10) *to++ = '0';
        return static_cast<std::size_t>(std::to_chars(to, to + 4, power).ptr - out);
    }
    if (exponent < 0) {
        to += sdk::detail::put(to,
                               std::string_view("0.000").substr(0, 1 + static_cast<std::size_t>(-exponent)));
        to += sdk::detail::put(to, digits);
        return static_cast<std::size_t>(to - out);
    }
    const auto whole = static_cast<std::size_t>(exponent) + 1;
    to += sdk::detail::put(to, digits.substr(0, whole));
    if (digits.size() <= whole) {
        std::memset(to, '0', whole - digits.size());
        to += whole - digits.size();
    } else {
        *to++ = '.';
        to += sdk::detail::put(to, digits.substr(whole));
    }
    return static_cast<std::size_t>(to - out);
}

}  // namespace

std::size_t write_server_float(char* out, double value) noexcept {
    return write<double, std::uint64_t>(out, value, 15);
}

std::size_t write_server_float(char* out, float value) noexcept {
    return write<float, std::uint32_t>(out, value, 6);
}

}  // namespace dbway::pgx
