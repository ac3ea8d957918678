// Queries of several threads on the pool of a source, as it is configured.
#include "cli/bench/jobs.hpp"
#include "cli/bench/latencies.hpp"
#include "cli/bench/stopwatch.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <latch>
#include <thread>

namespace dbway::cli::bench {

namespace {

using Clock = std::chrono::steady_clock;

// What one thread has done. On cache lines of its own.
struct alignas(64) Worker {
    explicit Worker(const std::vector<Likeness>& likeness) : checksum(likeness) {}

    Checksum checksum;
    Latencies latencies;
    std::exception_ptr error;
};

// Threads of one piece: they take turns from a common counter until none is left, so that the same values are
// read however the turns fall to them.
class Crew {
  public:
    Crew(unsigned threads, std::uint64_t turns, const std::vector<Likeness>& likeness) : turns_(turns) {
        for (unsigned i = 0; i < threads; ++i) workers_.push_back(std::make_unique<Worker>(likeness));
    }

    // `call(number, checksum)` is one turn.
    template <typename Call>
    void work(Piece& piece, const Call& call) {
        std::latch start(1);
        std::vector<std::jthread> threads;
        try {
            for (const auto& worker : workers_)
                threads.emplace_back([this, &start, &call, &worker = *worker] {
                    start.wait();
                    run(worker, call);
                });
        } catch (const std::exception&) {
            next_ = turns_;  // those that were made end at once
            start.count_down();
            throw;
        }
        {
            const Stopwatch watch(piece);
            start.count_down();
            threads.clear();
        }
        for (const auto& worker : workers_)
            if (worker->error) std::rethrow_exception(worker->error);
        summarize(piece);
    }

  private:
    template <typename Call>
    void run(Worker& worker, const Call& call) {
        try {
            Clock::time_point before = Clock::now();
            for (std::uint64_t number = next_.fetch_add(1, std::memory_order_relaxed); number < turns_;
                 number = next_.fetch_add(1, std::memory_order_relaxed)) {
                call(number, worker.checksum);
                const Clock::time_point now = Clock::now();
                worker.latencies.add(std::chrono::duration<double, std::micro>(now - before).count());
                before = now;
            }
        } catch (const std::exception&) {
            worker.error = std::current_exception();
            next_.store(turns_, std::memory_order_relaxed);  // the others need not go on
        }
    }

    void summarize(Piece& piece) const {
        Latencies all;
        std::uint64_t fewest = ~std::uint64_t{0}, most = 0;
        for (const auto& worker : workers_) {
            piece.checksum.add(worker->checksum);
            all.add(worker->latencies);
            fewest = std::min(fewest, worker->latencies.count());
            most = std::max(most, worker->latencies.count());
        }
        piece.items = all.count();
        piece.pool = {all.quantile(0.5), all.quantile(0.99),
                      most == 0 ? 0 : static_cast<double>(fewest) / static_cast<double>(most)};
    }

    std::uint64_t turns_;
    std::atomic<std::uint64_t> next_{0};
    std::vector<std::unique_ptr<Worker>> workers_;
};

class PoolJob final : public Job {
  public:
    PoolJob(Workplace& workplace, unsigned threads)
        : workplace_(workplace), threads_(threads), table_(workplace.target != nullptr) {}

    std::string name() const override { return "pool"; }
    std::string unit() const override { return "query"; }
    unsigned threads() const override { return threads_; }
    const std::vector<std::string>& column_names() const override {
        return table_ ? workplace_.table_columns : workplace_.query_columns;
    }

    Piece run(std::size_t side, std::uint64_t turns, std::uint64_t first) override {
        const std::vector<Likeness>& likeness =
            table_ ? workplace_.table_likeness : workplace_.query_likeness;
        Source source = workplace_.sides[side].source;
        open_connections(source);
        Piece piece(likeness);
        Crew crew(threads_, turns, likeness);
        crew.work(piece, [&](std::uint64_t number, Checksum& checksum) {
            workplace_.interrupt.check();
            if (table_) {
                const std::vector<Key>& keys = workplace_.target->keys();
                Rows rows =
                    source.query(workplace_.statements[side].point, keys[(first + number) % keys.size()]);
                read_all_rows(rows, checksum);
            } else {
                Rows rows = source.query_values({}, workplace_.query->sql, workplace_.query->values);
                read_all_rows(rows, checksum);
            }
        });
        return piece;
    }

  private:
    // As many as the threads will use, so that the clock does not see them opened.
    void open_connections(Source& source) const {
        std::vector<Connection> connections;
        const unsigned wanted = std::min<unsigned>(threads_, source.options().pool.max);
        for (unsigned i = 0; i < wanted; ++i) connections.push_back(source.connection(workplace_.options));
    }

    Workplace& workplace_;
    unsigned threads_;
    bool table_;
};

}  // namespace

std::unique_ptr<Job> make_pool_job(Workplace& workplace, unsigned threads) {
    return std::make_unique<PoolJob>(workplace, threads);
}

}  // namespace dbway::cli::bench
