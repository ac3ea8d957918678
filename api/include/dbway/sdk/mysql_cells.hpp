// mysql_cells.hpp - values in MySQL's text format as cells, where that takes more than reading a number.
#pragma once

#include <dbway/provider.h>
#include <dbway/sdk/row_batch.hpp>
#include <dbway/sdk/value_text.hpp>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace dbway::sdk {

// A date with a zero in it ("0000-00-00", "2024-00-15"), which MySQL keeps and no calendar has.
inline bool is_mysql_zero_date(std::string_view text) {
    return text.size() >= 10 &&
           (text.starts_with("0000-") || text.substr(5, 2) == "00" || text.substr(8, 2) == "00");
}

// "[-]H…H:MM:SS[.f…]", up to 838 hours: a time of day, or else a span of time, which lies in the arena.
// Nothing if the text is anything else.
inline std::optional<dbway_value> read_mysql_time(std::string_view text, Arena& arena) {
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos || colon == 0 || colon > 3) return std::nullopt;
    std::int64_t hours = 0;
    const char* const end = text.data() + colon;
    if (std::from_chars(text.data(), end, hours).ptr != end) return std::nullopt;
    const auto rest = parse_time("00" + std::string(text.substr(colon)));
    if (!rest) return std::nullopt;
    const std::int64_t micros = hours * 3'600'000'000 + *rest;
    dbway_value cell{};
    if (!negative && micros <= micros_per_day) {
        cell.v.i64 = micros;
        cell.type = DBWAY_T_TIME;
        return cell;
    }
    auto* const interval = static_cast<dbway_interval*>(arena.allocate_aligned(sizeof(dbway_interval)));
    *interval = {0, 0, negative ? -micros : micros};
    cell.v.interval = interval;
    cell.type = DBWAY_T_INTERVAL;
    return cell;
}

// The decimal in its canonical form, in the arena: ZEROFILL puts zeros in front. Nothing if the text is none.
inline std::optional<dbway_value> read_mysql_decimal(std::string_view text, Arena& arena) {
    dbway_value cell{};
    cell.type = DBWAY_T_DECIMAL;
    if (is_canonical_decimal(text)) [[likely]] {
        std::uint8_t* const to = arena.allocate(text.size());
        if (!text.empty()) std::memcpy(to, text.data(), text.size());
        cell.v.bytes = to;
        cell.len = static_cast<std::uint32_t>(text.size());
        return cell;
    }
    const auto decimal = parse_decimal(text);
    if (!decimal) return std::nullopt;
    char* const to = reinterpret_cast<char*>(arena.allocate(decimal_text_max(*decimal, -1)));
    cell.v.text = to;
    cell.len = static_cast<std::uint32_t>(write_decimal(to, *decimal));
    return cell;
}

}  // namespace dbway::sdk
