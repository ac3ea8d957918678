// histogram.hpp - latencies in a fixed amount of memory, to 1.5 percent.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace bench {

// One thread at a time.
class Histogram {
  public:
    void add(double micros) {
        ++counts_[bucket(micros)];
        ++count_;
        longest_ = std::max(longest_, micros);
    }
    void add(const Histogram& other) {
        for (std::size_t i = 0; i < buckets; ++i) counts_[i] += other.counts_[i];
        count_ += other.count_;
        longest_ = std::max(longest_, other.longest_);
    }
    std::uint64_t count() const { return count_; }
    double longest() const { return longest_; }
    // In microseconds; `part` from 0 to 1.
    double quantile(double part) const {
        auto left = static_cast<std::int64_t>(part * static_cast<double>(count_));
        std::size_t i = 0;
        for (; i + 1 < buckets; ++i)
            if ((left -= counts_[i]) < 0) break;
        return std::exp2((static_cast<double>(i) + 0.5) / per_doubling);
    }

  private:
    static constexpr std::size_t buckets = 1536;  // up to 2^32 microseconds
    static constexpr double per_doubling = 48;

    static std::size_t bucket(double micros) {
        if (micros <= 1) return 0;
        return std::min(static_cast<std::size_t>(std::log2(micros) * per_doubling), buckets - 1);
    }

    std::array<std::uint32_t, buckets> counts_{};
    std::uint64_t count_ = 0;
    double longest_ = 0;
};

}  // namespace bench
