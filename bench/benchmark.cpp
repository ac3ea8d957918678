// Every job on every side, by Google Benchmark: for a closer look at one of them than bench/run takes.
//
//     dbway_benchmark --benchmark_filter='sqlite.*/point' --benchmark_enable_random_interleaving=true
//
// Random interleaving lets all sides see the same machine. The SQLite database is made in a temporary file,
// or taken from the file that DBWAY_BENCH_SQLITE names; PostgreSQL is measured when DBWAY_BENCH_POSTGRESQL is
// the connection string of a database that `dbway_bench_job` has filled.
#include "sides.hpp"

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using bench::Checksum;
using bench::Database;
using bench::Side;

struct Contender {
    std::string name;
    std::function<std::unique_ptr<Side>()> make;
};

// Made at the first use, kept to the end: connecting is a job of its own.
Side& opened(const Contender& contender) {
    static std::map<std::string, std::unique_ptr<Side>> sides;
    std::unique_ptr<Side>& side = sides[contender.name];
    if (!side) side = contender.make();
    return *side;
}

// A job that reads: its checksum must be that of the first contender of the same database.
void add_reading(const Contender& contender, const Contender& reference, const std::string& job,
                 std::int64_t items, const std::function<Checksum(Side&)>& run) {
    benchmark::RegisterBenchmark((contender.name + "/" + job).c_str(),
                                 [contender, reference, items, run](benchmark::State& state) {
                                     const Checksum wanted = run(opened(reference));
                                     Side& side = opened(contender);
                                     for (auto iteration : state) {
                                         (void)iteration;
                                         if (!(run(side) == wanted))
                                             state.SkipWithError("another checksum than the reference's");
                                     }
                                     state.SetItemsProcessed(state.iterations() * items);
                                 })
        ->Unit(benchmark::kMicrosecond)
        ->UseRealTime();
}

void add_all(const std::vector<Contender>& contenders) {
    for (const Contender& contender : contenders) {
        const Contender& reference = contenders.front();
        add_reading(contender, reference, "point", 1000, [](Side& side) { return side.point(1000); });
        add_reading(contender, reference, "batch", 10 * bench::batch_size,
                    [](Side& side) { return side.batch(10); });
        add_reading(contender, reference, "scan", 100'000,
                    [](Side& side) { return side.scan(bench::scan_sql(100'000)); });
        add_reading(contender, reference, "transaction", 50, [](Side& side) { return side.transaction(50); });
        benchmark::RegisterBenchmark(
            (contender.name + "/insert").c_str(),
            [contender](benchmark::State& state) {
                static const std::vector<bench::Row> rows = bench::make_rows(10'000);
                Side& side = opened(contender);
                for (auto iteration : state) {
                    (void)iteration;
                    state.PauseTiming();
                    side.reset();
                    state.ResumeTiming();
                    side.insert(rows);
                }
                state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(rows.size()));
            })
            ->Unit(benchmark::kMicrosecond)
            ->UseRealTime();
    }
}

// A file that is removed at the end.
class TemporaryDatabase {
  public:
    TemporaryDatabase() {
        std::string pattern = (std::filesystem::temp_directory_path() / "dbway-benchmark-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
        directory_ = pattern;
    }
    TemporaryDatabase(const TemporaryDatabase&) = delete;
    TemporaryDatabase& operator=(const TemporaryDatabase&) = delete;
    ~TemporaryDatabase() {
        std::error_code ignored;
        std::filesystem::remove_all(directory_, ignored);
    }
    std::string file() const { return (directory_ / "bench.sqlite").string(); }

  private:
    std::filesystem::path directory_;
};

}  // namespace

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    std::optional<TemporaryDatabase> made;
    const char* sqlite = std::getenv("DBWAY_BENCH_SQLITE");
    std::string file = sqlite == nullptr ? std::string() : sqlite;
    if (file.empty()) {
        file = made.emplace().file();
        bench::make_sqlite_database(file);
    }
    const auto dbway = [](const char* provider, Database::Kind kind, const std::string& text, bool pinned) {
        return [=] { return bench::make_dbway_side(provider, {kind, text}, pinned); };
    };
    add_all({{"sqlite/by_hand", [file] { return bench::make_sqlite3_side(file); }},
             {"sqlite/dbway_pinned", dbway("sqlite", Database::Kind::sqlite, file, true)},
             {"sqlite/dbway_pool", dbway("sqlite", Database::Kind::sqlite, file, false)}});
    if (const char* postgresql = std::getenv("DBWAY_BENCH_POSTGRESQL")) {
        const std::string database = postgresql;
        add_all({{"postgresql/libpq", [database] { return bench::make_libpq_side(database); }},
                 {"postgresql/libpqxx", [database] { return bench::make_libpqxx_side(database); }},
                 {"postgresql/pgx_pinned", dbway("pgx", Database::Kind::postgresql, database, true)},
                 {"postgresql/pgx_pool", dbway("pgx", Database::Kind::postgresql, database, false)},
                 {"postgresql/pq_pinned", dbway("pq", Database::Kind::postgresql, database, true)}});
    }
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
