#include "servers/mariadb_server.hpp"

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

}  // namespace

fs::path mariadb_program(const std::string& name) {
    std::vector<fs::path> directories{"/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin",
                                      "/usr/libexec"};
    if (const char* chosen = std::getenv("DBWAY_MARIADB_BIN")) directories = {chosen};
    std::error_code ignored;
    for (const fs::path& directory : directories)
        if (fs::exists(directory / name, ignored)) return directory / name;
    return {};
}

MariadbServer::MariadbServer(const MariadbSettings& settings)
    : user_(server_user({"mysql", "nobody"})),
      parent_(settings.parent != 0 ? settings.parent : getpid()),
      directory_(make_server_directory("dbway-mariadb", user_)) {
    socket_ = directory_ / "socket" / "mariadb.sock";
    try {
        initialise(settings);
        // Between the choice of a port and its use somebody else may take it.
        std::string problem;
        for (int attempt = 0; attempt < 5; ++attempt) {
            port_ = free_port();
            problem = try_start();
            if (problem.empty()) return;
            if (tail(log()).find("Can't start server: Bind on") == std::string::npos) break;
        }
        throw std::runtime_error(problem);
    } catch (...) {
        if (running()) kill(guard_, SIGTERM);
        std::error_code ignored;
        fs::remove_all(directory_, ignored);
        throw;
    }
}

MariadbServer::~MariadbServer() {
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

void MariadbServer::initialise(const MariadbSettings& settings) {
    const fs::path setup_log = directory_ / "setup.log";
    const fs::path data = directory_ / "data";
    const fs::path temporary = directory_ / "tmp";
    run({"mkdir", socket_.parent_path().string(), temporary.string()}, setup_log, user_);
    if (!settings.seed.empty()) {
        run({"cp", "-a", settings.seed.string(), data.string()}, setup_log, user_);
    } else {
        // It changes to the user by itself, and runs the server once to fill the directory. A server that
        // starts removes the temporary tables of all others from its temporary directory.
        run({mariadb_program("mariadb-install-db").string(), "--no-defaults", "--user=" + user_.name,
             "--datadir=" + data.string(), "--tmpdir=" + temporary.string(),
             "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve",
             "--innodb-log-file-size=16M"},
            setup_log);
    }
    arguments_ = {"--max-connections=" + std::to_string(settings.max_connections)};
    if (settings.tls) {
        run({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj",
             "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout",
             (directory_ / "server.key").string(), "-out", certificate().string()},
            setup_log, user_);
        arguments_.push_back("--ssl-cert=" + certificate().string());
        arguments_.push_back("--ssl-key=" + (directory_ / "server.key").string());
    }
    arguments_.insert(arguments_.end(), settings.arguments.begin(), settings.arguments.end());
    has_user_ = !settings.seed.empty();
}

std::string MariadbServer::try_start() {
    std::error_code ignored;
    fs::remove(log(), ignored);
    Command command{mariadb_program("mariadbd").string(),
                    "--no-defaults",
                    "--datadir=" + (directory_ / "data").string(),
                    "--socket=" + socket_.string(),
                    "--port=" + std::to_string(port_),
                    "--bind-address=127.0.0.1",
                    "--pid-file=" + (directory_ / "socket" / "mariadb.pid").string(),
                    "--tmpdir=" + (directory_ / "tmp").string(),
                    "--skip-name-resolve",
                    "--skip-log-bin",
                    "--character-set-server=utf8mb4",
                    "--collation-server=utf8mb4_general_ci",
                    "--innodb-buffer-pool-size=64M",
                    "--innodb-log-file-size=16M",
                    "--innodb-flush-log-at-trx-commit=0",
                    "--table-open-cache=200",
                    "--performance-schema=OFF"};
    command.insert(command.end(), arguments_.begin(), arguments_.end());
    guard_ = spawn_guarded(command, log(), user_, directory_, parent_);
    if (has_user_) return wait_until_ready(user(), password());
    const std::string problem = wait_until_ready("root", "");
    if (!problem.empty()) return problem;
    {
        MariadbConnection root(socket_, "mysql", "root", "");
        root.sql("create or replace user " + user() + " identified by '" + password() + "'");
        root.sql("grant all on *.* to " + user() + " with grant option");
    }
    has_user_ = true;
    return {};
}

std::string MariadbServer::wait_until_ready(const std::string& user, const std::string& password) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    std::string reason;
    while (std::chrono::steady_clock::now() < end) {
        if (const auto status = wait_exit(guard_, milliseconds(0))) {
            guard_ = 0;
            return "MariaDB did not start (exit status " + std::to_string(*status) + ")\n" + tail(log());
        }
        try {
            MariadbConnection(socket_, "mysql", user, password).sql("select 1");
            return {};
        } catch (const std::runtime_error& error) {
            reason = error.what();
        }
        std::this_thread::sleep_for(milliseconds(10));
    }
    kill(guard_, SIGTERM);
    wait_exit(guard_, std::chrono::seconds(10));
    guard_ = 0;
    return "MariaDB accepts no connections after a minute: " + reason + "\n" + tail(log());
}

void MariadbServer::start() {
    if (running()) return;
    const std::string problem = try_start();
    if (!problem.empty()) throw std::runtime_error(problem);
}

void MariadbServer::stop(Stop how) {
    if (guard_ == 0) return;
    const pid_t server = process();
    kill(server, how == Stop::fast ? SIGTERM : SIGKILL);
    if (!wait_exit(guard_, std::chrono::seconds(20))) {
        kill(server, SIGKILL);
        wait_exit(guard_, std::chrono::seconds(10));
        guard_ = 0;
        throw std::runtime_error("MariaDB did not stop within 20 seconds\n" + tail(log()));
    }
    guard_ = 0;
}

void MariadbServer::restart(Stop how) {
    stop(how);
    start();
}

bool MariadbServer::running() const { return guard_ != 0 && is_running(guard_); }

pid_t MariadbServer::process() const {
    const auto children = children_of(guard_);
    if (guard_ == 0 || children.empty()) throw std::runtime_error("MariaDB is not running");
    return children.front();
}

void MariadbServer::freeze() const { suspend(process()); }

void MariadbServer::thaw() const { kill(process(), SIGCONT); }

pid_t MariadbServer::release() {
    directory_.clear();
    return std::exchange(guard_, 0);
}

}  // namespace dbway::test
