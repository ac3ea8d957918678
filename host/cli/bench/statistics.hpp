// statistics.hpp - figures of rounds.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace dbway::cli::bench {

struct Quartiles {
    double median = 0, low = 0, high = 0;

    bool operator==(const Quartiles&) const = default;
};

// The quartiles of the values themselves (the "inclusive" method, of Hyndman and Fan the seventh). Zero
// without any.
Quartiles quartiles(std::vector<double> values);

// Of the quotients, pair by pair. A denominator below `least`, which no clock resolves, counts as that.
Quartiles ratios(std::span<const double> of, std::span<const double> base, double least);

// How many turns a piece takes, so that the pieces of all sides together take `seconds` for each side.
// `costs`: seconds a turn of each side. At least one, `most` at most.
std::uint64_t turns_for(std::span<const double> costs, double seconds, std::uint64_t most);

}  // namespace dbway::cli::bench
