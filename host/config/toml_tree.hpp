// toml_tree.hpp - a parsed TOML text with the place of every key and value. It keeps toml++ inside one .cpp
// file.
#pragma once

#include <dbway/export.hpp>
#include <dbway/options.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::detail {

struct TomlMember;

// A plain value, so thread-safe as any const object.
struct TomlNode {
    enum class Kind : std::uint8_t { string, integer, number, boolean, date_time, array, table };

    Kind kind = Kind::table;
    bool is_inline = false;  // a table written as { … }
    Location where;
    std::string text;  // of a string; of any other scalar, the text a provider gets
    std::int64_t integer = 0;
    double number = 0;
    bool boolean = false;
    std::vector<TomlNode> items;
    std::vector<TomlMember> members;  // in the order of the file

    const TomlMember* find(std::string_view key) const noexcept;
};

struct TomlMember {
    std::string key;
    Location where;  // of the key
    TomlNode value;
};

class TomlSyntaxError : public std::runtime_error {
  public:
    TomlSyntaxError(Location where, const std::string& message) : std::runtime_error(message), where(where) {}
    Location where;
};

// The document as a table. Throws TomlSyntaxError.
DBWAY_API TomlNode parse_toml(std::string_view text);

// What was found, for a message: `the string "x"`, `the integer 5`, `an array`. `hide`: without its value.
DBWAY_API std::string describe(const TomlNode& node, bool hide = false);

}  // namespace dbway::detail
