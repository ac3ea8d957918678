#include "servers/mariadb_address.hpp"

#include <mysql_connection.h>
#include <mysql_driver.h>

#include <cppconn/exception.h>
#include <cppconn/resultset.h>
#include <cppconn/resultset_metadata.h>
#include <cppconn/statement.h>

#include <mutex>
#include <stdexcept>

#include "servers/process.hpp"

namespace dbway::test {

namespace {

sql::Driver& driver() {
    static std::mutex mutex;
    const std::lock_guard lock(mutex);
    return *sql::mysql::get_driver_instance();
}

}  // namespace

MariadbConnection::MariadbConnection(const std::filesystem::path& socket, const std::string& database,
                                     const std::string& user, const std::string& password) {
    sql::ConnectOptionsMap options;
    options["hostName"] = sql::SQLString("unix://" + socket.string());
    options["userName"] = sql::SQLString(user);
    options["password"] = sql::SQLString(password);
    options["schema"] = sql::SQLString(database);
    try {
        connection_.reset(driver().connect(options));
    } catch (const sql::SQLException& error) {
        throw std::runtime_error(std::string("the test's own connection failed: ") + error.what());
    }
}

MariadbConnection::MariadbConnection(MariadbConnection&&) noexcept = default;
MariadbConnection::~MariadbConnection() = default;

TextRows MariadbConnection::sql(const std::string& text) {
    try {
        const std::unique_ptr<sql::Statement> statement(connection_->createStatement());
        TextRows rows;
        if (!statement->execute(text)) return rows;
        const std::unique_ptr<sql::ResultSet> result(statement->getResultSet());
        const unsigned columns = result->getMetaData()->getColumnCount();
        while (result->next()) {
            TextRow& row = rows.emplace_back();
            for (unsigned i = 1; i <= columns; ++i) {
                row.emplace_back();
                if (!result->isNull(i)) row.back() = result->getString(i).asStdString();
            }
        }
        return rows;
    } catch (const sql::SQLException& error) {
        throw std::runtime_error(std::string(error.what()) + "\nin: " + text);
    }
}

std::string MariadbConnection::value(const std::string& text) {
    const TextRows rows = sql(text);
    if (rows.size() != 1)
        throw std::runtime_error("not one row, but " + std::to_string(rows.size()) + ": " + text);
    return rows.front().front().value_or("");
}

ConnectionOptions MariadbAddress::tcp_options(const std::string& database) const {
    return {{"host", host()},
            {"port", std::to_string(port_)},
            {"user", user()},
            {"password", password()},
            {"database", database}};
}

ConnectionOptions MariadbAddress::socket_options(const std::string& database) const {
    return {{"unix_socket", socket_.string()},
            {"user", user()},
            {"password", password()},
            {"database", database}};
}

MariadbConnection MariadbAddress::connect(const std::string& database) const {
    return {socket_, database, user(), password()};
}

TextRows MariadbAddress::sql(const std::string& text, const std::string& database) const {
    return connect(database).sql(text);
}

std::string MariadbAddress::value(const std::string& text, const std::string& database) const {
    return connect(database).value(text);
}

std::string MariadbAddress::create_database(const std::string& prefix) const {
    std::string name = unique_name(prefix);
    sql("create database `" + name + "`");
    return name;
}

void MariadbAddress::drop_database(const std::string& name) const {
    // A session that waits with an open transaction would keep the tables.
    terminate_sessions(name);
    sql("drop database if exists `" + name + "`");
}

int MariadbAddress::sessions(const std::string& database) const {
    return std::stoi(
        value("select count(*) from information_schema.processlist where id <> connection_id() and db = " +
              quote_literal(database)));
}

int MariadbAddress::terminate_sessions(const std::string& database) const {
    MariadbConnection connection = connect();
    int ended = 0;
    for (const TextRow& row : connection.sql(
             "select id from information_schema.processlist where id <> connection_id() and db = " +
             quote_literal(database))) {
        try {
            connection.sql("kill " + row.front().value());
            ++ended;
        } catch (const std::runtime_error&) {
            // It has ended by itself.
        }
    }
    return ended;
}

MariadbDatabase::~MariadbDatabase() {
    try {
        server_->drop_database(name_);
    } catch (const std::exception&) {
        // The test has stopped the server; its directory goes, and the database with it.
    }
}

}  // namespace dbway::test
