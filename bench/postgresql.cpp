// dbway_bench_postgresql: a PostgreSQL server with the tables of the benchmark, until its standard input
// ends. Prints a connection string of libpq when it is ready.
#include "jobs.hpp"

#include <servers/postgresql_server.hpp>

#include <unistd.h>

#include <cstdio>
#include <exception>

namespace {

// Rows as make_row() makes them; the checksums of all sides would agree on wrong ones as well.
void fill(dbway::test::AdminConnection& database) {
    database.sql(
        "create table t (id bigint, val double precision, name text, ts timestamp);"
        "insert into t select i, i::float8 * 1.1::float8 + 0.37::float8, 'name-' || lpad(i::text, 15, '0'),"
        " timestamp '2023-11-14 22:13:20' + i * interval '1 s' + (i * 7919) % 1000000 * interval '1 us'"
        " from generate_series(1::bigint, " +
        std::to_string(bench::table_rows) +
        ") as i;"
        "alter table t add primary key (id);"
        "create table w (id bigint, val double precision, name text, ts timestamp);"
        "create table account (id bigint primary key, balance bigint) with (fillfactor = 50);"
        "insert into account select i, 0 from generate_series(1, " +
        std::to_string(bench::account_rows) + ") as i");
    database.sql("vacuum freeze analyze");
}

}  // namespace

int main() {
    try {
        dbway::test::PostgresqlSettings settings;
        settings.configuration = {"shared_buffers = 256MB"};
        const dbway::test::PostgresqlServer server(settings);
        dbway::test::AdminConnection database(server.socket_options());
        fill(database);
        for (const auto& [key, value] : server.socket_options())
            std::printf("%s='%s' ", key.c_str(), value.c_str());
        std::puts("");
        std::fflush(stdout);
        for (char ignored[256]; read(STDIN_FILENO, ignored, sizeof ignored) > 0;) {
        }
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "dbway_bench_postgresql: %s\n", error.what());
        return 1;
    }
}
