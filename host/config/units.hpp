// units.hpp - durations and sizes as a configuration writes them.
#pragma once

#include <dbway/export.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dbway::detail {

// "250ms", "1.5s", "1h30m": numbers with the units ns us ms s m h d, at most one of each from large to small.
// nullopt: not that, or beyond 64 bits of nanoseconds.
DBWAY_API std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text);

// The shortest of those texts: "30s", "1h30m", "0s".
DBWAY_API std::string duration_text(std::chrono::nanoseconds duration);

// "64MiB", "512KiB", "1GiB", "100B". nullopt: not that, or beyond 64 bits.
DBWAY_API std::optional<std::uint64_t> parse_size(std::string_view text);
DBWAY_API std::string size_text(std::uint64_t bytes);

}  // namespace dbway::detail
