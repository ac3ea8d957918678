// parking.hpp - where a thread sleeps until another one has something for it.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

#if defined(__linux__) && __SIZEOF_LONG__ == 8
#include <linux/futex.h>

#include <sys/syscall.h>
#include <unistd.h>
#include <cerrno>
#include <ctime>
#endif

namespace dbway::detail {

// One thread waits for signals, which are bits; others give them. What was written before wake() can be read
// by who has seen its signal, and may destroy the Parking at once: wake() does not look at it any more.
class PortableParking {
  public:
    using Clock = std::chrono::steady_clock;

    // Waits for any of `wanted`; until `limit`, or for max() without end. The signals so far.
    std::uint32_t wait_until(std::uint32_t wanted, Clock::time_point limit) {
        std::unique_lock lock(mutex_);
        const auto signalled = [&] { return (signals_ & wanted) != 0; };
        if (limit == Clock::time_point::max())
            changed_.wait(lock, signalled);
        else
            changed_.wait_until(lock, limit, signalled);
        return signals_;
    }
    void wake(std::uint32_t signal) noexcept {
        const std::lock_guard lock(mutex_);  // also while it notifies: the waiter cannot leave before
        signals_ |= signal;
        changed_.notify_one();
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::uint32_t signals_ = 0;
};

#if defined(__linux__) && __SIZEOF_LONG__ == 8

// The same by the system call itself: one to wait, one to wake. A condition variable takes three, and who is
// woken by it often runs before its waker has given back the lock, and sleeps again.
class FutexParking {
  public:
    using Clock = std::chrono::steady_clock;  // CLOCK_MONOTONIC

    std::uint32_t wait_until(std::uint32_t wanted, Clock::time_point limit) noexcept {
        const auto until = std::max<std::int64_t>(
            std::chrono::duration_cast<std::chrono::nanoseconds>(limit.time_since_epoch()).count(), 0);
        constexpr std::int64_t second = 1'000'000'000;
        const timespec time{static_cast<time_t>(until / second), static_cast<long>(until % second)};
        const timespec* const end = limit == Clock::time_point::max() ? nullptr : &time;
        while (true) {
            const std::uint32_t signals = word_.load(std::memory_order_acquire);
            if ((signals & wanted) != 0) return signals;
            if (syscall(SYS_futex, &word_, FUTEX_WAIT_BITSET_PRIVATE, signals, end, nullptr,
                        FUTEX_BITSET_MATCH_ANY) == -1 &&
                errno == ETIMEDOUT)
                return word_.load(std::memory_order_acquire);
        }
    }
    void wake(std::uint32_t signal) noexcept {
        // The word may be gone by the time of the call, which then wakes nobody, or somebody else in vain.
        std::atomic<std::uint32_t>* const word = &word_;
        word->fetch_or(signal, std::memory_order_release);
        syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
    }

  private:
    std::atomic<std::uint32_t> word_{0};
    static_assert(sizeof(word_) == 4 && std::atomic<std::uint32_t>::is_always_lock_free);
};

using Parking = FutexParking;

#else

using Parking = PortableParking;

#endif

}  // namespace dbway::detail
