// The parts of render(), one group of types each. All append, and throw as render() does.
#pragma once

#include "decode_reader.hpp"
#include "render.hpp"
#include "type.hpp"

#include <dbway/sdk/value_text_number.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace dbway::pgx {

// Values nested deeper than this are refused; the server's own types cannot get near it by themselves.
inline constexpr int render_depth_max = 64;
// The server's limit for one value, which quotes within quotes within quotes could get beyond.
inline constexpr std::size_t render_size_max = 0x3FFFFFFF;

// render() at some depth of arrays, records and ranges.
void render_nested(const Type& type, Bytes data, RenderContext& context, std::string& out, int depth);

// render_time.cpp: date, time, timetz, timestamp, timestamptz, interval
void render_time(Reader& in, std::string& out);

// render_network.cpp: inet, macaddr, macaddr8
void render_network(Reader& in, std::string& out);

// render_geometry.cpp: point, line_segment, path, box, polygon, line, circle
void render_geometry(Reader& in, std::string& out);

// render_search.cpp
void render_text_vector(Reader& in, std::string& out);
void render_text_query(Reader& in, std::string& out);

// render_composite.cpp: array, record, range, multirange
void render_composite(Reader& in, RenderContext& context, std::string& out, int depth);

inline void append_integer(std::string& out, std::int64_t value) {
    char digits[sdk::integer_text_max];
    out.append(digits, sdk::write_integer(digits, value));
}
inline void append_unsigned(std::string& out, std::uint64_t value) {
    char digits[sdk::integer_text_max];
    out.append(digits, sdk::write_unsigned(digits, value));
}

// Puts quotes around out[from…] and doubles or escapes what is special in them, if the server would.
enum class Quoting : std::uint8_t {
    item,   // of an array: as it must be, backslashes in front
    field,  // of a record: doubled
    bound,  // of a range: doubled
};
void quote(std::string& out, std::size_t from, Quoting quoting, char delimiter = ',');

}  // namespace dbway::pgx
