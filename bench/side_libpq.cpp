// The floor for PostgreSQL: libpq by hand, binary both ways, statements prepared, the pipeline drained while
// it is filled by batches small enough for the buffers of the kernel.
#include "libpq_binary.hpp"
#include "sides.hpp"

#include <array>

namespace bench {

namespace {

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
                const BinaryInteger key(keys.next());
                require(PQsendQueryPrepared(connection_, "point", 1, &key.value, &BinaryInteger::length,
                                            &BinaryInteger::format, 1) == 1);
            }
            require(PQpipelineSync(connection_) == 1);
            for (int j = 0; j < batch_size; ++j) {
                const LibpqResult result = expect(PQgetResult(connection_), PGRES_TUPLES_OK);
                add_row(sum, result.get(), 0);
                require(PQgetResult(connection_) == nullptr);
            }
            expect(PQgetResult(connection_), PGRES_PIPELINE_SYNC);
        }
        require(PQexitPipelineMode(connection_) == 1);
        return sum;
    }

    Checksum scan(const std::string& sql) override {
        Checksum sum;
        const LibpqResult result =
            expect(PQexecParams(connection_, sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 1),
                   PGRES_TUPLES_OK);
        const int rows = PQntuples(result.get());
        for (int row = 0; row < rows; ++row) add_row(sum, result.get(), row);
        return sum;
    }

    Checksum structs(std::int64_t count) override {
        const LibpqResult result = expect(
            PQexecParams(connection_, scan_sql(count).c_str(), 0, nullptr, nullptr, nullptr, nullptr, 1),
            PGRES_TUPLES_OK);
        std::vector<Record> records(static_cast<std::size_t>(PQntuples(result.get())));
        int row = 0;
        for (Record& record : records) {
            record.id = read64(PQgetvalue(result.get(), row, 0));
            record.val = read_double(PQgetvalue(result.get(), row, 1));
            record.name.assign(PQgetvalue(result.get(), row, 2),
                               static_cast<std::size_t>(PQgetlength(result.get(), row, 2)));
            record.micros = read64(PQgetvalue(result.get(), row, 3)) + libpq_epoch;
            ++row;
        }
        return checksum_of(records);
    }

    void insert(const std::vector<Row>& rows) override {
        expect(PQexec(connection_, copy_sql), PGRES_COPY_IN);
        std::array<char, 65536> buffer{};
        std::memcpy(buffer.data(), copy_header.data(), copy_header.size());
        char* to = buffer.data() + copy_header.size();
        const auto send = [&] {
            require(PQputCopyData(connection_, buffer.data(), static_cast<int>(to - buffer.data())) == 1);
            to = buffer.data();
        };
        for (const Row& row : rows) {
            if (buffer.data() + buffer.size() - to < static_cast<std::ptrdiff_t>(copy_row_size(row))) send();
            to = put_copy_row(to, row);
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
    LibpqResult expect(PGresult* result, ExecStatusType wanted) const {
        LibpqResult owner(result);
        require(PQresultStatus(result) == wanted);
        return owner;
    }
    void command(const char* sql) const { expect(PQexec(connection_, sql), PGRES_COMMAND_OK); }
    void prepare(const char* name, const char* sql, int parameters, const Oid* types) const {
        expect(PQprepare(connection_, name, sql, parameters, types), PGRES_COMMAND_OK);
    }

    void point_query(Checksum& sum, std::int64_t id) const {
        const BinaryInteger key(id);
        const LibpqResult result = expect(PQexecPrepared(connection_, "point", 1, &key.value,
                                                         &BinaryInteger::length, &BinaryInteger::format, 1),
                                          PGRES_TUPLES_OK);
        add_row(sum, result.get(), 0);
    }

    void change_account(std::int64_t by, std::int64_t id) const {
        const BinaryInteger amount(by), key(id);
        const std::array<const char*, 2> values = {amount.value, key.value};
        const std::array<int, 2> lengths = {8, 8}, formats = {1, 1};
        const LibpqResult result = expect(
            PQexecPrepared(connection_, "account", 2, values.data(), lengths.data(), formats.data(), 1),
            PGRES_COMMAND_OK);
        require_one(std::strtoll(PQcmdTuples(result.get()), nullptr, 10));
    }

    std::string database_;
    PGconn* connection_;
};

}  // namespace

std::unique_ptr<Side> make_libpq_side(const std::string& database) {
    return std::make_unique<LibpqSide>(database);
}

}  // namespace bench
