#include "cli/utf8.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>

namespace dbway::cli {

namespace {

// Length of the sequence at p, 0 if it is none (Unicode 15, table 3-7).
std::size_t sequence_length(const unsigned char* p, std::size_t left) noexcept {
    const auto continues = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
        return i < left && p[i] >= low && p[i] <= high;
    };
    const unsigned char c = p[0];
    if (c < 0x80) return 1;
    if (c >= 0xC2 && c <= 0xDF) return continues(1) ? 2 : 0;
    if (c >= 0xE0 && c <= 0xEF) {
        const unsigned low = c == 0xE0 ? 0xA0 : 0x80, high = c == 0xED ? 0x9F : 0xBF;
        return continues(1, low, high) && continues(2) ? 3 : 0;
    }
    if (c >= 0xF0 && c <= 0xF4) {
        const unsigned low = c == 0xF0 ? 0x90 : 0x80, high = c == 0xF4 ? 0x8F : 0xBF;
        return continues(1, low, high) && continues(2) && continues(3) ? 4 : 0;
    }
    return 0;
}

struct Range {
    char32_t first, last;
};

bool contains(const Range* begin, const Range* end, char32_t code) noexcept {
    const Range* found = std::upper_bound(
        begin, end, code, [](char32_t value, const Range& range) { return value < range.first; });
    return found != begin && code <= std::prev(found)->last;
}

// Combining marks and other characters without a width: the scripts that are met most.
constexpr Range zero_width[] = {{0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD},  {0x05BF, 0x05BF},
                                {0x05C1, 0x05C2}, {0x05C4, 0x05C5}, {0x0610, 0x061A},  {0x064B, 0x065F},
                                {0x0670, 0x0670}, {0x06D6, 0x06DC}, {0x06DF, 0x06E4},  {0x0900, 0x0902},
                                {0x093A, 0x093A}, {0x093C, 0x093C}, {0x0941, 0x0948},  {0x094D, 0x094D},
                                {0x0E31, 0x0E31}, {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E},  {0x1AB0, 0x1AFF},
                                {0x1DC0, 0x1DFF}, {0x200B, 0x200F}, {0x202A, 0x202E},  {0x2060, 0x2064},
                                {0x20D0, 0x20F0}, {0x302A, 0x302D}, {0x3099, 0x309A},  {0xFE00, 0xFE0F},
                                {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0xE0100, 0xE01EF}};

// East Asian Wide and Fullwidth (Unicode's EastAsianWidth.txt), neighbouring ranges joined.
constexpr Range wide[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x2329, 0x232A},   {0x23E9, 0x23EC},   {0x23F0, 0x23F0},
    {0x23F3, 0x23F3},   {0x25FD, 0x25FE},   {0x2614, 0x2615},   {0x2648, 0x2653},   {0x267F, 0x267F},
    {0x2693, 0x2693},   {0x26A1, 0x26A1},   {0x26AA, 0x26AB},   {0x26BD, 0x26BE},   {0x26C4, 0x26C5},
    {0x26CE, 0x26CE},   {0x26D4, 0x26D4},   {0x26EA, 0x26EA},   {0x26F2, 0x26F3},   {0x26F5, 0x26F5},
    {0x26FA, 0x26FA},   {0x26FD, 0x26FD},   {0x2705, 0x2705},   {0x270A, 0x270B},   {0x2728, 0x2728},
    {0x274C, 0x274C},   {0x274E, 0x274E},   {0x2753, 0x2755},   {0x2757, 0x2757},   {0x2795, 0x2797},
    {0x27B0, 0x27B0},   {0x27BF, 0x27BF},   {0x2B1B, 0x2B1C},   {0x2B50, 0x2B50},   {0x2B55, 0x2B55},
    {0x2E80, 0x303E},   {0x3041, 0x33FF},   {0x3400, 0x4DBF},   {0x4E00, 0xA4CF},   {0xA960, 0xA97F},
    {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE10, 0xFE19},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},
    {0xFFE0, 0xFFE6},   {0x16FE0, 0x18AFF}, {0x1B000, 0x1B2FF}, {0x1F004, 0x1F004}, {0x1F0CF, 0x1F0CF},
    {0x1F18E, 0x1F18E}, {0x1F191, 0x1F19A}, {0x1F200, 0x1F320}, {0x1F32D, 0x1F335}, {0x1F337, 0x1F37C},
    {0x1F37E, 0x1F393}, {0x1F3A0, 0x1F3CA}, {0x1F3CF, 0x1F3D3}, {0x1F3E0, 0x1F3F0}, {0x1F3F4, 0x1F3F4},
    {0x1F3F8, 0x1F43E}, {0x1F440, 0x1F440}, {0x1F442, 0x1F4FC}, {0x1F4FF, 0x1F53D}, {0x1F54B, 0x1F567},
    {0x1F57A, 0x1F57A}, {0x1F595, 0x1F596}, {0x1F5A4, 0x1F5A4}, {0x1F5FB, 0x1F64F}, {0x1F680, 0x1F6C5},
    {0x1F6CC, 0x1F6CC}, {0x1F6D0, 0x1F6D7}, {0x1F6DC, 0x1F6DF}, {0x1F6EB, 0x1F6EC}, {0x1F6F4, 0x1F6FC},
    {0x1F7E0, 0x1F7F0}, {0x1F90C, 0x1F93A}, {0x1F93C, 0x1F945}, {0x1F947, 0x1F9FF}, {0x1FA70, 0x1FAFF},
    {0x20000, 0x3FFFD}};

}  // namespace

bool is_utf8(std::string_view text) noexcept {
    const auto* p = reinterpret_cast<const unsigned char*>(text.data());
    std::size_t left = text.size();
    while (left != 0) {
        while (left >= 8) {  // eight ASCII characters at a time
            std::uint64_t word;
            std::memcpy(&word, p, 8);
            if ((word & 0x8080808080808080u) != 0) break;
            p += 8;
            left -= 8;
        }
        if (left == 0) break;
        const std::size_t length = sequence_length(p, left);
        if (length == 0) return false;
        p += length;
        left -= length;
    }
    return true;
}

char32_t next_code_point(std::string_view text, std::size_t& at) noexcept {
    const auto* p = reinterpret_cast<const unsigned char*>(text.data()) + at;
    const std::size_t length = sequence_length(p, text.size() - at);
    at += length == 0 ? 1 : length;
    switch (length) {
        case 1:
            return p[0];
        case 2:
            return static_cast<char32_t>((p[0] & 0x1F) << 6 | (p[1] & 0x3F));
        case 3:
            return static_cast<char32_t>((p[0] & 0x0F) << 12 | (p[1] & 0x3F) << 6 | (p[2] & 0x3F));
        case 4:
            return static_cast<char32_t>((p[0] & 0x07) << 18 | (p[1] & 0x3F) << 12 | (p[2] & 0x3F) << 6 |
                                         (p[3] & 0x3F));
        default:
            return 0xFFFD;
    }
}

int code_point_width(char32_t code) noexcept {
    if (code < 0x20 || (code >= 0x7F && code < 0xA0)) return 0;
    if (code < 0x300) return 1;
    if (contains(std::begin(zero_width), std::end(zero_width), code)) return 0;
    return contains(std::begin(wide), std::end(wide), code) ? 2 : 1;
}

std::size_t display_width(std::string_view text) noexcept {
    std::size_t width = 0;
    for (std::size_t at = 0; at < text.size();)
        width += static_cast<std::size_t>(code_point_width(next_code_point(text, at)));
    return width;
}

void append_printable(std::string& out, std::string_view text) {
    constexpr char digits[] = "0123456789abcdef";
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t begin = at;
        const char32_t code = next_code_point(text, at);
        if (code == '\n') {
            out += "\\n";
        } else if (code == '\t') {
            out += "\\t";
        } else if (code == '\r') {
            out += "\\r";
        } else if (code < 0x20 || (code >= 0x7F && code < 0xA0)) {
            out += "\\x";
            out += digits[code >> 4];
            out += digits[code & 15];
        } else if (code == 0xFFFD) {
            out += "\xEF\xBF\xBD";
        } else {
            out.append(text, begin, at - begin);
        }
    }
}

}  // namespace dbway::cli
