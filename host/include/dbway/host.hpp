// host.hpp - the start of everything: a configuration, the providers it names, its sources.
#pragma once

#include <dbway/configuration.hpp>
#include <dbway/source.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dbway {

namespace detail {
class HostState;
}

// Where messages of dbway and of providers go. Called from any thread, also concurrently; must not throw.
// severity: DBWAY_LOG_ERROR … DBWAY_LOG_DEBUG.
using LogHandler = std::function<void(int severity, std::string_view message)>;

struct HostOptions {
    // Searched after the directories of the configuration.
    std::vector<std::filesystem::path> plugin_directories;
    // Providers that are part of the program, found before any file.
    std::vector<const dbway_entry*> linked;
    LogHandler log;
};

// Thread-safe. Sources and all that comes from them stay valid after the Host is gone.
class DBWAY_API Host {
  public:
    // Parses and validates the configuration, finds and loads the providers it names. Opens no connection.
    // Throws ConfigurationError with every problem of the file, or PluginError.
    static Host open(const std::filesystem::path& file, const HostOptions& options = {});
    static Host open(const Configuration& configuration, const HostOptions& options = {});

    // Throws InvalidUse, listing the sources there are, if there is none of that name.
    Source source(std::string_view name) const;
    std::vector<std::string> source_names() const;
    const Configuration& configuration() const noexcept;

  private:
    explicit Host(std::shared_ptr<detail::HostState> state) noexcept : state_(std::move(state)) {}
    std::shared_ptr<detail::HostState> state_;
};

}  // namespace dbway
