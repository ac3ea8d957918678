// What PostgreSQL's input functions skip: blanks as isspace() has them in the C locale.
#pragma once

#include <cstddef>
#include <string_view>

namespace dbway::pgx {

inline constexpr std::string_view blanks = " \t\n\v\f\r";

inline bool is_blank(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

inline std::string_view trimmed(std::string_view text) noexcept {
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) + 1 - first);
}

}  // namespace dbway::pgx
