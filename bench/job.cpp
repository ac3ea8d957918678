// The jobs of one side, each measured by itself in a process of that side's own:
//   dbway_bench_job make FILE                       a new SQLite database
//   dbway_bench_job first PROVIDER DATABASE         from nothing to the first row; prints milliseconds
//   dbway_bench_job SIDE DATABASE [JOB COUNT]       the job, or those on standard input, a line each
// SIDE: sqlite3, libpq, libpqxx; PROVIDER for dbway on one connection, PROVIDER/pool for dbway through its
// pool. JOB: point batch scan insert transaction connect. COUNT: of rows, batches, transactions, connections.
// Each job prints a JSON object with its time, the processor time of this process, and the checksum of what
// was read. Under callgrind only the jobs themselves are counted (--instr-atstart=no).
#include "sides.hpp"

#include <dbway/dbway.hpp>

#include <sys/resource.h>
#include <valgrind/callgrind.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <set>
#include <string_view>

namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

int usage() {
    std::fputs("usage: dbway_bench_job make FILE | first PROVIDER DATABASE | SIDE DATABASE [JOB COUNT]\n",
               stderr);
    return 2;
}

int first(const std::string& provider, const std::string& database) {
    const auto begin = Clock::now();
    const dbway::Host host = dbway::Host::open(
        dbway::parse_configuration(bench::dbway_configuration(provider, database), "bench.toml", "."));
    const auto id = host.source("main").query("select id from t where id = 1").one<std::int64_t>();
    std::printf("%.3f\n", Milliseconds(Clock::now() - begin).count());
    return id == 1 ? 0 : 1;
}

std::unique_ptr<bench::Side> make_side(std::string_view name, const std::string& database) {
    if (name == "sqlite3") return bench::make_sqlite3_side(database);
    if (name == "libpq") return bench::make_libpq_side(database);
    if (name == "libpqxx") return bench::make_libpqxx_side(database);
    const auto slash = name.find('/');
    return bench::make_dbway_side(std::string(name.substr(0, slash)), database, slash == name.npos);
}

double processor_milliseconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto milliseconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
    };
    return milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime);
}

// Of the whole process since its start, in KiB.
long peak_memory() {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;)
        if (word == "VmHWM:") {
            long kilobytes = 0;
            status >> kilobytes;
            return kilobytes;
        }
    return 0;
}

bench::Checksum do_job(bench::Side& side, std::string_view job, std::int64_t count,
                       const std::vector<bench::Row>& rows) {
    if (job == "point") return side.point(count);
    if (job == "batch") return side.batch(count);
    if (job == "scan") return side.scan(bench::scan_sql(count));
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
    } else if (job != "scan" && warm.insert(job).second) {
        do_job(side, job, 1, rows);
    }
    const double processor_begin = processor_milliseconds();
    const auto begin = Clock::now();
    CALLGRIND_START_INSTRUMENTATION;
    bench::Checksum sum = do_job(side, job, count, rows);
    CALLGRIND_STOP_INSTRUMENTATION;
    const Milliseconds time = Clock::now() - begin;
    const double processor = processor_milliseconds() - processor_begin;
    const long peak = peak_memory();
    if (job == "insert") sum = side.scan(bench::written_sql);
    std::printf(
        "{\"wall_ms\": %.4f, \"cpu_ms\": %.4f, \"peak_kib\": %ld, \"checksum\": \"%llu:%llu:%.6e\"}\n",
        time.count(), processor, peak, static_cast<unsigned long long>(sum.rows),
        static_cast<unsigned long long>(sum.sum), sum.val);
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const std::string_view verb = argc > 1 ? argv[1] : "";
        if (argc == 3 && verb == "make") {
            bench::make_sqlite_database(argv[2]);
            return 0;
        }
        if (argc == 4 && verb == "first") return first(argv[2], argv[3]);
        if (argc != 3 && argc != 5) return usage();
        const auto side = make_side(verb, argv[2]);
        if (argc == 5) {
            run(*side, argv[3], std::atoll(argv[4]));
            return 0;
        }
        std::int64_t count = 0;
        for (std::string job; std::cin >> job >> count;) run(*side, job, count);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "dbway_bench_job: %s\n", error.what());
        return 1;
    }
}
