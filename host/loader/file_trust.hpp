// file_trust.hpp - whether a file may be loaded into this process: nobody but root and the current user can
// have written it. It guards against wrong files and careless modes; a plugin has all rights of the process.
#pragma once

#include <dbway/export.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace dbway::detail {

// Why the file at this canonical path is not trusted, or nullopt. It must be a regular file, owned by root or
// the effective user, not writable by group or others; so must every directory above it.
DBWAY_API std::optional<std::string> distrust_reason(const std::string& canonical_path);

// "sha256:" and the digest of these bytes in hexadecimal.
DBWAY_API std::string pin_of(std::string_view bytes);

// Whether text is a pin: "sha256:" and 64 hexadecimal digits.
DBWAY_API bool is_pin(std::string_view text) noexcept;

}  // namespace dbway::detail
