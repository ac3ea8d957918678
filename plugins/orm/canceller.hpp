// canceller.hpp - ends what blocks in SOCI, from any thread and in limited time, whatever the server and the
// network do.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace dbway::orm {

// SOCI blocks, and has no limit for that. While a cancelled call blocks, a thread asks the server to stop,
// again and again, since it may have been asked before the statement reached it; when the call has not ended
// after `patience`, its socket is shut down, on which the client library fails it.
//
// All is [serial] with the session, except cancel().
class Canceller {
  public:
    using Clock = std::chrono::steady_clock;
    enum class Answer : std::uint8_t {
        told,     // whatever runs later is not meant
        unsent,   // nothing has left
        doubtful  // sent, not acknowledged: it may still come, and find another statement
    };
    // Asks the server, on a connection of its own, until the time is over.
    using Ask = std::function<Answer(Clock::time_point limit)>;

    explicit Canceller(std::chrono::nanoseconds patience) noexcept : patience_(patience) {}
    ~Canceller();
    Canceller(const Canceller&) = delete;
    Canceller& operator=(const Canceller&) = delete;

    // The connection to guard, by a descriptor that stays valid when the client library closes its own.
    // Throws std::system_error.
    void attach(int socket);
    // How to ask the server; until then it is not asked.
    void ask_by(Ask ask) { ask_ = std::move(ask); }

    // A request begins, unless it only goes on.
    void start() noexcept {
        // Not while cancel() decides, on the ground of what it has stored, whether a call is to be watched.
        if (!keep_ && cancelled_.load()) {
            const std::lock_guard lock(mutex_);
            cancelled_.store(false);
        }
        keep_ = false;
    }
    // The next start() belongs to the same request.
    void continue_request() noexcept { keep_ = true; }
    bool cancelled() const noexcept { return cancelled_.load(std::memory_order_relaxed); }
    // [any] The running request is to end.
    void cancel() noexcept;

    // The connection is not to be used any more: it was shut down, or a cancel that was sent and not
    // acknowledged may come at any time.
    bool lost() const noexcept { return lost_.load(std::memory_order_relaxed); }

    enum class Way : std::uint8_t {
        stop,     // the server may be asked to stop what is called
        complete  // it must come to its end, if the server lets it
    };

    // Around a call that may block. What was cancelled before blocks no longer than `patience` either. When
    // it is over, nothing is under way to the server any more. Costs two atomic stores while nothing is
    // cancelled.
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
    enum class Blocked : std::uint8_t { no, stoppable, completing };

    void watch();
    void stop(Clock::time_point limit);
    void give_up() noexcept;
    bool blocked() const noexcept { return blocked_.load() != Blocked::no; }

    const std::chrono::nanoseconds patience_;
    Ask ask_;
    int socket_ = -1;
    // A call says that it blocks, or has ended, before it looks whether it is cancelled; cancel() says that
    // before it looks whether a call blocks. Both in one order for all threads, so that one of them sees the
    // other, and a call that is not cancelled needs no mutex.
    std::atomic<bool> cancelled_{false};
    std::atomic<Blocked> blocked_{Blocked::no};
    std::atomic<bool> lost_{false};
    bool keep_ = false;
    std::mutex mutex_;  // of what follows
    std::condition_variable ended_;
    std::thread watcher_;
};

}  // namespace dbway::orm
