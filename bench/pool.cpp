// dbway_bench_pool SIDE DATABASE LOAD THREADS CONNECTIONS SECONDS: many threads on a pool of connections.
// SIDE: libpq, or a provider of dbway. LOAD: point, queries by key; mixed, of a hundred calls 80 queries by
// key, 9 of a hundred rows, 10 transactions of three statements and a bulk load of 100 rows. Prints a JSON
// object: calls, latencies and processor time per call in microseconds, the fewest and the most calls that a
// thread got done, and what the process had in memory at ten moments of each second, or a hundred in all.
#include "histogram.hpp"
#include "pooled.hpp"
#include "process.hpp"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <thread>

namespace {

using Clock = std::chrono::steady_clock;
using Micros = std::chrono::duration<double, std::micro>;

// What all threads do, until it is said to be over.
class Load {
  public:
    Load(bench::Pooled& pool, bool mixed) : pool_(pool), mixed_(mixed), rows_(bench::make_rows(100)) {}

    void run(int thread, bench::Histogram& latencies) {
        bench::Keys keys;
        for (int i = 0; i < thread; ++i) keys.next();
        while (!started_.load(std::memory_order_acquire)) std::this_thread::yield();
        while (!over_.load(std::memory_order_relaxed)) {
            const auto begin = Clock::now();
            call(keys.next(), latencies.count() % 100);
            latencies.add(Micros(Clock::now() - begin).count());
        }
    }
    void start() { started_.store(true, std::memory_order_release); }
    void end() { over_.store(true); }

  private:
    void call(std::int64_t key, std::size_t number) {
        if (!mixed_ || number < 80) {
            require(pool_.point(key), 1);
        } else if (number < 89) {
            const std::int64_t from = std::min(key, bench::table_rows - bench::rows_of_a_range + 1);
            require(pool_.range(from), bench::rows_of_a_range);
        } else if (number < 99) {
            require(pool_.transaction(key), 1);
        } else {
            pool_.load(rows_);
        }
    }
    static void require(const bench::Checksum& sum, std::int64_t rows) {
        if (static_cast<std::int64_t>(sum.rows) != rows) throw std::runtime_error("rows are missing");
    }

    bench::Pooled& pool_;
    bool mixed_;
    std::vector<bench::Row> rows_;
    std::atomic<bool> started_{false};
    std::atomic<bool> over_{false};
};

void print(const std::vector<bench::Histogram>& of_threads, double seconds, double processor,
           const std::vector<long>& resident) {
    bench::Histogram all;
    std::uint64_t fewest = of_threads.front().count(), most = 0;
    for (const bench::Histogram& latencies : of_threads) {
        all.add(latencies);
        fewest = std::min(fewest, latencies.count());
        most = std::max(most, latencies.count());
    }
    if (all.count() == 0) throw std::runtime_error("no call was done in time");
    const auto calls = static_cast<double>(all.count());
    std::printf(
        "{\"calls\": %.0f, \"seconds\": %.3f, \"calls_per_second\": %.1f, \"p50_us\": %.1f, \"p99_us\": "
        "%.1f, "
        "\"longest_us\": %.1f, \"cpu_us\": %.2f, \"fewest\": %llu, \"most\": %llu, \"resident_kib\": [",
        calls, seconds, calls / seconds, all.quantile(0.5), all.quantile(0.99), all.longest(),
        processor / calls, static_cast<unsigned long long>(fewest), static_cast<unsigned long long>(most));
    for (std::size_t i = 0; i < resident.size(); ++i) std::printf(i == 0 ? "%ld" : ", %ld", resident[i]);
    std::puts("]}");
}

void measure(bench::Pooled& pool, bool mixed, int threads, double seconds) {
    Load load(pool, mixed);
    std::vector<bench::Histogram> latencies(static_cast<std::size_t>(threads));
    std::exception_ptr failure;
    std::mutex failing;
    std::vector<std::thread> running;
    for (int i = 0; i < threads; ++i)
        running.emplace_back([&, i] {
            try {
                load.run(i, latencies[static_cast<std::size_t>(i)]);
            } catch (...) {
                const std::lock_guard lock(failing);
                failure = std::current_exception();
                load.end();
            }
        });
    const double processor_begin = bench::processor_micros();
    const auto begin = Clock::now();
    load.start();
    const auto moments = static_cast<int>(std::min(seconds * 10, 100.0));
    std::vector<long> resident;
    for (int moment = 1; moment <= moments; ++moment) {
        std::this_thread::sleep_until(begin + std::chrono::duration_cast<Clock::duration>(
                                                  std::chrono::duration<double>(seconds * moment / moments)));
        resident.push_back(bench::memory_kib("VmRSS"));
    }
    load.end();
    for (std::thread& thread : running) thread.join();
    const double elapsed = std::chrono::duration<double>(Clock::now() - begin).count();
    const double processor = bench::processor_micros() - processor_begin;
    if (failure) std::rethrow_exception(failure);
    print(latencies, elapsed, processor, resident);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 7) {
        std::fputs("usage: dbway_bench_pool SIDE DATABASE point|mixed THREADS CONNECTIONS SECONDS\n", stderr);
        return 2;
    }
    try {
        const std::string_view side = argv[1];
        const bench::Database database = bench::parse_database(argv[2]);
        const int connections = std::atoi(argv[5]);
        const auto pool = side == "libpq" ? bench::make_libpq_pool(database, connections)
                                          : bench::make_dbway_pool(side, database, connections);
        measure(*pool, std::string_view(argv[3]) == "mixed", std::atoi(argv[4]), std::atof(argv[6]));
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "dbway_bench_pool as %s: %s\n", argv[1], error.what());
        return 1;
    }
}
