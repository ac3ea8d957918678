#include "connect.hpp"

#include "errors.hpp"
#include "socket.hpp"
#include "watchdog.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/mysql_errors.hpp>
#include <dbway/sdk/option_text.hpp>

#include <cppconn/exception.h>
#include <cppconn/resultset.h>
#include <cppconn/resultset_metadata.h>
#include <cppconn/statement.h>
#include <mysql_driver.h>

#include <algorithm>
#include <mutex>
#include <string_view>

namespace dbway::mysql {
namespace {

using Clock = sdk::Request::Clock;

// The connector keeps one driver for the process, in a map that is not guarded. Debian's connector is built
// on libmariadb, where initialising and ending a thread (threadInit, threadEnd) does nothing.
sql::Driver& driver() {
    static std::mutex mutex;
    const std::lock_guard lock(mutex);
    return *sql::mysql::get_driver_instance();
}

// Whole seconds, rounded up.
int seconds(std::chrono::nanoseconds duration) {
    return static_cast<int>(std::chrono::ceil<std::chrono::seconds>(duration).count());
}

sql::ConnectOptionsMap connector_options(const ConnectOptions& options,
                                         std::chrono::nanoseconds connect_timeout,
                                         std::chrono::nanoseconds read_timeout,
                                         std::chrono::nanoseconds write_timeout) {
    sql::ConnectOptionsMap map;
    const auto text = [&](const char* key, const std::string& value) {
        if (!value.empty()) map[key] = sql::SQLString(value);
    };
    if (options.unix_socket.empty()) {
        map["hostName"] =
            sql::SQLString("tcp://[" + options.host + "]");  // brackets: nothing in it is a port
        map["port"] = options.port;
    } else {
        map["hostName"] = sql::SQLString("unix://" + options.unix_socket);
    }
    map["userName"] = sql::SQLString(options.user);
    map["password"] = sql::SQLString(options.password);
    text("schema", options.database);
    map["OPT_CHARSET_NAME"] = sql::SQLString("utf8mb4");
    map["OPT_RECONNECT"] = false;
    map["OPT_LOCAL_INFILE"] = 0;  // or a server could ask for any file of this machine
    map["CLIENT_FOUND_ROWS"] = options.found_rows;
    map["CLIENT_COMPRESS"] = options.compress;
    if (connect_timeout.count() > 0) map["OPT_CONNECT_TIMEOUT"] = seconds(connect_timeout);
    if (read_timeout.count() > 0) map["OPT_READ_TIMEOUT"] = seconds(read_timeout);
    if (write_timeout.count() > 0) map["OPT_WRITE_TIMEOUT"] = seconds(write_timeout);

    // Over a Unix socket there is nobody to hide from, unless it was asked for.
    if (options.tls == Tls::disable || (options.tls == Tls::prefer && !options.unix_socket.empty()))
        return map;
    map["sslEnforce"] =
        true;  // in libmariadb: use it if the server has it; require_encryption() sees to the rest
    if (options.tls == Tls::verify_full) map["sslVerify"] = true;
    text("sslCA", options.tls_ca);
    text("sslCAPath", options.tls_ca_path);
    text("sslCert", options.tls_cert);
    text("sslKey", options.tls_key);
    text("sslCipher", options.tls_cipher);
    text("OPT_TLS_VERSION", options.tls_version);
    return map;
}

std::string address(const ConnectOptions& options) {
    if (!options.unix_socket.empty()) return options.unix_socket;
    return options.host + ":" + std::to_string(options.port);
}

[[noreturn]] void refuse_connection(const sql::SQLException& error, const ConnectOptions& options,
                                    Clock::time_point deadline) {
    sdk::Diagnostic diagnostic = make_diagnostic(error);
    // What the server says before TLS has begun is quoted in an error about TLS: "…: 1040 - Too many
    // connections".
    const std::string text = diagnostic.message;
    if (text.find("before completion of TLS handshake") != std::string::npos) {
        const std::size_t colon = text.rfind(": "), dash = text.rfind(" - ");
        if (colon != std::string_view::npos && dash != std::string_view::npos && colon + 2 < dash)
            if (const auto code = sdk::detail::parse_number<std::int64_t>(
                    std::string_view(text).substr(colon + 2, dash - colon - 2)))
                diagnostic = sdk::make_mysql_diagnostic(*code, "08004", text.substr(dash + 3));
    }
    // Nothing was lost that had ever been there.
    if (diagnostic.sqlstate == "08006" || diagnostic.sqlstate.empty() ||
        diagnostic.sqlstate.starts_with("HY")) {
        diagnostic.sqlstate = "08001";
        diagnostic.status = DBWAY_ERR_CONNECTION;
        diagnostic.flags = DBWAY_DIAG_RETRY;
    }
    if (diagnostic.status == DBWAY_ERR_CONNECTION && Clock::now() >= deadline)
        diagnostic.status = DBWAY_ERR_TIMEOUT;
    diagnostic.flags |= DBWAY_DIAG_NOT_EXECUTED;
    diagnostic.flags &= ~std::uint32_t{DBWAY_DIAG_CONN_DEAD};
    diagnostic.message = "cannot connect to " + address(options) + ": " + error.what();
    throw sdk::Failure(std::move(diagnostic));
}

void run(sql::Connection& connection, const std::string& sql) {
    const std::unique_ptr<sql::Statement> statement(connection.createStatement());
    statement->execute(sql);
}

// "10.11.6-MariaDB-0+deb12u1" or "8.0.36"; MariaDB before 11 puts "5.5.5-" before it for replication.
std::uint64_t parse_version(std::string_view version) {
    if (version.starts_with("5.5.5-")) version.remove_prefix(6);
    std::uint64_t number = 0;
    for (std::uint64_t scale : {1'000'000, 1'000, 1}) {
        const std::size_t digits = std::min(version.find_first_not_of("0123456789"), version.size());
        if (const auto part = sdk::detail::parse_number<std::uint64_t>(version.substr(0, digits)))
            number += *part * scale;
        version.remove_prefix(std::min(digits + 1, version.size()));
    }
    return number;
}

// The port in "127.0.0.1:41234"; 0 without one.
int port_of(const std::string& host) {
    const std::size_t colon = host.rfind(':');
    if (colon == std::string::npos) return 0;
    return sdk::detail::parse_number<int>(std::string_view(host).substr(colon + 1)).value_or(0);
}

ServerFacts read_facts(sql::Connection& connection, int& local_port) {
    const sdk::MysqlTextRow row =
        read_rows(connection,
                  "SELECT VERSION(), CONNECTION_ID(), DATABASE(), CURRENT_USER(), "
                  "@@max_allowed_packet, (SELECT host FROM information_schema.processlist WHERE "
                  "id = CONNECTION_ID())")
            .at(0);
    ServerFacts facts;
    facts.version = row[0].value_or("");
    facts.version_number = parse_version(facts.version);
    facts.is_mariadb = facts.version.find("MariaDB") != std::string::npos;
    facts.session_id = sdk::detail::parse_number<std::int64_t>(row[1].value_or("")).value_or(-1);
    facts.database = row[2].value_or("");
    facts.user = row[3].value_or("");
    facts.user = facts.user.substr(0, facts.user.rfind('@'));
    facts.max_packet = sdk::detail::parse_number<std::uint64_t>(row[4].value_or("")).value_or(1 << 20);
    local_port = port_of(row[5].value_or(""));
    return facts;
}

// The connector sets REPEATABLE READ whatever the server's default is, which is taken back.
std::string settings(const ConnectOptions& options, const ServerFacts& facts) {
    const bool new_names = !facts.is_mariadb && facts.version_number >= 5'007'020;
    std::string sql = "SET SESSION time_zone = '+00:00', SESSION ";
    sql += new_names ? "transaction_isolation" : "tx_isolation";
    sql += " = DEFAULT, SESSION sql_mode = ";
    // A value that does not fit is refused, not cut.
    sql += options.sql_mode ? "'" + *options.sql_mode + "'" : "CONCAT(@@sql_mode, ',STRICT_TRANS_TABLES')";
    if (options.lock_timeout) {
        const std::string limit = std::to_string(seconds(*options.lock_timeout));
        sql += ", SESSION innodb_lock_wait_timeout = " + limit;
        sql += ", SESSION lock_wait_timeout = " + limit;  // of tables, which a change of the schema locks
    }
    if (options.read_only)
        sql += new_names ? ", SESSION transaction_read_only = 1" : ", SESSION tx_read_only = 1";
    return sql;
}

void require_encryption(sql::Connection& connection, const ConnectOptions& options) {
    if (options.tls < Tls::require) return;
    const std::vector<sdk::MysqlTextRow> rows =
        read_rows(connection, "SHOW SESSION STATUS LIKE 'Ssl_cipher'");
    if (!rows.empty() && !rows[0].at(1).value_or("").empty()) return;
    sdk::Diagnostic diagnostic;
    diagnostic.status = DBWAY_ERR_CONNECTION;
    diagnostic.flags = DBWAY_DIAG_NOT_EXECUTED;
    diagnostic.sqlstate = "08001";
    diagnostic.message = "cannot connect to " + address(options) +
                         ": the server does not offer TLS, which the option 'tls' requires";
    throw sdk::Failure(std::move(diagnostic));
}

std::unique_ptr<sql::Connection> open_one(sql::ConnectOptionsMap map) {
    return std::unique_ptr<sql::Connection>(driver().connect(map));
}

}  // namespace

std::vector<sdk::MysqlTextRow> read_rows(sql::Connection& connection, const std::string& sql) {
    const std::unique_ptr<sql::Statement> statement(connection.createStatement());
    const std::unique_ptr<sql::ResultSet> result(statement->executeQuery(sql));
    const unsigned columns = result->getMetaData()->getColumnCount();
    std::vector<sdk::MysqlTextRow> rows;
    while (result->next()) {
        sdk::MysqlTextRow& row = rows.emplace_back(columns);
        for (unsigned i = 0; i < columns; ++i)
            if (!result->isNull(i + 1)) row[i] = result->getString(i + 1).asStdString();
    }
    return rows;
}

Connected connect(const ConnectOptions& options, Clock::time_point deadline) {
    std::chrono::nanoseconds timeout = options.connect_timeout;
    if (deadline != Clock::time_point::max()) {
        const std::chrono::nanoseconds left =
            std::max<std::chrono::nanoseconds>(deadline - Clock::now(), std::chrono::milliseconds(1));
        timeout = timeout.count() == 0 ? left : std::min(timeout, left);
    }
    if (timeout.count() > 0) deadline = std::min(deadline, Clock::now() + timeout);
    const SocketSet before = open_sockets();
    Connected result;
    try {
        result.connection =
            open_one(connector_options(options, timeout, options.read_timeout, options.write_timeout));
        // While a session is set up, nobody else would leave a peer that has fallen silent.
        const Watchdog watchdog(find_socket(before, options, 0), deadline);
        int local_port = 0;
        result.facts = read_facts(*result.connection, local_port);
        result.descriptor = find_socket(before, options, local_port);
        if (result.descriptor >= 0 && options.unix_socket.empty()) keep_alive(result.descriptor);
        require_encryption(*result.connection, options);
        run(*result.connection, settings(options, result.facts));
    } catch (const sql::SQLException& error) {
        refuse_connection(error, options, deadline);
    }
    return result;
}

void run_beside(const ConnectOptions& options, const std::string& command) {
    const std::unique_ptr<sql::Connection> connection = open_one(
        connector_options(options, options.cancel_timeout, options.cancel_timeout, options.cancel_timeout));
    run(*connection, command);
}

}  // namespace dbway::mysql
