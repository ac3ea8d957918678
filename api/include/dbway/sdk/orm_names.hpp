// orm_names.hpp - names of indexes and constraints that a description leaves open.
//
// PREFIX_TABLE__COLUMN__COLUMN, at most 63 bytes on every database, so that a table is the same on all of
// them. Names that are too long, or that another table or other columns could make as well, end in a hash of
// all their parts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::sdk::orm {

inline constexpr std::size_t max_derived_name = 63;  // PostgreSQL's limit, the lowest

// FNV-1a over the parts, each with its end, folded to 32 bits: eight hexadecimal digits. Part of the names in
// databases: it must never change.
inline std::string hash_of_parts(const std::vector<std::string_view>& parts) {
    std::uint64_t hash = 0xcbf29ce484222325u;
    const auto add = [&](unsigned char byte) { hash = (hash ^ byte) * 0x100000001b3u; };
    for (const std::string_view part : parts) {
        for (const char c : part) add(static_cast<unsigned char>(c));
        add(0);
    }
    const auto folded = static_cast<std::uint32_t>(hash ^ (hash >> 32));
    std::string result(8, '0');
    for (std::size_t i = 0; i < 8; ++i) result[i] = "0123456789abcdef"[(folded >> (28 - 4 * i)) & 15];
    return result;
}

// `parts`: the table, then columns.
inline std::string derived_name(std::string_view prefix, const std::vector<std::string_view>& parts) {
    std::string name(prefix);
    bool ambiguous = false;
    for (const std::string_view part : parts) {
        name.append(name.size() == prefix.size() ? "_" : "__").append(part);
        ambiguous = ambiguous || part.starts_with('_') || part.ends_with('_') ||
                    part.find("__") != std::string_view::npos;
    }
    if (name.size() <= max_derived_name && !ambiguous) return name;
    std::size_t size = name.size();
    if (size > max_derived_name - 9) size = max_derived_name - 9;
    // Not within a character of UTF-8.
    while (size > 0 && size < name.size() && (static_cast<unsigned char>(name[size]) & 0xC0) == 0x80) --size;
    name.resize(size);
    return name + "_" + hash_of_parts(parts);
}

}  // namespace dbway::sdk::orm
