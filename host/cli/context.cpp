#include "cli/context.hpp"

#include "cli/exit_code.hpp"

#include <config/nearest.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace dbway::cli {

std::optional<std::string> find_configuration(const CommonArguments& common) {
    if (!common.configuration.empty()) return common.configuration;
    const char* named = std::getenv("DBWAY_CONFIG");
    if (named != nullptr && *named != '\0') return named;
    std::error_code error;
    if (std::filesystem::exists("dbway.toml", error)) return "dbway.toml";
    return std::nullopt;
}

std::string need_configuration(const CommonArguments& common) {
    const auto found = find_configuration(common);
    if (!found)
        throw UsageError(
            "no configuration: there is no ./dbway.toml and DBWAY_CONFIG is not set. Write one with `dbway "
            "init`, or "
            "name one with -c FILE");
    return *found;
}

HostOptions host_options(const CommonArguments& common) {
    HostOptions options;
    for (const std::string& directory : common.directories)
        options.plugin_directories.emplace_back(std::filesystem::absolute(directory));
    options.log = [](int severity, std::string_view message) {
        if (severity <= DBWAY_LOG_WARN) print_message(std::string(message));
    };
    return options;
}

void hide_secrets(const Configuration& configuration) {
    for (const SourceOptions& source : configuration.sources)
        for (const ProviderOption& option : source.options)
            if (option.secret) hide_secret(option.value.reveal());
}

Host open_host(const CommonArguments& common) {
    Host host = Host::open(need_configuration(common), host_options(common));
    hide_secrets(host.configuration());
    return host;
}

std::string choose_source(const Configuration& configuration, const std::string& name) {
    std::vector<std::string_view> names;
    std::string list;
    for (const SourceOptions& source : configuration.sources) {
        names.push_back(source.name);
        list.append(list.empty() ? "" : ", ").append(source.name);
    }
    if (!name.empty()) {
        if (configuration.find_source(name) != nullptr) return name;
        throw UsageError("no source \"" + name + "\"" + detail::did_you_mean(name, names) + " in " +
                         configuration.file + " (there are: " + (list.empty() ? "none" : list) + ")");
    }
    if (names.size() == 1) return std::string(names.front());
    if (configuration.find_source("main") != nullptr) return "main";
    throw UsageError(names.empty() ? configuration.file + " has no source; add a [source.main]"
                                   : "which source? Choose one with -s (there are: " + list + ")");
}

Source choose_source(const Host& host, const CommonArguments& common) {
    return host.source(choose_source(host.configuration(), common.source));
}

sdk::Dialect dialect_of(const ServerInfo& server) {
    std::string name = server.product;
    std::transform(name.begin(), name.end(), name.begin(), sdk::lower_ascii);
    return sdk::dialect_by_name(name);
}

FoundPlugins find_plugins(const CommonArguments& common, const std::optional<std::string>& configuration) {
    std::optional<ParsedConfiguration> parsed;
    if (configuration) parsed = read_configuration(*configuration);
    std::vector<std::string> directories;
    for (const std::string& directory : common.directories)
        directories.push_back(std::filesystem::absolute(directory).string());
    detail::Catalog catalog =
        detail::Catalog::scan(parsed ? parsed->configuration.plugins : PluginOptions{}, directories);
    return {std::move(parsed), std::move(catalog)};
}

}  // namespace dbway::cli
