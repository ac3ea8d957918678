// sharing.hpp - many threads, few connections: while every connection of a source is busy, the single
// statements that wait for one go out together on the next that is free, in one round trip.
#pragma once

#include <dbway/batch.hpp>
#include <dbway/query_options.hpp>
#include <pool/parking.hpp>
#include <session/session.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <stop_token>
#include <vector>

namespace dbway::detail {

class Pool;

// One of the waiting threads takes the next free connection, sends what the others wait with as well, and
// hands each its answer as it arrives. That thread cannot leave before all have theirs, so it takes no
// statement that may take longer than its own: whose deadline is later. Thread-safe; lives in its pool.
class Sharing {
  public:
    using Clock = std::chrono::steady_clock;

    explicit Sharing(Pool& pool) noexcept : pool_(pool) {}
    Sharing(const Sharing&) = delete;
    Sharing& operator=(const Sharing&) = delete;

    // Whether the call is a statement by itself that leaves nothing behind in its session, by its first word.
    static bool suits(const Call& call) noexcept;

    // Threads that wait: one that came later must not take a connection before them.
    bool has_waiting() const noexcept { return waiting_.load(std::memory_order_relaxed) != 0; }
    // Those of them that do not wait in the pool itself, and the statements that went out with others' so
    // far.
    std::uint32_t waiting() const;
    std::uint64_t shared() const;

    // Runs `call` with the others that wait. `deadline` is that of the call, max() for none. Throws
    // PoolTimeout, Timeout and Cancelled like Pool::acquire(); Timeout and Cancelled with outcome_unknown()
    // when the statement had been sent and stands behind others that go on. An answer is complete; null: to
    // be run by itself.
    std::shared_ptr<SharedAnswer> run(const Call& call, Clock::time_point deadline);

  private:
    enum class State : std::uint8_t {
        queued,
        taken,  // its call is being copied, so that its thread cannot leave
        sent,
    };
    // Signals to the thread that waits.
    static constexpr std::uint32_t answered = 1;
    static constexpr std::uint32_t its_turn = 2;  // to take a connection
    static constexpr std::uint32_t stopped = 4;
    struct Waiting {
        const Call* call = nullptr;
        Clock::time_point deadline;
        Clock::time_point since;
        State state = State::queued;  // under the lock, as is…
        bool collects = false;        // …whether it is its turn
        SharedAnswer answer;          // written before the signal, read after it
        Parking parking;
    };
    using WaitingPtr = std::shared_ptr<Waiting>;

    // With the lock.
    void enqueue(const WaitingPtr& waiting);
    void leave_queue(const WaitingPtr& waiting) noexcept;
    void pass_on() noexcept;
    std::vector<WaitingPtr> take(const WaitingPtr& collector);
    // Returns `answered` or `its_turn`.
    std::uint32_t await(const WaitingPtr& mine);
    std::uint32_t await(const WaitingPtr& mine, std::uint32_t wanted);

    void collect(const WaitingPtr& collector);
    void fly(Session& session, const std::vector<WaitingPtr>& flight);
    static SharedStatement add(Batch& batch, const Waiting& waiting);
    static const std::stop_token& stop_of(const Waiting& waiting) noexcept;
    static bool ends_with(const Waiting& one, const Waiting& collector) noexcept;
    [[noreturn]] void give_up(const WaitingPtr& mine, std::unique_lock<std::mutex>& lock);

    Pool& pool_;
    mutable std::mutex mutex_;
    std::deque<WaitingPtr> queue_;  // the first one has waited longest, and collects
    std::atomic<std::uint32_t> waiting_{0};
    std::uint64_t shared_ = 0;
};

}  // namespace dbway::detail
