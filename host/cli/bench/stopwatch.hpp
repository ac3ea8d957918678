// stopwatch.hpp - the time that passes, and that of the processors.
#pragma once

#include "cli/bench/job.hpp"

#include <sys/resource.h>

#include <chrono>

namespace dbway::cli::bench {

// In seconds, of all threads of this process, in user space and in the kernel.
inline double processor_seconds() noexcept {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Adds what passes during its life to a piece.
class Stopwatch {
  public:
    explicit Stopwatch(Piece& piece) noexcept : piece_(piece) {}
    Stopwatch(const Stopwatch&) = delete;
    Stopwatch& operator=(const Stopwatch&) = delete;
    ~Stopwatch() {
        piece_.cpu_seconds += processor_seconds() - cpu_;
        piece_.seconds += std::chrono::duration<double>(Clock::now() - start_).count();
    }

  private:
    using Clock = std::chrono::steady_clock;
    Piece& piece_;
    double cpu_ = processor_seconds();
    Clock::time_point start_ = Clock::now();
};

}  // namespace dbway::cli::bench
