#include <config/option_table.hpp>
#include <config/reference_text.hpp>
#include <config/schema_text.hpp>
#include <config/units.hpp>
#include <dbway/configuration.hpp>
#include <loader/catalog.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <vector>

namespace dbway::detail {

namespace {

constexpr std::string_view introduction = R"(# Configuration reference

A dbway configuration is a TOML file. Every key has a type, a range and a default; a key that neither dbway nor the
source's provider knows is an error. `dbway validate` reports all errors of a file in one run.

- A **duration** is a string with units: `"250ms"`, `"30s"`, `"1h30m"`; the units are ns, us, ms, s, m, h and d.
- A **size** is a string with a unit, `"64MiB"`, or a number of bytes; the units are B, KiB, MiB and GiB.
- Any **string** may be taken from elsewhere: `{ env = "NAME" }` is an environment variable, `{ file = "PATH" }` the
  content of a file without its last newline. Such a value is never shown. `${…}` in a string means nothing.
- Relative **paths** are relative to the directory of the configuration file.
)";

constexpr std::string_view table_head = "\n| key | value | default | meaning |\n|---|---|---|---|\n";

// A cell of a table: '|' would end it.
std::string cell(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (c == '|') result += '\\';
        result += c;
    }
    return result;
}

std::string code(std::string_view text) { return text.empty() ? "" : "`" + cell(text) + "`"; }

std::string row(std::string_view key, const std::string& value, const std::string& default_value,
                std::string_view help) {
    return "| `" + std::string(key) + "` | " + cell(value) + " | " + default_value + " | " + cell(help) +
           " |\n";
}

void add_section(std::string& text, std::string_view title, std::string_view about,
                 std::string_view section) {
    text += "\n## `" + std::string(title) + "`\n\n" + std::string(about) + "\n" + std::string(table_head);
    for (const OptionDescriptor& option : option_table())
        if (option.section == section)
            text += row(option.key, option.expectation(),
                        option.required ? "required" : code(option.default_toml()), option.help);
}

std::string bound(const DeclaredOption& option, double value) {
    if (option.type == DeclaredType::duration && value >= 0)
        return duration_text(
            std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(value)));
    char buffer[32];
    return {buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr};
}

std::string value_of(const DeclaredOption& option) {
    std::string text(to_string(option.type));
    if (option.type == DeclaredType::choice) {
        text += ":";
        for (const std::string& value : option.values) text += " `\"" + value + "\"`";
    }
    if (option.min && option.max)
        text += " from " + bound(option, *option.min) + " to " + bound(option, *option.max);
    else if (option.min)
        text += ", at least " + bound(option, *option.min);
    else if (option.max)
        text += ", at most " + bound(option, *option.max);
    std::string prefixes;
    for (const std::string& literal : option.literals)
        if (!literal.empty()) prefixes += " `" + literal + "`";
    if (!prefixes.empty()) text += "; no path if it starts with" + prefixes;
    if (std::find(option.literals.begin(), option.literals.end(), "") != option.literals.end())
        text += "; may be empty";
    return text;
}

std::string default_of(const DeclaredOption& option) {
    if (option.required) return "required";
    if (!option.default_value) return "";
    const bool bare = option.type == DeclaredType::integer || option.type == DeclaredType::number ||
                      option.type == DeclaredType::boolean;
    return code(bare ? *option.default_value : "\"" + *option.default_value + "\"");
}

void add_options(std::string& text, const PluginMetadata& provider, OptionScope scope,
                 const std::string& title) {
    bool any = false;
    for (const DeclaredOption& option : provider.options) {
        if (option.scope != scope) continue;
        if (!any) text += "\n### " + title + "\n" + std::string(table_head);
        any = true;
        text += row(option.name, value_of(option), default_of(option), option.help);
    }
}

void add_provider(std::string& text, const PluginMetadata& provider) {
    text += "\n## The provider `" + provider.id + "`\n\n" +
            (provider.name.empty() ? provider.id : provider.name) + ", version " + provider.version + ".";
    if (!provider.description.empty()) text += " " + provider.description;
    text += "\n";
    if (provider.options.empty())
        text += "\nIt declares no options; it checks those it gets when it opens a connection.\n";
    add_options(text, provider, OptionScope::source,
                "In `[source.NAME]` with `provider = \"" + provider.id + "\"`");
    add_options(text, provider, OptionScope::provider, "In `[provider." + provider.id + "]`");
}

// The usable plugins by id.
std::vector<const PluginMetadata*> metadata_of(const Catalog& catalog) {
    std::vector<const PluginMetadata*> result;
    for (const PluginFile& file : catalog.files())
        if (file.usable()) result.push_back(&file.metadata);
    std::sort(result.begin(), result.end(), [](const auto* a, const auto* b) { return a->id < b->id; });
    return result;
}

}  // namespace

std::string reference_text(std::span<const PluginMetadata* const> providers) {
    std::string text(introduction);
    add_section(text, "[plugins]", "Which plugin files are used.", "plugins");
    add_section(
        text, "[source.NAME]",
        "One database, by the name that the application uses. All other keys are options of its provider.",
        "source");
    add_section(text, "[source.NAME.pool]", "The connections of that source.", "source.pool");
    text +=
        "\n## `[provider.NAME]`\n\nOptions for a provider as a whole; the provider says which there are.\n";
    for (const PluginMetadata* provider : providers) add_provider(text, *provider);
    return text;
}

}  // namespace dbway::detail

namespace dbway {

std::string configuration_schema(const detail::Catalog& catalog) {
    return detail::schema_text(detail::metadata_of(catalog));
}

std::string configuration_reference(const detail::Catalog& catalog) {
    return detail::reference_text(detail::metadata_of(catalog));
}

}  // namespace dbway
