// The only file that includes toml++, which is large and header-only.
#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>
#include <config/toml_tree.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace dbway::detail {

namespace {

Location place(const toml::source_position& position) {
    return {static_cast<std::uint32_t>(position.line), static_cast<std::uint32_t>(position.column)};
}

// The shortest text that reads back as the same number.
std::string number_text(double number) {
    char buffer[32];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, number).ptr;
    return {buffer, end};
}

TomlNode convert(const toml::node& node);

TomlNode convert_table(const toml::table& table) {
    TomlNode result;
    result.kind = TomlNode::Kind::table;
    result.is_inline = table.is_inline();
    for (const auto& [key, value] : table)
        result.members.push_back({std::string(key.str()), place(key.source().begin), convert(value)});
    std::sort(result.members.begin(), result.members.end(), [](const TomlMember& a, const TomlMember& b) {
        return std::pair(a.where.line, a.where.column) < std::pair(b.where.line, b.where.column);
    });
    return result;
}

TomlNode convert(const toml::node& node) {
    TomlNode result;
    if (const auto* table = node.as_table()) {
        result = convert_table(*table);
    } else if (const auto* array = node.as_array()) {
        result.kind = TomlNode::Kind::array;
        for (const auto& item : *array) result.items.push_back(convert(item));
    } else if (const auto* text = node.as_string()) {
        result.kind = TomlNode::Kind::string;
        result.text = text->get();
    } else if (const auto* integer = node.as_integer()) {
        result.kind = TomlNode::Kind::integer;
        result.integer = integer->get();
        result.number = static_cast<double>(result.integer);
        result.text = std::to_string(result.integer);
    } else if (const auto* number = node.as_floating_point()) {
        result.kind = TomlNode::Kind::number;
        result.number = number->get();
        result.text = number_text(result.number);
    } else if (const auto* boolean = node.as_boolean()) {
        result.kind = TomlNode::Kind::boolean;
        result.boolean = boolean->get();
        result.text = result.boolean ? "true" : "false";
    } else {
        result.kind = TomlNode::Kind::date_time;
    }
    result.where = place(node.source().begin);
    return result;
}

}  // namespace

const TomlMember* TomlNode::find(std::string_view key) const noexcept {
    const auto found = std::find_if(members.begin(), members.end(),
                                    [&](const TomlMember& member) { return member.key == key; });
    return found == members.end() ? nullptr : &*found;
}

TomlNode parse_toml(std::string_view text) {
    try {
        return convert(toml::parse(text));
    } catch (const toml::parse_error& error) {
        throw TomlSyntaxError(place(error.source().begin), std::string(error.description()));
    }
}

std::string describe(const TomlNode& node, bool hide) {
    switch (node.kind) {
        case TomlNode::Kind::string:
            return hide ? "a string" : "the string \"" + node.text + "\"";
        case TomlNode::Kind::integer:
            return hide ? "an integer" : "the integer " + node.text;
        case TomlNode::Kind::number:
            return hide ? "a number" : "the number " + node.text;
        case TomlNode::Kind::boolean:
            return "the boolean " + node.text;
        case TomlNode::Kind::date_time:
            return "a date or time";
        case TomlNode::Kind::array:
            return "an array";
        case TomlNode::Kind::table:
            return node.is_inline ? "an inline table" : "a table";
    }
    return "a value";
}

}  // namespace dbway::detail
