// Intervals in the texts that PostgreSQL writes by default and that the ABI knows.
#pragma once

#include <dbway/provider.h>

#include <optional>
#include <string_view>

namespace dbway::pgx {

// "1 year 2 mons -3 days +04:05:06.5", of which any part may be absent and any may have a sign, or an ISO
// 8601 duration. Units: year, mon, month, week, day, hour, minute, min, second, sec, with or without s, once
// each or more.
std::optional<dbway_interval> read_interval(std::string_view text) noexcept;

}  // namespace dbway::pgx
