// cancel_gate.hpp - lets cancel() reach exactly the request it names, from any thread, at the cost of two
// atomic instructions per request for everybody else (R10).
#pragma once

#include <dbway/sdk/inlining.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace dbway::sdk::detail {

// One thread at a time (the one that holds the connection) calls start(), cancelled() and end(); any thread
// calls submitted() after it has submitted and cancel().
//
// The word `control_` counts the requests (upper bits) and says whether one runs, whether that one is
// cancelled, whether a canceller is inside the driver on its behalf (end() then waits for it), and whether
// cancellations of requests that had not started are noted in `noted_`. Whoever changes it other than by the
// two fast compare-and-swaps holds the mutex.
class CancelGate {
  public:
    // Requests with an ordinal below `end` are submitted: a cancel() may name them.
    void submitted(std::uint64_t end) noexcept { submitted_.store(end, std::memory_order_release); }

    // The request is about to run. False: it was cancelled before; it counts as running until end() all the
    // same.
    bool start(std::uint64_t id, std::uint64_t ordinal) noexcept {
        running_id_.store(id, std::memory_order_relaxed);
        std::uint64_t expected = sequence_;
        if (control_.compare_exchange_strong(expected, sequence_ | running, std::memory_order_acq_rel,
                                             std::memory_order_relaxed)) [[likely]]
            return true;
        return start_slowly(id, ordinal);
    }

    bool cancelled() const noexcept { return (control_.load(std::memory_order_relaxed) & stopped) != 0; }

    // The running request has ended. No canceller acts on it after this.
    void end() noexcept {
        std::uint64_t expected = sequence_ | running;
        sequence_ += step;
        if (control_.compare_exchange_strong(expected, sequence_, std::memory_order_acq_rel,
                                             std::memory_order_relaxed)) [[likely]]
            return;
        end_slowly();
    }

    enum class Answer { told, refused, nothing_to_do, noted_for_later };

    // `tell` is called, at most once, while the named request runs and cannot end; it returns whether the
    // driver could be told. May throw std::bad_alloc.
    template <class Tell>
    Answer cancel(std::uint64_t id, Tell&& tell) {
        const std::lock_guard lock(mutex_);
        std::uint64_t control = control_.load(std::memory_order_acquire);
        for (;;) {
            const bool runs =
                (control & running) != 0 && (id == 0 || running_id_.load(std::memory_order_relaxed) == id);
            if (!runs && id == 0) return Answer::nothing_to_do;
            if (!runs) noted_.reserve(noted_.size() + 1);
            // Fails when a request has started or ended since: then look again.
            if (!control_.compare_exchange_weak(control, control | (runs ? stopped : noted),
                                                std::memory_order_acq_rel, std::memory_order_acquire))
                continue;
            if (runs) return tell() ? Answer::told : Answer::refused;
            noted_.push_back({id, submitted_.load(std::memory_order_acquire)});
            return Answer::noted_for_later;
        }
    }

    // `tell` is called if the request of that run() still runs, as by cancel(). False: it does not.
    template <class Tell>
    bool repeat(std::uint64_t run, Tell&& tell) noexcept {
        const std::lock_guard lock(mutex_);
        std::uint64_t control = control_.load(std::memory_order_acquire);
        do {
            if ((control & running) == 0 || control / step != run) return false;
            // Fails when a request has started or ended since: then look again.
        } while (!control_.compare_exchange_weak(control, control | stopped, std::memory_order_acq_rel,
                                                 std::memory_order_acquire));
        tell();
        return true;
    }

    // Names the run of the running request, unlike its id for ever. For `tell`, during which it does not
    // change, and for the serial side.
    std::uint64_t run() const noexcept { return control_.load(std::memory_order_relaxed) / step; }

  private:
    static constexpr std::uint64_t running = 1;
    static constexpr std::uint64_t stopped = 2;
    static constexpr std::uint64_t noted = 4;
    static constexpr std::uint64_t step = 8;

    struct Note {
        std::uint64_t id;
        std::uint64_t limit;  // it concerns requests with a smaller ordinal
    };

    DBWAY_SDK_COLD bool start_slowly(std::uint64_t id, std::uint64_t ordinal) noexcept {
        const std::lock_guard lock(mutex_);
        bool named = false;
        std::size_t kept = 0;
        for (const Note& note : noted_) {
            if (note.limit <= ordinal) continue;  // all it could concern has ended
            if (note.id == id) {
                named = true;
            } else {
                noted_[kept++] = note;
            }
        }
        noted_.resize(kept);
        control_.store(sequence_ | running | (named ? stopped : 0) | (kept != 0 ? noted : 0),
                       std::memory_order_release);
        return !named;
    }

    DBWAY_SDK_COLD void end_slowly() noexcept {
        const std::lock_guard lock(mutex_);
        const std::uint64_t keep = control_.load(std::memory_order_relaxed) & noted;
        control_.store(sequence_ | keep, std::memory_order_release);
    }

    std::atomic<std::uint64_t> control_{0};
    std::atomic<std::uint64_t> running_id_{0};
    std::atomic<std::uint64_t> submitted_{0};
    std::uint64_t sequence_ = 0;  // of the serial side: control_ without its flags
    std::mutex mutex_;
    std::vector<Note> noted_;  // guarded by mutex_
};

}  // namespace dbway::sdk::detail
