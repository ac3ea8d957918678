// From a value of the ABI to what the server reads: parameters, and the fields of COPY.
//
// A time without a zone that goes to a type with one is UTC, and the other way round; the session's TimeZone
// plays no part. What a type cannot hold is refused with sdk::Failure(DBWAY_ERR_DATA) that names the type and
// the value; nothing is rounded except a double that becomes a float4.
#pragma once

#include "buffer.hpp"
#include "decode.hpp"
#include "type.hpp"

#include <dbway/provider.h>

#include <bit>
#include <cstdint>
#include <limits>

namespace dbway::pgx {

enum class Format : std::uint16_t { text = 0, binary = 1 };

// The type to declare for a parameter of which the server has told nothing yet: bytea for BLOB, otherwise 0,
// and the server infers it.
inline Oid parameter_type_hint(const dbway_value& value) noexcept {
    return value.type == DBWAY_T_BLOB ? Oid{17} : Oid{0};
}

// The format in which encode() shall write a parameter: binary where the value has an exact binary form in
// the type, text where the server shall read it. Without a type: text, except for BLOB and NATIVE.
Format parameter_format(const Type* type, const dbway_value& value);

// Appends a value that is not NULL, without a length. `format` is what parameter_format() said, or text for
// any value (except NATIVE, whose bytes are binary whatever is said). Without a type, the text that the
// server's text input of the value's natural type reads. What was appended before a Failure stays.
void encode(const Type* type, Format format, const dbway_value& value, Buffer& out);

// Whether every value that makes sense for the type can be put into it in binary, for COPY … (FORMAT binary).
bool binary_field(const Type& type) noexcept;

namespace detail {

[[gnu::noinline]] void encode_field_other(const Type& type, const dbway_value& value, Buffer& out);

inline std::uint8_t* put_field_u32(std::uint8_t* to, std::uint32_t value) noexcept {
    const std::uint32_t parts[2] = {network_order(std::uint32_t{4}), network_order(value)};
    std::memcpy(to, parts, sizeof parts);
    return to + sizeof parts;
}

inline std::uint8_t* put_field_u64(std::uint8_t* to, std::uint64_t value) noexcept {
    const std::uint32_t size = network_order(std::uint32_t{8});
    value = network_order(value);
    std::memcpy(to, &size, 4);
    std::memcpy(to + 4, &value, 8);
    return to + 12;
}

inline std::uint8_t* put_field_bytes(std::uint8_t* to, const dbway_value& value) noexcept {
    const std::uint32_t size = network_order(value.len);
    std::memcpy(to, &size, 4);
    if (value.len != 0) std::memcpy(to + 4, value.v.bytes, value.len);
    return to + 4 + value.len;
}

// From Unix to PostgreSQL; false for what only the slow path can tell: infinities and what lies outside the
// server's range.
inline bool server_micros(std::int64_t micros, std::int64_t& out) noexcept {
    constexpr std::int64_t first = -210'866'803'200'000'000;  // 4714-11-24 BC, the Julian day 0
    if (micros < first || micros == std::numeric_limits<std::int64_t>::max()) return false;
    out = micros - epoch_micros;
    return true;
}

}  // namespace detail

// The most that put_plain_field() writes.
inline std::size_t plain_field_size(const dbway_value& value) noexcept {
    const bool bytes = value.type == DBWAY_T_TEXT || value.type == DBWAY_T_BLOB;
    return bytes ? std::size_t{4} + value.len : 12;
}

// The length in 32 bits and the binary form of a value that needs neither parsing nor a check; returns the
// end. Null for any other value, and then nothing is written. `to` has room for plain_field_size().
inline std::uint8_t* put_plain_field(const Type& type, const dbway_value& value, std::uint8_t* to) noexcept {
    switch (value.type) {
        case DBWAY_T_I64:
            if (type.codec == Codec::int8)
                return detail::put_field_u64(to, static_cast<std::uint64_t>(value.v.i64));
            if (type.codec == Codec::int4 && value.v.i64 == static_cast<std::int32_t>(value.v.i64))
                return detail::put_field_u32(to, static_cast<std::uint32_t>(value.v.i64));
            return nullptr;
        case DBWAY_T_F64:
            if (type.codec != Codec::float8) return nullptr;
            return detail::put_field_u64(to, std::bit_cast<std::uint64_t>(value.v.f64));
        case DBWAY_T_TEXT:
            if (type.codec != Codec::text || type.oid == 142)
                return nullptr;  // 142: xml, whose binary form is not its text
            return detail::put_field_bytes(to, value);
        case DBWAY_T_BLOB:
            return type.codec == Codec::bytea ? detail::put_field_bytes(to, value) : nullptr;
        case DBWAY_T_TIMESTAMP:
        case DBWAY_T_TIMESTAMPTZ: {
            std::int64_t micros = 0;
            if (value.type != type.value_type || !detail::server_micros(value.v.i64, micros)) return nullptr;
            return detail::put_field_u64(to, static_cast<std::uint64_t>(micros));
        }
        default:
            return nullptr;
    }
}

// Appends a field of binary COPY: its length in 32 bits, -1 for NULL, and the value, parsed from its text
// where its type does not fit. binary_field() must be true of the type, unless the value is NULL or NATIVE.
inline void encode_field(const Type& type, const dbway_value& value, Buffer& out) {
    if (const std::uint8_t* end = put_plain_field(type, value, out.reserve(plain_field_size(value))))
        out.advance_to(end);
    else if (value.type == DBWAY_T_NULL)
        out.put_u32(UINT32_MAX);
    else
        detail::encode_field_other(type, value, out);
}

}  // namespace dbway::pgx
