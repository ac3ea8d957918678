// The binary form of numeric: digits of base 10,000, a weight, a sign and the number of digits to show behind
// the point (numeric_send() in the server's numeric.c).
#pragma once

#include "buffer.hpp"
#include "decode_reader.hpp"

#include <dbway/sdk/value_text_number.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace dbway::pgx {

// A binary numeric taken apart and checked. Borrows its digits.
struct Numeric {
    std::size_t n_digits = 0;
    std::int32_t weight = 0;  // of the first digit: a power of 10,000
    std::uint16_t sign = 0;
    std::uint16_t scale = 0;  // decimal digits behind the point
    const std::uint8_t* digits = nullptr;
};

Numeric read_numeric(const Type& type, Bytes data);

// Room that write_numeric() needs at most.
std::size_t numeric_text_max(const Numeric& numeric) noexcept;

// The text as the server prints it, which is that of DBWAY_T_DECIMAL too; the length.
std::size_t write_numeric(char* out, const Numeric& numeric) noexcept;

// Appends the binary form. False, with nothing appended, for what the server's numeric cannot hold.
bool put_numeric(const sdk::Decimal& decimal, Buffer& out);

// A number of units of 10^-scale, as of money, in decimal notation.
void append_scaled(std::string& out, std::int64_t units, std::int32_t scale);

}  // namespace dbway::pgx
