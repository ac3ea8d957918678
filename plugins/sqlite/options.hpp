// options.hpp - the options of one connection, read and checked.
#pragma once

#include <dbway/sdk/provider.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dbway::sqlite {

enum class OpenMode : std::uint8_t { read_write_create, read_write, read_only, memory };

struct OpenOptions {
    std::string database;  // a path, "file:…", ":memory:", or "" for a temporary file
    OpenMode mode = OpenMode::read_write_create;
    std::optional<bool> shared_cache;
    std::string vfs;
    std::chrono::milliseconds busy_timeout{5000};
    std::string journal_mode;  // "": WAL where it can be
    std::string synchronous;   // "": NORMAL under WAL, else SQLite's default
    std::string temp_store;
    bool foreign_keys = true;
    std::optional<std::int64_t> cache_size;
    std::optional<std::int64_t> mmap_size;
    std::int64_t integer_time = 1'000'000;  // microseconds in a unit of an integer time
    std::vector<std::pair<std::string, std::string>> pragmas;

    bool in_memory() const noexcept { return mode == OpenMode::memory || database == ":memory:"; }
    bool is_uri() const noexcept { return database.starts_with("file:"); }
    // A database in a file with a name, so that WAL makes sense.
    bool in_file() const noexcept { return !in_memory() && !database.empty(); }
};

// Throws Failure (DBWAY_ERR_INVALID) that names the option, what was found and what is expected. `read_only`:
// the host wants no changes, whatever the mode says.
OpenOptions read_options(const sdk::Options& options, bool read_only);

}  // namespace dbway::sqlite
