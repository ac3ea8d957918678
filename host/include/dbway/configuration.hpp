// configuration.hpp - reads a dbway.toml into options.hpp's structs. All that is wrong with a file is
// reported in one run, each problem with its place.
#pragma once

#include <dbway/error.hpp>
#include <dbway/options.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dbway {

namespace detail {
class Catalog;
}

// One thing that is wrong with a configuration. Line and column are 1-based; 0: the file as a whole.
struct Problem {
    std::string file;
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    std::string message;
    bool warning = false;

    // "FILE:LINE:COL: error: MESSAGE" (or "warning"), without the numbers where there are none.
    DBWAY_API std::string to_string() const;
    bool operator==(const Problem&) const = default;
};

struct Configuration {
    std::string file;       // as it was named
    std::string directory;  // what relative paths are relative to; absolute
    PluginOptions plugins;
    std::map<std::string, std::vector<ProviderOption>> providers;  // [provider.NAME]
    std::map<std::string, Location> provider_sections;             // where those sections are
    std::map<std::string, Location> pin_places;                    // where the keys of [plugins.pin] are
    std::vector<SourceOptions> sources;                            // in the order of the file

    // The source of that name, or null.
    DBWAY_API const SourceOptions* find_source(std::string_view name) const noexcept;
};

// Every problem of a configuration. what() has them all, one a line.
class DBWAY_API InvalidConfiguration : public ConfigurationError {
  public:
    explicit InvalidConfiguration(std::vector<Problem> problems);
    InvalidConfiguration(const InvalidConfiguration&) noexcept = default;
    InvalidConfiguration& operator=(const InvalidConfiguration&) noexcept = default;
    ~InvalidConfiguration() override;

    const std::vector<Problem>& problems() const noexcept { return *problems_; }

  private:
    std::shared_ptr<const std::vector<Problem>> problems_;
};

// A configuration and what is wrong with it. With problems, the configuration holds what could be read, which
// is enough to look for plugins and to check the rest.
struct ParsedConfiguration {
    Configuration configuration;
    std::vector<Problem> problems;
    std::vector<Problem> warnings;

    // Throws InvalidConfiguration, its problems in the order of the file, if there are any.
    DBWAY_API void raise() const;
};

// Reads a file without throwing for what is wrong with it; a file that cannot be read is one problem.
DBWAY_API ParsedConfiguration read_configuration(const std::filesystem::path& file);
DBWAY_API ParsedConfiguration read_configuration(std::string_view text, const std::string& file,
                                                 const std::filesystem::path& directory);

// The same, but throws InvalidConfiguration. Options of providers are not checked: see
// check_provider_options().
DBWAY_API Configuration load_configuration(const std::filesystem::path& file);
DBWAY_API Configuration parse_configuration(std::string_view text, const std::string& file,
                                            const std::filesystem::path& directory);

// Checks what only the plugins know: that the named providers exist, and the keys, types, ranges and choices
// of their options against the metadata of the files found. Adds to parsed.problems; makes relative paths
// absolute; marks options that are declared secret.
DBWAY_API void check_provider_options(ParsedConfiguration& parsed, const detail::Catalog& catalog);

// The JSON schema (draft-07) of dbway.toml and its reference page in Markdown, with the options of the
// providers in the catalog.
DBWAY_API std::string configuration_schema(const detail::Catalog& catalog);
DBWAY_API std::string configuration_reference(const detail::Catalog& catalog);

}  // namespace dbway
