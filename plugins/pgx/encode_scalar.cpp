#include "codec_traits.hpp"
#include "encode_parts.hpp"

#include <dbway/sdk/value_text.hpp>

#include <string>

namespace dbway::pgx {

namespace {

// byteain(): hex after \x, else bytes with \\ and \ooo.
void put_blob_text(const Type& type, const dbway_value& value, Buffer& out) {
    const std::string_view text = text_of(value);
    std::uint8_t* const first = out.reserve(text.size());
    if (text.size() >= 2 && text[0] == '\\' && (text[1] == 'x' || text[1] == 'X')) {
        if (!sdk::parse_blob(text, first)) refuse(type, value);
        out.advance((text.size() - 2) / 2);
        return;
    }
    std::uint8_t* to = first;
    const auto octal = [&](std::size_t i, char most) {
        return i < text.size() && text[i] >= '0' && text[i] <= most ? text[i] - '0' : -1;
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            *to++ = static_cast<std::uint8_t>(text[i]);
            continue;
        }
        const int high = octal(i + 1, '3');
        if (i + 1 < text.size() && text[i + 1] == '\\') {
            *to++ = '\\';
            ++i;
        } else if (high >= 0 && octal(i + 2, '7') >= 0 && octal(i + 3, '7') >= 0) {
            *to++ = static_cast<std::uint8_t>(high * 64 + octal(i + 2, '7') * 8 + octal(i + 3, '7'));
            i += 3;
        } else {
            refuse(type, value);
        }
    }
    out.advance(static_cast<std::size_t>(to - first));
}

void put_uuid(const Type& type, const dbway_value& value, Buffer& out) {
    std::uint8_t bytes[16];
    if (value.type == DBWAY_T_UUID && value.len == 16) {
        out.put(value.v.bytes, 16);
        return;
    }
    std::string_view text = value.type == DBWAY_T_TEXT ? text_of(value) : std::string_view();
    if (text.size() > 2 && text.front() == '{' && text.back() == '}') text = text.substr(1, text.size() - 2);
    if (!sdk::parse_uuid(text, bytes)) refuse(type, value);
    out.put(bytes, 16);
}

// The binary input function believes the encoding that the XML declaration names, while ours is UTF-8 always.
void put_xml(std::string_view text, Buffer& out) {
    const std::size_t end = text.starts_with("<?xml") ? text.find("?>") : std::string_view::npos;
    const std::size_t at = end == std::string_view::npos ? end : text.substr(0, end).find("encoding");
    if (at == std::string_view::npos) {
        out.put(text);
        return;
    }
    const std::size_t open = text.substr(0, end).find_first_of("\"'", at);
    const std::size_t close =
        open == std::string_view::npos ? open : text.substr(0, end).find(text[open], open + 1);
    if (close == std::string_view::npos) {
        out.put(text);  // no XML: the server says so
        return;
    }
    out.put(text.substr(0, open + 1));
    out.put("UTF-8");
    out.put(text.substr(close));
}

void put_text(const Type& type, const dbway_value& value, Buffer& out) {
    std::string made;
    std::string_view text;
    if (value.type == DBWAY_T_TEXT || value.type == DBWAY_T_JSON || value.type == DBWAY_T_DECIMAL) {
        text = text_of(value);
    } else {
        append_server_text(&type, value, made);
        text = made;
    }
    if (type.oid == xml_oid)
        put_xml(text, out);
    else
        out.put(text);
}

}  // namespace

bool has_binary_form(const Type& type, const dbway_value& value) noexcept {
    const std::uint8_t kind = value.type;
    if (kind == DBWAY_T_NATIVE) return true;
    switch (type.codec) {
        case Codec::boolean:
        case Codec::int2:
        case Codec::int4:
        case Codec::int8:
        case Codec::oid:
        case Codec::xid8:
        case Codec::float4:
        case Codec::float8:
        case Codec::numeric:
            return number_has_binary_form(type, value);
        case Codec::text:
            // The text input of xml takes any text for UTF-8, as it is.
            return kind == DBWAY_T_TEXT && type.oid != xml_oid;
        case Codec::json:
        case Codec::jsonb:
            return kind == DBWAY_T_TEXT || kind == DBWAY_T_JSON;
        case Codec::bytea:
            return kind == DBWAY_T_BLOB;
        case Codec::date:
            return kind == DBWAY_T_DATE;
        case Codec::time:
            return kind == DBWAY_T_TIME;
        case Codec::timestamp:
        case Codec::timestamptz:
            return kind == DBWAY_T_DATE || kind == DBWAY_T_TIMESTAMP || kind == DBWAY_T_TIMESTAMPTZ;
        case Codec::interval:
            return kind == DBWAY_T_INTERVAL || kind == DBWAY_T_TIME;
        case Codec::uuid:
            return kind == DBWAY_T_UUID;
        case Codec::array:
            return kind == DBWAY_T_ARRAY && array_has_binary_form(type, value);
        default:
            return false;
    }
}

void put_binary(const Type& type, const dbway_value& value, Buffer& out) {
    if (value.type == DBWAY_T_NATIVE) {
        out.put(value.v.bytes, value.len);
        return;
    }
    switch (type.codec) {
        case Codec::boolean:
        case Codec::int2:
        case Codec::int4:
        case Codec::int8:
        case Codec::oid:
        case Codec::xid8:
        case Codec::float4:
        case Codec::float8:
        case Codec::numeric:
            put_number(type, value, out);
            break;
        case Codec::jsonb:
            out.put_u8(1);
            put_text(type, value, out);
            break;
        case Codec::text:
        case Codec::json:
            put_text(type, value, out);
            break;
        case Codec::bytea:
            if (value.type == DBWAY_T_BLOB)
                out.put(value.v.bytes, value.len);
            else if (value.type == DBWAY_T_TEXT)
                put_blob_text(type, value, out);
            else
                refuse(type, value);
            break;
        case Codec::uuid:
            put_uuid(type, value, out);
            break;
        case Codec::date:
        case Codec::time:
        case Codec::timetz:
        case Codec::timestamp:
        case Codec::timestamptz:
        case Codec::interval:
            put_time(type, value, out);
            break;
        case Codec::array:
            put_array(type, value, out);
            break;
        default:
            refuse(type, value);
    }
}

}  // namespace dbway::pgx
