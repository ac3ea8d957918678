#ifndef DBWAY_TESTS_SERVERS_PGBOUNCER_HPP
#define DBWAY_TESTS_SERVERS_PGBOUNCER_HPP

#include <filesystem>
#include <string>
#include <vector>

#include "servers/postgresql_address.hpp"
#include "servers/process.hpp"

namespace dbway::test {

struct PgBouncerSettings {
    int pool_size = 3;
    // Lines for the section [pgbouncer], after the helper's own.
    std::vector<std::string> configuration{};
};

// PgBouncer in transaction mode on a free port of 127.0.0.1, in front of a server that must outlive it. All
// databases of the server are reached through it. Stopped by the destructor, and by its guard.
class PgBouncer {
  public:
    explicit PgBouncer(const PostgresqlAddress& server, const PgBouncerSettings& settings = {});
    PgBouncer(const PgBouncer&) = delete;
    PgBouncer& operator=(const PgBouncer&) = delete;
    ~PgBouncer();

    int port() const { return port_; }
    ConnectionOptions options(const std::string& database = "postgres") const;
    // A command of its console: "pause", "resume", "show pools".
    TextRows command(const std::string& text) const;
    // As a crash: clients see the connection drop.
    void kill_and_start();

  private:
    void start();
    void stop();

    ServerUser user_;
    std::filesystem::path directory_;
    int port_ = 0;
    pid_t guard_ = 0;
};

// Empty: not installed.
std::filesystem::path pgbouncer_program();

}  // namespace dbway::test

#endif
