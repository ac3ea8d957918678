// The floor for PostgreSQL: libpq by hand, binary both ways, statements prepared, the pipeline drained while
// it is filled by batches small enough for the buffers of the kernel.
#include "sides.hpp"

#include <endian.h>
#include <libpq-fe.h>

#include <array>
#include <cstring>

namespace bench {

namespace {

constexpr std::int64_t epoch = 946'684'800LL * 1'000'000LL;  // 2000-01-01, where PostgreSQL's times begin

struct Clear {
    void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, Clear>;

std::int64_t read64(const char* from) {
    std::uint64_t value = 0;
    std::memcpy(&value, from, sizeof value);
    return static_cast<std::int64_t>(be64toh(value));
}

double read_double(const char* from) {
    const std::int64_t bits = read64(from);
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

char* put16(char* to, std::uint16_t value) {
    value = htobe16(value);
    std::memcpy(to, &value, sizeof value);
    return to + sizeof value;
}

char* put32(char* to, std::uint32_t value) {
    value = htobe32(value);
    std::memcpy(to, &value, sizeof value);
    return to + sizeof value;
}

char* put64(char* to, std::int64_t value) {
    const std::uint64_t bits = htobe64(static_cast<std::uint64_t>(value));
    std::memcpy(to, &bits, sizeof bits);
    return to + sizeof bits;
}

class LibpqSide final : public Side {
  public:
    explicit LibpqSide(const std::string& database) : database_(database), connection_(open()) {
        prepare("point", point_sql, 1, nullptr);
        const std::array<Oid, 2> types = {20, 20};
        prepare("account", account_sql, 2, types.data());
    }
    ~LibpqSide() override { PQfinish(connection_); }

    void reset() override { command("delete from w"); }

    Checksum point(std::int64_t count) override {
        Checksum sum;
        Keys keys;
        for (std::int64_t i = 0; i < count; ++i) point_query(sum, keys.next());
        return sum;
    }

    Checksum batch(std::int64_t batches) override {
        Checksum sum;
        Keys keys;
        require(PQenterPipelineMode(connection_) == 1);
        for (std::int64_t i = 0; i < batches; ++i) {
            for (int j = 0; j < batch_size; ++j) {
                const Key key(keys.next());
                require(PQsendQueryPrepared(connection_, "point", 1, &key.value, &Key::length, &Key::format,
                                            1) == 1);
            }
            require(PQpipelineSync(connection_) == 1);
            for (int j = 0; j < batch_size; ++j) {
                const Result result = expect(PQgetResult(connection_), PGRES_TUPLES_OK);
                add(sum, result.get(), 0);
                require(PQgetResult(connection_) == nullptr);
            }
            expect(PQgetResult(connection_), PGRES_PIPELINE_SYNC);
        }
        require(PQexitPipelineMode(connection_) == 1);
        return sum;
    }

    Checksum scan(const std::string& sql) override {
        Checksum sum;
        const Result result =
            expect(PQexecParams(connection_, sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 1),
                   PGRES_TUPLES_OK);
        const int rows = PQntuples(result.get());
        for (int row = 0; row < rows; ++row) add(sum, result.get(), row);
        return sum;
    }

    Checksum structs(std::int64_t count) override {
        const Result result = expect(
            PQexecParams(connection_, scan_sql(count).c_str(), 0, nullptr, nullptr, nullptr, nullptr, 1),
            PGRES_TUPLES_OK);
        std::vector<Record> records(static_cast<std::size_t>(PQntuples(result.get())));
        int row = 0;
        for (Record& record : records) {
            record.id = read64(PQgetvalue(result.get(), row, 0));
            record.val = read_double(PQgetvalue(result.get(), row, 1));
            record.name.assign(PQgetvalue(result.get(), row, 2),
                               static_cast<std::size_t>(PQgetlength(result.get(), row, 2)));
            record.micros = read64(PQgetvalue(result.get(), row, 3)) + epoch;
            ++row;
        }
        return checksum_of(records);
    }

    void insert(const std::vector<Row>& rows) override {
        expect(PQexec(connection_, "copy w (id, val, name, ts) from stdin (format binary)"), PGRES_COPY_IN);
        std::array<char, 65536> buffer{};
        constexpr std::string_view header("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
        std::memcpy(buffer.data(), header.data(), header.size());
        char* to = buffer.data() + header.size();
        const auto send = [&] {
            require(PQputCopyData(connection_, buffer.data(), static_cast<int>(to - buffer.data())) == 1);
            to = buffer.data();
        };
        for (const Row& row : rows) {
            if (buffer.data() + buffer.size() - to < static_cast<std::ptrdiff_t>(64 + row.name.size()))
                send();
            std::int64_t val_bits = 0;
            std::memcpy(&val_bits, &row.val, sizeof val_bits);
            to = put16(to, 4);
            to = put64(put32(to, 8), row.id);
            to = put64(put32(to, 8), val_bits);
            to = put32(to, static_cast<std::uint32_t>(row.name.size()));
            std::memcpy(to, row.name.data(), row.name.size());
            to = put64(put32(to + row.name.size(), 8), row.micros - epoch);
        }
        if (buffer.data() + buffer.size() - to < 2) send();
        to = put16(to, 0xffff);
        send();
        require(PQputCopyEnd(connection_, nullptr) == 1);
        expect(PQgetResult(connection_), PGRES_COMMAND_OK);
        require(PQgetResult(connection_) == nullptr);
    }

    Checksum transaction(std::int64_t count) override {
        Checksum sum;
        Keys keys;
        for (std::int64_t i = 0; i < count; ++i) {
            const std::int64_t key = keys.next();
            command("begin");
            point_query(sum, key);
            change_account(1, account_of(key));
            change_account(-1, account_of(key));
            command("commit");
        }
        return sum;
    }

    void connect(std::int64_t count) override {
        std::vector<PGconn*> connections;
        for (std::int64_t i = 0; i < count; ++i) connections.push_back(open());
        for (PGconn* connection : connections) PQfinish(connection);
    }

  private:
    // A bigint as a binary parameter.
    struct Key {
        explicit Key(std::int64_t key) { put64(bytes, key); }
        Key(const Key&) = delete;
        Key& operator=(const Key&) = delete;
        char bytes[8];
        const char* value = bytes;
        static constexpr int length = 8;
        static constexpr int format = 1;
    };

    PGconn* open() const {
        PGconn* connection = PQconnectdb(database_.c_str());
        if (PQstatus(connection) == CONNECTION_OK) return connection;
        const std::string message = PQerrorMessage(connection);
        PQfinish(connection);
        throw std::runtime_error("libpq: " + message);
    }
    void require(bool fine) const {
        if (!fine) throw std::runtime_error(std::string("libpq: ") + PQerrorMessage(connection_));
    }
    Result expect(PGresult* result, ExecStatusType wanted) const {
        Result owner(result);
        require(PQresultStatus(result) == wanted);
        return owner;
    }
    void command(const char* sql) const { expect(PQexec(connection_, sql), PGRES_COMMAND_OK); }
    void prepare(const char* name, const char* sql, int parameters, const Oid* types) const {
        expect(PQprepare(connection_, name, sql, parameters, types), PGRES_COMMAND_OK);
    }

    void point_query(Checksum& sum, std::int64_t id) const {
        const Key key(id);
        const Result result =
            expect(PQexecPrepared(connection_, "point", 1, &key.value, &Key::length, &Key::format, 1),
                   PGRES_TUPLES_OK);
        add(sum, result.get(), 0);
    }

    void change_account(std::int64_t by, std::int64_t id) const {
        const Key amount(by), key(id);
        const std::array<const char*, 2> values = {amount.value, key.value};
        const std::array<int, 2> lengths = {8, 8}, formats = {1, 1};
        const Result result = expect(
            PQexecPrepared(connection_, "account", 2, values.data(), lengths.data(), formats.data(), 1),
            PGRES_COMMAND_OK);
        require_one(std::strtoll(PQcmdTuples(result.get()), nullptr, 10));
    }

    static void add(Checksum& sum, const PGresult* result, int row) {
        sum.add(read64(PQgetvalue(result, row, 0)), read_double(PQgetvalue(result, row, 1)),
                {PQgetvalue(result, row, 2), static_cast<std::size_t>(PQgetlength(result, row, 2))},
                read64(PQgetvalue(result, row, 3)) + epoch);
    }

    std::string database_;
    PGconn* connection_;
};

}  // namespace

std::unique_ptr<Side> make_libpq_side(const std::string& database) {
    return std::make_unique<LibpqSide>(database);
}

}  // namespace bench
