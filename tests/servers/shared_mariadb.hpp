#ifndef DBWAY_TESTS_SERVERS_SHARED_MARIADB_HPP
#define DBWAY_TESTS_SERVERS_SHARED_MARIADB_HPP

#include <string>

#include "servers/mariadb_server.hpp"
#include "servers/shared_postgresql.hpp"

namespace dbway::test {

// The server of this run of ctest (fixture `mariadb`), or, without one, a server that this process starts and
// ends. Tests use databases of their own on it, and leave the server as it is. Thread-safe. Throws
// std::runtime_error if there is none.
const MariadbAddress& shared_mariadb();

// A server of the test's own, to crash, freeze and configure: from the shared server's seed if there is one.
MariadbSettings own_mariadb_settings();

// Why there can be no server, and what to install; empty if there can.
std::string missing_mariadb();

// Where the fixture tells of its server; see ServerState.
std::filesystem::path mariadb_state_file();

}  // namespace dbway::test

// First line of a test, or of SetUp(), that needs a server.
#define DBWAY_NEEDS_MARIADB() DBWAY_NEEDS_SERVER_(::dbway::test::missing_mariadb())

#endif
