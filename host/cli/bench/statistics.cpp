#include "cli/bench/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace dbway::cli::bench {

namespace {

double quantile(const std::vector<double>& sorted, double part) {
    const double place = part * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (sorted[above] - sorted[below]) * (place - static_cast<double>(below));
}

}  // namespace

Quartiles quartiles(std::vector<double> values) {
    if (values.empty()) return {};
    std::sort(values.begin(), values.end());
    return {quantile(values, 0.5), quantile(values, 0.25), quantile(values, 0.75)};
}

Quartiles ratios(std::span<const double> of, std::span<const double> base, double least) {
    std::vector<double> quotients;
    for (std::size_t i = 0; i < std::min(of.size(), base.size()); ++i)
        quotients.push_back(of[i] / std::max(base[i], least));
    return quartiles(std::move(quotients));
}

std::uint64_t turns_for(std::span<const double> costs, double seconds, std::uint64_t most) {
    const double sum = std::accumulate(costs.begin(), costs.end(), 0.0);
    if (sum <= 0) return std::max<std::uint64_t>(most, 1);
    const double turns = std::floor(seconds * static_cast<double>(costs.size()) / sum);
    return static_cast<std::uint64_t>(
        std::clamp(turns, 1.0, static_cast<double>(std::max<std::uint64_t>(most, 1))));
}

}  // namespace dbway::cli::bench
