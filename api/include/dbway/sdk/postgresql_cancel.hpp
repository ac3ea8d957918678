// postgresql_cancel.hpp - a cancel request of PostgreSQL with a time limit, for providers on libpq: its own
// PQcancel() waits for ever for a server that does not answer.
#pragma once

#include <dbway/sdk/inlining.hpp>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>

namespace dbway::sdk {

// Whom a cancel request names: the backend, and its secret.
struct PostgresqlCancelKey {
    std::uint32_t process = 0;
    std::uint32_t secret = 0;
};

// libpq keeps the key to itself, but its trace (PQtrace) shows every message. `trace` is that of an attempt
// to connect, in which the key of the session is the last one; its line is "BackendKeyData", then both
// numbers, signed (libpq's fe-trace.c).
inline std::optional<PostgresqlCancelKey> find_postgresql_cancel_key(std::string_view trace) noexcept {
    constexpr std::string_view name = "BackendKeyData";
    const std::size_t at = trace.rfind(name);
    if (at == std::string_view::npos) return std::nullopt;
    const char* from = trace.data() + at + name.size();
    const char* const end = trace.data() + trace.size();
    std::int32_t numbers[2] = {};
    for (std::int32_t& number : numbers) {
        while (from != end && (*from == ' ' || *from == '\t')) ++from;
        const auto [last, error] = std::from_chars(from, end, number);
        if (error != std::errc()) return std::nullopt;
        from = last;
    }
    return PostgresqlCancelKey{static_cast<std::uint32_t>(numbers[0]),
                               static_cast<std::uint32_t>(numbers[1])};
}

// What libpq's trace of an attempt to connect is written to, and the key taken from. libpq has to be told the
// beginning, by PQtrace(), and the end, by PQuntrace() or PQfinish(), before the object goes. Not
// thread-safe.
class PostgresqlConnectTrace {
  public:
    PostgresqlConnectTrace() = default;
    ~PostgresqlConnectTrace() { end(); }
    PostgresqlConnectTrace(const PostgresqlConnectTrace&) = delete;
    PostgresqlConnectTrace& operator=(const PostgresqlConnectTrace&) = delete;

    // For PQtrace(), empty, until end(); null: there will be no key.
    std::FILE* begin() noexcept {
        end();
        return stream_ = open_memstream(&text_, &size_);
    }
    // Nothing: the trace did not show it. What it shows besides, passwords among it, is overwritten.
    std::optional<PostgresqlCancelKey> end() noexcept {
        if (stream_ == nullptr) return std::nullopt;
        std::fclose(stream_);
        stream_ = nullptr;
        if (text_ == nullptr) return std::nullopt;
        const auto key = find_postgresql_cancel_key({text_, size_});
        explicit_bzero(text_, size_);
        std::free(text_);
        text_ = nullptr;
        return key;
    }

  private:
    std::FILE* stream_ = nullptr;
    char* text_ = nullptr;
    std::size_t size_ = 0;
};

enum class PostgresqlCancelAnswer : std::uint8_t {
    told,     // the backend has its signal: whatever it runs later is not meant
    unsent,   // nothing has left
    doubtful  // sent, not acknowledged: it may still come, and find another statement
};

namespace detail {

DBWAY_SDK_COLD inline bool wait_for_socket(int descriptor, short events,
                                           std::chrono::steady_clock::time_point deadline) noexcept {
    for (;;) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
        if (left <= 0) return false;
        pollfd ready{descriptor, events, 0};
        const int count = poll(&ready, 1, static_cast<int>(std::min<std::int64_t>(left, 60'000)));
        if (count > 0) return true;
        if (count < 0 && errno != EINTR) return false;
    }
}

}  // namespace detail

// Sends the request (PostgreSQL's documentation, 55.2.8) over a connection of its own to `address`, that of
// the session's server, and waits for the server to close it, which it does once the backend is signalled.
// [any]
DBWAY_SDK_COLD inline PostgresqlCancelAnswer send_postgresql_cancel(
    const sockaddr_storage& address, socklen_t address_size, const PostgresqlCancelKey& key,
    std::chrono::steady_clock::time_point deadline) noexcept {
    constexpr std::uint32_t request_code = 80'877'102;
    struct Socket {
        int descriptor;
        ~Socket() {
            if (descriptor >= 0) ::close(descriptor);
        }
    };
    const Socket socket{::socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    if (socket.descriptor < 0) return PostgresqlCancelAnswer::unsent;
    if (::connect(socket.descriptor, reinterpret_cast<const sockaddr*>(&address), address_size) != 0) {
        // Of a Unix socket EAGAIN says that its queue is full, and nothing is under way.
        if (errno != EINPROGRESS || !detail::wait_for_socket(socket.descriptor, POLLOUT, deadline))
            return PostgresqlCancelAnswer::unsent;
    }
    std::uint8_t message[16];
    std::uint8_t* to = message;
    for (const std::uint32_t field : {std::uint32_t{sizeof message}, request_code, key.process, key.secret})
        for (int shift = 24; shift >= 0; shift -= 8) *to++ = static_cast<std::uint8_t>(field >> shift);
    // So short a message goes whole or not at all.
    if (::send(socket.descriptor, message, sizeof message, MSG_NOSIGNAL) != sizeof message)
        return PostgresqlCancelAnswer::unsent;
    while (detail::wait_for_socket(socket.descriptor, POLLIN, deadline)) {
        char rest[64];
        const ssize_t got = ::recv(socket.descriptor, rest, sizeof rest, 0);
        if (got == 0 || (got < 0 && errno == ECONNRESET)) return PostgresqlCancelAnswer::told;
        if (got < 0 && errno != EINTR && errno != EAGAIN) break;
    }
    return PostgresqlCancelAnswer::doubtful;
}

}  // namespace dbway::sdk
