// context.hpp - the configuration and the source that a command works with.
#pragma once

#include "cli/arguments.hpp"

#include <dbway/host.hpp>
#include <dbway/sdk/lexer.hpp>
#include <loader/catalog.hpp>

#include <optional>
#include <string>

namespace dbway::cli {

// -c, $DBWAY_CONFIG or ./dbway.toml; nothing if there is none of them.
std::optional<std::string> find_configuration(const CommonArguments& common);
// The same; throws UsageError that says what to do.
std::string need_configuration(const CommonArguments& common);

// --dir, and messages of dbway and its providers on standard error.
HostOptions host_options(const CommonArguments& common);
// Keeps the secrets of a configuration out of messages.
void hide_secrets(const Configuration& configuration);
Host open_host(const CommonArguments& common);
// Throws UsageError with the names there are. An empty name: the only source, or "main".
std::string choose_source(const Configuration& configuration, const std::string& name);
Source choose_source(const Host& host, const CommonArguments& common);

// The rules by which the server's statements are cut apart.
sdk::Dialect dialect_of(const ServerInfo& server);

// Plugins, by the configuration if there is one and from --dir.
struct FoundPlugins {
    std::optional<ParsedConfiguration> parsed;
    detail::Catalog catalog;
};
FoundPlugins find_plugins(const CommonArguments& common, const std::optional<std::string>& configuration);

}  // namespace dbway::cli
