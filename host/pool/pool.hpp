// pool.hpp - the connections of one source: lends the most recently used one, hands a returned one to whoever
// has waited longest, and never more than `max` at a time.
#pragma once

#include <dbway/options.hpp>
#include <dbway/source.hpp>
#include <pool/parking.hpp>
#include <session/session.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

namespace dbway::detail {

class Sharing;

// Thread-safe. No lock is held while a provider is called. Lives as long as anybody has a Source or a
// connection.
class Pool : public std::enable_shared_from_this<Pool> {
  public:
    using Clock = std::chrono::steady_clock;

    Pool(SessionEnvironment environment, std::shared_ptr<Timer> housekeeper);
    ~Pool();

    // Starts the keeping of `min` connections, if there is a `min`.
    void start();

    // A clean connection. Waits until `deadline` or the acquire timeout, whichever is sooner; throws
    // PoolTimeout, Cancelled when stop is requested, or why no connection could be opened.
    // `call` is what it is wanted for, if that is one call alone, with `flags` (DBWAY_RF_*) added; where many
    // wait, it may be on its way already when this returns (Session::send_ahead()).
    Session* acquire(Clock::time_point deadline, const std::stop_token& stop, const Call* call = nullptr,
                     std::uint32_t flags = 0);
    // The same if there is one without waiting for others to give theirs back, or null.
    Session* try_acquire(Clock::time_point deadline);
    // Null unless single statements may share connections.
    Sharing* sharing() const noexcept { return sharing_.get(); }
    [[noreturn]] void throw_timeout(Clock::duration waited);
    // Takes a connection back: cleaned if it needs it, closed if it cannot be.
    void release(Session* given) noexcept;

    const SessionEnvironment& environment() const noexcept { return environment_; }
    const SourceOptions& options() const noexcept { return environment_.options; }
    PoolStatistics statistics() const;

  private:
    using SessionPtr = std::unique_ptr<Session>;
    // What acquire() was called with.
    struct Wanted {
        Clock::time_point deadline;
        const std::stop_token* stop = nullptr;  // none: without waiting
        const Call* call = nullptr;
        std::uint32_t flags = 0;
    };
    struct Waiter {
        static constexpr std::uint32_t served = 1, stopped = 2;  // signals
        Parking parking;
        SessionPtr session;  // handed over; none: there is a place to open one
        bool queued = true;  // under the pool's lock
        const Wanted* wanted = nullptr;
    };

    Session* acquire(const Wanted& wanted);
    SessionPtr open(Clock::time_point deadline);
    // Called with the lock; returns without it. Null: there is a place to open a connection.
    SessionPtr wait(std::unique_lock<std::mutex>& lock, const Wanted& wanted);
    bool fit(Session& session) const noexcept;
    Session* lend(SessionPtr session);
    // A connection has gone: its place goes to the longest waiter.
    void give_place_back() noexcept;
    void schedule_housekeeping();
    void housekeep() noexcept;
    void report_leaks();

    SessionEnvironment environment_;
    std::shared_ptr<Timer> housekeeper_;
    std::unique_ptr<Sharing> sharing_;
    bool pipelines_ = false;  // submit() of the provider sends, and does not wait

    mutable std::mutex mutex_;
    std::vector<SessionPtr> idle_;  // the last one was used last
    std::vector<Session*> lent_;    // only with leak_after
    std::deque<Waiter*> waiters_;   // the first one has waited longest
    std::uint32_t total_ = 0;       // connections open, lent and being opened
    std::uint32_t opening_ = 0;
    PoolStatistics counters_;
    std::string last_open_error_;
    bool housekeeping_ = false;  // scheduled
};

}  // namespace dbway::detail
