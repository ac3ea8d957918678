#ifndef DBWAY_TESTS_SERVERS_MARIADB_SERVER_HPP
#define DBWAY_TESTS_SERVERS_MARIADB_SERVER_HPP

#include <filesystem>
#include <string>
#include <vector>

#include "servers/mariadb_address.hpp"
#include "servers/process.hpp"

namespace dbway::test {

struct MariadbSettings {
    // Further arguments of mariadbd, after the helper's own.
    std::vector<std::string> arguments{};
    int max_connections = 100;
    // Accepts TLS, with a self-signed certificate for localhost and 127.0.0.1: certificate().
    bool tls = false;
    // A data directory made earlier, to copy; empty: mariadb-install-db makes one.
    std::filesystem::path seed{};
    // The process with which the server ends; 0: this one.
    pid_t parent = 0;
};

// A MariaDB server of its own in a temporary directory, listening on a unix socket and on a free port of
// 127.0.0.1, without fsync at commit. As root it runs as the user `mysql` or, without one, as `nobody`.
// Stopped and removed by the destructor, and by its guard when this process dies. Errors are
// std::runtime_error that end with the server's log. One thread at a time, but for what MariadbAddress
// allows.
class MariadbServer : public MariadbAddress {
  public:
    enum class Stop {
        fast,       // in order: sessions are ended
        immediate,  // as a crash: clients see the connection drop, the next start recovers
    };

    explicit MariadbServer(const MariadbSettings& settings = {});
    MariadbServer(const MariadbServer&) = delete;
    MariadbServer& operator=(const MariadbServer&) = delete;
    ~MariadbServer();

    void stop(Stop how = Stop::fast);
    // Returns once the server accepts connections; the port is the same as before.
    void start();
    void restart(Stop how = Stop::fast);
    bool running() const;
    // Stops the server by SIGSTOP: connections stay, and nothing answers.
    void freeze() const;
    void thaw() const;
    pid_t process() const;

    const std::filesystem::path& directory() const { return directory_; }
    std::filesystem::path log() const { return directory_ / "server.log"; }
    std::filesystem::path certificate() const { return directory_ / "server.crt"; }

    // The server stays when this object goes; whoever knows the guard's pid ends the server by SIGTERM to it.
    pid_t release();

  private:
    void initialise(const MariadbSettings& settings);
    // Empty when it accepts connections, else why it does not.
    std::string try_start();
    std::string wait_until_ready(const std::string& user, const std::string& password);

    ServerUser user_;
    pid_t parent_;
    std::filesystem::path directory_;
    std::vector<std::string> arguments_;
    bool has_user_ = false;  // the data directory knows the tests' user
    pid_t guard_ = 0;
};

// A program of MariaDB's server ("mariadbd", "mariadb-install-db"), in $DBWAY_MARIADB_BIN or where systems
// have it. Empty: not found.
std::filesystem::path mariadb_program(const std::string& name);

}  // namespace dbway::test

#endif
