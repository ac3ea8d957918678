#include "servers/pgbouncer.hpp"

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace dbway::test {

namespace {

namespace fs = std::filesystem;

void write_file(const fs::path& path, const std::string& text) {
    std::ofstream file(path);
    file << text;
    file.close();
    if (!file) throw std::runtime_error("cannot write " + path.string());
}

}  // namespace

fs::path pgbouncer_program() {
    for (const char* directory : {"/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"}) {
        std::error_code ignored;
        if (fs::exists(fs::path(directory) / "pgbouncer", ignored)) return fs::path(directory) / "pgbouncer";
    }
    return {};
}

PgBouncer::PgBouncer(const PostgresqlAddress& server, const PgBouncerSettings& settings)
    : user_(server_user()), directory_(make_server_directory("dbway-pgbouncer", user_)), port_(free_port()) {
    // The password in plain text: PgBouncer logs in to the server by SCRAM with it.
    write_file(directory_ / "users.txt",
               '"' + PostgresqlAddress::superuser() + "\" \"" + PostgresqlAddress::password() + "\"\n");
    std::string text =
        "[databases]\n* = host=127.0.0.1 port=" + std::to_string(server.port()) +
        "\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = " + std::to_string(port_) +
        "\nunix_socket_dir =\nauth_type = scram-sha-256\nauth_file = " + (directory_ / "users.txt").string() +
        "\nadmin_users = " + PostgresqlAddress::superuser() +
        "\npool_mode = transaction\nmax_client_conn = 200\ndefault_pool_size = " +
        std::to_string(settings.pool_size) + "\n";
    for (const std::string& line : settings.configuration) text += line + "\n";
    write_file(directory_ / "pgbouncer.ini", text);
    try {
        start();
    } catch (...) {
        std::error_code ignored;
        fs::remove_all(directory_, ignored);
        throw;
    }
}

PgBouncer::~PgBouncer() {
    stop();
    std::error_code ignored;
    fs::remove_all(directory_, ignored);
}

ConnectionOptions PgBouncer::options(const std::string& database) const {
    return {{"host", "127.0.0.1"},
            {"port", std::to_string(port_)},
            {"user", PostgresqlAddress::superuser()},
            {"password", PostgresqlAddress::password()},
            {"dbname", database},
            {"sslmode", "disable"}};
}

TextRows PgBouncer::command(const std::string& text) const {
    return AdminConnection(options("pgbouncer")).sql(text);
}

void PgBouncer::start() {
    const fs::path log = directory_ / "pgbouncer.log";
    guard_ = spawn_guarded({pgbouncer_program().string(), "-q", (directory_ / "pgbouncer.ini").string()}, log,
                           user_, directory_, getpid());
    for (int attempt = 0; attempt < 1000; ++attempt) {
        if (wait_exit(guard_, std::chrono::milliseconds(0))) {
            guard_ = 0;
            throw std::runtime_error("PgBouncer did not start\n" + tail(log));
        }
        try {
            command("show version");
            return;
        } catch (const std::runtime_error&) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
    }
    stop();
    throw std::runtime_error("PgBouncer accepts no connections\n" + tail(log));
}

// SIGKILL, which its clients cannot tell from a crash.
void PgBouncer::stop() {
    if (guard_ == 0) return;
    for (const pid_t program : children_of(guard_)) kill(program, SIGKILL);
    if (!wait_exit(guard_, std::chrono::seconds(10))) kill(guard_, SIGKILL);
    guard_ = 0;
}

void PgBouncer::kill_and_start() {
    stop();
    start();
}

}  // namespace dbway::test
