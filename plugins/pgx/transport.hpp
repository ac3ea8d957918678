// The bytes of a connection that libpq has opened and authenticated: its socket, or the TLS session on it.
#pragma once

#include <libpq-fe.h>

#include <chrono>
#include <cstddef>
#include <cstdint>

struct ssl_st;

namespace dbway::pgx {

using Clock = std::chrono::steady_clock;

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

    // Takes the connection over. Throws sdk::Failure if it is encrypted in a way that cannot be taken over
    // (GSSAPI).
    void attach(PGconn* connection);

    int descriptor() const noexcept { return descriptor_; }
    bool encrypted() const noexcept { return tls_ != nullptr; }

    // Neither waits.
    Result send(const void* bytes, std::size_t size) noexcept;
    Result receive(void* to, std::size_t size) noexcept;

    // Waits for one of POLLIN, POLLOUT. False: the time is over, or a signal came; an error counts as ready,
    // the next call tells. A call to receive that waits by itself would save this one, but a reader on a Unix
    // socket is also woken when the server has read what it was sent.
    bool wait(short events, Clock::time_point limit) const noexcept;

    // The reason of the last `failed`, in words.
    const char* failure() const noexcept { return failure_; }

  private:
    Result tls_result(int code) noexcept;

    int descriptor_ = -1;
    ssl_st* tls_ = nullptr;
    char failure_[256] = {};
};

}  // namespace dbway::pgx
