// Values made of values: array_out(), record_out(), range_out() and multirange_out() of the server, with
// their rules of quoting.
#include "array_header.hpp"
#include "blanks.hpp"
#include "codec_traits.hpp"
#include "render_parts.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/value_text_number.hpp>

namespace dbway::pgx {

namespace {

bool is_special(char c, Quoting quoting, char delimiter) noexcept {
    if (c == '"' || c == '\\' || is_blank(c)) return true;
    if (quoting == Quoting::item) return c == '{' || c == '}' || c == delimiter;
    if (c == '(' || c == ')' || c == ',') return true;
    return quoting == Quoting::bound && (c == '[' || c == ']');
}

void render_items(Reader& in, const ArrayHeader& array, std::size_t dimension, RenderContext& context,
                  std::string& out, int depth) {
    const bool vector = is_vector(in.type());
    const char delimiter = vector ? ' ' : array.item->delimiter;
    if (!vector) out += '{';
    for (std::uint32_t i = 0; i < array.size[dimension]; ++i) {
        if (i != 0) out += delimiter;
        if (dimension + 1 < array.n_dimensions) {
            render_items(in, array, dimension + 1, context, out, depth);
            continue;
        }
        bool null = false;
        const Bytes item = in.field(null);
        if (null) {
            out += "NULL";
            continue;
        }
        const std::size_t from = out.size();
        render_nested(*array.item, item, context, out, depth + 1);
        if (!vector) quote(out, from, Quoting::item, delimiter);
    }
    if (!vector) out += '}';
}

void render_array(Reader& in, RenderContext& context, std::string& out, int depth) {
    const ArrayHeader array = read_array_header(in, context);
    if (array.n_dimensions == 0) {
        if (!is_vector(in.type())) out += "{}";
        in.end();
        return;
    }
    if (!array.plain && !is_vector(in.type())) {
        for (std::size_t i = 0; i < array.n_dimensions; ++i) {
            out += '[';
            append_integer(out, array.lower[i]);
            out += ':';
            append_integer(out, std::int64_t{array.lower[i]} + array.size[i] - 1);
            out += ']';
        }
        out += '=';
    }
    render_items(in, array, 0, context, out, depth);
    in.end();
}

void render_record(Reader& in, RenderContext& context, std::string& out, int depth) {
    const std::size_t count = in.count(8);
    out += '(';
    for (std::size_t i = 0; i < count; ++i) {
        if (i != 0) out += ',';
        const Oid oid = in.u32();
        bool null = false;
        const Bytes field = in.field(null);
        if (null) continue;
        const std::size_t from = out.size();
        render_nested(named_type(oid, nullptr, context), field, context, out, depth + 1);
        quote(out, from, Quoting::field);
    }
    out += ')';
    in.end();
}

void render_range(Reader& in, RenderContext& context, std::string& out, int depth) {
    enum Flag : std::uint8_t {
        empty = 0x01,
        lower_inclusive = 0x02,
        upper_inclusive = 0x04,
        lower_infinite = 0x08,
        upper_infinite = 0x10,
        lower_null = 0x20,
        upper_null = 0x40,
    };
    const std::uint8_t flags = in.u8();
    const Type& bound_type = in.type().item != nullptr ? *in.type().item : undescribed_type();
    if ((flags & empty) != 0) {
        out += "empty";
        in.end();
        return;
    }
    const auto bound = [&] {
        bool null = false;
        const Bytes data = in.field(null);
        if (null) malformed(in.type(), "a bound within it is null");
        const std::size_t from = out.size();
        render_nested(bound_type, data, context, out, depth + 1);
        quote(out, from, Quoting::bound);
    };
    out += (flags & lower_inclusive) != 0 ? '[' : '(';
    if ((flags & (lower_infinite | lower_null)) == 0) bound();
    out += ',';
    if ((flags & (upper_infinite | upper_null)) == 0) bound();
    out += (flags & upper_inclusive) != 0 ? ']' : ')';
    in.end();
}

void render_multirange(Reader& in, RenderContext& context, std::string& out, int depth) {
    const std::size_t count = in.count(5);
    out += '{';
    for (std::size_t i = 0; i < count; ++i) {
        if (i != 0) out += ',';
        bool null = false;
        const Bytes data = in.field(null);
        if (null) malformed(in.type(), "a range within it is null");
        Reader range(in.type(), data);
        render_range(range, context, out, depth + 1);
    }
    out += '}';
    in.end();
}

}  // namespace

void quote(std::string& out, std::size_t from, Quoting quoting, char delimiter) {
    const std::string_view text = std::string_view(out).substr(from);
    bool needed =
        text.empty() || (quoting == Quoting::item && sdk::detail::equals_ignoring_case(text, "null"));
    std::size_t escapes = 0;
    for (const char c : text) {
        needed = needed || is_special(c, quoting, delimiter);
        if (c == '"' || c == '\\') ++escapes;
    }
    if (!needed) return;
    std::size_t source = out.size();
    if (source > render_size_max)
        throw sdk::Failure(DBWAY_ERR_INTERNAL, "The text of a value that the server sent exceeds 1 GiB.");
    // From the end to the front, so that it is done in place.
    out.resize(source + escapes + 2);
    std::size_t target = out.size();
    out[--target] = '"';
    while (source > from) {
        const char c = out[--source];
        out[--target] = c;
        if (c == '"' || c == '\\') out[--target] = quoting == Quoting::item ? '\\' : c;
    }
    out[--target] = '"';
}

void render_composite(Reader& in, RenderContext& context, std::string& out, int depth) {
    if (depth > render_depth_max) malformed(in.type(), "it is nested too deep");
    switch (in.type().codec) {
        case Codec::array:
            render_array(in, context, out, depth);
            break;
        case Codec::record:
            render_record(in, context, out, depth);
            break;
        case Codec::range:
            render_range(in, context, out, depth);
            break;
        default:
            render_multirange(in, context, out, depth);
            break;
    }
}

}  // namespace dbway::pgx
