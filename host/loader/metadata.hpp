// metadata.hpp - what a plugin file says of itself (DBWAY_META in provider.h), read without running it.
#pragma once

#include <dbway/export.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::detail {

enum class OptionScope : std::uint8_t { source, provider };
enum class DeclaredType : std::uint8_t { string, integer, number, boolean, duration, path, secret, choice };

// "string", "integer", … as [[option]] writes it.
DBWAY_API std::string_view to_string(DeclaredType type) noexcept;

// One [[option]] of the metadata.
struct DeclaredOption {
    std::string name;
    OptionScope scope = OptionScope::source;
    DeclaredType type = DeclaredType::string;
    std::optional<std::string> default_value;
    bool required = false;
    std::optional<double> min;  // integer, number; a duration: in seconds
    std::optional<double> max;
    std::vector<std::string> values;    // of a choice
    std::vector<std::string> literals;  // prefixes of a path option's values that are no path
    std::string help;
};

struct PluginMetadata {
    std::string id;
    std::string version;
    std::uint32_t abi_major = 0;
    std::uint32_t abi_minor = 0;
    std::string name;
    std::string vendor;
    std::string url;
    std::string license;
    std::string description;
    std::vector<DeclaredOption> options;

    DBWAY_API const DeclaredOption* find_option(OptionScope scope, std::string_view name) const noexcept;
};

// The TOML text between the markers of DBWAY_META; nullopt: there is none.
// Throws PluginError for one that is unterminated, larger than 64 KiB, or there twice with different text.
DBWAY_API std::optional<std::string_view> find_metadata(std::string_view bytes);

// Throws PluginError that says what is wrong with the text.
DBWAY_API PluginMetadata parse_metadata(std::string_view toml);

// -1, 0 or 1: numbers compare as numbers, the rest as text; "1.10" > "1.9", "1.0" > "1.0-rc1".
DBWAY_API int compare_versions(std::string_view a, std::string_view b) noexcept;

}  // namespace dbway::detail
