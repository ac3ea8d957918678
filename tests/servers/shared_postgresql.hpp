#ifndef DBWAY_TESTS_SERVERS_SHARED_POSTGRESQL_HPP
#define DBWAY_TESTS_SERVERS_SHARED_POSTGRESQL_HPP

#include <filesystem>
#include <string>

#include "servers/postgresql_server.hpp"

namespace dbway::test {

// The server of this run of ctest (fixture `postgresql`), or, without one, a server that this process starts
// and ends. Tests use databases of their own on it, and leave the server as it is. Thread-safe. Throws
// std::runtime_error if there is none.
const PostgresqlAddress& shared_postgresql();

// A server of the test's own, to crash, freeze and configure: from the shared server's seed if there is one.
PostgresqlSettings own_postgresql_settings();

// Why there can be no server, and what to install; empty if there can.
std::string missing_postgresql();
std::string missing_pgbouncer();
// In CI, and under `./dev test`, a server that is missing is a failure: $CI or $DBWAY_REQUIRE_SERVERS.
bool servers_required();

// What the fixture leaves for the tests: a line each of the guard's pid, the port and the server's directory.
struct ServerState {
    pid_t guard = 0;
    int port = 0;
    std::filesystem::path directory{};

    static ServerState read(const std::filesystem::path& file);
    void write(const std::filesystem::path& file) const;
    // Of this build tree.
    static std::filesystem::path default_file();
};

}  // namespace dbway::test

// First line of a test, or of SetUp(), that needs a server.
#define DBWAY_NEEDS_SERVER_(missing)                          \
    if (const std::string why = missing; !why.empty()) {      \
        if (::dbway::test::servers_required()) FAIL() << why; \
        GTEST_SKIP() << why;                                  \
    }                                                         \
    static_assert(true)
#define DBWAY_NEEDS_POSTGRESQL() DBWAY_NEEDS_SERVER_(::dbway::test::missing_postgresql())
#define DBWAY_NEEDS_PGBOUNCER() DBWAY_NEEDS_SERVER_(::dbway::test::missing_pgbouncer())

#endif
