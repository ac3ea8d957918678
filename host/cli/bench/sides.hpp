// sides.hpp - what is compared with each other: sources, each with a provider.
#pragma once

#include "cli/arguments.hpp"

#include <dbway/host.hpp>
#include <loader/metadata.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::cli::bench {

struct Side {
    std::string name;             // how the report calls it
    Configuration configuration;  // with this source only
    HostOptions host_options;
    Host host;
    Source source;
    ServerInfo server;
    std::string provider_version;

    const std::string& source_name() const { return source.name(); }
    const std::string& provider() const { return source.provider(); }
};

// A combination that was asked for and cannot be measured.
struct LeftOut {
    std::string name;
    std::string reason;
};

struct Sides {
    std::vector<Side> sides;  // the first is the one that the others are compared with
    std::vector<LeftOut> left_out;
};

// Opens every source of the arguments with its own provider and with those of --providers, and connects once.
// What another provider does not take is left out; throws when a source fails with its own. `options`: of the
// wait for a connection.
Sides open_sides(const BenchArguments& arguments, const QueryOptions& options);

// The options of a source for another provider: as they are, but for the choice of a kind of database
// ("backend") that only one of the two has. `product`: of the server, ServerInfo::product.
SourceOptions moved_to(const detail::PluginMetadata& provider, const SourceOptions& source,
                       std::string_view product);

// One name for each (source, provider): only the part in which they differ, if there is one.
std::vector<std::string> side_names(const std::vector<SourceOptions>& sides);

}  // namespace dbway::cli::bench
