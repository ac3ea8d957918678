#include "numeric.hpp"

#include <dbway/sdk/value_text_time.hpp>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace dbway::pgx {

namespace {

constexpr std::uint16_t positive = 0x0000;
constexpr std::uint16_t negative = 0x4000;
constexpr std::uint16_t not_a_number = 0xC000;
constexpr std::uint16_t infinity = 0xD000;
constexpr std::uint16_t minus_infinity = 0xF000;
constexpr std::size_t head = 8;
constexpr std::int64_t scale_max = 0x3FFF;

void put_group(char* out, std::uint32_t group) noexcept {
    sdk::detail::put_two_digits(out, group / 100);
    sdk::detail::put_two_digits(out + 2, group % 100);
}

// The group of weight `weight`, 0 beyond either end.
std::uint32_t group_at(const Numeric& numeric, std::int32_t weight) noexcept {
    const std::int32_t at = numeric.weight - weight;
    if (at < 0 || static_cast<std::size_t>(at) >= numeric.n_digits) return 0;
    return load<std::uint16_t>(numeric.digits + 2 * static_cast<std::size_t>(at));
}

std::int64_t floor_quarter(std::int64_t value) noexcept {
    return value >= 0 ? value / 4 : -((3 - value) / 4);
}

void put_head(Buffer& out, std::int64_t n_digits, std::int64_t weight, std::uint16_t sign,
              std::int64_t scale) {
    out.put_u16(static_cast<std::uint16_t>(n_digits));
    out.put_u16(static_cast<std::uint16_t>(weight));
    out.put_u16(sign);
    out.put_u16(static_cast<std::uint16_t>(scale));
}

}  // namespace

Numeric read_numeric(const Type& type, Bytes data) {
    Reader in(type, data);
    Numeric numeric;
    numeric.n_digits = in.u16();
    numeric.weight = in.i16();
    numeric.sign = in.u16();
    numeric.scale = in.u16();
    if (data.size() != head + 2 * numeric.n_digits) malformed(type, "its length is not that of its digits");
    numeric.digits = data.data() + head;
    const std::uint16_t sign = numeric.sign;
    if (sign != positive && sign != negative && sign != not_a_number && sign != infinity &&
        sign != minus_infinity)
        malformed(type, "its sign is none");
    if (numeric.scale > scale_max) malformed(type, "it has too many digits behind the point");
    for (std::size_t i = 0; i < numeric.n_digits; ++i)
        if (load<std::uint16_t>(numeric.digits + 2 * i) > 9999) malformed(type, "a digit is none");
    return numeric;
}

std::size_t numeric_text_max(const Numeric& numeric) noexcept {
    const std::size_t whole = numeric.weight < 0 ? 1 : 4 * (static_cast<std::size_t>(numeric.weight) + 1);
    return whole + numeric.scale + 16;
}

std::size_t write_numeric(char* out, const Numeric& numeric) noexcept {
    if (numeric.sign == not_a_number) return sdk::detail::put(out, "NaN");
    if (numeric.sign == infinity) return sdk::detail::put(out, "Infinity");
    if (numeric.sign == minus_infinity) return sdk::detail::put(out, "-Infinity");

    char* to = out;
    if (numeric.sign == negative && numeric.n_digits != 0) *to++ = '-';
    char* const whole = to;
    for (std::int32_t weight = numeric.weight; weight >= 0; --weight) {
        char group[4];
        put_group(group, group_at(numeric, weight));
        std::size_t skip = 0;
        if (to == whole)
            while (skip < 4 && group[skip] == '0') ++skip;
        std::memcpy(to, group + skip, 4 - skip);
        to += 4 - skip;
    }
    if (to == whole) *to++ = '0';
    if (numeric.scale == 0) return static_cast<std::size_t>(to - out);
    *to++ = '.';
    char* const end = to + numeric.scale;
    for (std::int32_t weight = -1; to < end; --weight, to += 4) put_group(to, group_at(numeric, weight));
    return static_cast<std::size_t>(end - out);
}

bool put_numeric(const sdk::Decimal& decimal, Buffer& out) {
    if (decimal.kind != sdk::Decimal::Kind::number) {
        const bool nan = decimal.kind == sdk::Decimal::Kind::not_a_number;
        put_head(out, 0, 0, nan ? not_a_number : decimal.negative ? minus_infinity : infinity, 0);
        return true;
    }
    const auto whole = static_cast<std::int64_t>(decimal.integer.size());
    const auto size = whole + static_cast<std::int64_t>(decimal.fraction.size());
    const auto digit = [&](std::int64_t i) noexcept -> std::uint32_t {
        if (i < 0 || i >= size) return 0;
        const char c = i < whole ? decimal.integer[static_cast<std::size_t>(i)]
                                 : decimal.fraction[static_cast<std::size_t>(i - whole)];
        return static_cast<std::uint32_t>(c - '0');
    };
    const std::int64_t point = whole + decimal.exponent;
    const std::int64_t scale = std::max<std::int64_t>(size - point, 0);
    if (scale > scale_max) return false;

    std::int64_t first = 0;
    while (first < size && digit(first) == 0) ++first;
    if (first == size) {
        put_head(out, 0, 0, positive, scale);
        return true;
    }
    std::int64_t last = size - 1;
    while (digit(last) == 0) --last;
    // Groups of four digits, counted from the point.
    const std::int64_t first_group = floor_quarter(first - point);
    const std::int64_t last_group = floor_quarter(last - point);
    const std::int64_t weight = -(first_group + 1);
    if (weight > 0x7FFF) return false;
    out.reserve(head + 2 * static_cast<std::size_t>(last_group - first_group + 1));
    put_head(out, last_group - first_group + 1, weight, decimal.negative ? negative : positive, scale);
    for (std::int64_t group = first_group; group <= last_group; ++group) {
        const std::int64_t at = point + 4 * group;
        const std::uint32_t value =
            digit(at) * 1000 + digit(at + 1) * 100 + digit(at + 2) * 10 + digit(at + 3);
        out.put_u16(static_cast<std::uint16_t>(value));
    }
    return true;
}

void append_scaled(std::string& out, std::int64_t units, std::int32_t scale) {
    const std::uint64_t magnitude =
        units < 0 ? 0 - static_cast<std::uint64_t>(units) : static_cast<std::uint64_t>(units);
    char digits[20];
    const auto size =
        static_cast<std::size_t>(std::to_chars(digits, digits + sizeof digits, magnitude).ptr - digits);
    const auto places = static_cast<std::size_t>(scale > 0 ? scale : 0);
    if (units < 0) out += '-';
    if (size <= places) {
        out += "0.";
        out.append(places - size, '0');
        out.append(digits, size);
        return;
    }
    out.append(digits, size - places);
    if (places == 0) return;
    out += '.';
    out.append(digits + size - places, places);
}

}  // namespace dbway::pgx
