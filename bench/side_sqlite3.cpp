#include "sides.hpp"
#include "time_text.hpp"

#include <sqlite3.h>

#include <stdexcept>

namespace bench {

namespace {

void check(sqlite3* database, int code, int wanted) {
    if (code != wanted) throw std::runtime_error(std::string("sqlite3: ") + sqlite3_errmsg(database));
}

class Sqlite3Side final : public Side {
  public:
    explicit Sqlite3Side(const std::string& database) : database_(database), db_(open()) {
        prepare(point_sql, &point_);
        prepare(account_sql, &account_);
        prepare("begin", &begin_);
        prepare("commit", &commit_);
    }
    ~Sqlite3Side() override {
        for (sqlite3_stmt* statement : {point_, account_, begin_, commit_}) sqlite3_finalize(statement);
        sqlite3_close(db_);
    }

    void reset() override { run("delete from w"); }

    Checksum point(std::int64_t count) override {
        Checksum sum;
        Keys keys;
        for (std::int64_t i = 0; i < count; ++i) point_query(sum, keys.next());
        return sum;
    }

    Checksum batch(std::int64_t batches) override {
        Checksum sum;
        Keys keys;
        for (std::int64_t i = 0; i < batches; ++i) {
            execute(begin_);
            for (int j = 0; j < batch_size; ++j) point_query(sum, keys.next());
            execute(commit_);
        }
        return sum;
    }

    Checksum scan(const std::string& sql) override {
        Checksum sum;
        sqlite3_stmt* statement = nullptr;
        prepare(sql, &statement);
        while (sqlite3_step(statement) == SQLITE_ROW) add(sum, statement);
        sqlite3_finalize(statement);
        return sum;
    }

    Checksum structs(std::int64_t count) override {
        std::vector<Record> records;
        sqlite3_stmt* statement = nullptr;
        prepare(scan_sql(count), &statement);
        while (sqlite3_step(statement) == SQLITE_ROW)
            records.push_back({sqlite3_column_int64(statement, 0), sqlite3_column_double(statement, 1),
                               std::string(text(statement, 2)), parse_timestamp(text(statement, 3))});
        sqlite3_finalize(statement);
        return checksum_of(records);
    }

    void insert(const std::vector<Row>& rows) override {
        run("begin immediate");
        sqlite3_stmt* statement = nullptr;
        prepare("insert into w (id, val, name, ts) values (?, ?, ?, ?)", &statement);
        for (const Row& row : rows) {
            // The time as text: made from microseconds by the program, as it is by dbway.
            char text[32];
            const int size = format_timestamp(row.micros, text);
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

    Checksum transaction(std::int64_t count) override {
        Checksum sum;
        Keys keys;
        for (std::int64_t i = 0; i < count; ++i) {
            const std::int64_t key = keys.next();
            execute(begin_);
            point_query(sum, key);
            for (const std::int64_t by : {1, -1}) {
                sqlite3_bind_int64(account_, 1, by);
                sqlite3_bind_int64(account_, 2, account_of(key));
                execute(account_);
                require_one(sqlite3_changes(db_));
            }
            execute(commit_);
        }
        return sum;
    }

    void connect(std::int64_t count) override {
        std::vector<sqlite3*> connections;
        for (std::int64_t i = 0; i < count; ++i) connections.push_back(open());
        for (sqlite3* connection : connections) sqlite3_close(connection);
    }

  private:
    sqlite3* open() const {
        sqlite3* database = nullptr;
        check(database, sqlite3_open(database_.c_str(), &database), SQLITE_OK);
        check(database,
              sqlite3_exec(database, "pragma journal_mode=wal; pragma synchronous=normal", nullptr, nullptr,
                           nullptr),
              SQLITE_OK);
        return database;
    }
    void point_query(Checksum& sum, std::int64_t key) {
        sqlite3_bind_int64(point_, 1, key);
        check(db_, sqlite3_step(point_), SQLITE_ROW);
        add(sum, point_);
        sqlite3_reset(point_);
    }
    void execute(sqlite3_stmt* statement) {
        check(db_, sqlite3_step(statement), SQLITE_DONE);
        sqlite3_reset(statement);
    }
    void run(const char* sql) { check(db_, sqlite3_exec(db_, sql, nullptr, nullptr, nullptr), SQLITE_OK); }
    void prepare(const std::string& sql, sqlite3_stmt** statement) {
        check(db_, sqlite3_prepare_v2(db_, sql.c_str(), -1, statement, nullptr), SQLITE_OK);
    }
    static void add(Checksum& sum, sqlite3_stmt* statement) {
        const std::int64_t id = sqlite3_column_int64(statement, 0);
        const double val = sqlite3_column_double(statement, 1);
        sum.add(id, val, text(statement, 2), parse_timestamp(text(statement, 3)));
    }
    static std::string_view text(sqlite3_stmt* statement, int column) {
        const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
        return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement, column))};
    }

    std::string database_;
    sqlite3* db_;
    sqlite3_stmt* point_ = nullptr;
    sqlite3_stmt* account_ = nullptr;
    sqlite3_stmt* begin_ = nullptr;
    sqlite3_stmt* commit_ = nullptr;
};

}  // namespace

std::unique_ptr<Side> make_sqlite3_side(const std::string& database) {
    return std::make_unique<Sqlite3Side>(database);
}

}  // namespace bench
