#include "render_float.hpp"
#include "render_parts.hpp"

namespace dbway::pgx {

namespace {

constexpr std::size_t point_size = 16;

void append_number(Reader& in, std::string& out) {
    char text[float_text_max];
    out.append(text, write_server_float(text, in.f64()));
}

void append_point(Reader& in, std::string& out) {
    out += '(';
    append_number(in, out);
    out += ',';
    append_number(in, out);
    out += ')';
}

void append_points(Reader& in, std::string& out, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        if (i != 0) out += ',';
        append_point(in, out);
    }
}

}  // namespace

void render_geometry(Reader& in, std::string& out) {
    switch (in.type().codec) {
        case Codec::point:
            append_point(in, out);
            break;
        case Codec::box:
            append_points(in, out, 2);
            break;
        case Codec::line_segment:
            out += '[';
            append_points(in, out, 2);
            out += ']';
            break;
        case Codec::path: {
            const bool closed = in.u8() != 0;
            out += closed ? '(' : '[';
            append_points(in, out, in.count(point_size));
            out += closed ? ')' : ']';
            break;
        }
        case Codec::polygon:
            out += '(';
            append_points(in, out, in.count(point_size));
            out += ')';
            break;
        case Codec::line:
            out += '{';
            for (int i = 0; i < 3; ++i) {
                if (i != 0) out += ',';
                append_number(in, out);
            }
            out += '}';
            break;
        default:
            out += '<';
            append_point(in, out);
            out += ',';
            append_number(in, out);
            out += '>';
            break;
    }
    in.end();
}

}  // namespace dbway::pgx
