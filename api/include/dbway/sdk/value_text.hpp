// value_text.hpp - the one canonical text of every ABI value, and its parser. Providers that store values as
// text, the command line and CSV all use these forms; see value_text_*.hpp for each type's.
//
// An array is a JSON array: numbers and booleans bare, null, nested arrays, everything else as a JSON string
// of its canonical text (also NaN and infinities, and JSON items, so that they come back byte for byte).
#pragma once

#include <dbway/provider.h>
#include <dbway/sdk/row_batch.hpp>
#include <dbway/sdk/value_text_bytes.hpp>
#include <dbway/sdk/value_text_interval.hpp>
#include <dbway/sdk/value_text_json.hpp>
#include <dbway/sdk/value_text_number.hpp>
#include <dbway/sdk/value_text_time.hpp>

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dbway::sdk {

// Arrays nested deeper than this are refused, by writer and parser alike.
inline constexpr int array_depth_max = 64;

namespace detail {

// Types whose text is bounded; the length, 0 if the value has no text or is of another type.
inline std::size_t write_scalar(char* out, const dbway_value& value) noexcept {
    switch (value.type) {
        case DBWAY_T_BOOL:
            return write_boolean(out, value.v.i64 != 0);
        case DBWAY_T_I64:
            return write_integer(out, value.v.i64);
        case DBWAY_T_U64:
            return write_unsigned(out, value.v.u64);
        case DBWAY_T_F64:
            return write_double(out, value.v.f64);
        case DBWAY_T_DATE:
            return write_date(out, value.v.i64);
        case DBWAY_T_TIME:
            return write_time(out, value.v.i64);
        case DBWAY_T_TIMESTAMP:
            return write_timestamp(out, value.v.i64);
        case DBWAY_T_TIMESTAMPTZ:
            return write_timestamptz(out, value.v.i64);
        case DBWAY_T_INTERVAL:
            return write_interval(out, *value.v.interval);
        case DBWAY_T_UUID:
            return value.len == 16 ? write_uuid(out, value.v.bytes) : 0;
        default:
            return 0;
    }
}
inline constexpr std::size_t scalar_text_max = interval_text_max;

inline bool append_array(const dbway_value& array, std::string& out, int depth);

inline bool append_item(const dbway_value& item, std::string& out, int depth) {
    char buffer[scalar_text_max];
    switch (item.type) {
        case DBWAY_T_NULL:
            out += "null";
            return true;
        case DBWAY_T_ARRAY:
            return append_array(item, out, depth + 1);
        case DBWAY_T_TEXT:
        case DBWAY_T_JSON:
            append_json_string(out, {item.v.text, item.len});
            return true;
        case DBWAY_T_DECIMAL: {
            const std::string_view text(item.v.text, item.len);
            if (is_json_number(text))
                out += text;
            else
                append_json_string(out, text);
            return true;
        }
        case DBWAY_T_BLOB:
        case DBWAY_T_NATIVE: {
            const std::size_t at = out.size();
            out.resize(at + blob_text_size(item.len) + 3);
            char* to = out.data() + at;
            *to++ = '"';
            *to++ = '\\';  // JSON wants the backslash of \x doubled
            to += write_blob(to, item.v.bytes, item.len);
            *to = '"';
            return true;
        }
        default:
            break;
    }
    const std::size_t size = write_scalar(buffer, item);
    if (size == 0) return false;
    const bool bare = item.type == DBWAY_T_BOOL || item.type == DBWAY_T_I64 || item.type == DBWAY_T_U64 ||
                      (item.type == DBWAY_T_F64 && std::isfinite(item.v.f64));
    if (!bare) out += '"';
    out.append(buffer, size);
    if (!bare) out += '"';
    return true;
}

inline bool append_array(const dbway_value& array, std::string& out, int depth) {
    if (depth > array_depth_max) return false;
    out += '[';
    for (std::uint32_t i = 0; i < array.len; ++i) {
        if (i != 0) out += ',';
        if (!append_item(array.v.items[i], out, depth)) return false;
    }
    out += ']';
    return true;
}

}  // namespace detail

// Appends the text of any value; nothing for NULL; NATIVE as a blob. False, with `out` as it was, for a value
// that has no text: a date outside the calendar, an unknown type.
inline bool format_value(const dbway_value& value, std::string& out) {
    const std::size_t before = out.size();
    switch (value.type) {
        case DBWAY_T_NULL:
            return true;
        case DBWAY_T_DECIMAL:
        case DBWAY_T_TEXT:
        case DBWAY_T_JSON:
            if (value.len != 0) out.append(value.v.text, value.len);
            return true;
        case DBWAY_T_BLOB:
        case DBWAY_T_NATIVE:
            out.resize(before + blob_text_size(value.len));
            write_blob(out.data() + before, value.v.bytes, value.len);
            return true;
        case DBWAY_T_ARRAY:
            if (detail::append_array(value, out, 1)) return true;
            out.resize(before);
            return false;
        default:
            break;
    }
    char buffer[detail::scalar_text_max];
    const std::size_t size = detail::write_scalar(buffer, value);
    out.append(buffer, size);
    return size != 0;
}

inline std::optional<dbway_value> parse_value(std::uint32_t type, std::string_view text, Arena& arena,
                                              std::uint32_t item_type = DBWAY_T_NULL);

namespace detail {

inline dbway_value make_value(std::uint32_t type, std::int64_t payload) noexcept {
    dbway_value value{};
    value.v.i64 = payload;
    value.type = static_cast<std::uint8_t>(type);
    return value;
}

inline std::optional<dbway_value> make_value(std::uint32_t type,
                                             std::optional<std::int64_t> payload) noexcept {
    if (!payload) return std::nullopt;
    return make_value(type, *payload);
}

// A value whose payload lies in the arena already; nothing above 4 GiB fits into one.
inline std::optional<dbway_value> bytes_value(std::uint32_t type, const void* bytes,
                                              std::size_t size) noexcept {
    if (size > UINT32_MAX) return std::nullopt;
    dbway_value value{};
    value.v.bytes = static_cast<const std::uint8_t*>(bytes);
    value.len = static_cast<std::uint32_t>(size);
    value.type = static_cast<std::uint8_t>(type);
    return value;
}

inline std::optional<dbway_value> copy_value(std::uint32_t type, std::string_view text, Arena& arena) {
    std::uint8_t* to = arena.allocate(text.size());
    if (!text.empty()) std::memcpy(to, text.data(), text.size());
    return bytes_value(type, to, text.size());
}

// The type that a bare JSON token has of its own.
inline std::optional<dbway_value> parse_untyped(std::string_view token, Arena& arena) {
    if (token == "true" || token == "false") return make_value(DBWAY_T_BOOL, token == "true" ? 1 : 0);
    if (!is_json_number(token)) return std::nullopt;
    if (token.find_first_of(".eE") == std::string_view::npos) {
        if (auto value = parse_value(DBWAY_T_I64, token, arena)) return value;
        if (auto value = parse_value(DBWAY_T_U64, token, arena)) return value;
        return parse_value(DBWAY_T_DECIMAL, token, arena);
    }
    return parse_value(DBWAY_T_F64, token, arena);
}

inline std::optional<dbway_value> parse_array(std::uint32_t item_type, std::string_view text, Arena& arena,
                                              int depth);

inline std::optional<dbway_value> parse_item(std::uint32_t item_type, std::string_view token, Arena& arena,
                                             int depth) {
    if (token == "null") return dbway_value{};
    if (token[0] == '[' && item_type != DBWAY_T_JSON) return parse_array(item_type, token, arena, depth + 1);
    if (token[0] == '"') {
        const auto text = read_json_string(token, arena);
        if (!text) return std::nullopt;
        if (item_type == DBWAY_T_NULL || item_type == DBWAY_T_TEXT || item_type == DBWAY_T_JSON)
            return bytes_value(item_type == DBWAY_T_JSON ? DBWAY_T_JSON : DBWAY_T_TEXT, text->data(),
                               text->size());
        return parse_value(item_type, *text, arena);
    }
    if (item_type == DBWAY_T_JSON || (item_type == DBWAY_T_NULL && token[0] == '{'))
        return copy_value(DBWAY_T_JSON, token, arena);
    if (item_type == DBWAY_T_NULL) return parse_untyped(token, arena);
    const bool bare = item_type == DBWAY_T_BOOL || item_type == DBWAY_T_I64 || item_type == DBWAY_T_U64 ||
                      item_type == DBWAY_T_F64 || item_type == DBWAY_T_DECIMAL;
    if (!bare || (!is_json_number(token) && token != "true" && token != "false")) return std::nullopt;
    return parse_value(item_type, token, arena);
}

inline std::optional<dbway_value> parse_array(std::uint32_t item_type, std::string_view text, Arena& arena,
                                              int depth) {
    if (depth > array_depth_max || text.size() < 2 || text.front() != '[' || text.back() != ']')
        return std::nullopt;
    text = text.substr(1, text.size() - 2);
    std::size_t at = 0;
    skip_json_blanks(text, at);
    const bool empty = at == text.size();
    std::uint32_t count = 0;
    for (bool more = !empty; more;) {
        skip_json_blanks(text, at);
        if (at == text.size() || !skip_json_value(text, at)) return std::nullopt;
        ++count;
        skip_json_blanks(text, at);
        more = at < text.size();
        if (more && text[at++] != ',') return std::nullopt;
    }
    auto* items = static_cast<dbway_value*>(arena.allocate_aligned(count * sizeof(dbway_value)));
    at = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
        skip_json_blanks(text, at);
        const std::size_t start = at;
        skip_json_value(text, at);
        const auto item = parse_item(item_type, text.substr(start, at - start), arena, depth);
        if (!item) return std::nullopt;
        items[i] = *item;
        skip_json_blanks(text, at);
        ++at;
    }
    dbway_value array{};
    array.v.items = items;
    array.len = count;
    array.type = DBWAY_T_ARRAY;
    return array;
}

}  // namespace detail

// The value of a text, or nothing if the text is not one of that type. What the value points to lies in the
// arena. ARRAY: the items are of `item_type`; with DBWAY_T_NULL each is what JSON says it is. JSON is not
// checked. NULL and NATIVE have no text of their own: nothing.
inline std::optional<dbway_value> parse_value(std::uint32_t type, std::string_view text, Arena& arena,
                                              std::uint32_t item_type) {
    switch (type) {
        case DBWAY_T_BOOL: {
            const auto value = parse_boolean(text);
            if (!value) return std::nullopt;
            return detail::make_value(type, *value ? 1 : 0);
        }
        case DBWAY_T_I64:
            return detail::make_value(type, parse_integer(text));
        case DBWAY_T_U64: {
            const auto number = parse_unsigned(text);
            if (!number) return std::nullopt;
            dbway_value value = detail::make_value(type, 0);
            value.v.u64 = *number;
            return value;
        }
        case DBWAY_T_F64: {
            const auto number = parse_double(text);
            if (!number) return std::nullopt;
            dbway_value value = detail::make_value(type, 0);
            value.v.f64 = *number;
            return value;
        }
        case DBWAY_T_DECIMAL: {
            if (is_canonical_decimal(text)) return detail::copy_value(type, text, arena);
            const auto decimal = parse_decimal(text);
            if (!decimal) return std::nullopt;
            char* to = reinterpret_cast<char*>(arena.allocate(decimal_text_max(*decimal, -1)));
            return detail::bytes_value(type, to, write_decimal(to, *decimal));
        }
        case DBWAY_T_TEXT:
        case DBWAY_T_JSON:
            return detail::copy_value(type, text, arena);
        case DBWAY_T_BLOB: {
            if (!is_blob_text(text)) return std::nullopt;
            std::uint8_t* to = arena.allocate((text.size() - 2) / 2);
            if (!parse_blob(text, to)) return std::nullopt;
            return detail::bytes_value(type, to, (text.size() - 2) / 2);
        }
        case DBWAY_T_DATE:
            return detail::make_value(type, parse_date(text));
        case DBWAY_T_TIME:
            return detail::make_value(type, parse_time(text));
        case DBWAY_T_TIMESTAMP:
            return detail::make_value(type, parse_timestamp(text));
        case DBWAY_T_TIMESTAMPTZ:
            return detail::make_value(type, parse_timestamptz(text));
        case DBWAY_T_INTERVAL: {
            const auto interval = parse_interval(text);
            if (!interval) return std::nullopt;
            auto* to = static_cast<dbway_interval*>(arena.allocate_aligned(sizeof(dbway_interval)));
            *to = *interval;
            dbway_value value = detail::make_value(type, 0);
            value.v.interval = to;
            return value;
        }
        case DBWAY_T_UUID: {
            std::uint8_t* to = arena.allocate(16);
            if (!parse_uuid(text, to)) return std::nullopt;
            return detail::bytes_value(type, to, 16);
        }
        case DBWAY_T_ARRAY: {
            std::size_t start = 0;
            detail::skip_json_blanks(text, start);
            const std::size_t end = text.find_last_not_of(" \t\r\n");
            if (end == std::string_view::npos) return std::nullopt;
            return detail::parse_array(item_type, text.substr(start, end + 1 - start), arena, 1);
        }
        default:
            return std::nullopt;
    }
}

}  // namespace dbway::sdk
