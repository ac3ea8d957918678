#include <config/text_value.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <vector>

namespace dbway::detail {

namespace {

constexpr std::size_t largest_file = 64 * 1024;

// Closes at the end; move-free, for one scope.
struct Descriptor {
    explicit Descriptor(int fd) noexcept : fd(fd) {}
    ~Descriptor() {
        if (fd >= 0) ::close(fd);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int fd;
};

std::optional<Secret> read_environment(const TomlNode& name, const std::string& what, Problems& problems) {
    const char* value = name.text.empty() ? nullptr : std::getenv(name.text.c_str());
    if (value != nullptr) return Secret(value);
    problems.error(name.where, what + ": the environment variable \"" + name.text + "\" is not set");
    return std::nullopt;
}

// The bytes of an open file, one trailing newline less. nullopt, with errno, when it cannot be read; an empty
// optional in a file that is too large sets errno to EFBIG.
std::optional<Secret> read_bytes(int fd) {
    std::vector<char> bytes(largest_file + 1);
    std::size_t size = 0;
    while (size < bytes.size()) {
        const ssize_t got = ::read(fd, bytes.data() + size, bytes.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return std::nullopt;
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    std::optional<Secret> secret;
    if (size > largest_file) {
        errno = EFBIG;
    } else {
        std::size_t length = size;
        if (length > 0 && bytes[length - 1] == '\n') {
            --length;
            if (length > 0 && bytes[length - 1] == '\r') --length;
        }
        secret.emplace(std::string_view(bytes.data(), length));
    }
    wipe_memory(bytes.data(), size);
    return secret;
}

std::optional<Secret> read_file(const TomlNode& name, const std::string& what, const std::string& directory,
                                Problems& problems) {
    const std::string path = (std::filesystem::path(directory) / name.text).lexically_normal().string();
    const auto refuse = [&](const std::string& reason) {
        problems.error(name.where, what + ": the file \"" + path + "\" " + reason);
        return std::nullopt;
    };
    if (name.text.empty() || name.text.find('\0') != std::string::npos) return refuse("has no usable name");
    // O_NONBLOCK: a FIFO in the place of a file must not hang the start.
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.fd < 0) return refuse(std::string("cannot be read: ") + std::strerror(errno));
    struct stat status {};
    if (::fstat(file.fd, &status) != 0) return refuse(std::string("cannot be read: ") + std::strerror(errno));
    if (!S_ISREG(status.st_mode)) return refuse("is not a regular file");
    if ((status.st_mode & S_IWOTH) != 0)
        return refuse("can be written by everybody; remove that permission (chmod o-w)");
    if ((status.st_mode & (S_IRGRP | S_IROTH)) != 0)
        problems.warning(name.where, what + ": the file \"" + path + "\" can be read by " +
                                         ((status.st_mode & S_IROTH) != 0 ? "everybody" : "its group") +
                                         "; chmod 600 keeps it secret");
    auto secret = read_bytes(file.fd);
    if (!secret)
        return refuse(errno == EFBIG ? "is larger than 64 KiB"
                                     : std::string("cannot be read: ") + std::strerror(errno));
    return secret;
}

}  // namespace

std::optional<TextValue> read_text(const TomlNode& node, const std::string& what,
                                   const std::string& directory, Problems& problems) {
    if (node.kind == TomlNode::Kind::string) return TextValue{Secret(node.text), ValueForm::string};
    if (node.kind != TomlNode::Kind::table) {
        problems.error(node.where, what + ": expected a string, found " + describe(node));
        return std::nullopt;
    }
    const TomlMember* only = node.members.size() == 1 ? &node.members.front() : nullptr;
    if (only == nullptr || (only->key != "env" && only->key != "file") ||
        only->value.kind != TomlNode::Kind::string) {
        problems.error(node.where,
                       what + ": expected a string, { env = \"NAME\" } or { file = \"PATH\" }, found " +
                           (only == nullptr ? std::string("another table")
                                            : "a table with the key \"" + only->key + "\""));
        return std::nullopt;
    }
    const bool environment = only->key == "env";
    auto secret = environment ? read_environment(only->value, what, problems)
                              : read_file(only->value, what, directory, problems);
    if (!secret) return std::nullopt;
    return TextValue{std::move(*secret), environment ? ValueForm::environment : ValueForm::file};
}

}  // namespace dbway::detail
