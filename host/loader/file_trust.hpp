// file_trust.hpp - whether a file may be loaded into this process: nobody but root and the current user can have
// written it. It guards against wrong files and careless modes; a plugin has all rights of the process.
#pragma once

#include <dbway/export.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dbway::detail {

// What a file was when it was checked.
struct FileIdentity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint64_t size = 0;
    std::int64_t modified_ns = 0;
    std::int64_t changed_ns = 0;

    bool operator==(const FileIdentity&) const = default;
};

// The identity of a file; nullopt when it cannot be examined.
DBWAY_API std::optional<FileIdentity> identify_file(const std::string& path);

// Why the file at this canonical path is not trusted, or nullopt. It must be a regular file, owned by root or the
// effective user, not writable by group or others; so must every directory above it.
DBWAY_API std::optional<std::string> distrust_reason(const std::string& canonical_path);

// "sha256:" and the digest of the file in hexadecimal. Throws PluginError when it cannot be read, or changes while
// it is read; `identity` gets what was read.
DBWAY_API std::string file_digest(const std::string& path, FileIdentity& identity);

// Whether text is a pin: "sha256:" and 64 hexadecimal digits.
DBWAY_API bool is_pin(std::string_view text) noexcept;

}  // namespace dbway::detail
