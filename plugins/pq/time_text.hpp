// time_text.hpp - PostgreSQL's text of dates and timestamps (DateStyle ISO), over the whole range of the ABI:
// years before 1 ("0044-03-15 BC"), years above 9999, any offset.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dbway::pq {

// Days or microseconds since 1970-01-01, UTC for a text with an offset; infinities as the ABI has them. False
// for any other text, and for what does not fit.
bool read_date(std::string_view text, std::int64_t& days);
bool read_timestamp(std::string_view text, std::int64_t& micros);
bool read_timestamptz(std::string_view text, std::int64_t& micros);

// False for a value that PostgreSQL could not have either.
bool append_date(std::int64_t days, std::string& out);
bool append_timestamp(std::int64_t micros, bool zoned, std::string& out);

}  // namespace dbway::pq
