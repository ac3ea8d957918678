// rounds.hpp - takes a job's sides in turn, round after round, so that what else the machine does falls on
// all of them alike.
#pragma once

#include "cli/bench/job.hpp"
#include "cli/bench/statistics.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace dbway::cli::bench {

enum class Outcome : std::uint8_t {
    measured,
    refused,      // it read other values than the base, or other ones each time
    failed,       // the database or the provider failed
    unsupported,  // the provider cannot do it
};

// One side's part in a job. Times are per item, in microseconds, one of each round.
struct SideResult {
    Outcome outcome = Outcome::measured;
    std::string reason;
    std::vector<double> wall, cpu;
    std::vector<double> rows_per_second;
    std::vector<double> p50, p99, fairness;  // of the pool
    std::uint64_t items = 0;                 // of a round
    std::uint64_t rows = 0;                  // of a round
    std::uint64_t digest = 0;                // of the last round's values
};

struct JobResult {
    std::string name, unit;
    unsigned threads = 1;
    std::uint64_t turns = 0;        // of a side in a round
    std::vector<SideResult> sides;  // as they were given; the first is the base
};

// Ratios of a side's times to the base's, of the rounds. Empty if one of them was not measured.
struct Comparison {
    Quartiles wall, cpu;
};
std::optional<Comparison> compare(const SideResult& side, const SideResult& base);

struct RoundOptions {
    unsigned rounds = 7;
    double seconds = 0.3;  // of a side in a round
    // Called before each piece; round 0 is the one that does not count. May throw, to end the run.
    std::function<void(const Job& job, unsigned round, std::size_t side)> before = {};
};

// Finds how many turns fill the time, then runs the rounds. A side whose values differ, that fails or cannot
// is told so in its result, and the others go on. Throws what `before` throws, Interrupted, and Cancelled.
JobResult run_rounds(Job& job, std::size_t sides, const RoundOptions& options);

}  // namespace dbway::cli::bench
