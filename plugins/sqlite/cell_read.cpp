// Stored values of another storage class than their column's declared type suggests.
#include "cell.hpp"

#include <charconv>
#include <cmath>
#include <optional>

namespace dbway::sqlite {
namespace {

void set(std::uint32_t type, std::int64_t payload, dbway_value& cell) {
    cell.v.i64 = payload;
    cell.type = static_cast<std::uint8_t>(type);
}

bool in_calendar(std::int64_t micros) { return micros >= sdk::timestamp_min && micros <= sdk::timestamp_max; }

// A time in microseconds as a DATE or a timestamp; false if it is no whole day.
bool set_time(std::uint32_t type, std::int64_t micros, dbway_value& cell) {
    if (!in_calendar(micros)) return false;
    if (type == DBWAY_T_DATE) {
        if (micros % sdk::micros_per_day != 0) return false;
        micros /= sdk::micros_per_day;
    }
    set(type, micros, cell);
    return true;
}

void set_decimal(const sdk::Decimal& decimal, std::int32_t scale, dbway_value& cell, sdk::Arena& arena) {
    char* to = reinterpret_cast<char*>(arena.allocate(sdk::decimal_text_max(decimal, scale)));
    std::size_t size = sdk::write_decimal(to, decimal, scale);
    if (size == 0) size = sdk::write_decimal(to, decimal);
    cell.v.text = to;
    cell.len = static_cast<std::uint32_t>(size);
    cell.type = DBWAY_T_DECIMAL;
}

// 15 digits hide the noise of binary arithmetic (0.1 + 0.2); where they would hide more than that, all 17.
void read_real_decimal(double number, std::int32_t scale, dbway_value& cell, sdk::Arena& arena) {
    char shortest[sdk::double_text_max];
    const std::string_view text(shortest, sdk::write_double(shortest, number));
    if (std::isfinite(number) && scale >= 0) {
        char rounded[sdk::double_text_max];
        const auto end =
            std::to_chars(rounded, rounded + sizeof rounded, number, std::chars_format::scientific, 14).ptr;
        char scratch[400];
        for (const std::string_view candidate :
             {text, std::string_view(rounded, static_cast<std::size_t>(end - rounded))}) {
            const sdk::Decimal decimal = *sdk::parse_decimal(candidate);
            if (sdk::decimal_text_max(decimal, scale) > sizeof scratch) break;
            if (sdk::write_decimal(scratch, decimal, scale) == 0) continue;
            set_decimal(decimal, scale, cell, arena);
            return;
        }
    }
    set_decimal(*sdk::parse_decimal(text), -1, cell, arena);
}

// As SQLite's own functions do: a Julian day is good to the millisecond.
std::optional<std::int64_t> micros_of_julian_day(double day) {
    if (!(day >= 0.0) || day >= 5'373'484.5) return std::nullopt;
    constexpr std::int64_t epoch_in_milliseconds = 210'866'760'000'000;
    return (static_cast<std::int64_t>(day * 86'400'000.0 + 0.5) - epoch_in_milliseconds) * 1000;
}

}  // namespace

void read_integer_as(std::int64_t number, const CellPlan& plan, dbway_value& cell, sdk::Arena& arena) {
    switch (plan.type) {
        case DBWAY_T_BOOL:
            if (number == 0 || number == 1) return set(DBWAY_T_BOOL, number, cell);
            break;
        case DBWAY_T_U64:
            if (number >= 0) return set(DBWAY_T_U64, number, cell);
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
            char text[sdk::integer_text_max];
            const std::string_view digits(text, sdk::write_integer(text, number));
            if (plan.type == DBWAY_T_JSON) return copy_cell(DBWAY_T_JSON, digits, cell, arena);
            return set_decimal(*sdk::parse_decimal(digits), plan.scale, cell, arena);
        }
        case DBWAY_T_DATE:
        case DBWAY_T_TIMESTAMP:
        case DBWAY_T_TIMESTAMPTZ: {
            std::int64_t micros = 0;
            if (!__builtin_mul_overflow(number, plan.integer_time, &micros) &&
                set_time(plan.type, micros, cell))
                return;
            break;
        }
        default:
            break;
    }
    set(DBWAY_T_I64, number, cell);
}

void read_real_as(double number, const CellPlan& plan, dbway_value& cell, sdk::Arena& arena) {
    switch (plan.type) {
        case DBWAY_T_DECIMAL:
            return read_real_decimal(number, plan.scale, cell, arena);
        case DBWAY_T_JSON:
            if (std::isfinite(number)) {
                char text[sdk::double_text_max];
                return copy_cell(DBWAY_T_JSON, {text, sdk::write_double(text, number)}, cell, arena);
            }
            break;
        case DBWAY_T_DATE:
        case DBWAY_T_TIMESTAMP:
        case DBWAY_T_TIMESTAMPTZ: {
            const auto micros = micros_of_julian_day(number);
            if (micros && set_time(plan.type, *micros, cell)) return;
            break;
        }
        default:
            break;
    }
    cell.v.f64 = number;
    cell.type = DBWAY_T_F64;
}

void read_text_as(std::string_view text, const CellPlan& plan, dbway_value& cell, sdk::Arena& arena) {
    std::optional<std::int64_t> time;
    switch (plan.type) {
        case DBWAY_T_TIMESTAMP:
            time = sdk::parse_timestamp(text);
            break;
        case DBWAY_T_TIMESTAMPTZ:
            time = sdk::parse_timestamptz(text);
            break;
        case DBWAY_T_DATE:
            time = sdk::parse_date(text);
            break;
        case DBWAY_T_TIME:
            time = sdk::parse_time(text);
            break;
        case DBWAY_T_JSON:
            return copy_cell(DBWAY_T_JSON, text, cell, arena);
        case DBWAY_T_BOOL:
        case DBWAY_T_U64:
        case DBWAY_T_DECIMAL:
        case DBWAY_T_INTERVAL:
        case DBWAY_T_UUID:
        case DBWAY_T_ARRAY:
            if (const auto value = sdk::parse_value(plan.type, text, arena, plan.item_type)) {
                cell = *value;
                return;
            }
            break;
        default:
            break;
    }
    if (time) return set(plan.type, *time, cell);
    copy_cell(DBWAY_T_TEXT, text, cell, arena);
}

void read_blob_as(std::string_view bytes, const CellPlan& plan, dbway_value& cell, sdk::Arena& arena) {
    copy_cell(plan.type == DBWAY_T_UUID && bytes.size() == 16 ? DBWAY_T_UUID : DBWAY_T_BLOB, bytes, cell,
              arena);
}

}  // namespace dbway::sqlite
