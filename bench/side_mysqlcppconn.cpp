// dbway_bench_mysqlcppconn: MySQL Connector/C++ 1.1 by hand. It has no type for times, no pipeline and no way
// to hand over the data of LOAD DATA: times are text, a batch is a transaction, and rows are inserted by
// statements of many rows.
#include "database.hpp"
#include "sides.hpp"
#include "time_text.hpp"

#include <cppconn/exception.h>
#include <cppconn/prepared_statement.h>
#include <cppconn/resultset.h>
#include <cppconn/statement.h>
#include <mysql_connection.h>
#include <mysql_driver.h>

#include <algorithm>

namespace bench {

namespace {

using Statement = std::unique_ptr<sql::Statement>;
using Prepared = std::unique_ptr<sql::PreparedStatement>;
using Result = std::unique_ptr<sql::ResultSet>;

constexpr std::size_t rows_of_an_insert = 1000;

class ConnectorSide final : public Side {
  public:
    explicit ConnectorSide(const Database& database)
        : database_(database),
          connection_(open()),
          point_(connection_->prepareStatement("select id, val, name, ts from t where id = ?")),
          account_(connection_->prepareStatement("update account set balance = balance + ? where id = ?")) {}

    void reset() override { execute("delete from w"); }

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
            execute("start transaction");
            for (int j = 0; j < batch_size; ++j) point_query(sum, keys.next());
            connection_->commit();
        }
        return sum;
    }

    // A statement that is sent as text hands out rows as they come; a prepared one would keep the whole
    // result.
    Checksum scan(const std::string& sql) override {
        Checksum sum;
        const Statement statement(connection_->createStatement());
        statement->setResultSetType(sql::ResultSet::TYPE_FORWARD_ONLY);
        const Result result(statement->executeQuery(sql));
        while (result->next()) add(sum, *result);
        return sum;
    }

    Checksum structs(std::int64_t count) override {
        std::vector<Record> records;
        const Statement statement(connection_->createStatement());
        statement->setResultSetType(sql::ResultSet::TYPE_FORWARD_ONLY);
        const Result result(statement->executeQuery(scan_sql(count)));
        while (result->next()) {
            const sql::SQLString name = result->getString(3);
            const sql::SQLString time = result->getString(4);
            records.push_back({result->getInt64(1), static_cast<double>(result->getDouble(2)),
                               name.asStdString(), parse_timestamp(time.asStdString())});
        }
        return checksum_of(records);
    }

    void insert(const std::vector<Row>& rows) override {
        execute("start transaction");
        Prepared statement;
        std::size_t prepared = 0;
        for (std::size_t at = 0; at < rows.size();) {
            const std::size_t size = std::min(rows_of_an_insert, rows.size() - at);
            if (size != prepared) {
                statement.reset(connection_->prepareStatement(insert_sql(size)));
                prepared = size;
            }
            unsigned parameter = 0;
            for (const std::size_t end = at + size; at < end; ++at) {
                char time[32];
                time[format_timestamp(rows[at].micros, time)] = '\0';
                statement->setInt64(++parameter, rows[at].id);
                statement->setDouble(++parameter, rows[at].val);
                statement->setString(++parameter, rows[at].name);
                statement->setString(++parameter, time);
            }
            statement->executeUpdate();
        }
        connection_->commit();
    }

    Checksum transaction(std::int64_t count) override {
        Checksum sum;
        Keys keys;
        for (std::int64_t i = 0; i < count; ++i) {
            const std::int64_t key = keys.next();
            execute("start transaction");
            point_query(sum, key);
            for (const std::int64_t by : {1, -1}) {
                account_->setInt64(1, by);
                account_->setInt64(2, account_of(key));
                require_one(account_->executeUpdate());
            }
            connection_->commit();
        }
        return sum;
    }

    void connect(std::int64_t count) override {
        std::vector<std::unique_ptr<sql::Connection>> connections;
        for (std::int64_t i = 0; i < count; ++i) connections.push_back(open());
    }

  private:
    std::unique_ptr<sql::Connection> open() const {
        sql::ConnectOptionsMap options;
        options["hostName"] = sql::SQLString("unix://" + database_.setting("unix_socket"));
        options["userName"] = sql::SQLString(database_.setting("user"));
        options["password"] = sql::SQLString(database_.setting("password"));
        options["schema"] = sql::SQLString(database_.setting("database"));
        options["OPT_CHARSET_NAME"] = sql::SQLString("utf8mb4");
        return std::unique_ptr<sql::Connection>(sql::mysql::get_driver_instance()->connect(options));
    }
    void execute(const char* sql) const { Statement(connection_->createStatement())->execute(sql); }

    void point_query(Checksum& sum, std::int64_t key) {
        point_->setInt64(1, key);
        const Result result(point_->executeQuery());
        if (!result->next()) throw std::runtime_error("no row for a key");
        add(sum, *result);
    }
    static void add(Checksum& sum, const sql::ResultSet& row) {
        const std::int64_t id = row.getInt64(1);
        const auto val = static_cast<double>(row.getDouble(2));
        const sql::SQLString name = row.getString(3);
        const sql::SQLString time = row.getString(4);
        sum.add(id, val, {name.c_str(), name.length()}, parse_timestamp({time.c_str(), time.length()}));
    }

    static std::string insert_sql(std::size_t rows) {
        std::string sql = "insert into w (id, val, name, ts) values (?, ?, ?, ?)";
        for (std::size_t i = 1; i < rows; ++i) sql += ", (?, ?, ?, ?)";
        return sql;
    }

    Database database_;
    std::unique_ptr<sql::Connection> connection_;
    Prepared point_;
    Prepared account_;
};

}  // namespace

std::unique_ptr<Side> make_side(std::string_view /*name*/, const Database& database) {
    return std::make_unique<ConnectorSide>(database);
}

}  // namespace bench
