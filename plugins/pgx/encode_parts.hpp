// The parts of encode(), encode_field() and parameter_format().
#pragma once

#include "buffer.hpp"
#include "type.hpp"

#include <dbway/provider.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dbway::pgx {

// Throw sdk::Failure(DBWAY_ERR_DATA) that names the type and the value, which is shortened.
[[noreturn, gnu::noinline, gnu::cold]] void refuse(const Type& type, const dbway_value& value);
[[noreturn, gnu::noinline, gnu::cold]] void refuse_range(const Type& type, const dbway_value& value);

// encode_text.cpp: appends the text that the input functions of the server read as this value, whatever the
// session's settings. `type` may be null; it matters where a value has two texts, as true has in JSON.
void append_server_text(const Type* type, const dbway_value& value, std::string& out);

// encode_scalar.cpp: whether the value has an exact binary form in the type, without parsing text.
bool has_binary_form(const Type& type, const dbway_value& value) noexcept;

// encode_scalar.cpp: appends the binary form of a value that is not NULL, parsed from its text where its type
// does not fit.
void put_binary(const Type& type, const dbway_value& value, Buffer& out);

// encode_number.cpp: boolean, the integers, oid, xid8, float4, float8, numeric
bool number_has_binary_form(const Type& type, const dbway_value& value) noexcept;
void put_number(const Type& type, const dbway_value& value, Buffer& out);

// encode_array.cpp: the sizes of an array's dimensions, the outermost first.
struct ArrayShape {
    std::size_t n_dimensions = 0;  // 0: an empty array
    std::array<std::uint32_t, 6> size{};
};
// Nothing if sub-arrays differ in size, stand beside other items or are empty, or are nested deeper than six.
std::optional<ArrayShape> array_shape(const dbway_value& array) noexcept;
bool array_has_binary_form(const Type& type, const dbway_value& array) noexcept;
void put_array(const Type& type, const dbway_value& value, Buffer& out);

// encode_time.cpp: date, time, timetz, timestamp, timestamptz, interval
void put_time(const Type& type, const dbway_value& value, Buffer& out);

inline std::string_view text_of(const dbway_value& value) noexcept {
    return value.len == 0 ? std::string_view() : std::string_view(value.v.text, value.len);
}

}  // namespace dbway::pgx
