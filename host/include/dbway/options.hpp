// options.hpp - what a configuration says, as plain structs with their defaults. Equal structs mean an equal
// configuration, so that a reload is a comparison. The table in host/config/option_table.cpp has the ranges.
#pragma once

#include <dbway/secret.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace dbway {

// A place in a configuration file, 1-based, in characters; 0: not from a file.
struct Location {
    std::uint32_t line = 0;
    std::uint32_t column = 0;

    bool operator==(const Location&) const = default;
};

// How a value was written, which decides what its text may stand for.
enum class ValueForm : std::uint8_t {
    string,
    integer,
    number,
    boolean,
    environment,  // { env = "NAME" }
    file,         // { file = "PATH" }
};

// One option that dbway passes on to a provider, as text.
struct ProviderOption {
    std::string key;
    Secret value;
    bool secret = false;  // to be shown as "***" everywhere: declared secret, or taken from env or file
    ValueForm form = ValueForm::string;
    Location where;      // of the value
    Location key_where;  // of the key

    // Where and how it was written makes no difference to what runs.
    friend bool operator==(const ProviderOption& a, const ProviderOption& b) noexcept {
        return a.key == b.key && a.value == b.value && a.secret == b.secret;
    }
};

// [source.NAME.pool]
struct PoolOptions {
    std::uint32_t min = 0;   // connections kept open
    std::uint32_t max = 10;  // connections open at a time
    std::chrono::nanoseconds acquire_timeout = std::chrono::seconds(30);
    std::chrono::nanoseconds connect_timeout = std::chrono::seconds(15);
    std::chrono::nanoseconds max_lifetime = std::chrono::minutes(30);  // 0: no limit
    std::chrono::nanoseconds idle_timeout = std::chrono::minutes(10);  // 0: never closed for being idle
    std::chrono::nanoseconds check_after = std::chrono::seconds(1);    // idle for longer: checked at hand-out
    std::chrono::nanoseconds leak_after = std::chrono::nanoseconds(0);  // lent for longer: reported; 0: never
    double lifetime_jitter =
        0.1;  // max_lifetime is shortened by up to this fraction, so that not all end at once

    bool operator==(const PoolOptions&) const = default;
};

// [source.NAME]
struct SourceOptions {
    std::string name;
    std::string provider;
    std::vector<ProviderOption> options;  // in the order of the keys' names
    PoolOptions pool;
    std::uint32_t statement_cache = 256;            // prepared statements kept for each connection; 0: none
    std::uint32_t batch_rows = 256;                 // most rows that a provider hands over at a time
    std::uint64_t buffer_limit = 64 * 1024 * 1024;  // bytes kept when a second statement starts mid-read
    std::chrono::nanoseconds deadline =
        std::chrono::nanoseconds(0);  // of a statement without its own; 0: none
    bool read_only = false;
    bool share = false;       // statements of several threads may go out together on one connection
    Location where;           // of the section
    Location provider_where;  // of the value of `provider`

    friend bool operator==(const SourceOptions& a, const SourceOptions& b) {
        return a.name == b.name && a.provider == b.provider && a.options == b.options && a.pool == b.pool &&
               a.statement_cache == b.statement_cache && a.batch_rows == b.batch_rows &&
               a.buffer_limit == b.buffer_limit && a.deadline == b.deadline && a.read_only == b.read_only &&
               a.share == b.share;
    }
};

// What to do when two plugin files carry one id.
enum class Duplicates : std::uint8_t {
    refuse,   // neither is used
    highest,  // the one with the highest version is used; equal versions are refused
};

// [plugins]
struct PluginOptions {
    std::vector<std::string> directories;     // absolute
    std::map<std::string, std::string> pins;  // plugin id -> "sha256:" and 64 hexadecimal digits
    Duplicates duplicates = Duplicates::refuse;

    bool operator==(const PluginOptions&) const = default;
};

}  // namespace dbway
