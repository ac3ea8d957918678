#include <loader/file_trust.hpp>
#include <loader/sha256.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace dbway::detail {

namespace {

constexpr std::string_view pin_prefix = "sha256:";

bool is_trusted_owner(uid_t owner) { return owner == 0 || owner == ::geteuid(); }

std::string foreign_owner(uid_t owner) {
    return "is owned by user " + std::to_string(owner) + ", neither root nor the user that runs this (" +
           std::to_string(::geteuid()) + ")";
}

std::string writable(mode_t mode) {
    char octal[8];
    std::snprintf(octal, sizeof octal, "%04o", static_cast<unsigned>(mode & 07777));
    return std::string("can be written by ") + ((mode & S_IWOTH) != 0 ? "everybody" : "its group") +
           " (mode " + octal + "); chmod go-w";
}

// Why a directory is not trusted. In a sticky directory of root, such as /tmp, others can make entries but
// can neither rename nor remove those they do not own: an entry of a trusted owner stays what it is, and it
// is no symbolic link, since the path is canonical. So such a directory is accepted above an entry that
// belongs to root or to us.
std::string directory_reason(const struct stat& directory, uid_t owner_below) {
    if (!is_trusted_owner(directory.st_uid)) return foreign_owner(directory.st_uid);
    if ((directory.st_mode & (S_IWGRP | S_IWOTH)) == 0) return {};
    const bool sticky =
        (directory.st_mode & S_ISVTX) != 0 && directory.st_uid == 0 && is_trusted_owner(owner_below);
    return sticky ? std::string() : writable(directory.st_mode);
}

}  // namespace

std::optional<std::string> distrust_reason(const std::string& canonical_path) {
    struct stat status {};
    // lstat: a link in a canonical path means that somebody changed it just now.
    if (::lstat(canonical_path.c_str(), &status) != 0)
        return std::string("cannot be examined: ") + std::strerror(errno);
    if (!S_ISREG(status.st_mode))
        return "not a regular file" + std::string(S_ISDIR(status.st_mode) ? " but a directory" : "");
    if (!is_trusted_owner(status.st_uid)) return "not trusted: it " + foreign_owner(status.st_uid);
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) return "not trusted: it " + writable(status.st_mode);
    uid_t owner_below = status.st_uid;
    for (std::filesystem::path directory = std::filesystem::path(canonical_path).parent_path();;
         directory = directory.parent_path()) {
        if (::lstat(directory.c_str(), &status) != 0)
            return "not trusted: the directory \"" + directory.string() +
                   "\" cannot be examined: " + std::strerror(errno);
        if (!S_ISDIR(status.st_mode))
            return "not trusted: \"" + directory.string() + "\" is no longer a directory";
        if (const std::string reason = directory_reason(status, owner_below); !reason.empty())
            return "not trusted: the directory \"" + directory.string() + "\" " + reason;
        if (!directory.has_relative_path()) return std::nullopt;
        owner_below = status.st_uid;
    }
}

std::string pin_of(std::string_view bytes) { return std::string(pin_prefix) + hexadecimal(sha256(bytes)); }

bool is_pin(std::string_view text) noexcept {
    if (!text.starts_with(pin_prefix)) return false;
    text.remove_prefix(pin_prefix.size());
    return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
           });
}

}  // namespace dbway::detail
