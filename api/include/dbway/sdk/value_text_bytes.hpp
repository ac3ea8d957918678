// value_text_bytes.hpp - the canonical text of a UUID (lower case, 8-4-4-4-12) and of a blob (\x and hex
// digits).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dbway::sdk {

inline constexpr std::size_t uuid_text_max = 36;

namespace detail {

inline void put_hex(char* out, std::uint8_t byte) noexcept {
    constexpr char digits[] = "0123456789abcdef";
    out[0] = digits[byte >> 4];
    out[1] = digits[byte & 15];
}

// 0 to 15, or -1.
inline int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

inline bool read_hex(const char* p, std::uint8_t& byte) noexcept {
    const int value = hex_digit(p[0]) * 16 + hex_digit(p[1]);
    if (hex_digit(p[0]) < 0 || hex_digit(p[1]) < 0) return false;
    byte = static_cast<std::uint8_t>(value);
    return true;
}

}  // namespace detail

inline std::size_t write_uuid(char* out, const std::uint8_t* bytes) noexcept {
    char* to = out;
    for (int i = 0; i < 16; ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) *to++ = '-';
        detail::put_hex(to, bytes[i]);
        to += 2;
    }
    return uuid_text_max;
}

// 8-4-4-4-12 or 32 digits, in any case, into 16 bytes.
inline bool parse_uuid(std::string_view text, std::uint8_t* bytes) noexcept {
    const bool hyphens = text.size() == uuid_text_max;
    if (!hyphens && text.size() != 32) return false;
    const char* p = text.data();
    for (int i = 0; i < 16; ++i) {
        if (hyphens && (i == 4 || i == 6 || i == 8 || i == 10) && *p++ != '-') return false;
        if (!detail::read_hex(p, bytes[i])) return false;
        p += 2;
    }
    return true;
}

inline constexpr std::size_t blob_text_size(std::size_t bytes) noexcept { return 2 + 2 * bytes; }

inline std::size_t write_blob(char* out, const std::uint8_t* bytes, std::size_t size) noexcept {
    out[0] = '\\';
    out[1] = 'x';
    for (std::size_t i = 0; i < size; ++i) detail::put_hex(out + 2 + 2 * i, bytes[i]);
    return blob_text_size(size);
}

inline bool is_blob_text(std::string_view text) noexcept {
    return text.size() >= 2 && text.size() % 2 == 0 && text[0] == '\\' && (text[1] == 'x' || text[1] == 'X');
}

// `bytes` has room for (text.size() - 2) / 2 of them.
inline bool parse_blob(std::string_view text, std::uint8_t* bytes) noexcept {
    if (!is_blob_text(text)) return false;
    for (std::size_t at = 2; at < text.size(); at += 2)
        if (!detail::read_hex(text.data() + at, *bytes++)) return false;
    return true;
}

}  // namespace dbway::sdk
