// libpqxx 6.4 by hand. It has no type for times, so their text is read and written here, and no pipeline for
// prepared statements.
#include "sides.hpp"
#include "time_text.hpp"

#include <pqxx/pqxx>

#include <deque>

namespace bench {

namespace {

class LibpqxxSide final : public Side {
  public:
    explicit LibpqxxSide(const std::string& database) : database_(database), connection_(database) {
        connection_.prepare("point", point_sql);
        connection_.prepare("account", account_sql);
    }

    void reset() override { pqxx::nontransaction(connection_).exec0("delete from w"); }

    Checksum point(std::int64_t count) override {
        Checksum sum;
        Keys keys;
        pqxx::nontransaction statements(connection_);
        for (std::int64_t i = 0; i < count; ++i) add(sum, statements.exec_prepared1("point", keys.next()));
        return sum;
    }

    Checksum batch(std::int64_t batches) override {
        Checksum sum;
        Keys keys;
        for (std::int64_t i = 0; i < batches; ++i) {
            pqxx::work transaction(connection_);
            for (int j = 0; j < batch_size; ++j) add(sum, transaction.exec_prepared1("point", keys.next()));
            transaction.commit();
        }
        return sum;
    }

    Checksum scan(const std::string& sql) override {
        Checksum sum;
        pqxx::nontransaction statements(connection_);
        const pqxx::result result = statements.exec(sql);
        for (const pqxx::row& row : result) add(sum, row);
        return sum;
    }

    Checksum structs(std::int64_t count) override {
        pqxx::nontransaction statements(connection_);
        const pqxx::result result = statements.exec(scan_sql(count));
        std::vector<Record> records;
        records.reserve(result.size());
        for (const pqxx::row& row : result)
            records.push_back({row[0].as<std::int64_t>(), row[1].as<double>(), row[2].as<std::string>(),
                               parse_timestamp({row[3].c_str(), row[3].size()})});
        return checksum_of(records);
    }

    void insert(const std::vector<Row>& rows) override {
        pqxx::work transaction(connection_);
        pqxx::stream_to stream(transaction, "w", std::vector<std::string>{"id", "val", "name", "ts"});
        for (const Row& row : rows) {
            char text[32];
            text[format_timestamp(row.micros, text)] = '\0';
            stream << std::make_tuple(row.id, row.val, row.name, static_cast<const char*>(text));
        }
        stream.complete();
        transaction.commit();
    }

    Checksum transaction(std::int64_t count) override {
        Checksum sum;
        Keys keys;
        for (std::int64_t i = 0; i < count; ++i) {
            const std::int64_t key = keys.next();
            pqxx::work transaction(connection_);
            add(sum, transaction.exec_prepared1("point", key));
            for (const std::int64_t by : {1, -1})
                require_one(static_cast<std::int64_t>(
                    transaction.exec_prepared0("account", by, account_of(key)).affected_rows()));
            transaction.commit();
        }
        return sum;
    }

    void connect(std::int64_t count) override {
        std::deque<pqxx::connection> connections;
        for (std::int64_t i = 0; i < count; ++i) connections.emplace_back(database_);
    }

  private:
    static void add(Checksum& sum, const pqxx::row& row) {
        const auto text = [&](int column) {
            return std::string_view(row[column].c_str(), row[column].size());
        };
        sum.add(row[0].as<std::int64_t>(), row[1].as<double>(), text(2), parse_timestamp(text(3)));
    }

    std::string database_;
    pqxx::connection connection_;
};

}  // namespace

std::unique_ptr<Side> make_libpqxx_side(const std::string& database) {
    return std::make_unique<LibpqxxSide>(database);
}

}  // namespace bench
