// progress.hpp - how far a long copy is, on a terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace dbway::cli {

// Whether standard error is a terminal that can rewrite a line.
bool can_show_progress() noexcept;

// "1,234 rows  5.6 MB  12,345 rows/s  45 %"; the last part only when `total_bytes` is known.
std::string progress_line(std::uint64_t rows, std::uint64_t bytes, std::uint64_t total_bytes, double seconds);

// Rewrites one line of standard error five times a second, beginning half a second after its construction.
// Shows nothing when it is not `enabled`. Not thread-safe.
class Progress {
  public:
    explicit Progress(bool enabled, std::uint64_t total_bytes = 0);
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress() { clear(); }

    void update(std::uint64_t rows, std::uint64_t bytes);
    // Takes the line away, before something else is printed.
    void clear() noexcept;

  private:
    using Clock = std::chrono::steady_clock;
    bool enabled_;
    std::uint64_t total_bytes_;
    Clock::time_point start_ = Clock::now();
    Clock::time_point next_ = start_ + std::chrono::milliseconds(500);
    bool shown_ = false;
};

// One line of standard error that says what is being done, rewritten each time. Shows nothing when it is not
// `enabled`. Not thread-safe.
class StatusLine {
  public:
    explicit StatusLine(bool enabled) noexcept : enabled_(enabled) {}
    StatusLine(const StatusLine&) = delete;
    StatusLine& operator=(const StatusLine&) = delete;
    ~StatusLine() { clear(); }

    void show(const std::string& text);
    // Takes the line away, before something else is printed.
    void clear() noexcept;

  private:
    bool enabled_;
    bool shown_ = false;
};

// 1234567 as 1,234,567.
std::string grouped(std::uint64_t number);

}  // namespace dbway::cli
