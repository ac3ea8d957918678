#include "cli/byte_input.hpp"

#include "cli/exit_code.hpp"
#include "cli/interrupt.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace dbway::cli {

ByteInput::ByteInput(const std::string& path, const InterruptGuard* interrupt)
    : name_(path == "-" ? "standard input" : path), interrupt_(interrupt) {
    descriptor_ = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor_ < 0) throw UsageError("cannot open " + path + ": " + std::strerror(errno));
    struct stat status = {};
    if (fstat(descriptor_, &status) != 0) return;
    if (S_ISDIR(status.st_mode)) {
        if (descriptor_ != STDIN_FILENO) ::close(descriptor_);
        throw UsageError("cannot read " + path + ": it is a directory");
    }
    if (S_ISREG(status.st_mode)) size_ = static_cast<std::uint64_t>(status.st_size);
}

ByteInput::~ByteInput() {
    if (descriptor_ > STDIN_FILENO) ::close(descriptor_);
}

std::size_t ByteInput::read_descriptor(std::span<char> into) {
    while (true) {
        if (interrupt_ != nullptr) interrupt_->check();
        const ssize_t got = ::read(descriptor_, into.data(), into.size());
        if (got >= 0) return static_cast<std::size_t>(got);
        if (errno != EINTR) throw Failure("cannot read " + name_ + ": " + std::strerror(errno));
    }
}

std::size_t ByteInput::read(std::span<char> into) {
    std::size_t got = 0;
    if (kept_at_ < kept_.size()) {
        got = std::min(into.size(), kept_.size() - kept_at_);
        std::memcpy(into.data(), kept_.data() + kept_at_, got);
        kept_at_ += got;
    } else {
        if (!keeping_ && !kept_.empty()) {
            kept_ = std::string();
            kept_at_ = 0;
        }
        got = read_descriptor(into);
        if (keeping_) {
            kept_.append(into.data(), got);
            kept_at_ = kept_.size();
        }
    }
    bytes_ += got;
    return got;
}

std::string read_all(const std::string& path, const InterruptGuard* interrupt) {
    ByteInput input(path, interrupt);
    input.forget();
    std::string text;
    char block[64 * 1024];
    while (const std::size_t got = input.read(block)) text.append(block, got);
    return text;
}

}  // namespace dbway::cli
