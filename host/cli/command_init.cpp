#include "cli/commands.hpp"
#include "cli/context.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>

namespace dbway::cli {

namespace {

std::string toml_string(std::string_view text) {
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            quoted += '\\';
            quoted += c;
        } else if (c == '\n') {
            quoted += "\\n";
        } else if (c == '\t') {
            quoted += "\\t";
        } else {
            quoted += c;
        }
    }
    return quoted + '"';
}

std::string toml_key(std::string_view key) {
    const bool bare = !key.empty() && std::all_of(key.begin(), key.end(), [](unsigned char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '-';
    });
    return bare ? std::string(key) : toml_string(key);
}

// The plugin's declaration decides whether a value is written as a number, a boolean or a string.
std::string toml_value(const detail::DeclaredOption* option, const std::string& value) {
    if (option == nullptr) return toml_string(value);
    const bool bare = option->type == detail::DeclaredType::integer ||
                      option->type == detail::DeclaredType::number ||
                      option->type == detail::DeclaredType::boolean;
    return bare && !value.empty() ? value : toml_string(value);
}

std::string ask(const std::string& question, const std::string& suggestion) {
    std::fputs((question + (suggestion.empty() ? "" : " [" + suggestion + "]") + ": ").c_str(), stderr);
    std::fflush(stderr);
    std::string answer;
    if (!std::getline(std::cin, answer)) throw Interrupted();
    return answer.empty() ? suggestion : answer;
}

using Settings = std::vector<std::pair<std::string, std::string>>;

std::string ask_provider(const detail::Catalog& catalog) {
    std::vector<std::string> names;
    for (const detail::PluginFile& file : catalog.files())
        if (file.usable()) names.push_back(file.metadata.id);
    if (names.empty()) throw UsageError("no provider was found; `dbway providers` tells where was searched");
    std::string list;
    for (const std::string& name : names) list.append(list.empty() ? "" : ", ").append(name);
    const bool sqlite = std::find(names.begin(), names.end(), "sqlite") != names.end();
    return ask("Provider (" + list + ")", sqlite ? "sqlite" : names.front());
}

// Asks for the options that the provider must have.
void ask_required(const detail::PluginMetadata& metadata, Settings& settings) {
    for (const detail::DeclaredOption& option : metadata.options) {
        const bool given = std::any_of(settings.begin(), settings.end(),
                                       [&](const auto& setting) { return setting.first == option.name; });
        const bool wanted = option.required || option.name == "database";
        // A secret belongs into the environment or a file of its own, not here.
        if (given || !wanted || option.scope != detail::OptionScope::source ||
            option.type == detail::DeclaredType::secret)
            continue;
        std::string suggestion = option.default_value.value_or("");
        if (suggestion.empty() && option.name == "database" && option.type == detail::DeclaredType::path)
            suggestion = "app.db";
        settings.emplace_back(
            option.name,
            ask(option.name + (option.help.empty() ? "" : " (" + option.help + ")"), suggestion));
    }
}

std::string compose(const InitArguments& arguments, const std::string& source, const std::string& provider,
                    const Settings& settings, const detail::PluginMetadata* metadata) {
    std::string text =
        "# Written by `dbway init`. `dbway validate` checks it, `dbway validate --reference` tells all "
        "that may stand here.\n";
    if (!arguments.common.directories.empty()) {
        text += "[plugins]\ndirectories = [";
        const std::filesystem::path base =
            std::filesystem::absolute(arguments.file).lexically_normal().parent_path();
        for (std::size_t i = 0; i < arguments.common.directories.size(); ++i) {
            const auto directory =
                std::filesystem::absolute(arguments.common.directories[i]).lexically_normal();
            const auto relative = directory.lexically_proximate(base);
            // A way up and down again breaks as soon as the file is moved.
            const bool below = !relative.empty() && *relative.begin() != "..";
            text += (i == 0 ? "" : ", ") + toml_string((below ? relative : directory).string());
        }
        text += "]\n\n";
    }
    text += "[source." + toml_key(source) + "]\nprovider = " + toml_string(provider) + "\n";
    for (const auto& [key, value] : settings) {
        const auto* option =
            metadata == nullptr ? nullptr : metadata->find_option(detail::OptionScope::source, key);
        text += toml_key(key) + " = " + toml_value(option, value) + "\n";
    }
    return text;
}

void refuse_secrets(const Settings& settings, const detail::PluginMetadata* metadata) {
    for (const auto& setting : settings) {
        const auto* option =
            metadata == nullptr ? nullptr : metadata->find_option(detail::OptionScope::source, setting.first);
        if (option != nullptr && option->type == detail::DeclaredType::secret)
            throw UsageError(
                "the option \"" + setting.first +
                "\" is a secret, and flags are seen by others. Write it into the file afterwards: " +
                setting.first + " = { env = \"NAME\" } or { file = \"PATH\" }");
    }
}

}  // namespace

ExitCode run(const InitArguments& arguments) {
    std::error_code error;
    if (!arguments.force && std::filesystem::exists(arguments.file, error))
        throw UsageError(arguments.file + " exists; --force replaces it");

    const FoundPlugins plugins = find_plugins(arguments.common, std::nullopt);
    const bool questions = arguments.provider.empty() && isatty(STDIN_FILENO) == 1;
    if (arguments.provider.empty() && !questions)
        throw UsageError("--provider is missing, and standard input is no terminal to ask on");
    const std::string provider = questions ? ask_provider(plugins.catalog) : arguments.provider;
    const detail::PluginFile* plugin = plugins.catalog.find(provider);
    if (plugin == nullptr) throw UsageError(plugins.catalog.not_found_message(provider));

    Settings settings;
    if (!arguments.database.empty()) settings.emplace_back("database", arguments.database);
    for (const std::string& option : arguments.options) settings.push_back(split_setting(option, "--option"));
    refuse_secrets(settings, &plugin->metadata);
    std::string source = arguments.source;
    if (questions) {
        ask_required(plugin->metadata, settings);
        if (source.empty()) source = ask("Name of the source", "main");
    }
    if (source.empty()) source = "main";

    const std::string text = compose(arguments, source, provider, settings, &plugin->metadata);
    const auto directory = std::filesystem::absolute(arguments.file).parent_path();
    ParsedConfiguration parsed = read_configuration(text, arguments.file, directory);
    check_provider_options(parsed, plugins.catalog);
    if (!parsed.problems.empty()) {
        // The lines of a file that does not exist would say nothing.
        for (const Problem& problem : parsed.problems) print_message(problem.message);
        print_message("nothing was written");
        return exit_usage;
    }
    std::ofstream file(arguments.file, std::ios::trunc);
    file << text;
    file.close();
    if (!file) throw UsageError("cannot write " + arguments.file);
    print_message("wrote " + arguments.file);
    return exit_done;
}

}  // namespace dbway::cli
