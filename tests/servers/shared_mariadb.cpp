#include "servers/shared_mariadb.hpp"

#include <optional>

namespace dbway::test {

namespace {

namespace fs = std::filesystem;

// The fixture's server, unless it has died and left its file.
std::optional<ServerState> running_state() {
    const ServerState state = ServerState::read(mariadb_state_file());
    std::error_code ignored;
    if (state.guard == 0 || !is_running(state.guard) || !fs::exists(state.directory, ignored)) return {};
    return state;
}

}  // namespace

fs::path mariadb_state_file() { return fs::path(DBWAY_SERVER_STATE_DIR) / "mariadb.state"; }

const MariadbAddress& shared_mariadb() {
    static const auto fixture = running_state();
    if (fixture) {
        static const MariadbAddress address(fixture->directory / "socket" / "mariadb.sock", fixture->port);
        return address;
    }
    static const MariadbServer server([] {
        MariadbSettings settings;
        settings.max_connections = 300;
        return settings;
    }());
    return server;
}

MariadbSettings own_mariadb_settings() {
    MariadbSettings settings;
    if (const auto state = running_state()) settings.seed = state->directory / "seed";
    return settings;
}

std::string missing_mariadb() {
    if (!mariadb_program("mariadbd").empty() && !mariadb_program("mariadb-install-db").empty()) return {};
    return "needs a MariaDB server: install the packages mariadb-server-core and mariadb-client-core "
           "(packaging/install-dependencies test), or set DBWAY_MARIADB_BIN to the directory of mariadbd and "
           "mariadb-install-db";
}

}  // namespace dbway::test
