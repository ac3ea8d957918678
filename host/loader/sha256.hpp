// sha256.hpp - SHA-256 of FIPS 180-4. Here because libdbway depends on no cryptographic library.
#pragma once

#include <dbway/export.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace dbway::detail {

using Sha256Digest = std::array<std::uint8_t, 32>;

DBWAY_API Sha256Digest sha256(std::string_view bytes) noexcept;

// 64 lower-case hexadecimal digits.
DBWAY_API std::string hexadecimal(const Sha256Digest& digest);

}  // namespace dbway::detail
