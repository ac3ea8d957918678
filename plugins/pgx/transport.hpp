// The bytes of a connection that libpq has opened and authenticated: its socket, or the TLS session on it.
#pragma once

#include <libpq-fe.h>

#include <chrono>
#include <cstddef>
#include <cstdint>

struct ssl_st;

namespace dbway::pgx {

using Clock = std::chrono::steady_clock;

// No wait for the server is longer, so that whoever waits can see what other threads have asked for
// meanwhile.
constexpr std::chrono::milliseconds longest_silence{500};

// Not thread-safe. Borrows the PGconn, which must not be used for input or output meanwhile.
class Transport {
  public:
    enum class Progress : std::uint8_t {
        done,        // some bytes went through
        want_read,   // nothing: wait until the socket is readable
        want_write,  // nothing: wait until it is writable (receive() too, while TLS renegotiates)
        closed,      // the server has closed the connection
        failed       // errno or the TLS library tell why, see failure()
    };
    struct Result {
        Progress progress;
        std::size_t size;
    };

    // Takes the connection over. `blocking`: receive() may wait where that saves a call of poll(). Throws
    // sdk::Failure if the connection is encrypted in a way that cannot be taken over (GSSAPI).
    void attach(PGconn* connection, bool blocking);

    int descriptor() const noexcept { return descriptor_; }
    // Whether receive(…, true) waits by itself.
    bool can_block() const noexcept { return blocking_; }

    Result send(const void* bytes, std::size_t size) noexcept;
    // `wait`: only if can_block(), and for longest_silence at most.
    Result receive(void* to, std::size_t size, bool wait) noexcept;

    // Waits for one of POLLIN, POLLOUT. False: the time is over; an error counts as ready, the next call
    // tells.
    bool wait(short events, Clock::time_point deadline) const noexcept;

    // The reason of the last `failed`, in words.
    const char* failure() const noexcept { return failure_; }

  private:
    Result tls_result(int code) noexcept;

    int descriptor_ = -1;
    bool blocking_ = false;
    ssl_st* tls_ = nullptr;
    char failure_[256] = {};
};

}  // namespace dbway::pgx
