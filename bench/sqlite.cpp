// dbway_bench_sqlite FILE: a new SQLite database with the tables of the benchmark.
#include "sides.hpp"

#include <cstdio>
#include <exception>

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("usage: dbway_bench_sqlite FILE\n", stderr);
        return 2;
    }
    try {
        bench::make_sqlite_database(argv[1]);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "dbway_bench_sqlite: %s\n", error.what());
        return 1;
    }
}
