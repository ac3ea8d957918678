// file_contents.hpp - a whole file in memory, and what the file was while it was read.
#pragma once

#include <dbway/export.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace dbway::detail {

// Tells one state of a file from any other: a file that is written to, or replaced, gets another identity.
struct FileIdentity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint64_t size = 0;
    std::int64_t modified_ns = 0;
    std::int64_t changed_ns = 0;

    bool operator==(const FileIdentity&) const = default;
    bool same_file(const FileIdentity& other) const noexcept {
        return device == other.device && inode == other.inode;
    }
};

// The identity of a file, symbolic links resolved; nullopt when it cannot be examined.
DBWAY_API std::optional<FileIdentity> identify_file(const std::string& path);

// Read, not mapped, so that a file which shrinks meanwhile is an error rather than a SIGBUS.
struct FileContents {
    std::unique_ptr<char[]> data;
    std::size_t size = 0;
    FileIdentity identity;

    std::string_view bytes() const noexcept { return {data.get(), size}; }
};

// Throws PluginError: not a regular file, cannot be read, larger than 1 GiB, or changed while it was read.
DBWAY_API FileContents read_contents(const std::string& path);

}  // namespace dbway::detail
