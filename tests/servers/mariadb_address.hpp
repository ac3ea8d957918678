#ifndef DBWAY_TESTS_SERVERS_MARIADB_ADDRESS_HPP
#define DBWAY_TESTS_SERVERS_MARIADB_ADDRESS_HPP

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "servers/admin_connection.hpp"

namespace sql {
class Connection;
}

namespace dbway::test {

// A connection of the test itself to MariaDB, past every provider: what is true is asked here. Errors are
// std::runtime_error with the server's message. One thread at a time.
class MariadbConnection {
  public:
    // By the unix socket.
    MariadbConnection(const std::filesystem::path& socket, const std::string& database,
                      const std::string& user, const std::string& password);
    MariadbConnection(MariadbConnection&&) noexcept;
    MariadbConnection& operator=(MariadbConnection&&) = delete;
    ~MariadbConnection();

    // Runs one statement; its rows, values as text.
    TextRows sql(const std::string& text);
    // The first column of the one row; "" for NULL.
    std::string value(const std::string& text);

  private:
    std::unique_ptr<sql::Connection> connection_;
};

// A server that accepts connections, whoever started it, and what a test does with it as its superuser.
// Errors are std::runtime_error with the server's message. Const members may be called from several threads.
class MariadbAddress {
  public:
    MariadbAddress() = default;
    MariadbAddress(std::filesystem::path socket, int port) : socket_(std::move(socket)), port_(port) {}

    const std::filesystem::path& socket() const { return socket_; }
    static std::string host() { return "127.0.0.1"; }
    int port() const { return port_; }
    // May do everything, over TCP and by the unix socket.
    static std::string user() { return "dbway"; }
    static std::string password() { return "my-pw"; }
    // Options of the provider for the two ways.
    ConnectionOptions tcp_options(const std::string& database = "mysql") const;
    ConnectionOptions socket_options(const std::string& database = "mysql") const;

    MariadbConnection connect(const std::string& database = "mysql") const;
    // On a connection made for this call.
    TextRows sql(const std::string& text, const std::string& database = "mysql") const;
    std::string value(const std::string& text, const std::string& database = "mysql") const;

    // A new empty database with a name of its own.
    std::string create_database(const std::string& prefix = "test") const;
    // Also ends the sessions in it. No error if it does not exist.
    void drop_database(const std::string& name) const;
    // The sessions in a database, but the one that asks.
    int sessions(const std::string& database) const;
    // Ends these sessions; returns how many.
    int terminate_sessions(const std::string& database) const;

  protected:
    std::filesystem::path socket_;
    int port_ = 0;
};

// A database that lives as long as this object, on a server that outlives it.
class MariadbDatabase {
  public:
    explicit MariadbDatabase(const MariadbAddress& server)
        : server_(&server), name_(server.create_database()) {}
    MariadbDatabase(const MariadbDatabase&) = delete;
    MariadbDatabase& operator=(const MariadbDatabase&) = delete;
    ~MariadbDatabase();

    const std::string& name() const { return name_; }
    const MariadbAddress& server() const { return *server_; }
    ConnectionOptions options() const { return server_->tcp_options(name_); }
    MariadbConnection connect() const { return server_->connect(name_); }
    TextRows sql(const std::string& text) const { return server_->sql(text, name_); }
    std::string value(const std::string& text) const { return server_->value(text, name_); }
    int sessions() const { return server_->sessions(name_); }
    int terminate_sessions() const { return server_->terminate_sessions(name_); }

  private:
    const MariadbAddress* server_;
    std::string name_;
};

}  // namespace dbway::test

#endif
