// latencies.hpp - how long calls took, in a fixed amount of memory.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace dbway::cli::bench {

// Counts on a logarithmic scale: a quantile is right to 1.5 percent. One thread at a time.
class Latencies {
  public:
    void add(double micros) noexcept {
        ++counts_[bucket(micros)];
        ++count_;
    }
    void add(const Latencies& other) noexcept {
        for (std::size_t i = 0; i < buckets; ++i) counts_[i] += other.counts_[i];
        count_ += other.count_;
    }
    std::uint64_t count() const noexcept { return count_; }

    // In microseconds; `part` from 0 to 1. Zero without any.
    double quantile(double part) const noexcept {
        if (count_ == 0) return 0;
        auto left = static_cast<std::int64_t>(part * static_cast<double>(count_));
        std::size_t i = 0;
        for (; i + 1 < buckets; ++i)
            if ((left -= counts_[i]) < 0) break;
        return std::exp2((static_cast<double>(i) + 0.5) / per_doubling);
    }

  private:
    static constexpr std::size_t buckets = 1536;  // up to 2^32 microseconds
    static constexpr double per_doubling = 48;

    static std::size_t bucket(double micros) noexcept {
        if (micros <= 1) return 0;
        return std::min(static_cast<std::size_t>(std::log2(micros) * per_doubling), buckets - 1);
    }

    std::array<std::uint32_t, buckets> counts_{};
    std::uint64_t count_ = 0;
};

}  // namespace dbway::cli::bench
