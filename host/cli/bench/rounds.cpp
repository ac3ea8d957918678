#include "cli/bench/rounds.hpp"

#include "cli/exit_code.hpp"

#include <algorithm>
#include <limits>

namespace dbway::cli::bench {

namespace {

// getrusage() counts the time of the processors in microseconds at best.
constexpr double least_micros = 0.001;

class Rounds {
  public:
    Rounds(Job& job, std::size_t sides, const RoundOptions& options) : job_(job), options_(options) {
        result_.name = job.name();
        result_.unit = job.unit();
        result_.threads = job.threads();
        result_.sides.resize(sides);
    }

    JobResult run() {
        result_.turns = find_turns();
        for (unsigned round = 1; round <= options_.rounds; ++round) run_round(round);
        return std::move(result_);
    }

  private:
    bool takes_part(std::size_t side) const { return result_.sides[side].outcome == Outcome::measured; }

    // Nothing: the side takes part no more.
    std::optional<Piece> piece(std::size_t side, std::uint64_t turns, std::uint64_t first) {
        SideResult& mine = result_.sides[side];
        try {
            return job_.run(side, turns, first);
        } catch (const Cancelled&) {
            throw;
        } catch (const Unsupported& error) {
            mine.outcome = Outcome::unsupported;
            mine.reason = error.what();
        } catch (const Error& error) {
            mine.outcome = Outcome::failed;
            mine.reason = error.what();
        }
        return std::nullopt;
    }

    void announce(unsigned round, std::size_t side) const {
        if (options_.before) options_.before(job_, round, side);
    }

    // The round that does not count: each side alone, in growing pieces. The cheapest of them says what a
    // turn costs, so that a moment in which the machine was busy does not make all later pieces short.
    std::uint64_t find_turns() {
        std::vector<double> costs;
        for (std::size_t side = 0; side < result_.sides.size(); ++side) {
            announce(0, side);
            if (const auto cost = cost_of_turn(side)) costs.push_back(*cost);
        }
        return costs.empty() ? 1 : turns_for(costs, options_.seconds, job_.most_turns());
    }

    std::optional<double> cost_of_turn(std::size_t side) {
        const double enough = options_.seconds / 4;
        double least = std::numeric_limits<double>::max();
        std::uint64_t turns = 1;
        int long_pieces = 0;
        while (const auto measured = piece(side, turns, 0)) {
            least = std::min(least, std::max(measured->seconds, 1e-7) / static_cast<double>(turns));
            if (turns >= job_.most_turns() || measured->seconds > 2 * options_.seconds) return least;
            if (least * static_cast<double>(turns) >= enough) {
                if (++long_pieces == 3) return least;
                continue;
            }
            const auto wanted = static_cast<std::uint64_t>(options_.seconds / 3 / least);
            turns = std::min(std::clamp(wanted, turns + 1, turns * 64), job_.most_turns());
        }
        return std::nullopt;
    }

    void run_round(unsigned round) {
        const std::size_t count = result_.sides.size();
        std::vector<std::optional<Piece>> pieces(count);
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t side = (round + i) % count;
            if (!takes_part(side)) continue;
            announce(round, side);
            pieces[side] = piece(side, result_.turns, (round - 1) * result_.turns);
        }
        if (job_.reads()) compare_values(pieces);
        for (std::size_t side = 0; side < count; ++side)
            if (pieces[side] && takes_part(side)) keep(result_.sides[side], *pieces[side]);
    }

    void compare_values(const std::vector<std::optional<Piece>>& pieces) {
        const auto base =
            std::find_if(pieces.begin(), pieces.end(), [](const auto& one) { return one.has_value(); });
        for (std::size_t side = 0; side < pieces.size(); ++side) {
            if (!pieces[side] || !takes_part(side)) continue;
            const std::string difference =
                pieces[side]->checksum.difference((*base)->checksum, job_.column_names());
            if (difference.empty()) continue;
            result_.sides[side].outcome = Outcome::refused;
            result_.sides[side].reason = difference;
        }
    }

    void keep(SideResult& mine, const Piece& piece) const {
        const auto items = static_cast<double>(std::max<std::uint64_t>(piece.items, 1));
        mine.wall.push_back(piece.seconds * 1e6 / items);
        mine.cpu.push_back(piece.cpu_seconds * 1e6 / items);
        mine.items = piece.items;
        mine.rows = piece.checksum.rows();
        mine.digest = piece.checksum.digest();
        if (job_.reads())
            mine.rows_per_second.push_back(static_cast<double>(mine.rows) / std::max(piece.seconds, 1e-9));
        if (!piece.pool) return;
        mine.p50.push_back(piece.pool->p50_micros);
        mine.p99.push_back(piece.pool->p99_micros);
        mine.fairness.push_back(piece.pool->fairness);
    }

    Job& job_;
    const RoundOptions& options_;
    JobResult result_;
};

}  // namespace

std::optional<Comparison> compare(const SideResult& side, const SideResult& base) {
    if (side.outcome != Outcome::measured || base.outcome != Outcome::measured) return std::nullopt;
    return Comparison{ratios(side.wall, base.wall, least_micros), ratios(side.cpu, base.cpu, least_micros)};
}

JobResult run_rounds(Job& job, std::size_t sides, const RoundOptions& options) {
    return Rounds(job, sides, options).run();
}

}  // namespace dbway::cli::bench
