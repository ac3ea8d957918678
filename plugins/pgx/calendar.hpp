// Dates and times as PostgreSQL writes and reads them in ISO style: years of more than four digits, years
// before Christ, fractions of a second without trailing zeros.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dbway::pgx {

// Of the server: 4714-11-24 BC, the Julian day 0, to 5874897-12-31 and 294276-12-31.
inline constexpr std::int64_t server_date_min = -2'440'588;
inline constexpr std::int64_t server_date_max = 2'145'042'905;
// From 1970; the last microsecond of the year 294276 lies beyond INT64_MAX when counted so.
inline constexpr std::int64_t server_timestamp_min = server_date_min * 86'400 * 1'000'000;
// From 2000.
inline constexpr std::int64_t server_timestamp_end = 9'223'371'331'200'000'000;

// Days since 1970-01-01; INT64_MIN and INT64_MAX are the infinities.
void append_date(std::string& out, std::int64_t days);

// Microseconds since midnight, 0 to 86,400,000,000.
void append_time(std::string& out, std::int64_t micros);

// Microseconds since 2000-01-01, since not all of the server's range fits when counted from 1970; INT64_MIN
// and INT64_MAX are the infinities. `utc`: with +00 behind it.
void append_timestamp(std::string& out, std::int64_t micros, bool utc);

// Seconds west of Greenwich, as the server counts them.
void append_zone(std::string& out, std::int32_t seconds_west);

// What the functions above write, in the same units. Leading and trailing blanks are skipped. A timestamp may
// have a zone, which is taken into account if `zoned` and must be UTC if not.
std::optional<std::int64_t> read_date(std::string_view text) noexcept;
std::optional<std::int64_t> read_timestamp(std::string_view text, bool zoned) noexcept;

struct ZonedTime {
    std::int64_t micros = 0;
    std::int32_t seconds_west = 0;
};
std::optional<ZonedTime> read_zoned_time(std::string_view text) noexcept;

}  // namespace dbway::pgx
