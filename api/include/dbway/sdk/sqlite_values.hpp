// sqlite_values.hpp - a value that SQLite has stored as a cell of its column's declared type. What the
// declared type does not fit keeps the type of its storage: no value is lost, and none is an error.
#pragma once

#include <dbway/provider.h>
#include <dbway/sdk/row_batch.hpp>
#include <dbway/sdk/value_text.hpp>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace dbway::sdk {

// How to read a column, worked out once per statement.
struct SqliteCellPlan {
    std::uint32_t type = DBWAY_T_NULL;
    std::uint32_t item_type = DBWAY_T_NULL;
    std::int32_t scale = -1;
    std::int64_t integer_time = 1'000'000;  // microseconds in a unit of an integer time
};

inline void copy_sqlite_bytes(std::uint8_t type, std::string_view bytes, dbway_value& cell, Arena& arena) {
    std::uint8_t* to = arena.allocate(bytes.size());
    if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
    cell.v.bytes = to;
    cell.len = static_cast<std::uint32_t>(bytes.size());
    cell.type = type;
}

namespace detail {

inline void set_sqlite_cell(std::uint32_t type, std::int64_t payload, dbway_value& cell) {
    cell.v.i64 = payload;
    cell.type = static_cast<std::uint8_t>(type);
}

inline bool in_sqlite_calendar(std::int64_t micros) {
    return micros >= timestamp_min && micros <= timestamp_max;
}

// A time in microseconds as a DATE or a timestamp; false if it is no whole day.
inline bool set_sqlite_time(std::uint32_t type, std::int64_t micros, dbway_value& cell) {
    if (!in_sqlite_calendar(micros)) return false;
    if (type == DBWAY_T_DATE) {
        if (micros % micros_per_day != 0) return false;
        micros /= micros_per_day;
    }
    set_sqlite_cell(type, micros, cell);
    return true;
}

inline void set_sqlite_decimal(const Decimal& decimal, std::int32_t scale, dbway_value& cell, Arena& arena) {
    char* to = reinterpret_cast<char*>(arena.allocate(decimal_text_max(decimal, scale)));
    std::size_t size = write_decimal(to, decimal, scale);
    if (size == 0) size = write_decimal(to, decimal);
    cell.v.text = to;
    cell.len = static_cast<std::uint32_t>(size);
    cell.type = DBWAY_T_DECIMAL;
}

// 15 digits hide the noise of binary arithmetic (0.1 + 0.2); where they would hide more than that, all 17.
inline void read_sqlite_real_decimal(double number, std::int32_t scale, dbway_value& cell, Arena& arena) {
    char shortest[double_text_max];
    const std::string_view text(shortest, write_double(shortest, number));
    if (std::isfinite(number) && scale >= 0) {
        char rounded[double_text_max];
        const auto end =
            std::to_chars(rounded, rounded + sizeof rounded, number, std::chars_format::scientific, 14).ptr;
        char scratch[400];
        for (const std::string_view candidate :
             {text, std::string_view(rounded, static_cast<std::size_t>(end - rounded))}) {
            const Decimal decimal = *parse_decimal(candidate);
            if (decimal_text_max(decimal, scale) > sizeof scratch) break;
            if (write_decimal(scratch, decimal, scale) == 0) continue;
            set_sqlite_decimal(decimal, scale, cell, arena);
            return;
        }
    }
    set_sqlite_decimal(*parse_decimal(text), -1, cell, arena);
}

// As SQLite's own functions do: a Julian day is good to the millisecond.
inline std::optional<std::int64_t> micros_of_julian_day(double day) {
    if (!(day >= 0.0) || day >= 5'373'484.5) return std::nullopt;
    constexpr std::int64_t epoch_in_milliseconds = 210'866'760'000'000;
    return (static_cast<std::int64_t>(day * 86'400'000.0 + 0.5) - epoch_in_milliseconds) * 1000;
}

}  // namespace detail

// One function for each storage class. The cell is NULL before, the value is not.
inline void read_sqlite_integer(std::int64_t number, const SqliteCellPlan& plan, dbway_value& cell,
                                Arena& arena) {
    switch (plan.type) {
        case DBWAY_T_BOOL:
            if (number == 0 || number == 1) return detail::set_sqlite_cell(DBWAY_T_BOOL, number, cell);
            break;
        case DBWAY_T_U64:
            if (number >= 0) return detail::set_sqlite_cell(DBWAY_T_U64, number, cell);
            break;
        case DBWAY_T_F64:
            if (number >= -(std::int64_t{1} << 53) && number <= (std::int64_t{1} << 53)) {
                cell.v.f64 = static_cast<double>(number);
                cell.type = DBWAY_T_F64;
                return;
            }
            break;
        case DBWAY_T_DECIMAL:
        case DBWAY_T_JSON: {
            char text[integer_text_max];
            const std::string_view digits(text, write_integer(text, number));
            if (plan.type == DBWAY_T_JSON) return copy_sqlite_bytes(DBWAY_T_JSON, digits, cell, arena);
            return detail::set_sqlite_decimal(*parse_decimal(digits), plan.scale, cell, arena);
        }
        case DBWAY_T_DATE:
        case DBWAY_T_TIMESTAMP:
        case DBWAY_T_TIMESTAMPTZ: {
            std::int64_t micros = 0;
            if (!__builtin_mul_overflow(number, plan.integer_time, &micros) &&
                detail::set_sqlite_time(plan.type, micros, cell))
                return;
            break;
        }
        default:
            break;
    }
    detail::set_sqlite_cell(DBWAY_T_I64, number, cell);
}

inline void read_sqlite_real(double number, const SqliteCellPlan& plan, dbway_value& cell, Arena& arena) {
    switch (plan.type) {
        case DBWAY_T_DECIMAL:
            return detail::read_sqlite_real_decimal(number, plan.scale, cell, arena);
        case DBWAY_T_JSON:
            if (std::isfinite(number)) {
                char text[double_text_max];
                return copy_sqlite_bytes(DBWAY_T_JSON, {text, write_double(text, number)}, cell, arena);
            }
            break;
        case DBWAY_T_DATE:
        case DBWAY_T_TIMESTAMP:
        case DBWAY_T_TIMESTAMPTZ: {
            const auto micros = detail::micros_of_julian_day(number);
            if (micros && detail::set_sqlite_time(plan.type, *micros, cell)) return;
            break;
        }
        default:
            break;
    }
    cell.v.f64 = number;
    cell.type = DBWAY_T_F64;
}

inline void read_sqlite_text(std::string_view text, const SqliteCellPlan& plan, dbway_value& cell,
                             Arena& arena) {
    std::optional<std::int64_t> time;
    switch (plan.type) {
        case DBWAY_T_TIMESTAMP:
            time = parse_timestamp(text);
            break;
        case DBWAY_T_TIMESTAMPTZ:
            time = parse_timestamptz(text);
            break;
        case DBWAY_T_DATE:
            time = parse_date(text);
            break;
        case DBWAY_T_TIME:
            time = parse_time(text);
            break;
        case DBWAY_T_JSON:
            return copy_sqlite_bytes(DBWAY_T_JSON, text, cell, arena);
        case DBWAY_T_BOOL:
        case DBWAY_T_U64:
        case DBWAY_T_DECIMAL:
        case DBWAY_T_INTERVAL:
        case DBWAY_T_UUID:
        case DBWAY_T_ARRAY:
            if (const auto value = parse_value(plan.type, text, arena, plan.item_type)) {
                cell = *value;
                return;
            }
            break;
        default:
            break;
    }
    if (time) return detail::set_sqlite_cell(plan.type, *time, cell);
    copy_sqlite_bytes(DBWAY_T_TEXT, text, cell, arena);
}

inline void read_sqlite_blob(std::string_view bytes, const SqliteCellPlan& plan, dbway_value& cell,
                             Arena& arena) {
    copy_sqlite_bytes(plan.type == DBWAY_T_UUID && bytes.size() == 16 ? DBWAY_T_UUID : DBWAY_T_BLOB, bytes,
                      cell, arena);
}

}  // namespace dbway::sdk
