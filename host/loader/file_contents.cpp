#include <dbway/error.hpp>
#include <loader/file_contents.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace dbway::detail {

namespace {

constexpr std::uint64_t largest_file = std::uint64_t{1} << 30;

std::int64_t nanoseconds(const timespec& time) {
    return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

FileIdentity identity_of(const struct stat& status) {
    return {static_cast<std::uint64_t>(status.st_dev), static_cast<std::uint64_t>(status.st_ino),
            static_cast<std::uint64_t>(status.st_size), nanoseconds(status.st_mtim),
            nanoseconds(status.st_ctim)};
}

[[noreturn]] void fail(const std::string& reason) { throw PluginError(Category::plugin, reason); }
[[noreturn]] void fail_with_errno() { fail(std::string("cannot be read: ") + std::strerror(errno)); }

struct Descriptor {
    int fd;
    explicit Descriptor(int fd) noexcept : fd(fd) {}
    ~Descriptor() {
        if (fd >= 0) ::close(fd);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
};

}  // namespace

std::optional<FileIdentity> identify_file(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return std::nullopt;
    return identity_of(status);
}

FileContents read_contents(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) fail_with_errno();
    if (!S_ISREG(status.st_mode))
        fail(S_ISDIR(status.st_mode) ? "not a regular file but a directory" : "not a regular file");
    // O_NONBLOCK for a FIFO that took the file's place just now.
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.fd < 0 || ::fstat(file.fd, &status) != 0) fail_with_errno();
    if (!S_ISREG(status.st_mode)) fail("not a regular file");
    FileContents contents;
    contents.identity = identity_of(status);
    if (contents.identity.size > largest_file) fail("larger than 1 GiB, which no plugin is");
    contents.size = static_cast<std::size_t>(contents.identity.size);
    contents.data = std::make_unique_for_overwrite<char[]>(contents.size);
    for (std::size_t done = 0; done < contents.size;) {
        const ssize_t got = ::read(file.fd, contents.data.get() + done, contents.size - done);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail_with_errno();
        if (got == 0) fail("changed while it was read");
        done += static_cast<std::size_t>(got);
    }
    if (::fstat(file.fd, &status) != 0) fail_with_errno();
    if (!(identity_of(status) == contents.identity)) fail("changed while it was read");
    return contents;
}

}  // namespace dbway::detail
