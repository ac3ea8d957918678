// dbway_server_fixture_mariadb start|stop: the MariaDB server that all tests of one run of ctest share. It
// ends with the process that ran `start`, which is ctest, if `stop` does not come first.
#include <signal.h>
#include <unistd.h>

#include <cstring>
#include <iostream>

#include "servers/shared_mariadb.hpp"

namespace {

namespace fs = std::filesystem;
using dbway::test::ServerState;

void stop() {
    const fs::path file = dbway::test::mariadb_state_file();
    const ServerState state = ServerState::read(file);
    fs::remove(file);
    // The directory tells the guard from another process that got its number since.
    if (state.guard == 0 || !fs::exists(state.directory)) return;
    kill(state.guard, SIGTERM);
    for (int waited = 0; waited < 1000 && dbway::test::is_running(state.guard); ++waited) usleep(10'000);
}

int start() {
    stop();
    if (const std::string missing = dbway::test::missing_mariadb(); !missing.empty()) {
        std::cout << "no shared server: " << missing << "\n";
        return dbway::test::servers_required() ? 1 : 0;
    }
    dbway::test::MariadbSettings settings;
    settings.max_connections = 300;
    settings.parent = getppid();
    dbway::test::MariadbServer server(settings);
    // A copy of the data directory is ready sooner than another installation. The server must be down for it
    // to be one.
    server.stop();
    dbway::test::run(
        {"cp", "-a", (server.directory() / "data").string(), (server.directory() / "seed").string()},
        server.log());
    server.start();
    ServerState state;
    state.port = server.port();
    state.directory = server.directory();
    state.guard = server.release();
    state.write(dbway::test::mariadb_state_file());
    std::cout << "MariaDB on port " << state.port << ", in " << state.directory << "\n";
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        if (argc == 2 && std::strcmp(argv[1], "start") == 0) return start();
        if (argc == 2 && std::strcmp(argv[1], "stop") == 0) {
            stop();
            return 0;
        }
        std::cerr << "usage: dbway_server_fixture_mariadb start|stop\n";
        return 2;
    } catch (const std::exception& error) {
        std::cerr << "dbway_server_fixture_mariadb: " << error.what() << "\n";
        return 1;
    }
}
