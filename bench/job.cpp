// One job of one side, for callgrind and for the load time of a fresh process:
//   dbway_bench_job make DATABASE
//   dbway_bench_job sqlite3|pinned|pool point|scan|insert COUNT DATABASE     prints the checksum
//   dbway_bench_job load DATABASE                                            prints milliseconds
// Under callgrind only the job itself is counted (--instr-atstart=no).
#include "side_dbway.hpp"
#include "side_sqlite3.hpp"

#include <dbway/dbway.hpp>

#include <valgrind/callgrind.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string_view>

namespace {

int usage() {
    std::fputs("usage: dbway_bench_job make|load DATABASE | SIDE JOB COUNT DATABASE\n", stderr);
    return 2;
}

// From nothing to the first row: configuration, plugin, connection, statement.
int load(const std::string& database) {
    const auto begin = std::chrono::steady_clock::now();
    const dbway::Host host = dbway::Host::open(dbway::parse_configuration(
        "[source.main]\nprovider = \"sqlite\"\ndatabase = '" + database + "'\n", "bench.toml", "."));
    const auto id = host.source("main").query("select id from t where id = 1").one<std::int64_t>();
    const std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - begin;
    std::printf("%.3f\n", time.count());
    return id == 1 ? 0 : 1;
}

int run(std::string_view which, std::string_view job, std::int64_t count, const std::string& database) {
    const std::unique_ptr<bench::Side> side = which == "sqlite3"
                                                  ? bench::make_sqlite3_side(database)
                                                  : bench::make_dbway_side(database, which == "pinned");
    bench::Checksum sum;
    if (job == "insert") {
        const std::vector<bench::Row> rows = bench::make_rows(count);
        side->reset();
        CALLGRIND_START_INSTRUMENTATION;
        side->insert(rows);
        CALLGRIND_STOP_INSTRUMENTATION;
    } else {
        if (job == "point") side->point(1);  // prepares
        CALLGRIND_START_INSTRUMENTATION;
        sum = job == "point" ? side->point(count) : side->scan(count);
        CALLGRIND_STOP_INSTRUMENTATION;
    }
    std::printf("%llu %llu %.0f\n", static_cast<unsigned long long>(sum.rows),
                static_cast<unsigned long long>(sum.sum), sum.val);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const std::string_view verb = argc > 1 ? argv[1] : "";
        if (argc == 3 && verb == "make") {
            bench::make_sqlite_database(argv[2]);
            return 0;
        }
        if (argc == 3 && verb == "load") return load(argv[2]);
        if (argc == 5) return run(verb, argv[2], std::atoll(argv[3]), argv[4]);
        return usage();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "dbway_bench_job: %s\n", error.what());
        return 1;
    }
}
