#include "decode.hpp"

#include "array_header.hpp"
#include "array_text.hpp"
#include "decode_reader.hpp"
#include "numeric.hpp"
#include "render_parts.hpp"

#include <string>

namespace dbway::pgx {

namespace {

void copy_bytes(std::uint8_t type, std::string_view text, sdk::Arena& arena, dbway_value& out) {
    std::uint8_t* to = arena.allocate(text.size());
    if (!text.empty()) std::memcpy(to, text.data(), text.size());
    detail::set_bytes(out, type, {to, text.size()});
}

void decode_rendered(const Type& type, Bytes data, DecodeContext& context, dbway_value& out) {
    std::string text;
    render(type, data, context, text);
    copy_bytes(DBWAY_T_TEXT, text, context.arena, out);
}

void decode_numeric(const Type& type, Bytes data, DecodeContext& context, dbway_value& out) {
    const Numeric numeric = read_numeric(type, data);
    std::uint8_t* to = context.arena.allocate(numeric_text_max(numeric));
    detail::set_bytes(out, DBWAY_T_DECIMAL, {to, write_numeric(reinterpret_cast<char*>(to), numeric)});
}

void decode_money(Reader& in, DecodeContext& context, dbway_value& out) {
    std::string text;
    append_scaled(text, in.i64(), context.money_scale);
    in.end();
    copy_bytes(DBWAY_T_DECIMAL, text, context.arena, out);
}

void decode_interval(Reader& in, DecodeContext& context, dbway_value& out) {
    auto* to = static_cast<dbway_interval*>(context.arena.allocate_aligned(sizeof(dbway_interval)));
    to->micros = in.i64();
    to->days = in.i32();
    to->months = in.i32();
    in.end();
    detail::set_integer(out, DBWAY_T_INTERVAL, 0);
    out.v.interval = to;
}

void decode_items(Reader& in, const ArrayHeader& header, std::size_t dimension, DecodeContext& context,
                  dbway_value& out) {
    const std::uint32_t count = header.n_dimensions == 0 ? 0 : header.size[dimension];
    auto* items = static_cast<dbway_value*>(context.arena.allocate_aligned(count * sizeof(dbway_value)));
    for (std::uint32_t i = 0; i < count; ++i) {
        if (dimension + 1 < header.n_dimensions) {
            decode_items(in, header, dimension + 1, context, items[i]);
            continue;
        }
        bool null = false;
        const Bytes item = in.field(null);
        if (null)
            items[i] = dbway_value{};
        else
            decode(*header.item, item, context, items[i]);
    }
    detail::set_integer(out, DBWAY_T_ARRAY, 0);
    out.v.items = items;
    out.len = count;
}

// An array of oidvector is the deepest that exists, but a server may claim anything.
class ArrayLevel {
  public:
    ArrayLevel(const Type& type, DecodeContext& context) : depth_(context.array_depth) {
        if (depth_ == 4) malformed(type, "it is nested too deep");
        ++depth_;
    }
    ArrayLevel(const ArrayLevel&) = delete;
    ArrayLevel& operator=(const ArrayLevel&) = delete;
    ~ArrayLevel() { --depth_; }

  private:
    int& depth_;
};

void decode_array(const Type& type, Bytes data, DecodeContext& context, dbway_value& out) {
    Reader in(type, data);
    const ArrayHeader header = read_array_header(in, context);
    if (!header.plain && header.n_dimensions != 0) {
        decode_rendered(type, data, context, out);
        return;
    }
    const ArrayLevel level(type, context);
    decode_items(in, header, 0, context, out);
    in.end();
}

void decode_textual(const Type& type, Bytes data, DecodeContext& context, dbway_value& out) {
    const std::string_view text(reinterpret_cast<const char*>(data.data()), data.size());
    if (type.value_type == DBWAY_T_ARRAY && type.item != nullptr) {
        const auto array = parse_array_text(text, type.item->delimiter, context.arena);
        if (array && array->n_bounds == 0) {
            out = array->array;
            return;
        }
    }
    detail::set_bytes(out, DBWAY_T_TEXT, data);
}

}  // namespace

void detail::decode_other(const Type& type, std::span<const std::uint8_t> data, DecodeContext& context,
                          dbway_value& out) {
    Reader in(type, data);
    switch (type.codec) {
        case Codec::unknown:
            set_bytes(out, DBWAY_T_NATIVE, data);
            break;
        case Codec::textual:
            decode_textual(type, data, context, out);
            break;
        case Codec::xid8:
            set_integer(out, DBWAY_T_U64, 0);
            out.v.u64 = in.u64();
            in.end();
            break;
        case Codec::numeric:
            decode_numeric(type, data, context, out);
            break;
        case Codec::money:
            decode_money(in, context, out);
            break;
        case Codec::interval:
            decode_interval(in, context, out);
            break;
        case Codec::array:
            decode_array(type, data, context, out);
            break;
        default:
            // What has no type of its own in the ABI. Of the codecs that decode() has tried itself only
            // malformed values come here, which render() refuses, and timestamps that are too late.
            decode_rendered(type, data, context, out);
            break;
    }
}

}  // namespace dbway::pgx
