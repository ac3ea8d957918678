#include "canceller.hpp"

#include "buffer.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

namespace dbway::pgx {
namespace {

// The code of a CancelRequest in place of a protocol version (PostgreSQL documentation, 55.7).
constexpr std::uint32_t cancel_request_code = 80'877'102;

bool wait(int descriptor, short events, Clock::time_point deadline) noexcept {
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
        if (left <= 0) return false;
        pollfd ready{descriptor, events, 0};
        const int count = poll(&ready, 1, static_cast<int>(std::min<long long>(left, INT_MAX)));
        if (count > 0) return true;
        if (count < 0 && errno != EINTR) return false;
    }
}

struct Socket {
    int descriptor;
    ~Socket() {
        if (descriptor >= 0) ::close(descriptor);
    }
};

}  // namespace

Canceller::Canceller(PGconn* connection, std::optional<CancelKey> key, std::chrono::nanoseconds patience)
    : key_(key), patience_(patience) {
    if (getpeername(PQsocket(connection), reinterpret_cast<sockaddr*>(&address_), &address_size_) != 0)
        key_.reset();
    if (!key_) handle_ = PQgetCancel(connection);
}

Canceller::~Canceller() { PQfreeCancel(handle_); }

sdk::detail::CancelGate::Answer Canceller::cancel(std::uint64_t id) {
    return gate_.cancel(id, [this] { return tell(); });
}

bool Canceller::tell() noexcept {
    if (key_) return send(Clock::now() + patience_);
    char message[256];
    return handle_ != nullptr && PQcancel(handle_, message, sizeof message) == 1;
}

bool Canceller::send(Clock::time_point deadline) noexcept {
    const Socket socket{::socket(address_.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    if (socket.descriptor < 0) return false;
    if (connect(socket.descriptor, reinterpret_cast<const sockaddr*>(&address_), address_size_) != 0) {
        if (errno != EINPROGRESS && errno != EAGAIN) return false;
        if (!wait(socket.descriptor, POLLOUT, deadline)) return false;
    }
    const std::array<std::uint32_t, 4> message = {network_order(std::uint32_t{sizeof message}),
                                                  network_order(cancel_request_code),
                                                  network_order(key_->process), network_order(key_->secret)};
    // So short a message goes whole or not at all.
    if (::send(socket.descriptor, message.data(), sizeof message, MSG_NOSIGNAL) != sizeof message)
        return false;
    for (;;) {
        if (!wait(socket.descriptor, POLLIN, deadline)) break;
        char rest[64];
        const ssize_t got = recv(socket.descriptor, rest, sizeof rest, 0);
        if (got == 0) return true;
        if (got < 0 && errno != EINTR && errno != EAGAIN) return errno == ECONNRESET;
    }
    doubtful_.store(true, std::memory_order_relaxed);
    return false;
}

}  // namespace dbway::pgx
