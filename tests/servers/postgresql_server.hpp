#ifndef DBWAY_TESTS_SERVERS_POSTGRESQL_SERVER_HPP
#define DBWAY_TESTS_SERVERS_POSTGRESQL_SERVER_HPP

#include <filesystem>
#include <string>
#include <vector>

#include "servers/postgresql_address.hpp"
#include "servers/process.hpp"

namespace dbway::test {

struct PostgresqlSettings {
    // Lines for postgresql.conf, after the helper's own.
    std::vector<std::string> configuration{};
    int max_connections = 100;
    // Accepts TLS, with a self-signed certificate for localhost and 127.0.0.1: certificate().
    bool tls = false;
    // A data directory made by initdb earlier, to copy; empty: initdb.
    std::filesystem::path seed{};
    // The process with which the server ends; 0: this one.
    pid_t parent = 0;
};

// A PostgreSQL server of its own in a temporary directory: SCRAM, no fsync, listening on a unix socket and on
// a free port of 127.0.0.1. Stopped and removed by the destructor, and by its guard when this process dies.
// Errors are std::runtime_error that end with the server's log. One thread at a time, but for what
// PostgresqlAddress allows.
class PostgresqlServer : public PostgresqlAddress {
  public:
    enum class Stop {
        fast,       // ends all sessions, tells them 57P01
        immediate,  // as a crash: clients see the connection drop, the next start recovers
    };

    explicit PostgresqlServer(const PostgresqlSettings& settings = {});
    PostgresqlServer(const PostgresqlServer&) = delete;
    PostgresqlServer& operator=(const PostgresqlServer&) = delete;
    ~PostgresqlServer();

    void stop(Stop how = Stop::fast);
    // Returns once the server accepts connections; the port is the same as before.
    void start();
    void restart(Stop how = Stop::fast);
    bool running() const;
    // Stops the server and all its sessions by SIGSTOP: connections stay, and nothing answers.
    void freeze() const;
    void thaw() const;
    pid_t postmaster() const;

    const std::filesystem::path& directory() const { return directory_; }
    std::filesystem::path log() const { return directory_ / "server.log"; }
    std::filesystem::path certificate() const { return directory_ / "data" / "server.crt"; }

    // The server stays when this object goes; whoever knows the guard's pid ends the server by SIGTERM to it.
    pid_t release();

  private:
    void initialise(const PostgresqlSettings& settings);
    void configure(const PostgresqlSettings& settings);
    // Empty when it accepts connections, else why it does not.
    std::string try_start();

    ServerUser user_;
    pid_t parent_;
    std::filesystem::path directory_;
    pid_t guard_ = 0;
};

// The directory of PostgreSQL's programs: $DBWAY_POSTGRESQL_BIN, or the newest of Debian's. Empty: none
// found.
std::filesystem::path postgresql_programs();

}  // namespace dbway::test

#endif
