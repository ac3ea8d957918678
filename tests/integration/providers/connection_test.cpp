// What a connection tells of itself, how its health is seen, and that a reset leaves nothing of its user.
#include <fstream>

#include "provider_test.hpp"

namespace dbway::test {
namespace {

class Connections : public ProviderTest {
  protected:
    Source one_connection() { return open("[source.main.pool]\nmax = 1\n"); }
};

DBWAY_FOR_ALL_PROVIDERS(Connections);

TEST_P(Connections, TellTheirServer) {
    Connection connection = db().connection();
    const ServerInfo info = connection.info();
    if (on_postgresql()) {
        EXPECT_EQ(info.product, "PostgreSQL");
        EXPECT_EQ(info.database, database().name());
        EXPECT_EQ(info.user, PostgresqlAddress::superuser());
        EXPECT_EQ(info.version_number / 1'000'000,
                  std::stoull(database().value("show server_version_num")) / 10'000);
        EXPECT_EQ(info.session_id, connection.query("select pg_backend_pid()").one<std::int64_t>());
        EXPECT_THAT(database().value("show server_version"), testing::StartsWith(info.version.substr(0, 2)));
    } else if (on_mysql()) {
        EXPECT_EQ(info.product, "MariaDB");
        EXPECT_EQ(info.database, schema_name());
        EXPECT_EQ(info.session_id, connection.query("select connection_id()").one<std::int64_t>());
        EXPECT_EQ(info.version, connection.query("select version()").one<std::string>());
        EXPECT_EQ(info.version_number / 1'000'000, std::stoull(info.version));
    } else {
        EXPECT_EQ(info.product, "SQLite");
        EXPECT_EQ(info.version, connection.query("select sqlite_version()").one<std::string>());
    }
    EXPECT_EQ(info.capabilities, connection.capabilities());
    EXPECT_EQ(connection.capabilities() & ~db().capabilities(), 0u)
        << "a connection offers what its provider does not";
    connection.ping();
}

TEST_P(Connections, AreKeptAndUsedAgain) {
    Source source = open("[source.main.pool]\nmax = 3\n");
    for (int i = 0; i < 20; ++i) source.query("select 1").one<int>();
    EXPECT_EQ(source.statistics().opened, 1u);
    {
        Connection a = source.connection(), b = source.connection();
        EXPECT_EQ(source.statistics().open, 2u);
    }
    EXPECT_EQ(source.statistics().idle, 2u);
}

TEST_P(Connections, OnlySoManyAtATime) {
    Source source = open("[source.main.pool]\nmax = 1\nacquire_timeout = \"50ms\"\n");
    Connection connection = source.connection();
    EXPECT_THROW(source.query("select 1"), PoolTimeout);
    EXPECT_EQ(source.statistics().timeouts, 1u);
}

TEST_P(Connections, AnOpenTransactionIsRolledBackForTheNext) {
    db().execute("create table t (i integer)");
    Source source = one_connection();
    {
        Connection connection = source.connection();
        connection.execute("begin");
        connection.execute("insert into t values (1)");
    }
    EXPECT_EQ(source.query("select count(*) from t").one<int>(), 0);
    EXPECT_FALSE(source.connection().in_transaction());
    EXPECT_EQ(count("t"), 0);
}

TEST_P(Connections, TemporaryTablesDoNotOutliveAReset) {
    Source source = one_connection();
    {
        Connection connection = source.connection();
        connection.execute("create temporary table mine (i integer)");
        connection.execute("insert into mine values (1)");
        connection.reset();
    }
    EXPECT_THROW(source.connection().query("select count(*) from mine").one<int>(), SyntaxError);
}

TEST_P(Connections, ASessionIsAsNewAfterAReset) {
    if (!on_postgresql()) GTEST_SKIP() << "of PostgreSQL's sessions; see the unit tests of the others";
    Source source = one_connection();
    const auto session = source.connection().info().session_id;
    const std::string role = unique_name("other");
    database().sql("create role " + role);
    {
        Connection connection = source.connection();
        connection.execute("set work_mem = '7MB'");
        connection.execute("set search_path = pg_catalog");
        connection.execute("select pg_advisory_lock(4711)");
        connection.execute("listen something");
        connection.execute("prepare mine as select 1");
        connection.execute("declare mine cursor with hold for select 1");
        connection.execute("set role " + role);
        connection.query("select $1::int", 1).one<int>();
        connection.reset();
    }
    Connection connection = source.connection();
    EXPECT_EQ(connection.info().session_id, session) << "another connection proves nothing";
    EXPECT_NE(connection.query("show work_mem").one<std::string>(), "7MB");
    EXPECT_NE(connection.query("show search_path").one<std::string>(), "pg_catalog");
    EXPECT_EQ(connection.query("select current_user::text").one<std::string>(),
              PostgresqlAddress::superuser());
    EXPECT_EQ(
        connection
            .query("select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()")
            .one<int>(),
        0);
    EXPECT_EQ(connection.query("select count(*) from pg_listening_channels()").one<int>(), 0);
    EXPECT_EQ(connection.query("select count(*) from pg_cursors where name = 'mine'").one<int>(), 0);
    EXPECT_THROW(connection.execute("execute mine"), Error);
    EXPECT_EQ(connection.query("select $1::int", 2).one<int>(), 2) << "the host's own statements still work";
    database().sql("drop role " + role);
}

TEST_P(Connections, SettingsOfTheConfigurationReachTheServer) {
    if (!on_postgresql()) GTEST_SKIP() << "of libpq's parameters";
    Source source = open("application_name = \"suite\"\noptions = \"-c work_mem=5MB\"\n");
    EXPECT_EQ(source.query("show application_name").one<std::string>(), "suite");
    EXPECT_EQ(source.query("show work_mem").one<std::string>(), "5MB");
}

TEST_P(Connections, AnUnknownOptionIsRefusedByName) {
    const Error error = error_of([&] { open("applicaton_name = \"suite\"\n").query("select 1"); });
    EXPECT_EQ(error.category(), Category::configuration) << error.what();
    EXPECT_THAT(std::string(error.what()), HasSubstr("applicaton_name"));
}

TEST_P(Connections, WhatCannotBeReachedIsSaidOnceAndWithoutThePassword) {
    Application application;
    if (on_server()) {
        auto options = server_options();
        for (auto& [key, value] : options) {
            if (key == "password") value = "S3CR3T-canary";
        }
        application.add("wrong", provider(), options);
    } else {
        application.add("wrong", provider(), {{"database", "/no/such/directory/x.db"}});
    }
    std::mutex mutex;
    std::string log;
    Source source = application
                        .open([&](int, std::string_view message) {
                            const std::lock_guard lock(mutex);
                            log += std::string(message) + "\n";
                        })
                        .source("wrong");
    const Error error = error_of([&] { source.query("select 1"); });
    EXPECT_EQ(error.category(), on_server() ? Category::authentication : Category::connection)
        << error.what();
    if (on_postgresql()) {
        EXPECT_EQ(error.sqlstate(), "28P01") << error.what();
    }
    EXPECT_THAT(std::string(error.what()), testing::Not(HasSubstr("S3CR3T")));
    EXPECT_THAT(log, testing::Not(HasSubstr("S3CR3T")));
}

TEST_P(Connections, ADatabaseThatDoesNotExist) {
    if (!on_server()) GTEST_SKIP() << "SQLite makes the database";
    Application application;
    auto options = server_options();
    for (auto& [key, value] : options)
        if (key == "dbname" || key == "database") value = "no_such_database";
    Source source = application.add("main", provider(), options).open().source("main");
    const Error error = error_of([&] { source.query("select 1"); });
    EXPECT_THAT(std::string(error.what()), HasSubstr("no_such_database"));
    EXPECT_FALSE(error.retryable()) << error.what();
    EXPECT_EQ(error.sqlstate(), "3D000") << error.what();
}

}  // namespace
}  // namespace dbway::test
