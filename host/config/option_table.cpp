#include <config/option_table.hpp>
#include <config/units.hpp>

#include <algorithm>
#include <charconv>
#include <type_traits>

namespace dbway::detail {

namespace {

constexpr double millisecond = 1e6;  // durations are in nanoseconds
constexpr double second = 1e9;
constexpr double hour = 3600 * second;
constexpr double day = 24 * hour;
constexpr double kibibyte = 1024;
constexpr double gibibyte = kibibyte * kibibyte * kibibyte;

const OptionDescriptor table[] = {
    {"plugins", "directories", &PluginOptions::directories, 0, 0, false,
     "Directories to search for plugins, before the installed one. Relative to the configuration file."},
    {"plugins", "duplicates", &PluginOptions::duplicates, 0, 0, false,
     "What to do when two files carry one id: refuse both, or use the one with the highest version."},
    {"plugins", "pin", &PluginOptions::pins, 0, 0, false,
     "SHA-256 of the only file that may provide an id, as \"sha256:\" and 64 hexadecimal digits."},

    {"source", "provider", &SourceOptions::provider, 0, 0, true,
     "The id of the plugin that connects to this database."},
    {"source", "statement_cache", &SourceOptions::statement_cache, 0, 100000, false,
     "Prepared statements kept for each connection; 0 keeps none."},
    {"source", "batch_rows", &SourceOptions::batch_rows, 1, 65536, false,
     "The most rows that the provider hands over at a time."},
    {"source", "buffer_limit", &SourceOptions::buffer_limit, 64 * kibibyte, 64 * gibibyte, false,
     "Memory for the rest of a result when a second statement starts on its connection before it was read."},
    {"source", "deadline", &SourceOptions::deadline, 0, 30 * day, false,
     "How long a statement may take that has no deadline of its own; \"0s\" sets no limit."},
    {"source", "read_only", &SourceOptions::read_only, 0, 0, false,
     "Open every connection so that it cannot change the database."},
    {"source", "share", &SourceOptions::share, 0, 0, false,
     "While every connection is busy, send the single statements of waiting threads together on the next one "
     "that is free. Without effect where the provider cannot pipeline."},

    {"source.pool", "min", &PoolOptions::min, 0, 10000, false, "Connections kept open."},
    {"source.pool", "max", &PoolOptions::max, 1, 10000, false, "The most connections open at a time."},
    {"source.pool", "acquire_timeout", &PoolOptions::acquire_timeout, millisecond, hour, false,
     "How long to wait for a connection while all are lent out."},
    {"source.pool", "connect_timeout", &PoolOptions::connect_timeout, millisecond, hour, false,
     "How long opening one connection may take."},
    {"source.pool", "max_lifetime", &PoolOptions::max_lifetime, 0, 30 * day, false,
     "A connection older than this is replaced when it comes back; \"0s\" keeps it."},
    {"source.pool", "lifetime_jitter", &PoolOptions::lifetime_jitter, 0, 1, false,
     "The largest part by which max_lifetime is shortened at random, so that not all connections end at "
     "once."},
    {"source.pool", "idle_timeout", &PoolOptions::idle_timeout, 0, 30 * day, false,
     "A connection above min that was idle for this long is closed; \"0s\" keeps it."},
    {"source.pool", "check_after", &PoolOptions::check_after, 0, day, false,
     "A connection that was idle for longer than this is checked before it is handed out."},
    {"source.pool", "leak_after", &PoolOptions::leak_after, 0, 30 * day, false,
     "A connection lent for longer than this is reported as a leak; \"0s\" reports none."},
};

template <class Member>
struct MemberType;
template <class Value, class Class>
struct MemberType<Value Class::*> {
    using value = Value;
    using owner = Class;
};

template <class Value>
constexpr OptionKind kind_of() {
    if constexpr (std::is_same_v<Value, std::vector<std::string>>) return OptionKind::paths;
    if constexpr (std::is_same_v<Value, std::map<std::string, std::string>>) return OptionKind::pins;
    if constexpr (std::is_same_v<Value, Duplicates>) return OptionKind::choice;
    if constexpr (std::is_same_v<Value, std::string>) return OptionKind::string;
    if constexpr (std::is_same_v<Value, std::uint32_t>) return OptionKind::integer;
    if constexpr (std::is_same_v<Value, std::uint64_t>) return OptionKind::size;
    if constexpr (std::is_same_v<Value, std::chrono::nanoseconds>) return OptionKind::duration;
    if constexpr (std::is_same_v<Value, bool>) return OptionKind::boolean;
    if constexpr (std::is_same_v<Value, double>) return OptionKind::number;
}

std::string number_text(double number) {
    char buffer[32];
    return {buffer, std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::general).ptr};
}

}  // namespace

OptionKind OptionDescriptor::kind() const noexcept {
    return std::visit([](auto m) { return kind_of<typename MemberType<decltype(m)>::value>(); }, member);
}

std::string OptionDescriptor::default_toml() const {
    return std::visit(
        [](auto m) -> std::string {
            using Type = MemberType<decltype(m)>;
            const typename Type::owner defaults;
            const auto& value = defaults.*m;
            switch (kind_of<typename Type::value>()) {
                case OptionKind::paths:
                    return "[]";
                case OptionKind::choice:
                    return "\"" + std::string(duplicates_values[0]) + "\"";
                default:
                    break;
            }
            if constexpr (std::is_same_v<typename Type::value, std::chrono::nanoseconds>)
                return "\"" + duration_text(value) + "\"";
            else if constexpr (std::is_same_v<typename Type::value, std::uint64_t>)
                return "\"" + size_text(value) + "\"";
            else if constexpr (std::is_same_v<typename Type::value, bool>)
                return value ? "true" : "false";
            else if constexpr (std::is_same_v<typename Type::value, std::uint32_t>)
                return std::to_string(value);
            else if constexpr (std::is_same_v<typename Type::value, double>)
                return number_text(value);
            else
                return {};
        },
        member);
}

std::string OptionDescriptor::bound_text(double bound) const {
    switch (kind()) {
        case OptionKind::duration:
            return duration_text(std::chrono::nanoseconds(static_cast<std::int64_t>(bound)));
        case OptionKind::size:
            return size_text(static_cast<std::uint64_t>(bound));
        case OptionKind::integer:
            return std::to_string(static_cast<std::int64_t>(bound));
        default:
            return number_text(bound);
    }
}

std::string OptionDescriptor::expectation() const {
    const std::string range = bound_text(min) + " to " + bound_text(max);
    switch (kind()) {
        case OptionKind::paths:
            return "an array of strings";
        case OptionKind::pins:
            return "a table of ids and \"sha256:…\" texts";
        case OptionKind::choice:
            return "\"refuse\" or \"highest\"";
        case OptionKind::string:
            return "a string";
        case OptionKind::integer:
            return "an integer from " + range;
        case OptionKind::size:
            return "a size such as \"64MiB\", from " + range;
        case OptionKind::duration:
            return "a duration such as \"30s\", from " + range;
        case OptionKind::boolean:
            return "true or false";
        case OptionKind::number:
            return "a number from " + range;
    }
    return {};
}

std::span<const OptionDescriptor> option_table() noexcept { return table; }

const OptionDescriptor* find_option(std::string_view section, std::string_view key) noexcept {
    const auto found = std::find_if(std::begin(table), std::end(table), [&](const OptionDescriptor& option) {
        return option.section == section && option.key == key;
    });
    return found == std::end(table) ? nullptr : found;
}

std::vector<std::string_view> option_keys(std::string_view section) {
    std::vector<std::string_view> keys;
    for (const OptionDescriptor& option : table)
        if (option.section == section) keys.push_back(option.key);
    return keys;
}

}  // namespace dbway::detail
