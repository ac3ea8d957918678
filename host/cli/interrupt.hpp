// interrupt.hpp - Ctrl-C: cancels what runs; a second one ends the program at once.
#pragma once

#include <stop_token>
#include <thread>

namespace dbway::cli {

// One object at a time. While it lives, SIGINT and SIGTERM request a stop instead of ending the program.
// Thread-safe.
class InterruptGuard {
  public:
    InterruptGuard();
    InterruptGuard(const InterruptGuard&) = delete;
    InterruptGuard& operator=(const InterruptGuard&) = delete;
    ~InterruptGuard();

    // For the statement that runs next. Forgets an earlier interrupt, which the shell survives.
    std::stop_token begin();
    // Since the last begin().
    bool interrupted() const noexcept;
    // Throws Interrupted if so.
    void check() const;
    // Becomes readable with each signal; for a wait that must end then. Whoever sees it readable calls
    // drain().
    int descriptor() const noexcept { return wake_[0]; }
    void drain() const noexcept;

  private:
    void watch();

    int pipe_[2] = {-1, -1};
    int wake_[2] = {-1, -1};
    std::thread watcher_;
};

}  // namespace dbway::cli
