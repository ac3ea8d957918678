#include "servers/postgresql_server.hpp"

#include <libpq-fe.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace dbway::test {

namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

void signal_tree(pid_t root, int number) {
    kill(root, number);
    for (const pid_t child : children_of(root)) kill(child, number);
}

}  // namespace

fs::path postgresql_programs() {
    if (const char* chosen = std::getenv("DBWAY_POSTGRESQL_BIN")) return chosen;
    int newest = 0;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", ignored))
        if (fs::exists(entry.path() / "bin" / "initdb", ignored))
            newest = std::max(newest, std::atoi(entry.path().filename().c_str()));
    return newest == 0 ? fs::path() : fs::path("/usr/lib/postgresql") / std::to_string(newest) / "bin";
}

PostgresqlServer::PostgresqlServer(const PostgresqlSettings& settings)
    : user_(server_user()),
      parent_(settings.parent != 0 ? settings.parent : getpid()),
      directory_(make_server_directory("dbway-postgresql", user_)) {
    socket_directory_ = directory_ / "socket";
    try {
        initialise(settings);
        // Between the choice of a port and its use somebody else may take it.
        std::string problem;
        for (int attempt = 0; attempt < 5; ++attempt) {
            port_ = free_port();
            configure(settings);
            problem = try_start();
            if (problem.empty()) return;
            if (tail(log()).find("could not bind") == std::string::npos) break;
        }
        throw std::runtime_error(problem);
    } catch (...) {
        std::error_code ignored;
        fs::remove_all(directory_, ignored);
        throw;
    }
}

PostgresqlServer::~PostgresqlServer() {
    if (directory_.empty()) return;
    try {
        if (running()) {
            thaw();
            stop(Stop::immediate);
        }
    } catch (const std::exception&) {
        // What is left is the guard's to end.
    }
    std::error_code ignored;
    fs::remove_all(directory_, ignored);
}

void PostgresqlServer::initialise(const PostgresqlSettings& settings) {
    const fs::path programs = postgresql_programs();
    const fs::path setup_log = directory_ / "setup.log";
    const fs::path data = directory_ / "data";
    if (!settings.seed.empty()) {
        run({"cp", "-a", settings.seed.string(), data.string()}, setup_log, user_);
    } else {
        const fs::path password_file = directory_ / "password";
        std::ofstream(password_file) << password() << "\n";
        run({(programs / "initdb").string(), "-D", data.string(), "-U", superuser(), "-A", "scram-sha-256",
             "--pwfile", password_file.string(), "-E", "UTF8", "--locale=C", "--no-sync"},
            setup_log, user_);
        fs::remove(password_file);
    }
    run({"mkdir", socket_directory_.string()}, setup_log, user_);
    if (settings.tls)
        run({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj",
             "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout",
             (data / "server.key").string(), "-out", (data / "server.crt").string()},
            setup_log, user_);
}

// A file of its own beside postgresql.conf, written anew for every port that is tried.
void PostgresqlServer::configure(const PostgresqlSettings& settings) {
    std::ofstream file(directory_ / "dbway.conf");
    file << "include '" << (directory_ / "data" / "postgresql.conf").string() << "'\n"
         << "listen_addresses = '127.0.0.1'\n"
         << "port = " << port_ << "\n"
         << "unix_socket_directories = '" << socket_directory_.string() << "'\n"
         << "max_connections = " << settings.max_connections << "\n"
         << "shared_buffers = 64MB\n"
         << "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"
         << "wal_level = minimal\nmax_wal_senders = 0\nmax_wal_size = 1GB\n"
         << "autovacuum = off\njit = off\n"
         << "log_line_prefix = '%m [%p] %u@%d '\n";
    if (settings.tls) file << "ssl = on\n";
    for (const std::string& line : settings.configuration) file << line << "\n";
    file.close();
    if (!file) throw std::runtime_error("cannot write " + (directory_ / "dbway.conf").string());
}

std::string PostgresqlServer::try_start() {
    std::error_code ignored;
    fs::remove(log(), ignored);
    guard_ =
        spawn_guarded({(postgresql_programs() / "postgres").string(), "-D", (directory_ / "data").string(),
                       "-c", "config_file=" + (directory_ / "dbway.conf").string(), "-c",
                       "hba_file=" + (directory_ / "data" / "pg_hba.conf").string()},
                      log(), user_, directory_, parent_);
    const auto options = socket_options();
    std::vector<const char*> keys, values;
    for (const auto& [key, value] : options) {
        keys.push_back(key.c_str());
        values.push_back(value.c_str());
    }
    keys.push_back(nullptr);
    values.push_back(nullptr);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (std::chrono::steady_clock::now() < end) {
        if (const auto status = wait_exit(guard_, milliseconds(0))) {
            guard_ = 0;
            return "PostgreSQL did not start (exit status " + std::to_string(*status) + ")\n" + tail(log());
        }
        if (PQpingParams(keys.data(), values.data(), 0) == PQPING_OK) return {};
        std::this_thread::sleep_for(milliseconds(10));
    }
    kill(guard_, SIGTERM);
    wait_exit(guard_, std::chrono::seconds(10));
    guard_ = 0;
    return "PostgreSQL accepts no connections after a minute\n" + tail(log());
}

void PostgresqlServer::start() {
    if (running()) return;
    const std::string problem = try_start();
    if (!problem.empty()) throw std::runtime_error(problem);
}

void PostgresqlServer::stop(Stop how) {
    if (guard_ == 0) return;
    const pid_t server = postmaster();
    kill(server, how == Stop::fast ? SIGINT : SIGQUIT);
    if (!wait_exit(guard_, std::chrono::seconds(20))) {
        signal_tree(server, SIGKILL);
        wait_exit(guard_, std::chrono::seconds(10));
        guard_ = 0;
        throw std::runtime_error("PostgreSQL did not stop within 20 seconds\n" + tail(log()));
    }
    guard_ = 0;
}

void PostgresqlServer::restart(Stop how) {
    stop(how);
    start();
}

bool PostgresqlServer::running() const { return guard_ != 0 && is_running(guard_); }

pid_t PostgresqlServer::postmaster() const {
    const auto children = children_of(guard_);
    if (guard_ == 0 || children.empty()) throw std::runtime_error("PostgreSQL is not running");
    return children.front();
}

// The postmaster first, and last when going on: it must not start a session in between.
void PostgresqlServer::freeze() const {
    const pid_t server = postmaster();
    suspend(server);
    for (const pid_t session : children_of(server)) suspend(session);
}

void PostgresqlServer::thaw() const {
    const pid_t server = postmaster();
    for (const pid_t child : children_of(server)) kill(child, SIGCONT);
    kill(server, SIGCONT);
}

pid_t PostgresqlServer::release() {
    directory_.clear();
    return std::exchange(guard_, 0);
}

}  // namespace dbway::test
