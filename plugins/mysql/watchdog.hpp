// watchdog.hpp - ends a connection at a moment, unless it is destroyed before.
#pragma once

#include "socket.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace dbway::mysql {

// Its thread lives no longer than the object. Without a descriptor or a moment it does nothing.
class Watchdog {
  public:
    using Clock = std::chrono::steady_clock;

    Watchdog(int descriptor, Clock::time_point moment) {
        if (descriptor < 0 || moment == Clock::time_point::max()) return;
        thread_ = std::thread([this, descriptor, moment] {
            std::unique_lock lock(mutex_);
            if (!wake_.wait_until(lock, moment, [this] { return over_; })) shut_down(descriptor);
        });
    }
    ~Watchdog() {
        if (!thread_.joinable()) return;
        {
            const std::lock_guard lock(mutex_);
            over_ = true;
        }
        wake_.notify_one();
        thread_.join();
    }
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

  private:
    std::mutex mutex_;
    std::condition_variable wake_;
    bool over_ = false;
    std::thread thread_;
};

}  // namespace dbway::mysql
