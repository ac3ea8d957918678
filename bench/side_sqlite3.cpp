#include "side_sqlite3.hpp"

#include <sqlite3.h>

#include <stdexcept>

namespace bench {

namespace {

void check(sqlite3* database, int code, int wanted) {
    if (code != wanted) throw std::runtime_error(std::string("sqlite3: ") + sqlite3_errmsg(database));
}

// Days since 1970-01-01 of a civil date: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms".
std::int64_t days_from_civil(int y, unsigned m, unsigned d) {
    y -= m <= 2;
    const int era = (y >= 0 ? y : y - 399) / 400;
    const unsigned yoe = static_cast<unsigned>(y - era * 400);
    const unsigned doy = (153 * (m + (m > 2 ? static_cast<unsigned>(-3) : 9)) + 2) / 5 + d - 1;
    const unsigned doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097LL + static_cast<std::int64_t>(doe) - 719468;
}

std::int64_t parse_timestamp(const char* p, int size) {
    const auto two = [&](int i) { return (p[i] - '0') * 10 + (p[i + 1] - '0'); };
    const std::int64_t days =
        days_from_civil(two(0) * 100 + two(2), static_cast<unsigned>(two(5)), static_cast<unsigned>(two(8)));
    const std::int64_t seconds = days * 86400 + two(11) * 3600 + two(14) * 60 + two(17);
    std::int64_t micros = 0;
    if (size > 20) {
        int digits = 0;
        for (int i = 20; i < size && digits < 6; ++i, ++digits) micros = micros * 10 + (p[i] - '0');
        for (; digits < 6; ++digits) micros *= 10;
    }
    return seconds * 1'000'000 + micros;
}

class Sqlite3Side final : public Side {
  public:
    explicit Sqlite3Side(const std::string& database) {
        check(db_, sqlite3_open(database.c_str(), &db_), SQLITE_OK);
        run("pragma journal_mode=wal; pragma synchronous=normal");
    }
    ~Sqlite3Side() override {
        sqlite3_finalize(point_);
        sqlite3_close(db_);
    }

    void reset() override { run("delete from w"); }

    Checksum point(std::int64_t count) override {
        Checksum sum;
        Keys keys;
        if (point_ == nullptr) prepare(point_sql, &point_);
        for (std::int64_t i = 0; i < count; ++i) {
            sqlite3_bind_int64(point_, 1, keys.next());
            check(db_, sqlite3_step(point_), SQLITE_ROW);
            add(sum, point_);
            sqlite3_reset(point_);
        }
        return sum;
    }

    Checksum scan(std::int64_t count) override {
        Checksum sum;
        sqlite3_stmt* statement = nullptr;
        prepare(scan_sql(count), &statement);
        while (sqlite3_step(statement) == SQLITE_ROW) add(sum, statement);
        sqlite3_finalize(statement);
        return sum;
    }

    void insert(const std::vector<Row>& rows) override {
        run("begin immediate");
        sqlite3_stmt* statement = nullptr;
        prepare("insert into w (id, val, name, ts) values (?, ?, ?, ?)", &statement);
        for (const Row& row : rows) {
            // The time as text: made from microseconds by the program, as it is by dbway.
            char text[32];
            const int size = format(row.micros, text);
            sqlite3_bind_int64(statement, 1, row.id);
            sqlite3_bind_double(statement, 2, row.val);
            sqlite3_bind_text(statement, 3, row.name.data(), static_cast<int>(row.name.size()),
                              SQLITE_STATIC);
            sqlite3_bind_text(statement, 4, text, size, SQLITE_STATIC);
            check(db_, sqlite3_step(statement), SQLITE_DONE);
            sqlite3_reset(statement);
        }
        sqlite3_finalize(statement);
        run("commit");
    }

  private:
    static int format(std::int64_t micros, char* out) {
        std::int64_t days = micros / 86'400'000'000;
        std::int64_t rest = micros - days * 86'400'000'000;
        const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
        const auto put = [](char* to, std::int64_t value, int width) {
            for (int i = width; i-- > 0; value /= 10) to[i] = static_cast<char>('0' + value % 10);
        };
        put(out, static_cast<int>(date.year()), 4);
        out[4] = out[7] = '-';
        put(out + 5, static_cast<unsigned>(date.month()), 2);
        put(out + 8, static_cast<unsigned>(date.day()), 2);
        out[10] = ' ';
        put(out + 20, rest % 1'000'000, 6);
        rest /= 1'000'000;
        put(out + 17, rest % 60, 2);
        put(out + 14, rest / 60 % 60, 2);
        put(out + 11, rest / 3600, 2);
        out[13] = out[16] = ':';
        out[19] = '.';
        return 26;
    }

    void run(const char* sql) { check(db_, sqlite3_exec(db_, sql, nullptr, nullptr, nullptr), SQLITE_OK); }
    void prepare(const std::string& sql, sqlite3_stmt** statement) {
        check(db_, sqlite3_prepare_v2(db_, sql.c_str(), -1, statement, nullptr), SQLITE_OK);
    }
    static void add(Checksum& sum, sqlite3_stmt* statement) {
        const std::int64_t id = sqlite3_column_int64(statement, 0);
        const double val = sqlite3_column_double(statement, 1);
        const auto* name = reinterpret_cast<const char*>(sqlite3_column_text(statement, 2));
        const int name_size = sqlite3_column_bytes(statement, 2);
        const auto* time = reinterpret_cast<const char*>(sqlite3_column_text(statement, 3));
        const int time_size = sqlite3_column_bytes(statement, 3);
        sum.add(id, val, {name, static_cast<std::size_t>(name_size)}, parse_timestamp(time, time_size));
    }

    sqlite3* db_ = nullptr;
    sqlite3_stmt* point_ = nullptr;
};

}  // namespace

std::unique_ptr<Side> make_sqlite3_side(const std::string& database) {
    return std::make_unique<Sqlite3Side>(database);
}

void make_sqlite_database(const std::string& database) {
    sqlite3* db = nullptr;
    check(db, sqlite3_open(database.c_str(), &db), SQLITE_OK);
    const char* schema =
        "create table t (id integer primary key, val double, name text, ts timestamp);"
        "create table w (id integer primary key, val double, name text, ts timestamp); begin";
    check(db, sqlite3_exec(db, schema, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_stmt* statement = nullptr;
    check(db, sqlite3_prepare_v2(db, "insert into t values (?, ?, ?, ?)", -1, &statement, nullptr),
          SQLITE_OK);
    for (std::int64_t id = 1; id <= table_rows; ++id) {
        const Row row = make_row(id);
        sqlite3_bind_int64(statement, 1, row.id);
        sqlite3_bind_double(statement, 2, row.val);
        sqlite3_bind_text(statement, 3, row.name.data(), static_cast<int>(row.name.size()), SQLITE_STATIC);
        sqlite3_bind_text(statement, 4, row.time_text.data(), static_cast<int>(row.time_text.size()),
                          SQLITE_STATIC);
        check(db, sqlite3_step(statement), SQLITE_DONE);
        sqlite3_reset(statement);
    }
    sqlite3_finalize(statement);
    check(db, sqlite3_exec(db, "commit", nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(db);
}

}  // namespace bench
