#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/output.hpp"

#include <loader/provider.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace dbway::cli {

namespace {

using Json = nlohmann::ordered_json;

struct Found {
    const detail::PluginFile* file;
    std::vector<std::string> capabilities;
};
struct Refused {
    std::string path, id, reason;
};
struct Report {
    std::vector<Found> found;
    std::vector<Refused> refused;
};

// Whether the reason names the file already, as the messages of load_plugin() do.
std::string refusal_line(const Refused& refused) {
    return refused.reason.find(refused.path) != std::string::npos ? refused.reason
                                                                  : refused.path + ": " + refused.reason;
}

// Loads every usable plugin and creates its provider: only that tells whether it works, and what it can do.
Report load_all(const FoundPlugins& plugins) {
    Report report;
    for (const detail::PluginFile& file : plugins.catalog.files()) {
        if (!file.usable()) {
            report.refused.push_back({file.display_path(), file.metadata.id, *file.refusal});
            continue;
        }
        try {
            std::vector<ProviderOption> options;
            if (plugins.parsed) {
                const auto& sections = plugins.parsed->configuration.providers;
                if (const auto section = sections.find(file.metadata.id); section != sections.end())
                    options = section->second;
            }
            const detail::ProviderInstance provider(detail::load_plugin(file), options);
            report.found.push_back({&file, detail::capability_names(provider.caps())});
        } catch (const Error& error) {
            report.refused.push_back({file.display_path(), file.metadata.id, error.message()});
        }
    }
    return report;
}

std::string abi_text(const detail::PluginMetadata& metadata) {
    return std::to_string(metadata.abi_major) + "." + std::to_string(metadata.abi_minor);
}

void print_matrix(const std::vector<Found>& found) {
    if (found.empty()) return;
    std::vector<std::string> names;
    for (const Found& one : found)
        for (const std::string& name : one.capabilities)
            if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    std::size_t width = 0;
    for (const std::string& name : names) width = std::max(width, name.size());
    std::string text = "\nCapabilities\n  " + std::string(width, ' ');
    for (const Found& one : found) text += "  " + one.file->metadata.id;
    text += '\n';
    for (const std::string& name : names) {
        text += "  " + name + std::string(width - name.size(), ' ');
        for (const Found& one : found) {
            const bool has =
                std::find(one.capabilities.begin(), one.capabilities.end(), name) != one.capabilities.end();
            std::string cell = has ? "yes" : "-";
            cell.resize(std::max(cell.size(), one.file->metadata.id.size()), ' ');
            text += "  " + cell;
        }
        text.erase(text.find_last_not_of(' ') + 1);
        text += '\n';
    }
    standard_output().write(text);
}

void print_text(const FoundPlugins& plugins, const Report& report) {
    Output& output = standard_output();
    output.write(report.found.empty() ? "No provider found\n" : "Providers\n");
    for (const Found& one : report.found) {
        const detail::PluginMetadata& metadata = one.file->metadata;
        output.write("  " + metadata.id + " " + metadata.version + " (ABI " + abi_text(metadata) + ")" +
                     (metadata.name.empty() ? "" : ": " + metadata.name) + "\n    " +
                     one.file->display_path() + "\n");
    }
    print_matrix(report.found);
    if (!report.refused.empty()) output.write("\nRefused\n");
    for (const Refused& refused : report.refused) output.write("  " + refusal_line(refused) + "\n");
    output.write("\nSearched\n");
    for (const detail::SearchedDirectory& directory : plugins.catalog.directories())
        output.write("  " + directory.path + " (" + directory.origin + "): " +
                     (directory.problem.empty() ? std::to_string(directory.plugins) +
                                                      (directory.plugins == 1 ? " plugin" : " plugins")
                                                : directory.problem) +
                     "\n");
}

Json option_json(const detail::DeclaredOption& option) {
    Json json = {{"name", option.name},
                 {"scope", option.scope == detail::OptionScope::source ? "source" : "provider"},
                 {"type", detail::to_string(option.type)},
                 {"required", option.required}};
    if (option.default_value) json["default"] = *option.default_value;
    if (!option.values.empty()) json["values"] = option.values;
    if (!option.help.empty()) json["help"] = option.help;
    return json;
}

void print_json(const FoundPlugins& plugins, const Report& report) {
    Json json = {{"providers", Json::array()}, {"refused", Json::array()}, {"directories", Json::array()}};
    for (const Found& one : report.found) {
        const detail::PluginMetadata& metadata = one.file->metadata;
        Json options = Json::array();
        for (const detail::DeclaredOption& option : metadata.options) options.push_back(option_json(option));
        json["providers"].push_back({{"id", metadata.id},
                                     {"version", metadata.version},
                                     {"abi", abi_text(metadata)},
                                     {"path", one.file->path},
                                     {"name", metadata.name},
                                     {"vendor", metadata.vendor},
                                     {"license", metadata.license},
                                     {"description", metadata.description},
                                     {"capabilities", one.capabilities},
                                     {"options", std::move(options)}});
    }
    for (const Refused& refused : report.refused)
        json["refused"].push_back({{"path", refused.path}, {"id", refused.id}, {"reason", refused.reason}});
    for (const detail::SearchedDirectory& directory : plugins.catalog.directories())
        json["directories"].push_back({{"path", directory.path},
                                       {"origin", directory.origin},
                                       {"problem", directory.problem},
                                       {"plugins", directory.plugins}});
    standard_output().write(json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

// Whether a provider that the configuration names is there and works; tells of each that is not.
bool named_ones_work(const FoundPlugins& plugins, const Report& report) {
    if (!plugins.parsed) return true;
    std::set<std::string> named;
    for (const SourceOptions& source : plugins.parsed->configuration.sources)
        if (!source.provider.empty()) named.insert(source.provider);
    bool all = true;
    for (const std::string& id : named) {
        const bool works = std::any_of(report.found.begin(), report.found.end(),
                                       [&](const Found& one) { return one.file->metadata.id == id; });
        if (works) continue;
        all = false;
        const auto refused = std::find_if(report.refused.begin(), report.refused.end(),
                                          [&](const Refused& one) { return one.id == id; });
        print_message(refused == report.refused.end()
                          ? plugins.catalog.not_found_message(id)
                          : "the configured provider \"" + id + "\" is refused: " + refusal_line(*refused));
    }
    return all;
}

}  // namespace

ExitCode run(const ProvidersArguments& arguments) {
    const FoundPlugins plugins = find_plugins(arguments.common, find_configuration(arguments.common));
    const Report report = load_all(plugins);
    if (arguments.json) {
        print_json(plugins, report);
    } else {
        print_text(plugins, report);
    }
    standard_output().flush();
    if (plugins.parsed && !plugins.parsed->problems.empty()) {
        for (const Problem& problem : plugins.parsed->problems) print_message(problem.to_string());
        return exit_usage;
    }
    return named_ones_work(plugins, report) ? exit_done : exit_plugin;
}

}  // namespace dbway::cli
