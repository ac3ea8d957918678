// option_table.hpp - every key of dbway.toml that is dbway's own, in one table: the parser, the JSON schema
// and the reference page come from it. Defaults are those of the structs in options.hpp.
#pragma once

#include <dbway/export.hpp>
#include <dbway/options.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace dbway::detail {

// Where a value goes; its type decides how the value is written.
using OptionMember = std::variant<std::vector<std::string> PluginOptions::*,            // an array of paths
                                  std::map<std::string, std::string> PluginOptions::*,  // a table of pins
                                  Duplicates PluginOptions::*,     // "refuse" or "highest"
                                  std::string SourceOptions::*,    // a string
                                  std::uint32_t SourceOptions::*,  // an integer
                                  std::uint64_t SourceOptions::*,  // a size: "64MiB", or an integer of bytes
                                  std::chrono::nanoseconds SourceOptions::*,  // a duration: "30s"
                                  bool SourceOptions::*,                      // a boolean
                                  std::uint32_t PoolOptions::*, std::chrono::nanoseconds PoolOptions::*,
                                  double PoolOptions::*>;

enum class OptionKind : std::uint8_t {
    paths,
    pins,
    choice,
    string,
    integer,
    size,
    duration,
    boolean,
    number
};

struct OptionDescriptor {
    std::string_view section;  // "plugins", "source" or "source.pool"
    std::string_view key;
    OptionMember member;
    double min = 0;  // of integers, numbers, sizes (bytes) and durations (nanoseconds)
    double max = 0;
    bool required = false;
    std::string_view help;

    DBWAY_API OptionKind kind() const noexcept;
    // The default as a configuration would write it, in TOML; empty: none.
    DBWAY_API std::string default_toml() const;
    // "an integer from 0 to 10", "a duration such as "30s", from 1ms to 1h": what a value must be.
    DBWAY_API std::string expectation() const;
    // A value in the range's unit as a configuration writes it, without quotes.
    DBWAY_API std::string bound_text(double bound) const;
};

DBWAY_API std::span<const OptionDescriptor> option_table() noexcept;
DBWAY_API const OptionDescriptor* find_option(std::string_view section, std::string_view key) noexcept;
// The keys of one section, in the order of the table.
DBWAY_API std::vector<std::string_view> option_keys(std::string_view section);

// The values of a choice, "refuse" first.
inline constexpr std::string_view duplicates_values[] = {"refuse", "highest"};

}  // namespace dbway::detail
