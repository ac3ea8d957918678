// dbway_bench_mariadb: a MariaDB server with the tables of the benchmark, until its standard input ends.
// Prints the settings of its database when it is ready.
#include "jobs.hpp"

#include <servers/mariadb_server.hpp>

#include <unistd.h>

#include <cstdio>
#include <exception>

namespace {

// Rows as make_row() makes them; the checksums of all sides would agree on wrong ones as well.
void fill(dbway::test::MariadbConnection database) {
    const std::string columns = " (id bigint primary key, val double, name varchar(20), ts datetime(6))";
    database.sql("create table t" + columns);
    database.sql(
        "insert into t select seq, seq * 1.1e0 + 0.37e0, concat('name-', lpad(seq, 15, '0')),"
        " timestamp '2023-11-14 22:13:20' + interval seq second + interval (seq * 7919) % 1000000 microsecond"
        " from seq_1_to_" +
        std::to_string(bench::table_rows));
    database.sql("create table w" + columns);
    database.sql("create table account (id bigint primary key, balance bigint)");
    database.sql("insert into account select seq, 0 from seq_1_to_" + std::to_string(bench::account_rows));
    database.sql("analyze table t, account");
}

}  // namespace

int main() {
    try {
        dbway::test::MariadbSettings settings;
        settings.arguments = {"--innodb-buffer-pool-size=256M"};
        const dbway::test::MariadbServer server(settings);
        const std::string database = server.create_database("bench");
        fill(server.connect(database));
        for (const auto& [key, value] : server.socket_options(database))
            std::printf("%s='%s' ", key.c_str(), value.c_str());
        std::puts("");
        std::fflush(stdout);
        for (char ignored[256]; read(STDIN_FILENO, ignored, sizeof ignored) > 0;) {
        }
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "dbway_bench_mariadb: %s\n", error.what());
        return 1;
    }
}
