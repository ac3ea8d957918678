#include "calendar.hpp"
#include "decode.hpp"
#include "encode_parts.hpp"
#include "interval_text.hpp"

#include <dbway/sdk/value_text.hpp>

#include <limits>

namespace dbway::pgx {

namespace {

constexpr std::int64_t infinity = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t minus_infinity = std::numeric_limits<std::int64_t>::min();

bool is_infinite(std::int64_t value) noexcept { return value == infinity || value == minus_infinity; }

// A timestamp as the day it begins, if it is midnight.
std::int64_t whole_days(const Type& type, const dbway_value& value) {
    if (is_infinite(value.v.i64)) return value.v.i64;
    if (value.v.i64 % sdk::micros_per_day != 0) refuse(type, value);
    return value.v.i64 / sdk::micros_per_day;
}

void put_date(const Type& type, const dbway_value& value, Buffer& out) {
    std::optional<std::int64_t> days;
    if (value.type == DBWAY_T_DATE) days = value.v.i64;
    if (value.type == DBWAY_T_TIMESTAMP || value.type == DBWAY_T_TIMESTAMPTZ) days = whole_days(type, value);
    if (value.type == DBWAY_T_TEXT) days = read_date(text_of(value));
    if (!days) refuse(type, value);
    std::int32_t result = 0;
    if (*days == infinity)
        result = std::numeric_limits<std::int32_t>::max();
    else if (*days == minus_infinity)
        result = std::numeric_limits<std::int32_t>::min();
    else if (*days < server_date_min || *days > server_date_max)
        refuse_range(type, value);
    else
        result = static_cast<std::int32_t>(*days - epoch_days);
    out.put_u32(static_cast<std::uint32_t>(result));
}

// From 2000, in microseconds, not checked yet.
std::int64_t to_micros(const Type& type, const dbway_value& value) {
    std::int64_t micros = value.v.i64;
    switch (value.type) {
        case DBWAY_T_DATE:
            if (is_infinite(micros)) return micros;
            if (micros < server_date_min || micros - epoch_days >= server_timestamp_end / sdk::micros_per_day)
                refuse_range(type, value);
            return (micros - epoch_days) * sdk::micros_per_day;
        case DBWAY_T_TIMESTAMP:
        case DBWAY_T_TIMESTAMPTZ:
            if (is_infinite(micros)) return micros;
            if (micros < server_timestamp_min) refuse_range(type, value);
            return micros - epoch_micros;
        case DBWAY_T_TEXT:
            if (const auto read = read_timestamp(text_of(value), type.codec == Codec::timestamptz))
                return *read;
            break;
        default:
            break;
    }
    refuse(type, value);
}

void put_timestamp(const Type& type, const dbway_value& value, Buffer& out) {
    const std::int64_t micros = to_micros(type, value);
    const bool in_range = micros >= server_timestamp_min - epoch_micros && micros < server_timestamp_end;
    if (!in_range && !is_infinite(micros)) refuse_range(type, value);
    out.put_u64(static_cast<std::uint64_t>(micros));
}

void put_time_of_day(const Type& type, const dbway_value& value, Buffer& out) {
    ZonedTime time;
    if (value.type == DBWAY_T_TIME) {
        time.micros = value.v.i64;
    } else if (value.type == DBWAY_T_TEXT) {
        const auto read = read_zoned_time(text_of(value));
        if (!read || (type.codec == Codec::time && read->seconds_west != 0)) refuse(type, value);
        time = *read;
    } else {
        refuse(type, value);
    }
    if (time.micros < 0 || time.micros > sdk::micros_per_day) refuse_range(type, value);
    out.put_u64(static_cast<std::uint64_t>(time.micros));
    if (type.codec == Codec::timetz) out.put_u32(static_cast<std::uint32_t>(time.seconds_west));
}

void put_interval(const Type& type, const dbway_value& value, Buffer& out) {
    dbway_interval interval{};
    if (value.type == DBWAY_T_INTERVAL) {
        interval = *value.v.interval;
    } else if (value.type == DBWAY_T_TIME) {
        interval.micros = value.v.i64;
    } else {
        const auto read = value.type == DBWAY_T_TEXT ? read_interval(text_of(value)) : std::nullopt;
        if (!read) refuse(type, value);
        interval = *read;
    }
    out.put_u64(static_cast<std::uint64_t>(interval.micros));
    out.put_u32(static_cast<std::uint32_t>(interval.days));
    out.put_u32(static_cast<std::uint32_t>(interval.months));
}

}  // namespace

void put_time(const Type& type, const dbway_value& value, Buffer& out) {
    switch (type.codec) {
        case Codec::date:
            put_date(type, value, out);
            break;
        case Codec::time:
        case Codec::timetz:
            put_time_of_day(type, value, out);
            break;
        case Codec::interval:
            put_interval(type, value, out);
            break;
        default:
            put_timestamp(type, value, out);
            break;
    }
}

}  // namespace dbway::pgx
