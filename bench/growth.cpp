// dbway_bench_growth sources|waiting DATABASE COUNT: how dbway grows. sources: a host with COUNT sources, and
// a first and a second query on the last of them; waiting: COUNT threads that each want one query of a pool
// of one connection, which is given free when all of them wait. DATABASE is one of SQLite. Prints a JSON
// object, times in milliseconds.
#include "process.hpp"
#include "sides.hpp"

#include <dbway/dbway.hpp>

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <system_error>
#include <thread>

namespace {

using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point begin) {
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

void query(dbway::Source& source) {
    if (source.query("select id from t where id = 1").one<std::int64_t>() != 1)
        throw std::runtime_error("another row than the one with this key");
}

void sources(const bench::Database& database, int count) {
    std::string text;
    for (int i = 0; i < count; ++i)
        text += "[source.s" + std::to_string(i) + "]\nprovider = \"sqlite\"\ndatabase = '''" + database.text +
                "'''\n";
    const auto begin = Clock::now();
    const dbway::Host host = dbway::Host::open(dbway::parse_configuration(text, "bench.toml", "."));
    const double opened = milliseconds_since(begin);
    dbway::Source source = host.source("s" + std::to_string(count - 1));
    query(source);
    const auto again = Clock::now();
    constexpr int queries = 1000;
    for (int i = 0; i < queries; ++i) query(source);
    std::printf("{\"opened_ms\": %.3f, \"query_us\": %.3f, \"peak_kib\": %ld}\n", opened,
                milliseconds_since(again) * 1000 / queries, bench::memory_kib("VmHWM"));
}

// Threads with small stacks, so that ten thousand of them fit.
class Threads {
  public:
    template <typename Function>
    Threads(int count, const Function& function) {
        pthread_attr_t attributes;
        pthread_attr_init(&attributes);
        pthread_attr_setstacksize(&attributes, 256 * 1024);
        for (int i = 0; i < count; ++i) {
            pthread_t thread{};
            const int error = pthread_create(
                &thread, &attributes,
                [](void* of) -> void* {
                    (*static_cast<const Function*>(of))();
                    return nullptr;
                },
                const_cast<Function*>(&function));
            if (error != 0) {
                // What runs refers to objects that an exception would destroy.
                std::fprintf(stderr, "dbway_bench_growth: thread %d: %s\n", i,
                             std::system_category().message(error).c_str());
                std::_Exit(1);
            }
            threads_.push_back(thread);
        }
        pthread_attr_destroy(&attributes);
    }
    void join() {
        for (const pthread_t thread : threads_) pthread_join(thread, nullptr);
    }

  private:
    std::vector<pthread_t> threads_;
};

void waiting(const bench::Database& database, int count) {
    dbway::Configuration configuration =
        dbway::parse_configuration(bench::dbway_configuration("sqlite", database), "bench.toml", ".");
    configuration.sources.front().pool.max = 1;
    configuration.sources.front().pool.acquire_timeout = std::chrono::minutes(5);
    const dbway::Host host = dbway::Host::open(configuration);
    dbway::Source source = host.source("main");
    std::atomic<int> failed{0};
    auto held = std::make_unique<dbway::Connection>(source.connection());
    Threads threads(count, [&] {
        try {
            dbway::Source own = source;
            query(own);
        } catch (const std::exception&) {
            failed.fetch_add(1);
        }
    });
    while (source.statistics().waiting < static_cast<std::uint32_t>(count)) std::this_thread::yield();
    const auto begin = Clock::now();
    held.reset();
    threads.join();
    const double served = milliseconds_since(begin);
    if (failed.load() != 0) throw std::runtime_error(std::to_string(failed.load()) + " threads got no row");
    std::printf("{\"served_ms\": %.3f, \"request_us\": %.3f, \"peak_kib\": %ld}\n", served,
                served * 1000 / count, bench::memory_kib("VmHWM"));
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::fputs("usage: dbway_bench_growth sources|waiting DATABASE COUNT\n", stderr);
        return 2;
    }
    try {
        const bench::Database database = bench::parse_database(argv[2]);
        const int count = std::max(std::atoi(argv[3]), 1);
        if (std::string_view(argv[1]) == "sources")
            sources(database, count);
        else
            waiting(database, count);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "dbway_bench_growth: %s\n", error.what());
        return 1;
    }
}
