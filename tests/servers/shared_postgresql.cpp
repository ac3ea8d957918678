#include "servers/shared_postgresql.hpp"

#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <optional>
#include <stdexcept>

#include "servers/pgbouncer.hpp"

namespace dbway::test {

namespace {

namespace fs = std::filesystem;

bool is_set(const char* variable) {
    const char* value = std::getenv(variable);
    return value != nullptr && *value != '\0' && std::string(value) != "0" && std::string(value) != "false";
}

// The fixture's server, unless it has died and left its file.
std::optional<ServerState> running_state() {
    const ServerState state = ServerState::read(ServerState::default_file());
    std::error_code ignored;
    if (state.guard == 0 || !is_running(state.guard) || !fs::exists(state.directory, ignored)) return {};
    return state;
}

}  // namespace

fs::path ServerState::default_file() { return fs::path(DBWAY_SERVER_STATE_DIR) / "postgresql.state"; }

ServerState ServerState::read(const fs::path& file) {
    ServerState state;
    std::ifstream in(file);
    std::string directory;
    if (in >> state.guard >> state.port && in.ignore() && std::getline(in, directory)) {
        state.directory = directory;
        return state;
    }
    return {};
}

void ServerState::write(const fs::path& file) const {
    fs::create_directories(file.parent_path());
    const fs::path fresh = file.string() + ".new";
    std::ofstream out(fresh);
    out << guard << "\n" << port << "\n" << directory.string() << "\n";
    out.close();
    if (!out) throw std::runtime_error("cannot write " + fresh.string());
    fs::rename(fresh, file);
}

const PostgresqlAddress& shared_postgresql() {
    static const auto fixture = running_state();
    if (fixture) {
        static const PostgresqlAddress address(fixture->directory / "socket", fixture->port);
        return address;
    }
    static const PostgresqlServer server([] {
        PostgresqlSettings settings;
        settings.max_connections = 300;
        return settings;
    }());
    return server;
}

PostgresqlSettings own_postgresql_settings() {
    PostgresqlSettings settings;
    if (const auto state = running_state()) settings.seed = state->directory / "seed";
    return settings;
}

std::string missing_postgresql() {
    std::error_code ignored;
    const fs::path programs = postgresql_programs();
    if (!programs.empty() && fs::exists(programs / "initdb", ignored)) return {};
    return "needs a PostgreSQL server: install the package postgresql-15 (packaging/install-dependencies "
           "test), or "
           "set DBWAY_POSTGRESQL_BIN to the directory of initdb and postgres";
}

std::string missing_pgbouncer() {
    if (std::string missing = missing_postgresql(); !missing.empty()) return missing;
    if (!pgbouncer_program().empty()) return {};
    return "needs PgBouncer: install the package pgbouncer (packaging/install-dependencies test)";
}

bool servers_required() { return is_set("CI") || is_set("DBWAY_REQUIRE_SERVERS"); }

}  // namespace dbway::test
