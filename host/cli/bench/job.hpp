// job.hpp - one thing that is measured on every side.
#pragma once

#include "cli/bench/checksum.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dbway::cli::bench {

// Of calls of several threads.
struct PoolFigures {
    double p50_micros = 0;
    double p99_micros = 0;
    double fairness = 1;  // the calls of the slowest thread to those of the fastest
};

// One measurement.
struct Piece {
    explicit Piece(const std::vector<Likeness>& likeness) : checksum(likeness) {}

    std::uint64_t items = 0;
    double seconds = 0;
    double cpu_seconds = 0;  // of this process, all threads
    Checksum checksum;       // of all values read
    std::optional<PoolFigures> pool;
};

// Sides are known by their index. One thread at a time.
class Job {
  public:
    Job() = default;
    Job(const Job&) = delete;
    Job& operator=(const Job&) = delete;
    virtual ~Job() = default;

    virtual std::string name() const = 0;
    // What an item is, in the singular.
    virtual std::string unit() const = 0;
    virtual unsigned threads() const { return 1; }
    // Most turns of a piece.
    virtual std::uint64_t most_turns() const { return 10'000'000; }
    // The names of the columns that the checksum is made of, for messages.
    virtual const std::vector<std::string>& column_names() const = 0;
    // Takes `turns` turns. Equal turns beginning at an equal `first` read the same values on every side.
    // Throws what the database refuses with, Interrupted on Ctrl-C.
    virtual Piece run(std::size_t side, std::uint64_t turns, std::uint64_t first) = 0;
    // Whether two sides must read equal values.
    virtual bool reads() const { return true; }
};

}  // namespace dbway::cli::bench
