#include "cli/output.hpp"

#include "cli/exit_code.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace dbway::cli {

void Output::flush() {
    std::string_view left = buffer_;
    while (!left.empty()) {
        const ssize_t written = ::write(descriptor_, left.data(), left.size());
        if (written >= 0) {
            left.remove_prefix(static_cast<std::size_t>(written));
            written_ += static_cast<std::uint64_t>(written);
        } else if (errno != EINTR) {
            const int reason = errno;
            buffer_.clear();
            if (reason == EPIPE) throw OutputClosed();
            throw Failure("cannot write to " + name_ + ": " + std::strerror(reason));
        }
    }
    buffer_.clear();
}

Output& standard_output() {
    static Output output(STDOUT_FILENO);
    return output;
}

}  // namespace dbway::cli
