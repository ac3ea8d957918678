// dbway_bench_results SIDE DATABASE columns|cell COUNT REPEATS: results that are wide, or have one large
// cell. SIDE: libpq, sqlite3, or a provider of dbway on one connection. columns: 100 rows of COUNT integers;
// cell: one row with a text of COUNT bytes. Reads the result REPEATS times after once for warmth; prints a
// JSON object with time and processor time of one, in microseconds, and the peak memory.
#include "libpq_binary.hpp"
#include "process.hpp"
#include "sides.hpp"

#include <dbway/dbway.hpp>

#include <sqlite3.h>

#include <cstdio>
#include <cstdlib>
#include <exception>

namespace {

constexpr int rows_of_columns = 100;

// What is in a result: the sum of all integers and the sizes of all texts.
class Reader {
  public:
    virtual ~Reader() = default;
    virtual std::int64_t integers(const std::string& sql) = 0;
    virtual std::int64_t texts(const std::string& sql) = 0;
};

class LibpqReader final : public Reader {
  public:
    explicit LibpqReader(const std::string& settings) : connection_(PQconnectdb(settings.c_str())) {}
    ~LibpqReader() override { PQfinish(connection_); }

    std::int64_t integers(const std::string& sql) override {
        return sum(sql, [](const PGresult* result, int row, int column) {
            return bench::read64(PQgetvalue(result, row, column));
        });
    }
    std::int64_t texts(const std::string& sql) override {
        return sum(sql, [](const PGresult* result, int row, int column) -> std::int64_t {
            return PQgetlength(result, row, column);
        });
    }

  private:
    template <typename Function>
    std::int64_t sum(const std::string& sql, const Function& value) {
        if (sql != prepared_) {
            bench::LibpqResult(PQexec(connection_, "deallocate all"));
            bench::LibpqResult(PQprepare(connection_, "statement", sql.c_str(), 0, nullptr));
            prepared_ = sql;
        }
        const bench::LibpqResult result(
            PQexecPrepared(connection_, "statement", 0, nullptr, nullptr, nullptr, 1));
        if (PQresultStatus(result.get()) != PGRES_TUPLES_OK)
            throw std::runtime_error(PQerrorMessage(connection_));
        std::int64_t sum = 0;
        for (int row = 0; row < PQntuples(result.get()); ++row)
            for (int column = 0; column < PQnfields(result.get()); ++column)
                sum += value(result.get(), row, column);
        return sum;
    }

    PGconn* connection_;
    std::string prepared_;
};

class Sqlite3Reader final : public Reader {
  public:
    explicit Sqlite3Reader(const std::string& file) {
        if (sqlite3_open(file.c_str(), &database_) != SQLITE_OK)
            throw std::runtime_error(sqlite3_errmsg(database_));
    }
    ~Sqlite3Reader() override {
        sqlite3_finalize(statement_);
        sqlite3_close(database_);
    }

    std::int64_t integers(const std::string& sql) override {
        return sum(sql, [](sqlite3_stmt* row, int column) -> std::int64_t {
            return sqlite3_column_int64(row, column);
        });
    }
    std::int64_t texts(const std::string& sql) override {
        return sum(sql, [](sqlite3_stmt* row, int column) -> std::int64_t {
            return sqlite3_column_text(row, column) == nullptr ? 0 : sqlite3_column_bytes(row, column);
        });
    }

  private:
    template <typename Function>
    std::int64_t sum(const std::string& sql, const Function& value) {
        if (sql != prepared_) {
            sqlite3_finalize(statement_);
            if (sqlite3_prepare_v2(database_, sql.c_str(), -1, &statement_, nullptr) != SQLITE_OK)
                throw std::runtime_error(sqlite3_errmsg(database_));
            prepared_ = sql;
        }
        std::int64_t sum = 0;
        const int columns = sqlite3_column_count(statement_);
        while (sqlite3_step(statement_) == SQLITE_ROW)
            for (int column = 0; column < columns; ++column) sum += value(statement_, column);
        sqlite3_reset(statement_);
        return sum;
    }

    sqlite3* database_ = nullptr;
    sqlite3_stmt* statement_ = nullptr;
    std::string prepared_;
};

class DbwayReader final : public Reader {
  public:
    DbwayReader(const std::string& provider, const bench::Database& database)
        : host_(dbway::Host::open(
              dbway::parse_configuration(bench::dbway_configuration(provider, database), "bench.toml", "."))),
          connection_(host_.source("main").connection()) {}

    std::int64_t integers(const std::string& sql) override {
        return sum(sql,
                   [](const dbway::Row& row, std::size_t column) { return row.get<std::int64_t>(column); });
    }
    std::int64_t texts(const std::string& sql) override {
        return sum(sql, [](const dbway::Row& row, std::size_t column) {
            return static_cast<std::int64_t>(row.get<std::string_view>(column).size());
        });
    }

  private:
    template <typename Function>
    std::int64_t sum(const std::string& sql, const Function& value) {
        std::int64_t sum = 0;
        auto rows = connection_.query(sql);
        const std::size_t columns = rows.columns().size();
        for (const dbway::Row row : rows)
            for (std::size_t column = 0; column < columns; ++column) sum += value(row, column);
        return sum;
    }

    dbway::Host host_;
    dbway::Connection connection_;
};

std::unique_ptr<Reader> make_reader(const std::string& side, const bench::Database& database) {
    if (side == "libpq") return std::make_unique<LibpqReader>(database.text);
    if (side == "sqlite3") return std::make_unique<Sqlite3Reader>(database.text);
    return std::make_unique<DbwayReader>(side, database);
}

// `count` columns of the row's number.
std::string columns_sql(bool sqlite, std::int64_t count) {
    std::string sql = sqlite ? "with recursive n(i) as (select 1 union all select i + 1 from n where i < " +
                                   std::to_string(rows_of_columns) + ") select i"
                             : "select i";
    for (std::int64_t column = 1; column < count; ++column) sql += ", i";
    return sql + (sqlite ? " from n"
                         : " from generate_series(1::bigint, " + std::to_string(rows_of_columns) + ") i");
}

std::string cell_sql(bool sqlite, std::int64_t bytes) {
    const std::string size = std::to_string(bytes);
    return sqlite ? "select cast(zeroblob(" + size + ") as text)" : "select repeat('x', " + size + ")";
}

void measure(Reader& reader, bool sqlite, bool columns, std::int64_t count, int repeats) {
    const std::string sql = columns ? columns_sql(sqlite, count) : cell_sql(sqlite, count);
    const std::int64_t wanted = columns ? count * (rows_of_columns * (rows_of_columns + 1) / 2) : count;
    const auto read = [&] {
        if ((columns ? reader.integers(sql) : reader.texts(sql)) != wanted)
            throw std::runtime_error("another sum than what is in the result");
    };
    read();
    const double processor_begin = bench::processor_micros();
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < repeats; ++i) read();
    const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - begin;
    const double processor = bench::processor_micros() - processor_begin;
    std::printf("{\"wall_us\": %.3f, \"cpu_us\": %.3f, \"peak_kib\": %ld}\n", time.count() / repeats,
                processor / repeats, bench::memory_kib("VmHWM"));
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 6) {
        std::fputs("usage: dbway_bench_results SIDE DATABASE columns|cell COUNT REPEATS\n", stderr);
        return 2;
    }
    try {
        const bench::Database database = bench::parse_database(argv[2]);
        const auto reader = make_reader(argv[1], database);
        measure(*reader, database.kind == bench::Database::Kind::sqlite,
                std::string_view(argv[3]) == "columns", std::atoll(argv[4]), std::max(std::atoi(argv[5]), 1));
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "dbway_bench_results as %s: %s\n", argv[1], error.what());
        return 1;
    }
}
