// The jobs of one side, each measured by itself in a process of that side's own:
//   PROGRAM SIDE DATABASE [JOB COUNT]       the job, or those on standard input, a line each
// PROGRAM: dbway_bench_job for sqlite3, libpq, libpqxx, and for dbway: PROVIDER on one connection,
// PROVIDER/pool through its pool, PROVIDER/entities; dbway_bench_LIBRARY for every other library. DATABASE:
// database.hpp. JOB: point batch scan structs insert transaction connect. COUNT: of rows, batches,
// transactions, connections. Each job prints a JSON object with its time, the processor time of this process,
// its allocations if libdbway_bench_allocations.so counts them, and the checksum of what was read. Under
// callgrind only the jobs themselves are counted (--instr-atstart=no).
#include "process.hpp"
#include "sides.hpp"

#include <valgrind/callgrind.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <set>
#include <string_view>

// There if the library that counts is loaded.
extern "C" [[gnu::weak]] std::uint64_t dbway_bench_allocations();

namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

bench::Checksum do_job(bench::Side& side, std::string_view job, std::int64_t count,
                       const std::vector<bench::Row>& rows) {
    if (job == "point") return side.point(count);
    if (job == "batch") return side.batch(count);
    if (job == "scan") return side.scan(bench::scan_sql(count));
    if (job == "structs") return side.structs(count);
    if (job == "transaction") return side.transaction(count);
    if (job == "insert")
        side.insert(rows);
    else if (job == "connect")
        side.connect(count);
    else
        throw std::runtime_error("no job \"" + std::string(job) + "\"");
    return {};
}

void run(bench::Side& side, const std::string& job, std::int64_t count) {
    static std::set<std::string> warm;
    static std::vector<bench::Row> rows;
    if (job == "insert") {
        if (rows.size() != static_cast<std::size_t>(count)) rows = bench::make_rows(count);
        side.reset();
    } else if (job != "scan" && job != "structs" && warm.insert(job).second) {
        do_job(side, job, 1, rows);
    }
    const bool counts = dbway_bench_allocations != nullptr;
    const std::uint64_t allocations_begin = counts ? dbway_bench_allocations() : 0;
    const double processor_begin = bench::processor_micros();
    const auto begin = Clock::now();
    CALLGRIND_START_INSTRUMENTATION;
    bench::Checksum sum = do_job(side, job, count, rows);
    CALLGRIND_STOP_INSTRUMENTATION;
    CALLGRIND_DUMP_STATS;
    const Milliseconds time = Clock::now() - begin;
    const double processor = (bench::processor_micros() - processor_begin) / 1000;
    const std::uint64_t allocations = counts ? dbway_bench_allocations() - allocations_begin : 0;
    const long peak = bench::memory_kib("VmHWM");
    if (job == "insert") sum = side.scan(bench::written_sql);
    std::printf("{\"wall_ms\": %.4f, \"cpu_ms\": %.4f, \"peak_kib\": %ld, ", time.count(), processor, peak);
    if (counts) std::printf("\"allocations\": %llu, ", static_cast<unsigned long long>(allocations));
    std::printf("\"checksum\": \"%llu:%llu:%.6e\"}\n", static_cast<unsigned long long>(sum.rows),
                static_cast<unsigned long long>(sum.sum), sum.val);
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3 && argc != 5) {
        std::fputs("usage: PROGRAM SIDE DATABASE [JOB COUNT]\n", stderr);
        return 2;
    }
    try {
        const auto side = bench::make_side(argv[1], bench::parse_database(argv[2]));
        if (argc == 5) {
            run(*side, argv[3], std::atoll(argv[4]));
            return 0;
        }
        std::int64_t count = 0;
        for (std::string job; std::cin >> job >> count;) run(*side, job, count);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s: %s\n", argv[1], error.what());
        return 1;
    }
}
