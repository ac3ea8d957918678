// Numbers and booleans.
#include "blanks.hpp"
#include "encode_parts.hpp"
#include "numeric.hpp"

#include <dbway/sdk/value_text.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <tuple>
#include <vector>

namespace dbway::pgx {

namespace {

// A whole number of up to 64 bits and a sign.
struct Whole {
    bool negative = false;
    std::uint64_t magnitude = 0;

    static Whole from(std::int64_t value) noexcept { return {value < 0, sdk::detail::magnitude(value)}; }
};

std::optional<Whole> parse_whole(std::string_view text) noexcept {
    const bool negative = !text.empty() && text[0] == '-';
    if (negative) text.remove_prefix(1);
    if (negative && !text.empty() && !sdk::detail::is_digit(text[0])) return std::nullopt;
    const auto magnitude = sdk::parse_unsigned(text);
    if (!magnitude) return std::nullopt;
    return Whole{negative && *magnitude != 0, *magnitude};
}

// Only if nothing is lost: 5.00 is whole, 5.01 is not.
std::optional<Whole> decimal_to_whole(std::string_view text) {
    const auto decimal = sdk::parse_decimal(text);
    if (!decimal || decimal->kind != sdk::Decimal::Kind::number) return std::nullopt;
    if (decimal->zero()) return Whole{};
    if (decimal->integer.size() + static_cast<std::size_t>(std::max(decimal->exponent, 0)) > 40)
        return std::nullopt;
    std::vector<char> digits(sdk::decimal_text_max(*decimal, 0));
    return parse_whole({digits.data(), sdk::write_decimal(digits.data(), *decimal, 0)});
}

std::optional<Whole> double_to_whole(double value) noexcept {
    constexpr double limit = 18'446'744'073'709'551'616.0;
    if (!(std::fabs(value) < limit) || value != std::trunc(value)) return std::nullopt;
    return Whole{value < 0, static_cast<std::uint64_t>(std::fabs(value))};
}

Whole to_whole(const Type& type, const dbway_value& value) {
    std::optional<Whole> whole;
    switch (value.type) {
        case DBWAY_T_BOOL:
            return {false, value.v.i64 != 0 ? 1U : 0U};
        case DBWAY_T_I64:
            return Whole::from(value.v.i64);
        case DBWAY_T_U64:
            return {false, value.v.u64};
        case DBWAY_T_F64:
            whole = double_to_whole(value.v.f64);
            break;
        case DBWAY_T_DECIMAL:
            whole = decimal_to_whole(text_of(value));
            break;
        case DBWAY_T_TEXT:
            whole = parse_whole(trimmed(text_of(value)));
            break;
        default:
            break;
    }
    if (!whole) refuse(type, value);
    return *whole;
}

// The number in two's complement of `bits` bits.
std::uint64_t to_bits(const Type& type, const dbway_value& value, int bits, bool is_signed) {
    const Whole whole = to_whole(type, value);
    const std::uint64_t limit = is_signed ? std::uint64_t{1} << (bits - 1)
                                          : (bits == 64 ? UINT64_MAX : (std::uint64_t{1} << bits) - 1);
    const bool fits = whole.negative ? is_signed && whole.magnitude <= limit
                                     : whole.magnitude <= limit - (is_signed ? 1 : 0);
    if (!fits) refuse_range(type, value);
    return whole.negative ? 0 - whole.magnitude : whole.magnitude;
}

double to_double(const Type& type, const dbway_value& value) {
    std::optional<double> number;
    switch (value.type) {
        case DBWAY_T_F64:
            return value.v.f64;
        case DBWAY_T_I64:
            return static_cast<double>(value.v.i64);
        case DBWAY_T_U64:
            return static_cast<double>(value.v.u64);
        case DBWAY_T_DECIMAL:
        case DBWAY_T_TEXT:
            number = sdk::parse_double(trimmed(text_of(value)));
            break;
        default:
            break;
    }
    if (!number) refuse(type, value);
    return *number;
}

// What the server's cast from double does: the nearest float, but no overflow and no underflow.
float to_float(const Type& type, const dbway_value& value) {
    const double number = to_double(type, value);
    const auto narrow = static_cast<float>(number);
    if ((std::isinf(narrow) && !std::isinf(number)) || (narrow == 0 && number != 0))
        refuse_range(type, value);
    return narrow;
}

// As boolin(): any beginning of true, false, yes, no, on and off that is unique.
std::optional<bool> parse_boolean(std::string_view text) noexcept {
    if (const auto value = sdk::parse_boolean(text)) return value;
    for (const auto& [word, shortest, meaning] :
         {std::tuple<std::string_view, std::size_t, bool>{"true", 1, true},
          {"false", 1, false},
          {"yes", 1, true},
          {"no", 1, false},
          {"on", 2, true},
          {"off", 2, false}})
        if (text.size() >= shortest && text.size() <= word.size() &&
            sdk::detail::equals_ignoring_case(text, word.substr(0, text.size())))
            return meaning;
    return std::nullopt;
}

bool to_boolean(const Type& type, const dbway_value& value) {
    if (value.type == DBWAY_T_BOOL) return value.v.i64 != 0;
    if ((value.type == DBWAY_T_I64 || value.type == DBWAY_T_U64) && value.v.u64 <= 1) return value.v.u64 == 1;
    std::optional<bool> result;
    if (value.type == DBWAY_T_TEXT) result = parse_boolean(trimmed(text_of(value)));
    if (!result) refuse(type, value);
    return *result;
}

void put_numeric_value(const Type& type, const dbway_value& value, Buffer& out) {
    std::string_view text;
    char digits[sdk::double_text_max];
    switch (value.type) {
        case DBWAY_T_I64:
            text = {digits, sdk::write_integer(digits, value.v.i64)};
            break;
        case DBWAY_T_U64:
            text = {digits, sdk::write_unsigned(digits, value.v.u64)};
            break;
        case DBWAY_T_F64:
            text = {digits, sdk::write_double(digits, value.v.f64)};
            break;
        case DBWAY_T_DECIMAL:
        case DBWAY_T_TEXT:
            text = trimmed(text_of(value));
            break;
        default:
            refuse(type, value);
    }
    const auto decimal = sdk::parse_decimal(text);
    if (!decimal) refuse(type, value);
    if (!put_numeric(*decimal, out)) refuse_range(type, value);
}

template <class Float>
bool is_exact(const dbway_value& value) noexcept {
    // Beyond this not every whole number is one of the type.
    constexpr std::uint64_t limit = std::uint64_t{1} << std::numeric_limits<Float>::digits;
    const std::uint64_t magnitude =
        value.type == DBWAY_T_I64 ? sdk::detail::magnitude(value.v.i64) : value.v.u64;
    return magnitude <= limit;
}

}  // namespace

bool number_has_binary_form(const Type& type, const dbway_value& value) noexcept {
    const std::uint8_t kind = value.type;
    const bool integer = kind == DBWAY_T_I64 || kind == DBWAY_T_U64;
    switch (type.codec) {
        case Codec::boolean:
            return kind == DBWAY_T_BOOL;
        case Codec::int2:
        case Codec::int4:
        case Codec::int8:
        case Codec::oid:
        case Codec::xid8:
            return integer || kind == DBWAY_T_BOOL ||
                   (kind == DBWAY_T_F64 && double_to_whole(value.v.f64).has_value());
        case Codec::float4:
            return kind == DBWAY_T_F64 || (integer && is_exact<float>(value));
        case Codec::float8:
            return kind == DBWAY_T_F64 || (integer && is_exact<double>(value));
        default:
            return integer || kind == DBWAY_T_DECIMAL;
    }
}

void put_number(const Type& type, const dbway_value& value, Buffer& out) {
    switch (type.codec) {
        case Codec::boolean:
            out.put_u8(to_boolean(type, value) ? 1 : 0);
            break;
        case Codec::int2:
            out.put_u16(static_cast<std::uint16_t>(to_bits(type, value, 16, true)));
            break;
        case Codec::int4:
            out.put_u32(static_cast<std::uint32_t>(to_bits(type, value, 32, true)));
            break;
        case Codec::int8:
            out.put_u64(to_bits(type, value, 64, true));
            break;
        case Codec::oid:
            out.put_u32(static_cast<std::uint32_t>(to_bits(type, value, 32, false)));
            break;
        case Codec::xid8:
            out.put_u64(to_bits(type, value, 64, false));
            break;
        case Codec::float4:
            out.put_u32(std::bit_cast<std::uint32_t>(to_float(type, value)));
            break;
        case Codec::float8:
            out.put_u64(std::bit_cast<std::uint64_t>(to_double(type, value)));
            break;
        default:
            put_numeric_value(type, value, out);
            break;
    }
}

}  // namespace dbway::pgx
