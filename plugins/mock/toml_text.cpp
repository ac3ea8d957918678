#include "toml_text.hpp"

#include "value.hpp"

#include <dbway/sdk/value_text.hpp>

#include <array>
#include <cmath>
#include <cstdio>

namespace dbway::mock {
namespace {

// Bytes of the UTF-8 character at the beginning; 0 if there is none (RFC 3629).
std::size_t character_length(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const auto follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
        return byte(i) >= low && byte(i) <= high;
    };
    const unsigned lead = byte(0);
    if (lead < 0x80) return 1;
    if (lead >= 0xC2 && lead <= 0xDF) return follows(1) ? 2 : 0;
    if (lead >= 0xE0 && lead <= 0xEF)
        return follows(1, lead == 0xE0 ? 0xA0 : 0x80, lead == 0xED ? 0x9F : 0xBF) && follows(2) ? 3 : 0;
    if (lead >= 0xF0 && lead <= 0xF4)
        return follows(1, lead == 0xF0 ? 0x90 : 0x80, lead == 0xF4 ? 0x8F : 0xBF) && follows(2) && follows(3)
                   ? 4
                   : 0;
    return 0;
}

bool is_utf8(std::string_view text) noexcept {
    while (!text.empty()) {
        const std::size_t length = character_length(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

std::string hex(const dbway_value& value) {
    dbway_value blob = value;
    blob.type = DBWAY_T_BLOB;
    std::string text;
    sdk::format_value(blob, text);
    return text.substr(2);
}

// "i64[]" for an array whose items are of one type, "any" otherwise.
std::string array_type(const dbway_value& array) {
    std::uint8_t type = DBWAY_T_NULL;
    for (std::uint32_t i = 0; i < array.len; ++i) {
        const std::uint8_t item = array.v.items[i].type;
        if (item == DBWAY_T_NULL) continue;
        if (item == DBWAY_T_ARRAY || (type != DBWAY_T_NULL && item != type)) return "any";
        type = item;
    }
    return type == DBWAY_T_NULL ? "any" : std::string(type_name(type)) + "[]";
}

std::string toml_array(const dbway_value& array, std::uint32_t item_type) {
    std::string text = "[";
    for (std::uint32_t i = 0; i < array.len; ++i) {
        if (i != 0) text += ", ";
        text += toml_value(array.v.items[i],
                           array.v.items[i].type == DBWAY_T_ARRAY ? std::uint32_t{DBWAY_T_ARRAY} : item_type,
                           item_type);
    }
    return text + "]";
}

std::string float_text(double number) {
    if (std::isnan(number)) return "nan";
    if (std::isinf(number)) return number < 0 ? "-inf" : "inf";
    std::array<char, 40> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "%.17g", number);
    std::string text = buffer.data();
    if (text.find_first_of(".e") == std::string::npos) text += ".0";
    return text;
}

// What a script understands without being told the type.
bool tells_its_type(const dbway_value& value) noexcept {
    return value.type == DBWAY_T_BOOL || value.type == DBWAY_T_I64 || value.type == DBWAY_T_F64 ||
           value.type == DBWAY_T_TEXT || value.type == DBWAY_T_ARRAY;
}

std::string plain(const dbway_value& value, std::uint32_t item_type) {
    std::string text;
    switch (value.type) {
        case DBWAY_T_F64:
            return float_text(value.v.f64);
        case DBWAY_T_ARRAY:
            return toml_array(value, item_type);
        case DBWAY_T_BOOL:
        case DBWAY_T_I64:
            sdk::format_value(value, text);
            return text;
        default:
            sdk::format_value(value, text);
            return toml_string(text);
    }
}

bool is_textual(std::uint8_t type) noexcept { return type == DBWAY_T_TEXT || type == DBWAY_T_JSON; }

}  // namespace

std::string toml_string(std::string_view text) {
    std::string result = "\"";
    while (!text.empty()) {
        const std::size_t length = character_length(text);
        const auto c = static_cast<unsigned char>(text[0]);
        if (length == 0) {
            result += "\xEF\xBF\xBD";
        } else if (length > 1) {
            result += text.substr(0, length);
        } else if (c == '"' || c == '\\') {
            result.append(1, '\\').append(1, text[0]);
        } else if (c == '\n' || c == '\t' || c == '\r') {
            result += c == '\n' ? "\\n" : c == '\t' ? "\\t" : "\\r";
        } else if (c < 0x20 || c == 0x7F) {
            std::array<char, 8> escape{};
            std::snprintf(escape.data(), escape.size(), "\\u%04X", c);
            result += escape.data();
        } else {
            result += text[0];
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return result + "\"";
}

std::string toml_value(const dbway_value& value, std::uint32_t type, std::uint32_t item_type) {
    if (value.type == DBWAY_T_NULL) return "{}";
    const bool broken = is_textual(value.type) && !is_utf8({value.v.text, value.len});
    if (broken)
        return "{ type = \"" + std::string(type_name(value.type)) + "\", hex = \"" + hex(value) + "\" }";
    if (value.type == type || (type == DBWAY_T_NULL && tells_its_type(value))) {
        // Items that the script would not recognise need to be named.
        if (value.type != DBWAY_T_ARRAY || type == DBWAY_T_ARRAY) return plain(value, item_type);
    }
    const std::string name =
        value.type == DBWAY_T_ARRAY ? array_type(value) : std::string(type_name(value.type));
    const std::uint32_t items =
        name.ends_with("[]") ? type_by_name(std::string_view(name).substr(0, name.size() - 2)).value_or(0)
                             : 0;
    return "{ type = \"" + name + "\", value = " + plain(value, items) + " }";
}

std::string toml_column(const sdk::Column& column) {
    std::string type(type_name(column.type));
    if (column.type == DBWAY_T_NULL) type = "any";
    if (column.type == DBWAY_T_ARRAY)
        type = std::string(column.item_type == DBWAY_T_ARRAY ? "null" : type_name(column.item_type)) + "[]";
    else if (column.precision >= 0)
        type += "(" + std::to_string(column.precision) +
                (column.scale >= 0 ? "," + std::to_string(column.scale) : std::string()) + ")";
    std::string text = "{ name = " + toml_string(column.name) + ", type = \"" + type + "\"";
    const auto add = [&](const char* key, const std::string& value) {
        if (!value.empty()) text.append(", ").append(key).append(" = ").append(value);
    };
    const auto quoted = [](const std::string& given) { return given.empty() ? given : toml_string(given); };
    add("native_name", quoted(column.native_name));
    if (column.native_type != 0 && column.native_type <= INT64_MAX)
        add("native_type", std::to_string(column.native_type));
    add("schema", quoted(column.schema_name));
    add("table", quoted(column.table_name));
    if ((column.flags & DBWAY_COL_NOT_NULL) != 0) add("not_null", "true");
    if ((column.flags & DBWAY_COL_PRIMARY) != 0) add("primary", "true");
    if ((column.flags & DBWAY_COL_GENERATED) != 0) add("generated", "true");
    return text + " }";
}

}  // namespace dbway::mock
