#include "script_table.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/option_text.hpp>

#include <algorithm>

namespace dbway::mock {

void script_error(const std::string& file, const toml::node& at, const std::string& message) {
    const toml::source_position place = at.source().begin;
    std::string text = file;
    if (place.line != 0) text += ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
    throw sdk::Failure(DBWAY_ERR_INVALID, text + ": " + message);
}

std::string describe_node(const toml::node& node) {
    if (const auto* text = node.as_string()) return "the string '" + text->get().substr(0, 60) + "'";
    if (const auto* number = node.as_integer()) return "the integer " + std::to_string(number->get());
    if (const auto* boolean = node.as_boolean()) return boolean->get() ? "true" : "false";
    if (node.is_floating_point()) return "a number";
    if (node.is_array()) return "an array";
    if (node.is_table()) return "a table";
    return "a date or time";
}

const toml::node* TableReader::node(std::string_view key) {
    asked_.push_back(key);
    return table_.get(key);
}

void TableReader::expected(std::string_view key, const toml::node& found, const std::string& wanted) const {
    fail(found, "\"" + std::string(key) + "\" is " + describe_node(found) + ", expected " + wanted);
}

std::optional<std::string> TableReader::string(std::string_view key) {
    const toml::node* const found = node(key);
    if (found == nullptr) return std::nullopt;
    if (!found->is_string()) expected(key, *found, "a string");
    return found->as_string()->get();
}

std::optional<std::int64_t> TableReader::integer(std::string_view key, std::int64_t least,
                                                 std::int64_t most) {
    const toml::node* const found = node(key);
    if (found == nullptr) return std::nullopt;
    const auto* const number = found->as_integer();
    if (number == nullptr || number->get() < least || number->get() > most) {
        const bool all = most == std::numeric_limits<std::int64_t>::max();
        expected(key, *found,
                 least == std::numeric_limits<std::int64_t>::min() ? "an integer"
                 : all ? "an integer of at least " + std::to_string(least)
                       : "an integer from " + std::to_string(least) + " to " + std::to_string(most));
    }
    return number->get();
}

std::optional<bool> TableReader::boolean(std::string_view key) {
    const toml::node* const found = node(key);
    if (found == nullptr) return std::nullopt;
    if (!found->is_boolean()) expected(key, *found, "true or false");
    return found->as_boolean()->get();
}

std::optional<std::chrono::nanoseconds> TableReader::duration(std::string_view key) {
    const toml::node* const found = node(key);
    if (found == nullptr) return std::nullopt;
    if (const auto* text = found->as_string()) {
        if (text->get() == "forever") return std::chrono::nanoseconds::max();
        if (const auto parsed = sdk::detail::parse_duration(text->get())) return parsed;
    }
    expected(key, *found, "a duration such as \"200ms\" or \"2s\", or \"forever\"");
}

std::optional<bool> TableReader::either(std::string_view key, std::string_view yes, std::string_view no) {
    const toml::node* const found = node(key);
    if (found == nullptr) return std::nullopt;
    if (const auto* text = found->as_string()) {
        if (text->get() == yes) return true;
        if (text->get() == no) return false;
    }
    expected(key, *found, "\"" + std::string(yes) + "\" or \"" + std::string(no) + "\"");
}

const toml::array* TableReader::array(std::string_view key) {
    const toml::node* const found = node(key);
    if (found == nullptr) return nullptr;
    if (!found->is_array()) expected(key, *found, "an array");
    return found->as_array();
}

std::vector<const toml::table*> TableReader::tables(std::string_view key) {
    std::vector<const toml::table*> result;
    const toml::array* const found = array(key);
    if (found == nullptr) return result;
    for (const toml::node& item : *found) {
        if (!item.is_table()) expected(key, item, "a table");
        result.push_back(item.as_table());
    }
    return result;
}

void TableReader::finish() const {
    for (const auto& [key, value] : table_) {
        const std::string_view name = key.str();
        if (std::find(asked_.begin(), asked_.end(), name) != asked_.end()) continue;
        const std::string_view near = sdk::detail::nearest(name, asked_);
        fail(value, what_ + " has no key \"" + std::string(name) + "\"" +
                        (near.empty() ? "" : "; did you mean \"" + std::string(near) + "\"?"));
    }
}

}  // namespace dbway::mock
