#include "transport.hpp"

#include <dbway/sdk/failure.hpp>

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

void Transport::attach(PGconn* connection) {
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
    }
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

[[gnu::hot]] Transport::Result Transport::receive(void* to, std::size_t size) noexcept {
    if (tls_ != nullptr) {
        ERR_clear_error();
        errno = 0;
        const int got = SSL_read(tls_, to, static_cast<int>(std::min<std::size_t>(size, INT_MAX)));
        if (got > 0) return {Progress::done, static_cast<std::size_t>(got)};
        return tls_result(got);
    }
    for (;;) {
        const ssize_t got = ::recv(descriptor_, to, size, MSG_DONTWAIT);
        if (got > 0) return {Progress::done, static_cast<std::size_t>(got)};
        if (got == 0) return {Progress::closed, 0};
        if (errno == EINTR) continue;
        if (errno == EAGAIN || errno == EWOULDBLOCK) return {Progress::want_read, 0};
        if (errno == ECONNRESET) return {Progress::closed, 0};
        std::snprintf(failure_, sizeof failure_, "%s", std::strerror(errno));
        return {Progress::failed, 0};
    }
}

[[gnu::hot]] bool Transport::wait(short events, Clock::time_point limit) const noexcept {
    int timeout = -1;
    if (limit != Clock::time_point::max()) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(limit - Clock::now()).count();
        timeout = static_cast<int>(std::clamp<long long>(left, 0, INT_MAX));
    }
    pollfd descriptor{descriptor_, events, 0};
    const int ready = poll(&descriptor, 1, timeout);
    return ready > 0 || (ready < 0 && errno != EINTR);
}

}  // namespace dbway::pgx
