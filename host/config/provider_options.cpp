// The part of a configuration that only the plugins can judge: check_provider_options().
#include <config/nearest.hpp>
#include <config/option_table.hpp>
#include <config/problems.hpp>
#include <config/units.hpp>
#include <dbway/configuration.hpp>
#include <loader/catalog.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <string>

namespace dbway {

namespace {

using detail::DeclaredOption;
using detail::DeclaredType;
using detail::OptionScope;
using detail::PluginMetadata;

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::string number_text(double number) {
    char buffer[32];
    return {buffer, std::to_chars(buffer, buffer + sizeof buffer, number).ptr};
}

std::string bound_text(const DeclaredOption& option, double bound) {
    if (option.type != DeclaredType::duration || bound < 0) return number_text(bound);
    return detail::duration_text(
        std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(bound)));
}

std::string range_text(const DeclaredOption& option) {
    if (option.min && option.max)
        return " from " + bound_text(option, *option.min) + " to " + bound_text(option, *option.max);
    if (option.min) return " of at least " + bound_text(option, *option.min);
    if (option.max) return " of at most " + bound_text(option, *option.max);
    return {};
}

std::string expectation(const DeclaredOption& option) {
    switch (option.type) {
        case DeclaredType::string:
            return "a string";
        case DeclaredType::integer:
            return "an integer" + range_text(option);
        case DeclaredType::number:
            return "a number" + range_text(option);
        case DeclaredType::boolean:
            return "true or false";
        case DeclaredType::duration:
            return "a duration such as \"250ms\", \"30s\" or \"1h30m\"" +
                   (range_text(option).empty() ? "" : "," + range_text(option));
        case DeclaredType::path:
            return "the path of a file, as a string";
        case DeclaredType::secret:
            return "a string, { env = \"NAME\" } or { file = \"PATH\" }";
        case DeclaredType::choice:
            break;
    }
    std::string text = "one of";
    for (const std::string& value : option.values) text += (text == "one of" ? " \"" : ", \"") + value + "\"";
    return text;
}

// Checks one section's options against one plugin's declarations.
class OptionChecker {
  public:
    OptionChecker(const PluginMetadata& metadata, OptionScope scope, std::string section,
                  const std::string& directory, detail::Problems& problems)
        : metadata_(metadata),
          scope_(scope),
          section_(std::move(section)),
          directory_(directory),
          problems_(problems) {}

    void check(std::vector<ProviderOption>& options, Location section_where) {
        // A plugin that declares nothing of this scope checks its options itself, when it is created or
        // opened.
        const bool declares =
            std::any_of(metadata_.options.begin(), metadata_.options.end(),
                        [&](const DeclaredOption& option) { return option.scope == scope_; });
        if (!declares) return;
        for (ProviderOption& option : options) {
            if (const DeclaredOption* declared = metadata_.find_option(scope_, option.key))
                check_value(*declared, option);
            else
                unknown(option);
        }
        for (const DeclaredOption& declared : metadata_.options) {
            const bool given = std::any_of(options.begin(), options.end(), [&](const ProviderOption& option) {
                return option.key == declared.name;
            });
            if (declared.scope == scope_ && declared.required && !given)
                problems_.error(section_where, section_ + " has no \"" + declared.name +
                                                   "\", which the provider \"" + metadata_.id +
                                                   "\" needs: " + expectation(declared));
        }
    }

  private:
    // Where there is a key of exactly this name.
    std::string right_section(const std::string& key) const {
        if (scope_ != OptionScope::source)
            return metadata_.find_option(OptionScope::source, key) != nullptr
                       ? "; it belongs in [source.NAME]"
                       : "";
        if (detail::find_option("source.pool", key) != nullptr)
            return "; it belongs in " + section_.substr(0, section_.size() - 1) + ".pool]";
        if (metadata_.find_option(OptionScope::provider, key) != nullptr)
            return "; it belongs in [provider." + metadata_.id + "]";
        return "";
    }

    void unknown(const ProviderOption& option) {
        std::string advice = right_section(option.key);
        if (advice.empty()) {
            std::vector<std::string_view> known;
            if (scope_ == OptionScope::source) known = detail::option_keys("source");
            for (const DeclaredOption& declared : metadata_.options)
                if (declared.scope == scope_) known.push_back(declared.name);
            advice = detail::did_you_mean(option.key, known);
        }
        problems_.error(option.key_where, "unknown key \"" + option.key + "\" in " + section_ +
                                              ": neither dbway nor the provider \"" + metadata_.id +
                                              "\" knows it" + advice);
    }

    void mismatch(const DeclaredOption& declared, const ProviderOption& option,
                  const std::string& advice = {}) {
        std::string message = "\"" + option.key + "\" in " + section_ + ": expected " + expectation(declared);
        if (option.secret)
            message += ", found something else";
        else if (option.form == ValueForm::string)
            message += ", found the string \"" + std::string(option.value.reveal()) + "\"";
        else
            message += ", found " + std::string(option.value.reveal());
        problems_.error(option.where, message + advice);
    }

    // Whether the value was written as the type is in TOML; what comes from env or file is always text.
    static bool form_fits(DeclaredType type, ValueForm form) {
        if (form == ValueForm::environment || form == ValueForm::file) return true;
        switch (type) {
            case DeclaredType::integer:
                return form == ValueForm::integer;
            case DeclaredType::number:
                return form == ValueForm::integer || form == ValueForm::number;
            case DeclaredType::boolean:
                return form == ValueForm::boolean;
            default:
                return form == ValueForm::string;
        }
    }

    // Whether a path option's value is no path. The empty literal stands for the empty value, not for every
    // prefix.
    static bool is_literal(const DeclaredOption& declared, std::string_view text) {
        return std::any_of(declared.literals.begin(), declared.literals.end(),
                           [&](const std::string& literal) {
                               return literal.empty() ? text.empty() : text.starts_with(literal);
                           });
    }

    static bool in_range(const DeclaredOption& declared, double value) {
        return (!declared.min || value >= *declared.min) && (!declared.max || value <= *declared.max);
    }

    static bool value_fits(const DeclaredOption& declared, std::string_view text) {
        switch (declared.type) {
            case DeclaredType::integer: {
                const auto integer = parse_number<std::int64_t>(text);
                return integer && in_range(declared, static_cast<double>(*integer));
            }
            case DeclaredType::number: {
                const auto number = parse_number<double>(text);
                return number && std::isfinite(*number) && in_range(declared, *number);
            }
            case DeclaredType::boolean:
                return text == "true" || text == "false";
            case DeclaredType::duration: {
                const auto duration = detail::parse_duration(text);
                return duration && in_range(declared, std::chrono::duration<double>(*duration).count());
            }
            case DeclaredType::choice:
                return std::find(declared.values.begin(), declared.values.end(), text) !=
                       declared.values.end();
            case DeclaredType::path:
                return !text.empty() || is_literal(declared, text);
            case DeclaredType::string:
            case DeclaredType::secret:
                return true;
        }
        return true;
    }

    void check_value(const DeclaredOption& declared, ProviderOption& option) {
        if (declared.type == DeclaredType::secret) option.secret = true;
        if (!form_fits(declared.type, option.form)) {
            const bool bare = option.form == ValueForm::integer || option.form == ValueForm::number;
            std::string advice;
            if (declared.type == DeclaredType::duration && bare)
                advice = "; write \"" + std::string(option.value.reveal()) + "s\" for seconds or \"" +
                         std::string(option.value.reveal()) + "ms\" for milliseconds";
            return mismatch(declared, option, advice);
        }
        if (!value_fits(declared, option.value.reveal())) {
            const std::vector<std::string_view> values(declared.values.begin(), declared.values.end());
            return mismatch(
                declared, option,
                option.secret ? std::string() : detail::did_you_mean(option.value.reveal(), values));
        }
        if (declared.type == DeclaredType::path) make_absolute(declared, option);
    }

    void make_absolute(const DeclaredOption& declared, ProviderOption& option) const {
        const std::string_view text = option.value.reveal();
        if (is_literal(declared, text)) return;
        const std::filesystem::path path(text);
        if (path.is_absolute()) return;
        option.value = Secret((std::filesystem::path(directory_) / path).lexically_normal().string());
    }

    const PluginMetadata& metadata_;
    OptionScope scope_;
    std::string section_;
    const std::string& directory_;
    detail::Problems& problems_;
};

}  // namespace

void check_provider_options(ParsedConfiguration& parsed, const detail::Catalog& catalog) {
    Configuration& configuration = parsed.configuration;
    detail::Problems problems(parsed);
    for (auto& [id, options] : configuration.providers) {
        const Location where = configuration.provider_sections[id];
        if (const detail::PluginFile* plugin = catalog.find(id))
            OptionChecker(plugin->metadata, OptionScope::provider, "[provider." + id + "]",
                          configuration.directory, problems)
                .check(options, where);
        else
            problems.error(where, catalog.not_found_message(id));
    }
    for (SourceOptions& source : configuration.sources) {
        if (source.provider.empty()) continue;  // reported when it was read
        if (const detail::PluginFile* plugin = catalog.find(source.provider))
            OptionChecker(plugin->metadata, OptionScope::source, "[source." + source.name + "]",
                          configuration.directory, problems)
                .check(source.options, source.where);
        else
            problems.error(source.provider_where, catalog.not_found_message(source.provider));
    }
    // A pin of a misspelt id would protect nothing.
    for (const auto& [id, where] : configuration.pin_places) {
        std::vector<std::string_view> ids;
        for (const detail::PluginFile& file : catalog.files()) ids.push_back(file.metadata.id);
        if (std::find(ids.begin(), ids.end(), id) == ids.end())
            problems.error(where, "\"" + id + "\" in [plugins.pin]: no plugin of that id was found" +
                                      detail::did_you_mean(id, ids));
    }
}

}  // namespace dbway
