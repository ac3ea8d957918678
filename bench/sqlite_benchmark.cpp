// Times of dbway on SQLite against a hand-written sqlite3 program, by Google Benchmark. Run with
// --benchmark_enable_random_interleaving=true, so that both sides see the same machine; bench/run does.
#include "side_dbway.hpp"
#include "side_sqlite3.hpp"

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <stdexcept>

namespace {

std::string database_path() {
    const char* path = std::getenv("DBWAY_BENCH_DATABASE");
    if (path == nullptr) throw std::runtime_error("DBWAY_BENCH_DATABASE names the database to use");
    return path;
}

bench::Side& side_of(int which) {
    static const std::unique_ptr<bench::Side> sides[] = {
        bench::make_sqlite3_side(database_path()),
        bench::make_dbway_side(database_path(), true),
        bench::make_dbway_side(database_path(), false),
    };
    return *sides[which];
}

void require_equal(benchmark::State& state, const bench::Checksum& sum, const bench::Checksum& wanted) {
    if (!(sum == wanted)) state.SkipWithError("another checksum than the hand-written program's");
}

void point(benchmark::State& state, int which) {
    constexpr std::int64_t count = 1000;
    const bench::Checksum wanted = side_of(0).point(count);
    bench::Side& side = side_of(which);
    for (auto iteration : state) {
        (void)iteration;
        require_equal(state, side.point(count), wanted);
    }
    state.SetItemsProcessed(state.iterations() * count);
}

void scan(benchmark::State& state, int which) {
    const std::int64_t count = state.range(0);
    const bench::Checksum wanted = side_of(0).scan(count);
    bench::Side& side = side_of(which);
    for (auto iteration : state) {
        (void)iteration;
        require_equal(state, side.scan(count), wanted);
    }
    state.SetItemsProcessed(state.iterations() * count);
}

void insert(benchmark::State& state, int which) {
    static const std::vector<bench::Row> rows = bench::make_rows(100'000);
    bench::Side& side = side_of(which);
    for (auto iteration : state) {
        (void)iteration;
        state.PauseTiming();
        side.reset();
        state.ResumeTiming();
        side.insert(rows);
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(rows.size()));
}

}  // namespace

BENCHMARK_CAPTURE(point, sqlite3, 0)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(point, dbway_pinned, 1)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(point, dbway_pool, 2)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(scan, sqlite3, 0)->Arg(bench::table_rows)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(scan, dbway_pinned, 1)->Arg(bench::table_rows)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(scan, dbway_pool, 2)->Arg(bench::table_rows)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(insert, sqlite3, 0)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(insert, dbway_pinned, 1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(insert, dbway_pool, 2)->Unit(benchmark::kMillisecond);

BENCHMARK_MAIN();
