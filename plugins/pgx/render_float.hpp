// Floating-point numbers as the server prints them.
#pragma once

#include <cstddef>

namespace dbway::pgx {

inline constexpr std::size_t float_text_max = 32;

// The shortest decimal strictly between the midpoints to the neighbours, in scientific notation from 1e+15
// (double) or 1e+06 (float) on and below 1e-04. Room for float_text_max characters; the length.
std::size_t write_server_float(char* out, double value) noexcept;
std::size_t write_server_float(char* out, float value) noexcept;

}  // namespace dbway::pgx
