// Stopping what runs on the server, from any thread.
#pragma once

#include "cancel_repeater.hpp"
#include "transport.hpp"

#include <dbway/sdk/cancel_gate.hpp>
#include <dbway/sdk/postgresql_cancel.hpp>

#include <libpq-fe.h>
#include <sys/socket.h>

#include <atomic>
#include <cstdint>
#include <optional>

namespace dbway::pgx {

// A cancel request is a connection of its own, which the server closes once it has signalled the backend. The
// gate keeps the running request from ending, and so the next one from being sent, until then. [any]
class Canceller {
  public:
    // Of an open connection. Without a key it is left to libpq, which knows no time limit.
    Canceller(PGconn* connection, std::optional<sdk::PostgresqlCancelKey> key,
              std::chrono::nanoseconds patience, CancelRepeater& repeater);
    ~Canceller();
    Canceller(const Canceller&) = delete;
    Canceller& operator=(const Canceller&) = delete;

    sdk::detail::CancelGate& gate() noexcept { return gate_; }

    // Cancels the request, or remembers that it is to be. May throw std::bad_alloc.
    sdk::detail::CancelGate::Answer cancel(std::uint64_t id);
    // The same of a request that is already cancelled, by its run of the gate, unless an answer of the server
    // is there unread. False: it has ended, or nobody waits for it any more.
    bool repeat(std::uint64_t run) noexcept;
    // Cancels what runs, for the thread that owns the connection.
    void cancel_running();
    // The same, once only.
    void tell() noexcept { tell(patience_); }

    // The connection is lost: there is nothing to cancel any more.
    void give_up() noexcept { lost_.store(true, std::memory_order_relaxed); }

    // A cancel was sent and not acknowledged: it may still come, and find another request. The connection is
    // not to be used any more once the running one has ended.
    bool doubtful() const noexcept { return doubtful_.load(std::memory_order_relaxed); }

  private:
    // Tells the server to stop whatever runs. False: it may or may not have heard it.
    bool tell(std::chrono::nanoseconds patience) noexcept;
    void watch(std::uint64_t run) noexcept;

    CancelRepeater& repeater_;
    std::optional<sdk::PostgresqlCancelKey> key_;
    std::chrono::nanoseconds patience_;
    sockaddr_storage address_{};
    socklen_t address_size_ = sizeof address_;
    PGcancel* handle_ = nullptr;
    int descriptor_;
    std::atomic<bool> lost_{false};
    std::atomic<bool> doubtful_{false};
    sdk::detail::CancelGate gate_;
};

}  // namespace dbway::pgx
