// timer.hpp - one thread that calls functions at given times. It starts with the first of them.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <utility>

namespace dbway::detail {

// Thread-safe. Functions run on the timer's thread, one at a time, without its lock, and must not throw.
class Timer {
  public:
    using Clock = std::chrono::steady_clock;
    using Key = std::pair<Clock::time_point, std::uint64_t>;

    Timer();
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;
    // May be called by one of its own functions, which can hold the last reference to its owner.
    ~Timer();

    Key schedule(Clock::time_point at, std::function<void()> function);
    // Afterwards the function is not running and will not run, unless this is called from within it.
    void cancel(const Key& key);

  private:
    struct State;
    static void run(const std::shared_ptr<State>& state);

    std::shared_ptr<State> state_;
    std::thread thread_;  // started under the state's lock
};

}  // namespace dbway::detail
