// age.hpp - when a pooled connection is too old, or has been idle for too long. Pure: the time comes in.
#pragma once

#include <dbway/options.hpp>

#include <time.h>

#include <chrono>

namespace dbway::detail {

// The monotonic clock with the resolution of a timer tick (1 to 10 ms), at a third of the price of an exact
// one.
struct CoarseClock {
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<CoarseClock>;
    static constexpr bool is_steady = true;

    static time_point now() noexcept {
        timespec now{};
        clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
        return time_point(std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
    }
};

// When a connection opened at `opened` ends: its lifetime less a part of the jitter that `chance`, from 0 to
// 1, chooses. max() for a pool without a limit.
inline CoarseClock::time_point expiry(const PoolOptions& options, CoarseClock::time_point opened,
                                      double chance) {
    if (options.max_lifetime.count() <= 0) return CoarseClock::time_point::max();
    const double part = 1.0 - options.lifetime_jitter * chance;
    return opened + std::chrono::nanoseconds(
                        static_cast<std::int64_t>(static_cast<double>(options.max_lifetime.count()) * part));
}

// Whether a connection that was idle for `idle` is looked at before it is lent.
inline bool needs_check(const PoolOptions& options, CoarseClock::duration idle) noexcept {
    return idle >= options.check_after;
}

// Whether housekeeping closes an idle connection, when `open` are open.
inline bool idle_too_long(const PoolOptions& options, CoarseClock::duration idle,
                          std::uint32_t open) noexcept {
    return options.idle_timeout.count() > 0 && open > options.min && idle >= options.idle_timeout;
}

}  // namespace dbway::detail
