// orm_types.hpp - declarations of types, compared as texts: as a program writes them, and as a catalog does.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace dbway::sdk::orm {

// "timestamp(3) with time zone[]" is the name "timestamp with time zone", the size "3" and an array.
struct TypeParts {
    std::string name;  // lower case, single blanks
    std::string size;  // without blanks
    bool array = false;

    std::string text() const { return name + (size.empty() ? "" : "(" + size + ")") + (array ? "[]" : ""); }
};

inline TypeParts split_type(std::string_view text) {
    TypeParts result;
    bool inside = false;
    for (char c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
        const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
        if (c == '[') result.array = true;
        if (result.array) continue;
        if (c == '(' || c == ')') {
            inside = c == '(';
        } else if (inside) {
            if (!blank) result.size += c;
        } else if (!blank) {
            result.name += c;
        } else if (!result.name.empty() && result.name.back() != ' ') {
            result.name += ' ';
        }
    }
    while (!result.name.empty() && result.name.back() == ' ') result.name.pop_back();
    return result;
}

struct TypeAlias {
    std::string_view alias;
    std::string_view name;
};

inline std::string without_alias(const std::string& name, std::span<const TypeAlias> aliases) {
    for (const TypeAlias& one : aliases)
        if (one.alias == name) return std::string(one.name);
    return name;
}

}  // namespace dbway::sdk::orm
