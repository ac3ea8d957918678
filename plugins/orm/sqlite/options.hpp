// options.hpp - the options of a connection to SQLite.
#pragma once

#include <dbway/sdk/provider.hpp>

#include <chrono>
#include <cstdint>
#include <string>

namespace dbway::orm::sqlite {

struct OpenOptions {
    std::string file;  // a path, ":memory:", or "" for a temporary file
    bool read_only = false;
    bool may_create = true;
    std::chrono::milliseconds busy_timeout{5000};
    std::string journal_mode;  // "": WAL where it can be
    std::string synchronous;   // "": NORMAL under WAL, else SQLite's default
    bool foreign_keys = true;
    std::int64_t integer_time = 1'000'000;  // microseconds in a unit of an integer time

    bool in_file() const noexcept { return !file.empty() && file != ":memory:"; }
};

// Throws Failure (DBWAY_ERR_INVALID). `read_only`: the host wants no changes, whatever the mode says.
OpenOptions read_options(const sdk::Options& options, bool read_only);

// What SOCI takes in place of options.
std::string connect_string(const OpenOptions& options);

}  // namespace dbway::orm::sqlite
