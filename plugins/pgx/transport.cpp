#include "transport.hpp"

#include <dbway/sdk/failure.hpp>

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>

namespace dbway::pgx {

void Transport::attach(PGconn* connection, bool blocking) {
    descriptor_ = PQsocket(connection);
    if (PQgssEncInUse(connection) != 0)
        throw sdk::Failure(
            DBWAY_ERR_UNSUPPORTED,
            "pgx cannot use a connection that GSSAPI encrypts; set gssencmode to \"disable\" (TLS "
            "by sslmode works), or take the provider \"pq\"");
    if (PQsslInUse(connection) != 0) {
        tls_ = static_cast<SSL*>(PQsslStruct(connection, "OpenSSL"));
        if (tls_ == nullptr)
            throw sdk::Failure(DBWAY_ERR_UNSUPPORTED,
                               "this libpq does TLS with another library than OpenSSL, which pgx cannot use");
        // A record may be sent again from another place once the buffer has grown.
        SSL_set_mode(tls_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
        return;
    }
    // libpq leaves the socket non-blocking. Without that flag one system call waits and receives.
    const int flags = blocking ? fcntl(descriptor_, F_GETFL) : -1;
    constexpr auto slice = std::chrono::duration_cast<std::chrono::microseconds>(longest_silence);
    const timeval limit{0, static_cast<suseconds_t>(slice.count())};
    blocking_ = flags >= 0 && setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0 &&
                fcntl(descriptor_, F_SETFL, flags & ~O_NONBLOCK) == 0;
}

Transport::Result Transport::tls_result(int code) noexcept {
    switch (SSL_get_error(tls_, code)) {
        case SSL_ERROR_WANT_READ:
            return {Progress::want_read, 0};
        case SSL_ERROR_WANT_WRITE:
            return {Progress::want_write, 0};
        case SSL_ERROR_ZERO_RETURN:
            return {Progress::closed, 0};
        case SSL_ERROR_SYSCALL:
            if (errno == 0 || errno == ECONNRESET || errno == EPIPE) return {Progress::closed, 0};
            std::snprintf(failure_, sizeof failure_, "%s", std::strerror(errno));
            return {Progress::failed, 0};
        default: {
            const unsigned long error = ERR_get_error();
            if (ERR_GET_REASON(error) == SSL_R_UNEXPECTED_EOF_WHILE_READING) return {Progress::closed, 0};
            ERR_error_string_n(error, failure_, sizeof failure_);
            return {Progress::failed, 0};
        }
    }
}

[[gnu::hot]] Transport::Result Transport::send(const void* bytes, std::size_t size) noexcept {
    if (tls_ != nullptr) {
        ERR_clear_error();
        errno = 0;
        const int sent = SSL_write(tls_, bytes, static_cast<int>(std::min<std::size_t>(size, INT_MAX)));
        if (sent > 0) return {Progress::done, static_cast<std::size_t>(sent)};
        return tls_result(sent);
    }
    for (;;) {
        const ssize_t sent = ::send(descriptor_, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0) return {Progress::done, static_cast<std::size_t>(sent)};
        if (errno == EINTR) continue;
        if (errno == EAGAIN || errno == EWOULDBLOCK) return {Progress::want_write, 0};
        std::snprintf(failure_, sizeof failure_, "%s", std::strerror(errno));
        return {errno == EPIPE || errno == ECONNRESET ? Progress::closed : Progress::failed, 0};
    }
}

[[gnu::hot]] Transport::Result Transport::receive(void* to, std::size_t size, bool wait) noexcept {
    if (tls_ != nullptr) {
        ERR_clear_error();
        errno = 0;
        const int got = SSL_read(tls_, to, static_cast<int>(std::min<std::size_t>(size, INT_MAX)));
        if (got > 0) return {Progress::done, static_cast<std::size_t>(got)};
        return tls_result(got);
    }
    for (;;) {
        const ssize_t got = ::recv(descriptor_, to, size, wait ? 0 : MSG_DONTWAIT);
        if (got > 0) return {Progress::done, static_cast<std::size_t>(got)};
        if (got == 0) return {Progress::closed, 0};
        if (errno == EINTR) continue;
        if (errno == EAGAIN || errno == EWOULDBLOCK) return {Progress::want_read, 0};
        if (errno == ECONNRESET) return {Progress::closed, 0};
        std::snprintf(failure_, sizeof failure_, "%s", std::strerror(errno));
        return {Progress::failed, 0};
    }
}

bool Transport::wait(short events, Clock::time_point deadline) const noexcept {
    for (;;) {
        int timeout = -1;
        if (deadline != Clock::time_point::max()) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
            if (left <= 0) return false;
            timeout = static_cast<int>(std::min<long long>(left, INT_MAX));
        }
        pollfd descriptor{descriptor_, events, 0};
        const int ready = poll(&descriptor, 1, timeout);
        if (ready > 0) return true;
        if (ready < 0 && errno != EINTR) return true;
    }
}

}  // namespace dbway::pgx
