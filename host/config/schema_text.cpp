#include <config/option_table.hpp>
#include <config/schema_text.hpp>
#include <config/units.hpp>

#include <charconv>
#include <cstdio>
#include <utility>
#include <vector>

namespace dbway::detail {

namespace {

// The grammars of parse_duration() and parse_size(), as ECMA 262 patterns.
constexpr std::string_view amount = "[0-9]+(\\.[0-9]+)?";
constexpr std::string_view pin_pattern = "^sha256:[0-9a-fA-F]{64}$";

std::string duration_pattern() {
    std::string pattern = "^(?=.)";
    for (const char* unit : {"d", "h", "m", "s", "ms", "us", "ns"})
        pattern += "(" + std::string(amount) + unit + ")?";
    return pattern + "$";
}

std::string size_pattern() {
    std::string pattern = "^(?=.)";
    for (const char* unit : {"GiB", "MiB", "KiB", "B"}) pattern += "(" + std::string(amount) + unit + ")?";
    return pattern + "$";
}

std::string quoted(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            result += '\\';
            result += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            char escape[8];
            std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
            result += escape;
        } else {
            result += c;
        }
    }
    return result + "\"";
}

std::string number(double value) {
    char buffer[32];
    return {buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr};
}

// A JSON object in the order of its insertions, laid out with two spaces a level.
class Object {
  public:
    // `json` is a value already written.
    Object& add(std::string_view key, std::string json) {
        members_.emplace_back(key, std::move(json));
        return *this;
    }
    Object& text(std::string_view key, std::string_view value) { return add(key, quoted(value)); }
    Object& object(std::string_view key, const Object& value) { return add(key, value.json()); }

    std::string json() const {
        std::string result = "{";
        for (std::size_t i = 0; i < members_.size(); ++i)
            result +=
                (i == 0 ? "\n  " : ",\n  ") + quoted(members_[i].first) + ": " + indented(members_[i].second);
        return result + (members_.empty() ? "}" : "\n}");
    }

  private:
    static std::string indented(const std::string& json) {
        std::string result;
        for (const char c : json) {
            result += c;
            if (c == '\n') result += "  ";
        }
        return result;
    }

    std::vector<std::pair<std::string, std::string>> members_;
};

std::string array(const std::vector<std::string>& items) {
    std::string result = "[";
    for (const std::string& item : items) result += (result.size() == 1 ? "" : ", ") + item;
    return result + "]";
}

std::string reference(std::string_view definition) {
    return Object().text("$ref", "#/definitions/" + std::string(definition)).json();
}

// A string type that may also come from the environment or a file.
std::string or_indirect(const Object& type) { return array({type.json(), reference("indirect")}); }

Object own_option(const OptionDescriptor& option) {
    Object result;
    result.text("description", option.help);
    switch (option.kind()) {
        case OptionKind::paths:
            result.text("type", "array");
            result.object("items", Object().add("anyOf", or_indirect(Object().text("type", "string"))));
            break;
        case OptionKind::pins:
            result.text("type", "object");
            result.object(
                "additionalProperties",
                Object().add("anyOf",
                             or_indirect(Object().text("type", "string").text("pattern", pin_pattern))));
            return result;
        case OptionKind::choice: {
            std::vector<std::string> values;
            for (const std::string_view value : duplicates_values) values.push_back(quoted(value));
            result.add("enum", array(values));
            break;
        }
        case OptionKind::string:
            result.add("anyOf", or_indirect(Object().text("type", "string").add("minLength", "1")));
            break;
        case OptionKind::integer:
        case OptionKind::number:
            result.text("type", option.kind() == OptionKind::integer ? "integer" : "number");
            result.add("minimum", number(option.min)).add("maximum", number(option.max));
            break;
        case OptionKind::size:
            result.add("anyOf", array({reference("size"), Object()
                                                              .text("type", "integer")
                                                              .add("minimum", number(option.min))
                                                              .add("maximum", number(option.max))
                                                              .json()}));
            break;
        case OptionKind::duration:
            result.add("allOf", array({reference("duration")}));
            break;
        case OptionKind::boolean:
            result.text("type", "boolean");
            break;
    }
    if (const std::string value = option.default_toml(); !value.empty()) result.add("default", value);
    return result;
}

std::string declared_default(const DeclaredOption& option) {
    const bool bare = option.type == DeclaredType::integer || option.type == DeclaredType::number ||
                      option.type == DeclaredType::boolean;
    return bare ? *option.default_value : quoted(*option.default_value);
}

Object declared_option(const DeclaredOption& option) {
    Object result;
    if (!option.help.empty()) result.text("description", option.help);
    Object type;
    switch (option.type) {
        case DeclaredType::integer:
        case DeclaredType::number:
            type.text("type", option.type == DeclaredType::integer ? "integer" : "number");
            if (option.min) type.add("minimum", number(*option.min));
            if (option.max) type.add("maximum", number(*option.max));
            break;
        case DeclaredType::boolean:
            type.text("type", "boolean");
            break;
        case DeclaredType::duration:
            type.text("$ref", "#/definitions/duration");
            break;
        case DeclaredType::choice: {
            std::vector<std::string> values;
            for (const std::string& value : option.values) values.push_back(quoted(value));
            type.add("enum", array(values));
            break;
        }
        case DeclaredType::string:
        case DeclaredType::path:
        case DeclaredType::secret:
            type.text("type", "string");
            break;
    }
    result.add("anyOf", or_indirect(type));
    if (option.default_value) result.add("default", declared_default(option));
    return result;
}

Object section(std::string_view name) {
    Object properties;
    for (const OptionDescriptor& option : option_table())
        if (option.section == name) properties.object(option.key, own_option(option));
    return properties;
}

Object closed_table(const Object& properties) {
    return Object()
        .text("type", "object")
        .object("properties", properties)
        .add("additionalProperties", "false");
}

Object source_of(const PluginMetadata& provider) {
    Object properties = section("source");
    properties.add("pool", reference("pool"));
    std::vector<std::string> required = {quoted("provider")};
    for (const DeclaredOption& option : provider.options) {
        if (option.scope != OptionScope::source) continue;
        properties.object(option.name, declared_option(option));
        if (option.required) required.push_back(quoted(option.name));
    }
    return closed_table(properties).add("required", array(required));
}

bool declares(const PluginMetadata& provider, OptionScope scope) {
    for (const DeclaredOption& option : provider.options)
        if (option.scope == scope) return true;
    return false;
}

// Any source: dbway's own keys, and for each provider known the keys that it declares.
Object any_source(std::span<const PluginMetadata* const> providers) {
    Object properties = section("source");
    properties.add("pool", reference("pool"));
    Object result;
    result.text("type", "object")
        .object("properties", properties)
        .add("required", array({quoted("provider")}));
    std::vector<std::string> cases;
    for (const PluginMetadata* provider : providers) {
        if (!declares(*provider, OptionScope::source)) continue;
        Object condition;
        condition.object("properties", Object().object("provider", Object().text("const", provider->id)))
            .add("required", array({quoted("provider")}));
        cases.push_back(
            Object().object("if", condition).add("then", reference("source_" + provider->id)).json());
    }
    if (!cases.empty()) result.add("allOf", array(cases));
    return result;
}

Object provider_sections(std::span<const PluginMetadata* const> providers) {
    Object properties;
    for (const PluginMetadata* provider : providers) {
        Object options;
        for (const DeclaredOption& option : provider->options)
            if (option.scope == OptionScope::provider) options.object(option.name, declared_option(option));
        properties.object(provider->id, declares(*provider, OptionScope::provider)
                                            ? closed_table(options)
                                            : Object().text("type", "object"));
    }
    return Object()
        .text("type", "object")
        .object("properties", properties)
        .object("additionalProperties", Object().text("type", "object"));
}

Object definitions(std::span<const PluginMetadata* const> providers) {
    Object indirect;
    indirect.text("description", "A text from an environment variable or a file.")
        .text("type", "object")
        .object("properties", Object()
                                  .object("env", Object().text("type", "string").add("minLength", "1"))
                                  .object("file", Object().text("type", "string").add("minLength", "1")))
        .add("additionalProperties", "false")
        .add("minProperties", "1")
        .add("maxProperties", "1");
    Object result;
    result.object("duration", Object().text("type", "string").text("pattern", duration_pattern()))
        .object("size", Object().text("type", "string").text("pattern", size_pattern()))
        .object("indirect", indirect)
        .object("pool", closed_table(section("source.pool")))
        .object("source", any_source(providers));
    for (const PluginMetadata* provider : providers)
        if (declares(*provider, OptionScope::source))
            result.object("source_" + provider->id, source_of(*provider));
    return result;
}

}  // namespace

std::string schema_text(std::span<const PluginMetadata* const> providers) {
    Object properties;
    properties.object("plugins", closed_table(section("plugins")))
        .object("provider", provider_sections(providers))
        .object("source", Object().text("type", "object").add("additionalProperties", reference("source")));
    return closed_table(properties)
               .text("$schema", "http://json-schema.org/draft-07/schema#")
               .text("title", "dbway configuration")
               .object("definitions", definitions(providers))
               .json() +
           "\n";
}

}  // namespace dbway::detail
