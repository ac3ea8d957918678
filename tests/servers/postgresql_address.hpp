#ifndef DBWAY_TESTS_SERVERS_POSTGRESQL_ADDRESS_HPP
#define DBWAY_TESTS_SERVERS_POSTGRESQL_ADDRESS_HPP

#include <filesystem>
#include <string>

#include "servers/admin_connection.hpp"

namespace dbway::test {

// A server that accepts connections, whoever started it, and what a test does with it as its superuser.
// Errors are std::runtime_error with the server's message. Const members may be called from several threads.
class PostgresqlAddress {
  public:
    PostgresqlAddress() = default;
    PostgresqlAddress(std::filesystem::path socket_directory, int port)
        : socket_directory_(std::move(socket_directory)), port_(port) {}

    const std::filesystem::path& socket_directory() const { return socket_directory_; }
    static std::string host() { return "127.0.0.1"; }
    int port() const { return port_; }
    static std::string superuser() { return "postgres"; }
    static std::string password() { return "pg-pw"; }
    // How to connect as superuser: over TCP to 127.0.0.1, or by the unix socket.
    ConnectionOptions tcp_options(const std::string& database = "postgres") const;
    ConnectionOptions socket_options(const std::string& database = "postgres") const;

    AdminConnection connect(const std::string& database = "postgres") const;
    // On a connection made for this call.
    TextRows sql(const std::string& text, const std::string& database = "postgres") const;
    std::string value(const std::string& text, const std::string& database = "postgres") const;

    // A new empty database with a name of its own.
    std::string create_database(const std::string& prefix = "test") const;
    // Also ends the sessions in it. No error if it does not exist.
    void drop_database(const std::string& name) const;
    // Ends the client sessions of a database (empty: of all); returns how many.
    int terminate_backends(const std::string& database = {}) const;

  protected:
    std::filesystem::path socket_directory_;
    int port_ = 0;
};

// A database of a server that outlives it.
class DatabaseAddress {
  public:
    const std::string& name() const { return name_; }
    const PostgresqlAddress& server() const { return *server_; }
    ConnectionOptions options() const { return server_->tcp_options(name_); }
    AdminConnection connect() const { return server_->connect(name_); }
    TextRows sql(const std::string& text) const { return server_->sql(text, name_); }
    std::string value(const std::string& text) const { return server_->value(text, name_); }
    // Ends the sessions in it, but those of the helper itself; returns how many.
    int terminate_backends() const { return server_->terminate_backends(name_); }

  protected:
    DatabaseAddress(const PostgresqlAddress& server, std::string name)
        : server_(&server), name_(std::move(name)) {}
    ~DatabaseAddress() = default;

    const PostgresqlAddress* server_;
    std::string name_;
};

// A database that lives as long as this object.
class TestDatabase : public DatabaseAddress {
  public:
    explicit TestDatabase(const PostgresqlAddress& server)
        : DatabaseAddress(server, server.create_database()) {}
    TestDatabase(const TestDatabase&) = delete;
    TestDatabase& operator=(const TestDatabase&) = delete;
    ~TestDatabase();
};

// One of a few databases that are used again, emptied of all schemas: cheaper than a new one by far. No other
// test uses it meanwhile, which an advisory lock of the server sees to. Not for tests that change settings of
// the database itself.
class PooledDatabase : public DatabaseAddress {
  public:
    explicit PooledDatabase(const PostgresqlAddress& server);
    PooledDatabase(const PooledDatabase&) = delete;
    PooledDatabase& operator=(const PooledDatabase&) = delete;
    ~PooledDatabase();

  private:
    void empty() const;

    AdminConnection lock_;
};

}  // namespace dbway::test

#endif
