// canceller.hpp - ends what blocks in libpqxx, from any thread and in limited time, whatever the server and
// the network do.
#pragma once

#include <dbway/sdk/postgresql_cancel.hpp>

#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <thread>

namespace dbway::pq {

// libpqxx blocks, and has no limit for that. While a cancelled call blocks, a thread asks the server to stop,
// again and again, since it may have been asked before the statement reached it; when the call has not ended
// after `patience`, its socket is shut down, on which libpq fails it.
//
// All is [serial] with the session, except cancel().
class Canceller {
  public:
    explicit Canceller(std::chrono::nanoseconds patience) noexcept : patience_(patience) {}
    ~Canceller();
    Canceller(const Canceller&) = delete;
    Canceller& operator=(const Canceller&) = delete;

    // The connection to guard, by a descriptor that stays valid when libpq closes its own. Throws
    // std::system_error. Without a key the server cannot be asked.
    void attach(int socket, std::optional<sdk::PostgresqlCancelKey> key);

    // A request begins.
    void start() noexcept { cancelled_.store(false, std::memory_order_relaxed); }
    bool cancelled() const noexcept { return cancelled_.load(std::memory_order_relaxed); }
    // [any] The running request is to end.
    void cancel() noexcept;
    // Asks the server to stop what runs, in the calling thread.
    void tell() noexcept;

    // The connection is not to be used any more: it was shut down, or a cancel that was sent and not
    // acknowledged may come at any time.
    bool lost() const noexcept { return lost_.load(std::memory_order_relaxed); }

    enum class Way : std::uint8_t {
        stop,     // the server may be asked to stop what is called
        complete  // it must come to its end, if the server lets it
    };

    // Around a call that may block. What was cancelled before blocks no longer than `patience` either. When
    // it is over, nothing is under way to the server any more.
    class Call {
      public:
        Call(Canceller& canceller, Way way);
        ~Call();
        Call(const Call&) = delete;
        Call& operator=(const Call&) = delete;

      private:
        Canceller& canceller_;
    };

  private:
    void watch();
    void stop(std::chrono::steady_clock::time_point limit);
    sdk::PostgresqlCancelAnswer send(std::chrono::steady_clock::time_point limit) noexcept;

    const std::chrono::nanoseconds patience_;
    std::optional<sdk::PostgresqlCancelKey> key_;
    sockaddr_storage address_{};
    socklen_t address_size_ = 0;
    int socket_ = -1;
    std::atomic<bool> cancelled_{false};
    std::atomic<bool> lost_{false};
    std::mutex mutex_;  // of what follows
    std::condition_variable ended_;
    bool blocked_ = false;
    Way way_ = Way::stop;
    std::thread watcher_;
};

}  // namespace dbway::pq
