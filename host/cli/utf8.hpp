// utf8.hpp - what a terminal and a CSV file need to know of UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dbway::cli {

// Well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF. An empty text is.
bool is_utf8(std::string_view text) noexcept;

// The code point at `at`, which moves behind it; U+FFFD, and one byte further, for what is not UTF-8.
char32_t next_code_point(std::string_view text, std::size_t& at) noexcept;

// Columns that a terminal needs: 2 for wide East Asian characters and emoji, 0 for combining marks, else 1.
int code_point_width(char32_t code) noexcept;
std::size_t display_width(std::string_view text) noexcept;

// Appends `text` as one line that cannot disturb a terminal: control characters become \n, \t, \r or \xNN.
void append_printable(std::string& out, std::string_view text);

}  // namespace dbway::cli
