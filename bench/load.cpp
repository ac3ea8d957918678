// dbway_bench_load PROVIDER DATABASE: from nothing to the host opened with its plugin loaded, and to the
// first row; a JSON object with both times in milliseconds.
#include "sides.hpp"

#include <dbway/dbway.hpp>

#include <chrono>
#include <cstdio>
#include <exception>

int main(int argc, char** argv) {
    using Clock = std::chrono::steady_clock;
    using Milliseconds = std::chrono::duration<double, std::milli>;
    if (argc != 3) {
        std::fputs("usage: dbway_bench_load PROVIDER DATABASE\n", stderr);
        return 2;
    }
    try {
        const auto begin = Clock::now();
        const dbway::Host host = dbway::Host::open(dbway::parse_configuration(
            bench::dbway_configuration(argv[1], bench::parse_database(argv[2])), "bench.toml", "."));
        const Milliseconds opened = Clock::now() - begin;
        const auto id = host.source("main").query("select id from t where id = 1").one<std::int64_t>();
        const Milliseconds first_row = Clock::now() - begin;
        std::printf("{\"opened_ms\": %.3f, \"first_row_ms\": %.3f}\n", opened.count(), first_row.count());
        return id == 1 ? 0 : 1;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "dbway_bench_load: %s\n", error.what());
        return 1;
    }
}
