// value_text_json.hpp - the little of JSON that the text of an array needs: finding the end of a value, and
// strings with their escapes. Not a validating parser: numbers and names are checked by whoever reads them.
#pragma once

#include <dbway/sdk/row_batch.hpp>
#include <dbway/sdk/value_text_bytes.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace dbway::sdk::detail {

inline void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    for (const char c : text) {
        switch (c) {
            case '"':
                out += "\\\"";
                break;
            case '\\':
                out += "\\\\";
                break;
            case '\b':
                out += "\\b";
                break;
            case '\f':
                out += "\\f";
                break;
            case '\n':
                out += "\\n";
                break;
            case '\r':
                out += "\\r";
                break;
            case '\t':
                out += "\\t";
                break;
            default:
                if (static_cast<unsigned char>(c) < 0x20) {
                    char hex[2];
                    put_hex(hex, static_cast<std::uint8_t>(c));
                    out.append("\\u00").append(hex, 2);
                } else {
                    out += c;
                }
        }
    }
    out += '"';
}

inline void skip_json_blanks(std::string_view text, std::size_t& at) noexcept {
    while (at < text.size() && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n' || text[at] == '\r'))
        ++at;
}

// Moves `at` behind the string that starts there.
inline bool skip_json_string(std::string_view text, std::size_t& at) noexcept {
    for (++at; at < text.size(); ++at) {
        if (text[at] == '\\') {
            ++at;
        } else if (text[at] == '"') {
            ++at;
            return true;
        }
    }
    return false;
}

// Moves `at` behind the value that starts there. Brackets must match in number, not in kind.
inline bool skip_json_value(std::string_view text, std::size_t& at) noexcept {
    const std::size_t start = at;
    std::size_t depth = 0;
    while (at < text.size()) {
        const char c = text[at];
        if (c == '"') {
            if (!skip_json_string(text, at)) return false;
            if (depth == 0) return true;
            continue;
        }
        if (c == '[' || c == '{') {
            ++depth;
        } else if (c == ']' || c == '}') {
            if (depth == 0) return at > start;
            if (--depth == 0) {
                ++at;
                return true;
            }
        } else if (depth == 0 && (c == ',' || c == ' ' || c == '\t' || c == '\n' || c == '\r')) {
            return at > start;
        }
        ++at;
    }
    return depth == 0 && at > start;
}

inline bool read_json_unit(std::string_view text, std::size_t at, std::uint32_t& unit) noexcept {
    std::uint8_t high = 0;
    std::uint8_t low = 0;
    if (at + 4 > text.size() || !read_hex(text.data() + at, high) || !read_hex(text.data() + at + 2, low))
        return false;
    unit = std::uint32_t{high} * 256 + low;
    return true;
}

inline char* put_utf8(char* out, std::uint32_t code) noexcept {
    const auto put = [&](std::uint32_t byte) { *out++ = static_cast<char>(byte); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xC0 | code >> 6);
        put(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        put(0xE0 | code >> 12);
        put(0x80 | (code >> 6 & 0x3F));
        put(0x80 | (code & 0x3F));
    } else {
        put(0xF0 | code >> 18);
        put(0x80 | (code >> 12 & 0x3F));
        put(0x80 | (code >> 6 & 0x3F));
        put(0x80 | (code & 0x3F));
    }
    return out;
}

// The text of a string token, quotes included, with its escapes resolved, in the arena.
inline std::optional<std::string_view> read_json_string(std::string_view token, Arena& arena) {
    if (token.size() < 2) return std::nullopt;
    token = token.substr(1, token.size() - 2);
    char* const begin = reinterpret_cast<char*>(arena.allocate(token.size()));
    char* out = begin;
    for (std::size_t at = 0; at < token.size(); ++at) {
        if (token[at] != '\\') {
            if (static_cast<unsigned char>(token[at]) < 0x20) return std::nullopt;
            *out++ = token[at];
            continue;
        }
        if (++at == token.size()) return std::nullopt;
        switch (token[at]) {
            case '"':
                *out++ = '"';
                break;
            case '\\':
                *out++ = '\\';
                break;
            case '/':
                *out++ = '/';
                break;
            case 'b':
                *out++ = '\b';
                break;
            case 'f':
                *out++ = '\f';
                break;
            case 'n':
                *out++ = '\n';
                break;
            case 'r':
                *out++ = '\r';
                break;
            case 't':
                *out++ = '\t';
                break;
            case 'u': {
                std::uint32_t code = 0;
                if (!read_json_unit(token, at + 1, code)) return std::nullopt;
                at += 4;
                if (code >= 0xD800 && code < 0xE000) {  // a surrogate is of use only as half of a pair
                    std::uint32_t low = 0;
                    if (code >= 0xDC00 || token.substr(at + 1, 2) != "\\u" ||
                        !read_json_unit(token, at + 3, low) || low < 0xDC00 || low > 0xDFFF)
                        return std::nullopt;
                    at += 6;
                    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
                }
                out = put_utf8(out, code);
                break;
            }
            default:
                return std::nullopt;
        }
    }
    return std::string_view(begin, static_cast<std::size_t>(out - begin));
}

// A number as JSON spells it.
inline bool is_json_number(std::string_view token) noexcept {
    std::size_t at = 0;
    const auto digits = [&] {
        const std::size_t start = at;
        while (at < token.size() && token[at] >= '0' && token[at] <= '9') ++at;
        return at > start;
    };
    if (at < token.size() && token[at] == '-') ++at;
    const std::size_t first = at;
    if (!digits() || (token[first] == '0' && at > first + 1)) return false;
    if (at < token.size() && token[at] == '.') {
        ++at;
        if (!digits()) return false;
    }
    if (at < token.size() && (token[at] == 'e' || token[at] == 'E')) {
        ++at;
        if (at < token.size() && (token[at] == '+' || token[at] == '-')) ++at;
        if (!digits()) return false;
    }
    return at == token.size();
}

}  // namespace dbway::sdk::detail
