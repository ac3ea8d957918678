// The conversions of codec.hpp that are not between a type and itself.
#include <dbway/codec.hpp>
#include <dbway/sdk/value_text.hpp>

#include <charconv>
#include <cmath>
#include <limits>

namespace dbway {

namespace detail {

namespace {

const char* type_name(std::uint8_t type) noexcept {
    switch (type) {
        case DBWAY_T_NULL:
            return "NULL";
        case DBWAY_T_BOOL:
            return "boolean";
        case DBWAY_T_I64:
            return "integer";
        case DBWAY_T_U64:
            return "unsigned integer";
        case DBWAY_T_F64:
            return "double";
        case DBWAY_T_DECIMAL:
            return "decimal";
        case DBWAY_T_TEXT:
            return "text";
        case DBWAY_T_BLOB:
            return "blob";
        case DBWAY_T_DATE:
            return "date";
        case DBWAY_T_TIME:
            return "time";
        case DBWAY_T_TIMESTAMP:
            return "timestamp";
        case DBWAY_T_TIMESTAMPTZ:
            return "timestamp with time zone";
        case DBWAY_T_INTERVAL:
            return "interval";
        case DBWAY_T_UUID:
            return "UUID";
        case DBWAY_T_JSON:
            return "JSON";
        case DBWAY_T_ARRAY:
            return "array";
        case DBWAY_T_NATIVE:
            return "native";
        default:
            return "unknown";
    }
}

constexpr double two_to_63 = 9223372036854775808.0;

}  // namespace

void throw_null(const char* wanted) {
    ErrorDetails details;
    details.category = Category::data;
    details.sqlstate = "22002";
    details.message = std::string("the value is NULL, the program reads ") + wanted;
    throw DataError(std::move(details));
}

void throw_conversion(const dbway_value& value, const char* wanted) {
    ErrorDetails details;
    details.category = Category::data;
    details.message = std::string("a value of type ") + type_name(value.type) + " is not " + wanted;
    // The value helps where it is a number out of range; a text may be anything, a secret too.
    if (value.type == DBWAY_T_I64 || value.type == DBWAY_T_U64 || value.type == DBWAY_T_F64)
        details.message = value_to_string(value) + " (" + type_name(value.type) + ") does not fit " + wanted;
    details.sqlstate = "22018";
    throw DataError(std::move(details));
}

dbway_value make_bytes(std::uint8_t type, const void* bytes, std::size_t size) {
    if (size > std::numeric_limits<std::uint32_t>::max())
        throw_error(Category::data, "a value of " + std::to_string(size) + " bytes; the limit is 4 GiB");
    dbway_value value = make_value(type);
    value.v.bytes = static_cast<const std::uint8_t*>(bytes);
    value.len = static_cast<std::uint32_t>(size);
    return value;
}

std::string value_to_string(const dbway_value& value) {
    std::string text;
    if (!sdk::format_value(value, text)) throw_conversion(value, "text");
    return text;
}

std::int64_t slow_to_int64(const dbway_value& value, const char* wanted) {
    switch (value.type) {
        case DBWAY_T_I64:
        case DBWAY_T_BOOL:
            return value.v.i64;
        case DBWAY_T_U64:
            if (value.v.u64 <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
                return value.v.i64;
            break;
        case DBWAY_T_F64:
            if (value.v.f64 >= -two_to_63 && value.v.f64 < two_to_63 &&
                std::trunc(value.v.f64) == value.v.f64)
                return static_cast<std::int64_t>(value.v.f64);
            break;
        case DBWAY_T_DECIMAL:
            return Decimal(std::string(as_text(value))).to_int64();
        default:
            break;
    }
    throw_conversion(value, wanted);
}

std::uint64_t slow_to_uint64(const dbway_value& value) {
    if (value.type == DBWAY_T_U64) return value.v.u64;
    if (value.type == DBWAY_T_F64 && value.v.f64 >= two_to_63 && value.v.f64 < 2 * two_to_63)
        return static_cast<std::uint64_t>(value.v.f64);  // whole, as all doubles of that size are
    if (value.type == DBWAY_T_DECIMAL) {
        const std::string_view text = as_text(value);
        std::uint64_t number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error == std::errc() && end == text.data() + text.size()) return number;
    }
    const std::int64_t number = slow_to_int64(value, "an unsigned integer");
    if (number < 0) throw_conversion(value, "an unsigned integer");
    return static_cast<std::uint64_t>(number);
}

double slow_to_double(const dbway_value& value) {
    constexpr std::int64_t exact = std::int64_t{1} << 53;
    switch (value.type) {
        case DBWAY_T_F64:
            return value.v.f64;
        case DBWAY_T_I64:
            if (value.v.i64 >= -exact && value.v.i64 <= exact) return static_cast<double>(value.v.i64);
            break;
        case DBWAY_T_U64:
            if (value.v.u64 <= static_cast<std::uint64_t>(exact)) return static_cast<double>(value.v.u64);
            break;
        case DBWAY_T_DECIMAL:
            return Decimal(std::string(as_text(value))).to_double();
        default:
            break;
    }
    throw_conversion(value, "a double");
}

// SQLite's expressions have no booleans: 0 and 1 stand for them.
bool slow_to_bool(const dbway_value& value) {
    if (value.type == DBWAY_T_BOOL) return value.v.i64 != 0;
    if (value.type == DBWAY_T_I64 && (value.v.i64 == 0 || value.v.i64 == 1)) return value.v.i64 == 1;
    throw_conversion(value, "a boolean");
}

// Timestamps with and without zone stay apart: one is an instant, the other is not. Text is accepted, since
// an expression of SQLite yields nothing better.
std::int64_t to_timestamp(const dbway_value& value, std::uint8_t type, const char* wanted) {
    if (value.type == DBWAY_T_TEXT) {
        const auto micros = type == DBWAY_T_TIMESTAMP ? sdk::parse_timestamp(as_text(value))
                                                      : sdk::parse_timestamptz(as_text(value));
        if (micros) return *micros;
    }
    throw_conversion(value, wanted);
}

}  // namespace detail

Decimal::Decimal(std::string text) : text_(std::move(text)) {
    const auto decimal = sdk::parse_decimal(text_);
    const bool plain = decimal && text_.find_first_of("eE+") == std::string::npos;
    const bool named = decimal && decimal->kind != sdk::Decimal::Kind::number;
    if (!decimal || (!plain && !named)) {
        ErrorDetails details;
        details.category = Category::data;
        details.sqlstate = "22P02";
        details.message = "not a decimal; expected [-]digits[.digits], NaN, Infinity or -Infinity";
        throw DataError(std::move(details));
    }
}

double Decimal::to_double() const {
    const auto value = sdk::parse_double(text_);
    if (!value) throw DataError(Category::data, "the decimal " + text_ + " does not fit a double");
    return *value;
}

std::int64_t Decimal::to_int64() const {
    std::string_view digits = text_;
    const std::size_t point = digits.find('.');
    if (point != std::string_view::npos && digits.find_first_not_of('0', point + 1) == std::string_view::npos)
        digits = digits.substr(0, point);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size())
        throw DataError(Category::data, "the decimal " + text_ + " is not a 64-bit integer");
    return value;
}

Uuid Uuid::parse(std::string_view text) {
    Uuid uuid;
    if (!sdk::parse_uuid(text, uuid.bytes.data())) {
        ErrorDetails details;
        details.category = Category::data;
        details.sqlstate = "22P02";
        details.message = "not a UUID; expected 8-4-4-4-12 hexadecimal digits";
        throw DataError(std::move(details));
    }
    return uuid;
}

std::string Uuid::str() const {
    char text[sdk::uuid_text_max];
    return {text, sdk::write_uuid(text, bytes.data())};
}

}  // namespace dbway
