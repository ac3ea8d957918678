// What a cancel request must name: the backend and its secret.
#pragma once

#include <libpq-fe.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <optional>

namespace dbway::pgx {

struct CancelKey {
    std::uint32_t process = 0;
    std::uint32_t secret = 0;
};

// Hears the key while libpq connects. libpq keeps it to itself, and its own PQcancel() waits without a limit
// for a server that may never answer; but its trace, which is part of its interface, shows every message. Not
// thread-safe.
class CancelKeyListener {
  public:
    CancelKeyListener() = default;
    ~CancelKeyListener() { stop(nullptr); }
    CancelKeyListener(const CancelKeyListener&) = delete;
    CancelKeyListener& operator=(const CancelKeyListener&) = delete;

    // From the beginning of an attempt to connect.
    void start(PGconn* connection) noexcept;
    // To its end. Nothing: the trace did not show it. What was heard besides, passwords among it, is
    // overwritten.
    std::optional<CancelKey> stop(PGconn* connection) noexcept;

  private:
    std::FILE* trace_ = nullptr;
    char* text_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace dbway::pgx
