#include "encode.hpp"

#include "codec_traits.hpp"
#include "encode_parts.hpp"

#include <dbway/sdk/failure.hpp>

#include <array>
#include <string>

namespace dbway::pgx {

namespace {

constexpr std::size_t shown_bytes = 60;

std::string_view name_of(std::uint8_t type) noexcept {
    constexpr std::array<std::string_view, 17> names = {
        "NULL", "BOOL",      "I64",         "U64",      "F64",  "DECIMAL", "TEXT",  "BLOB",  "DATE",
        "TIME", "TIMESTAMP", "TIMESTAMPTZ", "INTERVAL", "UUID", "JSON",    "ARRAY", "NATIVE"};
    return type < names.size() ? names[type] : std::string_view("unknown");
}

// At most shown_bytes, cut between characters, and without line breaks.
std::string shown(const dbway_value& value) {
    dbway_value part = value;
    const bool bytes = value.type == DBWAY_T_BLOB || value.type == DBWAY_T_NATIVE;
    const bool counted = bytes || value.type == DBWAY_T_TEXT || value.type == DBWAY_T_DECIMAL ||
                         value.type == DBWAY_T_JSON || value.type == DBWAY_T_ARRAY;
    if (counted && part.len > shown_bytes + 4) part.len = shown_bytes + 4;
    std::string text;
    try {
        append_server_text(nullptr, part, text);
    } catch (const sdk::Failure&) {
        return std::to_string(value.v.i64);
    }
    if (text.size() > shown_bytes) {
        std::size_t end = shown_bytes;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
        text.resize(end);
        text += "…";
    }
    for (char& c : text)
        if (static_cast<unsigned char>(c) < ' ') c = ' ';
    return text;
}

[[noreturn]] void fail(const Type& type, const dbway_value& value, std::string_view how,
                       const char* sqlstate) {
    std::string message = "The ";
    message += name_of(value.type);
    message += " value '";
    message += shown(value);
    message += how;
    message += type.name.empty() ? std::string_view("(not described)") : std::string_view(type.name);
    message += ".";
    throw sdk::Failure(DBWAY_ERR_DATA, std::move(message), sqlstate);
}

// Text that goes out as it is.
bool is_plain_text(const dbway_value& value) noexcept {
    return value.type == DBWAY_T_TEXT || value.type == DBWAY_T_JSON || value.type == DBWAY_T_DECIMAL;
}

}  // namespace

void refuse(const Type& type, const dbway_value& value) {
    fail(type, value, "' cannot become a value of the PostgreSQL type ", "22P02");
}

void refuse_range(const Type& type, const dbway_value& value) {
    fail(type, value, "' is out of range for the PostgreSQL type ", "22003");
}

Format parameter_format(const Type* type, const dbway_value& value) {
    if (value.type == DBWAY_T_NATIVE) return Format::binary;
    if (type == nullptr) return value.type == DBWAY_T_BLOB ? Format::binary : Format::text;
    return has_binary_form(*type, value) ? Format::binary : Format::text;
}

void encode(const Type* type, Format format, const dbway_value& value, Buffer& out) {
    if (value.type == DBWAY_T_NATIVE || (type == nullptr && format == Format::binary)) {
        out.put(value.v.bytes, value.len);
    } else if (format == Format::binary) {
        put_binary(*type, value, out);
    } else if (is_plain_text(value)) {
        out.put(text_of(value));
    } else {
        std::string text;
        append_server_text(type, value, text);
        out.put(text);
    }
}

bool binary_field(const Type& type) noexcept {
    switch (type.codec) {
        case Codec::boolean:
        case Codec::int2:
        case Codec::int4:
        case Codec::int8:
        case Codec::xid8:
        case Codec::float4:
        case Codec::float8:
        case Codec::numeric:
        case Codec::text:
        case Codec::bytea:
        case Codec::date:
        case Codec::time:
        case Codec::timetz:
        case Codec::timestamp:
        case Codec::timestamptz:
        case Codec::interval:
        case Codec::uuid:
        case Codec::json:
        case Codec::jsonb:
            return true;
        case Codec::oid:
            return !names_objects(type);
        case Codec::array:
            // The server reads no empty vector in binary.
            return type.item != nullptr && !is_vector(type) && binary_field(*type.item);
        default:
            return false;
    }
}

void detail::encode_field_other(const Type& type, const dbway_value& value, Buffer& out) {
    const std::size_t length = out.hold();
    put_binary(type, value, out);
    out.fill(length);
}

}  // namespace dbway::pgx
