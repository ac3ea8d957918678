#include "render.hpp"

#include "codec_traits.hpp"
#include "numeric.hpp"
#include "render_float.hpp"
#include "render_parts.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/value_text_bytes.hpp>
#include <dbway/sdk/value_text_number.hpp>

#include <cstdio>
#include <string>

namespace dbway::pgx {

namespace {

void append_bytes(std::string& out, Bytes data) {
    out.append(reinterpret_cast<const char*>(data.data()), data.size());
}

void append_blob(std::string& out, Bytes data) {
    const std::size_t at = out.size();
    out.resize(at + sdk::blob_text_size(data.size()));
    sdk::write_blob(out.data() + at, data.data(), data.size());
}

void render_bits(Reader& in, std::string& out) {
    const std::int32_t size = in.i32();
    if (size < 0 || (static_cast<std::size_t>(size) + 7) / 8 != in.left())
        malformed(in.type(), "its length is not that of its bits");
    const Bytes data = in.bytes(in.left());
    for (std::size_t i = 0; i < static_cast<std::size_t>(size); ++i)
        out += (data[i / 8] >> (7 - i % 8) & 1) != 0 ? '1' : '0';
}

// As with lc_monetary C: a dollar sign, groups of three digits.
void render_money(Reader& in, std::int32_t scale, std::string& out) {
    std::string text;
    append_scaled(text, in.i64(), scale);
    const bool negative = text[0] == '-';
    const std::size_t first = negative ? 1 : 0;
    std::size_t point = text.find('.');
    if (point == std::string::npos) point = text.size();
    for (std::size_t at = point; at > first + 3;) {
        at -= 3;
        text.insert(at, 1, ',');
    }
    out += negative ? "-$" : "$";
    out.append(text, first);
}

void render_snapshot(Reader& in, std::string& out) {
    const std::size_t count = in.count(8);
    append_unsigned(out, in.u64());
    out += ':';
    append_unsigned(out, in.u64());
    out += ':';
    for (std::size_t i = 0; i < count; ++i) {
        if (i != 0) out += ',';
        append_unsigned(out, in.u64());
    }
}

// One byte, or as text none or an escape.
void render_char(Bytes data, std::string& out) {
    if (data.size() == 1 && data[0] == 0) return;
    if (data.size() == 1 && data[0] >= 0x80) {
        char octal[8];
        std::snprintf(octal, sizeof octal, "\\%03o", static_cast<unsigned>(data[0]));
        out += octal;
        return;
    }
    append_bytes(out, data);
}

void render_scalar(Reader& in, RenderContext& context, std::string& out) {
    char text[float_text_max];
    switch (in.type().codec) {
        case Codec::boolean:
            out += in.u8() != 0 ? 't' : 'f';
            break;
        case Codec::int2:
            append_integer(out, in.i16());
            break;
        case Codec::int4:
            append_integer(out, in.i32());
            break;
        case Codec::int8:
            append_integer(out, in.i64());
            break;
        case Codec::oid:
            append_unsigned(out, in.u32());
            break;
        case Codec::xid8:
            append_unsigned(out, in.u64());
            break;
        case Codec::float4:
            out.append(text, write_server_float(text, std::bit_cast<float>(in.u32())));
            break;
        case Codec::float8:
            out.append(text, write_server_float(text, in.f64()));
            break;
        case Codec::uuid:
            out.append(sdk::uuid_text_max, ' ');
            sdk::write_uuid(out.data() + out.size() - sdk::uuid_text_max, in.bytes(16).data());
            break;
        case Codec::jsonb:
        case Codec::jsonpath:
            if (in.u8() != 1) malformed(in.type(), "its version is unknown");
            append_bytes(out, in.bytes(in.left()));
            break;
        case Codec::bits:
            render_bits(in, out);
            break;
        case Codec::money:
            render_money(in, context.money_scale, out);
            break;
        case Codec::lsn: {
            const std::uint32_t high = in.u32();
            char location[24];
            const int size = std::snprintf(location, sizeof location, "%X/%X", high, in.u32());
            out.append(location, static_cast<std::size_t>(size));
            break;
        }
        case Codec::tid:
            out += '(';
            append_unsigned(out, in.u32());
            out += ',';
            append_unsigned(out, in.u16());
            out += ')';
            break;
        default:
            render_snapshot(in, out);
            break;
    }
    in.end();
}

}  // namespace

void malformed(const Type& type, std::string_view what) {
    std::string message = "The server sent a value of the type ";
    message += type.name.empty() ? std::string_view("(not described)") : std::string_view(type.name);
    message += " that is none: ";
    message += what;
    message += ".";
    throw sdk::Failure(DBWAY_ERR_INTERNAL, std::move(message));
}

void render_nested(const Type& type, Bytes data, RenderContext& context, std::string& out, int depth) {
    Reader in(type, data);
    switch (type.codec) {
        case Codec::textual:
            if (type.oid == char_oid)
                render_char(data, out);
            else
                append_bytes(out, data);
            break;
        case Codec::text:
        case Codec::json:
            append_bytes(out, data);
            break;
        case Codec::unknown:
        case Codec::bytea:
            append_blob(out, data);
            break;
        case Codec::numeric: {
            const Numeric numeric = read_numeric(type, data);
            const std::size_t at = out.size();
            out.resize(at + numeric_text_max(numeric));
            out.resize(at + write_numeric(out.data() + at, numeric));
            break;
        }
        case Codec::date:
        case Codec::time:
        case Codec::timetz:
        case Codec::timestamp:
        case Codec::timestamptz:
        case Codec::interval:
            render_time(in, out);
            break;
        case Codec::inet:
        case Codec::macaddr:
        case Codec::macaddr8:
            render_network(in, out);
            break;
        case Codec::point:
        case Codec::line_segment:
        case Codec::path:
        case Codec::box:
        case Codec::polygon:
        case Codec::line:
        case Codec::circle:
            render_geometry(in, out);
            break;
        case Codec::tsvector:
            render_text_vector(in, out);
            break;
        case Codec::tsquery:
            render_text_query(in, out);
            break;
        case Codec::array:
        case Codec::record:
        case Codec::range:
        case Codec::multirange:
            render_composite(in, context, out, depth);
            break;
        default:
            render_scalar(in, context, out);
            break;
    }
}

void render(const Type& type, Bytes data, RenderContext& context, std::string& out) {
    render_nested(type, data, context, out, 0);
}

}  // namespace dbway::pgx
