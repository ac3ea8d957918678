// stop_guard.hpp - what ends a running request from outside: a stop token, or the watchdog of a deadline that
// the provider cannot keep by itself.
#pragma once

#include <session/timer.hpp>

#include <atomic>
#include <functional>
#include <optional>
#include <stop_token>

namespace dbway::detail {

// Calls `cancel` once, from another thread, when stop is requested or the deadline has passed. Neither can
// happen any more after destruction.
class StopGuard {
  public:
    StopGuard(std::function<void()> cancel, std::stop_token stop) : cancel_(std::move(cancel)) {
        if (stop.stop_possible()) callback_.emplace(std::move(stop), Callback{this});
    }
    StopGuard(const StopGuard&) = delete;
    StopGuard& operator=(const StopGuard&) = delete;
    ~StopGuard() {
        callback_.reset();
        if (timer_ != nullptr) timer_->cancel(key_);
    }

    void watch(Timer& timer, Timer::Clock::time_point deadline) {
        timer_ = &timer;
        key_ = timer.schedule(deadline, [this] {
            expired_.store(true, std::memory_order_release);
            cancel_();
        });
    }

    bool expired() const noexcept { return expired_.load(std::memory_order_acquire); }

  private:
    struct Callback {
        StopGuard* guard;
        void operator()() const { guard->cancel_(); }
    };

    std::function<void()> cancel_;
    std::optional<std::stop_callback<Callback>> callback_;
    Timer* timer_ = nullptr;
    Timer::Key key_{};
    std::atomic<bool> expired_{false};
};

}  // namespace dbway::detail
