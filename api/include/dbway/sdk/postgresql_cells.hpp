// postgresql_cells.hpp - a value in PostgreSQL's text format as a cell. Dates, intervals and bytes are
// expected in the styles ISO, iso_8601 and hex.
#pragma once

#include <dbway/provider.h>
#include <dbway/sdk/postgresql_time_text.hpp>
#include <dbway/sdk/row_batch.hpp>
#include <dbway/sdk/value_text.hpp>

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <system_error>
#include <vector>

namespace dbway::sdk {

// How to read a column, worked out once per result.
struct PostgresqlCellPlan {
    std::uint32_t type = DBWAY_T_TEXT;  // DBWAY_T_*; of an array's items if `array`
    bool array = false;
    bool single = false;  // real: rounded to a float, as the server stores it
};

// Room that arrays need while they are read. One per statement; not thread-safe.
struct PostgresqlArrayScratch {
    std::vector<dbway_value> items;
};

namespace postgresql_detail {

inline void set(std::uint32_t type, std::int64_t payload, dbway_value& cell) {
    cell.v.i64 = payload;
    cell.type = static_cast<std::uint8_t>(type);
}

inline void set_bytes(std::uint32_t type, const std::uint8_t* bytes, std::size_t size, dbway_value& cell) {
    cell.v.bytes = bytes;
    cell.len = static_cast<std::uint32_t>(size);
    cell.type = static_cast<std::uint8_t>(type);
}

inline void copy(std::uint32_t type, std::string_view text, dbway_value& cell, Arena& arena) {
    std::uint8_t* to = arena.allocate(text.size());
    if (!text.empty()) std::memcpy(to, text.data(), text.size());
    set_bytes(type, to, text.size(), cell);
}

inline constexpr std::uint8_t no_digit = 0xFF;
inline constexpr std::array<std::uint8_t, 256> hex_digits = [] {
    std::array<std::uint8_t, 256> digits{};
    for (std::size_t c = 0; c < digits.size(); ++c)
        digits[c] = c >= '0' && c <= '9'   ? static_cast<std::uint8_t>(c - '0')
                    : c >= 'a' && c <= 'f' ? static_cast<std::uint8_t>(c - 'a' + 10)
                    : c >= 'A' && c <= 'F' ? static_cast<std::uint8_t>(c - 'A' + 10)
                                           : no_digit;
    return digits;
}();

inline bool read_blob(std::string_view text, dbway_value& cell, Arena& arena) {
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

inline bool read_float(std::string_view text, bool single, dbway_value& cell) {
    const char* const end = text.data() + text.size();
    double number = 0;
    float rounded = 0;
    const auto [last, error] =
        single ? std::from_chars(text.data(), end, rounded) : std::from_chars(text.data(), end, number);
    if (error != std::errc() || last != end) {
        const auto special = parse_double(text);
        if (!special) return false;
        number = *special;
    } else if (single) {
        number = static_cast<double>(rounded);
    }
    cell.v.f64 = number;
    cell.type = DBWAY_T_F64;
    return true;
}

inline bool read_interval(std::string_view text, dbway_value& cell, Arena& arena) {
    const auto interval = parse_interval(text);
    if (!interval) return false;
    auto* to = static_cast<dbway_interval*>(arena.allocate_aligned(sizeof(dbway_interval)));
    *to = *interval;
    cell.v.interval = to;
    cell.type = DBWAY_T_INTERVAL;
    return true;
}

inline bool read_uuid(std::string_view text, dbway_value& cell, Arena& arena) {
    std::uint8_t* const bytes = arena.allocate(16);
    if (!parse_uuid(text, bytes)) return false;
    set_bytes(DBWAY_T_UUID, bytes, 16, cell);
    return true;
}

}  // namespace postgresql_detail

// A value that is no array. False if it does not fit; the cell is then NULL.
inline bool read_postgresql_scalar(std::string_view text, const PostgresqlCellPlan& plan, dbway_value& cell,
                                   Arena& arena) {
    std::int64_t number = 0;
    switch (plan.type) {
        case DBWAY_T_TEXT:
        case DBWAY_T_JSON:
            postgresql_detail::copy(plan.type, text, cell, arena);
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
            return postgresql_detail::read_float(text, plan.single, cell);
        case DBWAY_T_DECIMAL:
            if (!is_canonical_decimal(text)) return false;
            postgresql_detail::copy(DBWAY_T_DECIMAL, text, cell, arena);
            return true;
        case DBWAY_T_BLOB:
            return postgresql_detail::read_blob(text, cell, arena);
        case DBWAY_T_DATE:
            if (!read_postgresql_date(text, number)) return false;
            break;
        case DBWAY_T_TIME: {
            const auto time = parse_time(text);
            if (!time) return false;
            number = *time;
            break;
        }
        case DBWAY_T_TIMESTAMP:
            if (!read_postgresql_timestamp(text, number)) return false;
            break;
        case DBWAY_T_TIMESTAMPTZ:
            if (!read_postgresql_timestamptz(text, number)) return false;
            break;
        case DBWAY_T_INTERVAL:
            return postgresql_detail::read_interval(text, cell, arena);
        case DBWAY_T_UUID:
            return postgresql_detail::read_uuid(text, cell, arena);
        default:
            return false;
    }
    postgresql_detail::set(plan.type, number, cell);
    return true;
}

namespace postgresql_detail {

// PostgreSQL's text of arrays: {1,NULL,"a \"b\""}, nested in as many braces as there are dimensions.
class PostgresqlArrayReader {
  public:
    PostgresqlArrayReader(std::string_view text, const PostgresqlCellPlan& item, Arena& arena,
                          std::vector<dbway_value>& items)
        : at_(text.data()), end_(text.data() + text.size()), item_(item), arena_(arena), items_(items) {}

    bool read(dbway_value& cell) {
        items_.clear();
        return read_braces(cell, 1) && at_ == end_;
    }

  private:
    bool take(char c) {
        if (at_ == end_ || *at_ != c) return false;
        ++at_;
        return true;
    }

    // Items gather at the end of `items_` until their closing brace moves them into the arena.
    bool read_braces(dbway_value& cell, int depth) {
        if (depth > array_depth_max || !take('{')) return false;
        const std::size_t first = items_.size();
        if (!take('}')) {
            do {
                dbway_value item{};
                if (at_ == end_ || !(*at_ == '{' ? read_braces(item, depth + 1) : read_item(item)))
                    return false;
                items_.push_back(item);
            } while (take(','));
            if (!take('}')) return false;
        }
        const std::size_t count = items_.size() - first;
        auto* to = static_cast<dbway_value*>(arena_.allocate_aligned(count * sizeof(dbway_value)));
        if (count != 0) std::memcpy(to, items_.data() + first, count * sizeof(dbway_value));
        items_.resize(first);
        cell = dbway_value{};
        cell.v.items = to;
        cell.len = static_cast<std::uint32_t>(count);
        cell.type = DBWAY_T_ARRAY;
        return true;
    }

    bool read_item(dbway_value& item) {
        if (*at_ == '"') return read_quoted(item);
        const char* const begin = at_;
        while (at_ != end_ && *at_ != ',' && *at_ != '}') {
            if (*at_ == '\\' || *at_ == '"' || *at_ == '{') return false;
            ++at_;
        }
        const std::string_view text(begin, static_cast<std::size_t>(at_ - begin));
        if (text == "NULL") return true;
        return !text.empty() && read_postgresql_scalar(text, item_, item, arena_);
    }

    bool read_quoted(dbway_value& item) {
        const char* const begin = ++at_;
        std::size_t escapes = 0;
        for (; at_ != end_ && *at_ != '"'; ++at_) {
            if (*at_ != '\\') continue;
            ++escapes;
            if (++at_ == end_) return false;
        }
        if (at_ == end_) return false;
        const char* const last = at_++;
        const auto size = static_cast<std::size_t>(last - begin);
        if (escapes == 0) return read_postgresql_scalar({begin, size}, item_, item, arena_);
        char* const text = reinterpret_cast<char*>(arena_.allocate(size - escapes));
        char* to = text;
        for (const char* from = begin; from != last; ++from) {
            if (*from == '\\') ++from;
            *to++ = *from;
        }
        return read_postgresql_scalar({text, size - escapes}, item_, item, arena_);
    }

    const char* at_;
    const char* end_;
    const PostgresqlCellPlan& item_;
    Arena& arena_;
    std::vector<dbway_value>& items_;
};

}  // namespace postgresql_detail

// "{1,NULL,{…}}". False if it is none, or has bounds of its own ("[0:2]={…}"), or is nested too deeply.
inline bool read_postgresql_array(std::string_view text, const PostgresqlCellPlan& plan, dbway_value& cell,
                                  Arena& arena, PostgresqlArrayScratch& scratch) {
    if (postgresql_detail::PostgresqlArrayReader(text, plan, arena, scratch.items).read(cell)) return true;
    cell = dbway_value{};
    return false;
}

// Reads `text`, which is not NULL, into `cell`, which is NULL before. Payloads lie in the arena. A text that
// the plan does not fit (the session has changed DateStyle, a timestamp is too far off) becomes TEXT: no
// value is lost, and none is an error.
inline void read_postgresql_cell(std::string_view text, const PostgresqlCellPlan& plan, dbway_value& cell,
                                 Arena& arena, PostgresqlArrayScratch& scratch) {
    const bool fits = plan.array ? read_postgresql_array(text, plan, cell, arena, scratch)
                                 : read_postgresql_scalar(text, plan, cell, arena);
    if (!fits) [[unlikely]]
        postgresql_detail::copy(DBWAY_T_TEXT, text, cell, arena);
}

}  // namespace dbway::sdk
