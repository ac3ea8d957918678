#include "value.hpp"

#include <dbway/sdk/value_text.hpp>

#include <cmath>
#include <cstring>
#include <iterator>

namespace dbway::mock {
namespace {

constexpr std::string_view names[] = {"null",     "bool", "i64",  "u64",   "f64",       "decimal",
                                      "text",     "blob", "date", "time",  "timestamp", "timestamptz",
                                      "interval", "uuid", "json", "array", "native"};
static_assert(std::size(names) == DBWAY_T_NATIVE + 1);

bool has_bytes(std::uint8_t type) noexcept {
    return type == DBWAY_T_DECIMAL || type == DBWAY_T_TEXT || type == DBWAY_T_BLOB || type == DBWAY_T_UUID ||
           type == DBWAY_T_JSON || type == DBWAY_T_NATIVE;
}

}  // namespace

dbway_value copy_value(const dbway_value& value, sdk::Arena& arena) {
    dbway_value copy = value;
    if (has_bytes(value.type)) {
        std::uint8_t* to = arena.allocate(value.len);
        if (value.len != 0) std::memcpy(to, value.v.bytes, value.len);
        copy.v.bytes = to;
    } else if (value.type == DBWAY_T_INTERVAL) {
        auto* to = static_cast<dbway_interval*>(arena.allocate_aligned(sizeof(dbway_interval)));
        *to = *value.v.interval;
        copy.v.interval = to;
    } else if (value.type == DBWAY_T_ARRAY) {
        auto* items = static_cast<dbway_value*>(arena.allocate_aligned(value.len * sizeof(dbway_value)));
        for (std::uint32_t i = 0; i < value.len; ++i) items[i] = copy_value(value.v.items[i], arena);
        copy.v.items = items;
    }
    return copy;
}

bool same_value(const dbway_value& a, const dbway_value& b) {
    if (a.type != b.type) return false;
    if (has_bytes(a.type))
        return a.len == b.len && (a.len == 0 || std::memcmp(a.v.bytes, b.v.bytes, a.len) == 0);
    switch (a.type) {
        case DBWAY_T_NULL:
            return true;
        case DBWAY_T_F64:
            return a.v.f64 == b.v.f64 || (std::isnan(a.v.f64) && std::isnan(b.v.f64));
        case DBWAY_T_INTERVAL:
            return a.v.interval->months == b.v.interval->months && a.v.interval->days == b.v.interval->days &&
                   a.v.interval->micros == b.v.interval->micros;
        case DBWAY_T_ARRAY:
            if (a.len != b.len) return false;
            for (std::uint32_t i = 0; i < a.len; ++i)
                if (!same_value(a.v.items[i], b.v.items[i])) return false;
            return true;
        default:
            return a.v.i64 == b.v.i64;
    }
}

std::string describe_value(const dbway_value& value) {
    constexpr std::size_t shown = 80;
    if (value.type == DBWAY_T_NULL) return "null";
    std::string text(type_name(value.type));
    std::string content;
    if (!sdk::format_value(value, content)) content = "without a text form";
    bool cut = content.size() > shown;
    if (cut) {
        std::size_t end = shown;
        while (end > 0 && (static_cast<unsigned char>(content[end]) & 0xC0) == 0x80) --end;
        content.resize(end);
    }
    const bool quoted = value.type == DBWAY_T_TEXT || value.type == DBWAY_T_JSON;
    text += quoted ? " '" : " ";
    text += content;
    if (cut) text += "…";
    if (quoted) text += "'";
    return text;
}

std::string_view type_name(std::uint32_t type) noexcept {
    return type < std::size(names) ? names[type] : std::string_view("unknown");
}

std::optional<std::uint32_t> type_by_name(std::string_view name) noexcept {
    for (std::uint32_t i = 0; i < std::size(names); ++i)
        if (names[i] == name) return i;
    return std::nullopt;
}

std::string type_names() {
    std::string list;
    for (const std::string_view name : names) list.append(list.empty() ? "" : ", ").append(name);
    return list;
}

}  // namespace dbway::mock
