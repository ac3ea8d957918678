// A pool on libpq as programs have it: a mutex, a condition variable and the connections that are free.
#include "libpq_binary.hpp"
#include "pooled.hpp"

#include <array>
#include <condition_variable>
#include <mutex>

namespace bench {

namespace {

void require(PGconn* connection, bool fine) {
    if (!fine) throw std::runtime_error(std::string("libpq: ") + PQerrorMessage(connection));
}

LibpqResult expect(PGconn* connection, PGresult* result, ExecStatusType wanted) {
    LibpqResult owner(result);
    require(connection, PQresultStatus(result) == wanted);
    return owner;
}

void command(PGconn* connection, const char* sql) {
    expect(connection, PQexec(connection, sql), PGRES_COMMAND_OK);
}

LibpqResult execute(PGconn* connection, const char* statement, std::int64_t first, std::int64_t second,
                    int parameters, ExecStatusType wanted) {
    const BinaryInteger one(first), two(second);
    const std::array<const char*, 2> values = {one.value, two.value};
    const std::array<int, 2> lengths = {8, 8}, formats = {1, 1};
    return expect(
        connection,
        PQexecPrepared(connection, statement, parameters, values.data(), lengths.data(), formats.data(), 1),
        wanted);
}

Checksum rows(PGconn* connection, const char* statement, std::int64_t first, std::int64_t second,
              int parameters) {
    Checksum sum;
    const LibpqResult result = execute(connection, statement, first, second, parameters, PGRES_TUPLES_OK);
    const int count = PQntuples(result.get());
    for (int row = 0; row < count; ++row) add_row(sum, result.get(), row);
    return sum;
}

class LibpqPool final : public Pooled {
  public:
    LibpqPool(const Database& database, int connections) {
        for (int i = 0; i < connections; ++i) {
            PGconn* connection = PQconnectdb(database.text.c_str());
            all_.push_back(connection);
            require(connection, PQstatus(connection) == CONNECTION_OK);
            prepare(connection, "point", point_sql, 0);
            prepare(connection, "range", range_sql, 0);
            prepare(connection, "account", account_sql, 2);
        }
        idle_ = all_;
    }
    ~LibpqPool() override {
        for (PGconn* connection : all_) PQfinish(connection);
    }

    Checksum point(std::int64_t key) override {
        const Lent lent(*this);
        return rows(lent.connection, "point", key, 0, 1);
    }
    Checksum range(std::int64_t key) override {
        const Lent lent(*this);
        return rows(lent.connection, "range", key, key + rows_of_a_range - 1, 2);
    }
    Checksum transaction(std::int64_t key) override {
        const Lent lent(*this);
        command(lent.connection, "begin");
        const Checksum sum = rows(lent.connection, "point", key, 0, 1);
        for (const std::int64_t by : {1, -1}) {
            const LibpqResult result =
                execute(lent.connection, "account", by, account_of(key), 2, PGRES_COMMAND_OK);
            require_one(std::strtoll(PQcmdTuples(result.get()), nullptr, 10));
        }
        command(lent.connection, "commit");
        return sum;
    }
    void load(const std::vector<Row>& rows) override {
        const Lent lent(*this);
        command(lent.connection, "begin");
        expect(lent.connection, PQexec(lent.connection, copy_sql), PGRES_COPY_IN);
        std::vector<char> bytes(copy_header.size() + rows.size() * copy_row_size(rows.front()) + 2);
        std::memcpy(bytes.data(), copy_header.data(), copy_header.size());
        char* to = bytes.data() + copy_header.size();
        for (const Row& row : rows) to = put_copy_row(to, row);
        to = put16(to, 0xffff);
        require(lent.connection,
                PQputCopyData(lent.connection, bytes.data(), static_cast<int>(to - bytes.data())) == 1 &&
                    PQputCopyEnd(lent.connection, nullptr) == 1);
        expect(lent.connection, PQgetResult(lent.connection), PGRES_COMMAND_OK);
        require(lent.connection, PQgetResult(lent.connection) == nullptr);
        command(lent.connection, "rollback");
    }

  private:
    struct Lent {
        explicit Lent(LibpqPool& from) : pool(from), connection(from.acquire()) {}
        Lent(const Lent&) = delete;
        Lent& operator=(const Lent&) = delete;
        ~Lent() { pool.release(connection); }
        LibpqPool& pool;
        PGconn* connection;
    };

    static void prepare(PGconn* connection, const char* name, const char* sql, int parameters) {
        const std::array<Oid, 2> types = {20, 20};
        expect(connection, PQprepare(connection, name, sql, parameters, types.data()), PGRES_COMMAND_OK);
    }
    PGconn* acquire() {
        std::unique_lock lock(mutex_);
        released_.wait(lock, [&] { return !idle_.empty(); });
        PGconn* connection = idle_.back();
        idle_.pop_back();
        return connection;
    }
    void release(PGconn* connection) {
        {
            const std::lock_guard lock(mutex_);
            idle_.push_back(connection);
        }
        released_.notify_one();
    }

    std::vector<PGconn*> all_;
    std::mutex mutex_;
    std::condition_variable released_;
    std::vector<PGconn*> idle_;
};

}  // namespace

std::unique_ptr<Pooled> make_libpq_pool(const Database& database, int connections) {
    return std::make_unique<LibpqPool>(database, connections);
}

}  // namespace bench
