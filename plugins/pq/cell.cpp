#include "cell.hpp"

#include "time_text.hpp"

#include <dbway/sdk/value_text.hpp>

#include <array>
#include <charconv>
#include <cstring>

namespace dbway::pq {
namespace {

void set(std::uint32_t type, std::int64_t payload, dbway_value& cell) {
    cell.v.i64 = payload;
    cell.type = static_cast<std::uint8_t>(type);
}

void set_bytes(std::uint32_t type, const std::uint8_t* bytes, std::size_t size, dbway_value& cell) {
    cell.v.bytes = bytes;
    cell.len = static_cast<std::uint32_t>(size);
    cell.type = static_cast<std::uint8_t>(type);
}

void copy(std::uint32_t type, std::string_view text, dbway_value& cell, sdk::Arena& arena) {
    std::uint8_t* to = arena.allocate(text.size());
    if (!text.empty()) std::memcpy(to, text.data(), text.size());
    set_bytes(type, to, text.size(), cell);
}

constexpr std::uint8_t no_digit = 0xFF;
constexpr std::array<std::uint8_t, 256> hex_digits = [] {
    std::array<std::uint8_t, 256> digits{};
    for (std::size_t c = 0; c < digits.size(); ++c)
        digits[c] = c >= '0' && c <= '9'   ? static_cast<std::uint8_t>(c - '0')
                    : c >= 'a' && c <= 'f' ? static_cast<std::uint8_t>(c - 'a' + 10)
                    : c >= 'A' && c <= 'F' ? static_cast<std::uint8_t>(c - 'A' + 10)
                                           : no_digit;
    return digits;
}();

bool read_blob(std::string_view text, dbway_value& cell, sdk::Arena& arena) {
    if (!text.starts_with("\\x") || text.size() % 2 != 0) return false;
    const std::size_t size = (text.size() - 2) / 2;
    std::uint8_t* const bytes = arena.allocate(size);
    const auto* from = reinterpret_cast<const std::uint8_t*>(text.data()) + 2;
    std::uint8_t wrong = 0;
    for (std::size_t i = 0; i < size; ++i, from += 2) {
        const std::uint8_t high = hex_digits[from[0]];
        const std::uint8_t low = hex_digits[from[1]];
        wrong |= high | low;
        bytes[i] = static_cast<std::uint8_t>(high << 4 | (low & 0xF));
    }
    if ((wrong & 0xF0) != 0) return false;
    set_bytes(DBWAY_T_BLOB, bytes, size, cell);
    return true;
}

bool read_float(std::string_view text, bool single, dbway_value& cell) {
    const char* const end = text.data() + text.size();
    double number = 0;
    float rounded = 0;
    const auto [last, error] =
        single ? std::from_chars(text.data(), end, rounded) : std::from_chars(text.data(), end, number);
    if (error != std::errc() || last != end) {
        const auto special = sdk::parse_double(text);
        if (!special) return false;
        number = *special;
    } else if (single) {
        number = static_cast<double>(rounded);
    }
    cell.v.f64 = number;
    cell.type = DBWAY_T_F64;
    return true;
}

bool read_interval(std::string_view text, dbway_value& cell, sdk::Arena& arena) {
    const auto interval = sdk::parse_interval(text);
    if (!interval) return false;
    auto* to = static_cast<dbway_interval*>(arena.allocate_aligned(sizeof(dbway_interval)));
    *to = *interval;
    cell.v.interval = to;
    cell.type = DBWAY_T_INTERVAL;
    return true;
}

bool read_uuid(std::string_view text, dbway_value& cell, sdk::Arena& arena) {
    std::uint8_t* const bytes = arena.allocate(16);
    if (!sdk::parse_uuid(text, bytes)) return false;
    set_bytes(DBWAY_T_UUID, bytes, 16, cell);
    return true;
}

}  // namespace

bool read_scalar(std::string_view text, const CellPlan& plan, dbway_value& cell, sdk::Arena& arena) {
    std::int64_t number = 0;
    switch (plan.type) {
        case DBWAY_T_TEXT:
        case DBWAY_T_JSON:
            copy(plan.type, text, cell, arena);
            return true;
        case DBWAY_T_I64: {
            const char* const end = text.data() + text.size();
            const auto [last, error] = std::from_chars(text.data(), end, number);
            if (error != std::errc() || last != end) return false;
            break;
        }
        case DBWAY_T_BOOL:
            if (text != "t" && text != "f") return false;
            number = text == "t";
            break;
        case DBWAY_T_F64:
            return read_float(text, plan.single, cell);
        case DBWAY_T_DECIMAL:
            if (!sdk::is_canonical_decimal(text)) return false;
            copy(DBWAY_T_DECIMAL, text, cell, arena);
            return true;
        case DBWAY_T_BLOB:
            return read_blob(text, cell, arena);
        case DBWAY_T_DATE:
            if (!read_date(text, number)) return false;
            break;
        case DBWAY_T_TIME: {
            const auto time = sdk::parse_time(text);
            if (!time) return false;
            number = *time;
            break;
        }
        case DBWAY_T_TIMESTAMP:
            if (!read_timestamp(text, number)) return false;
            break;
        case DBWAY_T_TIMESTAMPTZ:
            if (!read_timestamptz(text, number)) return false;
            break;
        case DBWAY_T_INTERVAL:
            return read_interval(text, cell, arena);
        case DBWAY_T_UUID:
            return read_uuid(text, cell, arena);
        default:
            return false;
    }
    set(plan.type, number, cell);
    return true;
}

void read_cell(std::string_view text, const CellPlan& plan, dbway_value& cell, sdk::Arena& arena,
               ArrayScratch& scratch) {
    const bool fits =
        plan.array ? read_array(text, plan, cell, arena, scratch) : read_scalar(text, plan, cell, arena);
    if (!fits) [[unlikely]]
        copy(DBWAY_T_TEXT, text, cell, arena);
}

}  // namespace dbway::pq
