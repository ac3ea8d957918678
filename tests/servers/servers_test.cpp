// The servers that the other tests stand on: that they do what their name says, and that nothing of them is
// left.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <functional>
#include <thread>

#include "servers/pgbouncer.hpp"
#include "servers/shared_postgresql.hpp"

namespace dbway::test {
namespace {

namespace fs = std::filesystem;

bool eventually(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (std::chrono::steady_clock::now() < end) {
        if (condition()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return condition();
}

class Servers : public testing::Test {
  protected:
    void SetUp() override { DBWAY_NEEDS_POSTGRESQL(); }
};

TEST_F(Servers, TheSharedServerGivesEachTestADatabase) {
    const TestDatabase first(shared_postgresql()), second(shared_postgresql());
    EXPECT_NE(first.name(), second.name());
    first.sql("create table t (i int)");
    EXPECT_EQ(first.value("select count(*) from pg_class where relname = 't'"), "1");
    EXPECT_EQ(second.value("select count(*) from pg_class where relname = 't'"), "0");
    EXPECT_EQ(AdminConnection(first.options()).value("select current_database()"), first.name());
}

TEST_F(Servers, ATestDatabaseIsGoneAfterTheTestEvenIfSomebodyIsInIt) {
    std::string name;
    std::optional<AdminConnection> inside;
    {
        const TestDatabase database(shared_postgresql());
        name = database.name();
        inside.emplace(database.connect());
    }
    EXPECT_EQ(shared_postgresql().value("select count(*) from pg_database where datname = '" + name + "'"),
              "0");
    EXPECT_THROW(inside->sql("select 1"), std::runtime_error);
}

TEST_F(Servers, PooledDatabasesAreEmptyAndBelongToOneTestAtATime) {
    std::string name;
    {
        const PooledDatabase database(shared_postgresql()), other(shared_postgresql());
        EXPECT_NE(database.name(), other.name());
        name = database.name();
        shared_postgresql().sql(
            "create table left_over (i int); create schema left_over; select lo_create(7)", name);
    }
    // The slot is somebody's again sooner or later; whoever has it finds it empty.
    const PooledDatabase database(shared_postgresql());
    const auto leftovers = shared_postgresql().value(
        "select (select count(*) from pg_class where relname = 'left_over') + (select count(*) from "
        "pg_namespace "
        "where nspname = 'left_over') + (select count(*) from pg_largeobject_metadata)",
        database.name());
    EXPECT_EQ(leftovers, "0");
}

TEST_F(Servers, AskForThePassword) {
    for (const ConnectionOptions& right :
         {shared_postgresql().tcp_options(), shared_postgresql().socket_options()}) {
        EXPECT_EQ(AdminConnection(right).value("select 1"), "1");
        ConnectionOptions wrong = right;
        for (auto& [key, value] : wrong)
            if (key == "password") value = "wrong";
        EXPECT_THROW(AdminConnection{wrong}, std::runtime_error);
    }
}

TEST_F(Servers, StopAndStartOnTheSamePortWithTheSameData) {
    PostgresqlSettings settings = own_postgresql_settings();
    settings.configuration = {"work_mem = '7MB'"};
    settings.max_connections = 17;
    settings.tls = true;
    PostgresqlServer server(settings);
    EXPECT_EQ(server.value("show work_mem"), "7MB");
    EXPECT_EQ(server.value("show max_connections"), "17");
    ConnectionOptions tls = server.tcp_options();
    tls.back() = {"sslmode", "verify-full"};
    tls.emplace_back("sslrootcert", server.certificate().string());
    EXPECT_EQ(AdminConnection(tls).value("select ssl from pg_stat_ssl where pid = pg_backend_pid()"), "t");

    server.sql("create table kept (i int); insert into kept values (1)");
    for (const auto how : {PostgresqlServer::Stop::fast, PostgresqlServer::Stop::immediate}) {
        const int port = server.port();
        AdminConnection client(server.tcp_options());
        server.stop(how);
        EXPECT_FALSE(server.running());
        EXPECT_THROW(server.connect(), std::runtime_error);
        EXPECT_THROW(client.sql("select 1"), std::runtime_error);
        server.start();
        EXPECT_EQ(server.port(), port);
        EXPECT_EQ(server.value("select count(*) from kept"), "1");
    }
}

TEST_F(Servers, FrozenAnswerNothingAndGoOnWhereTheyWere) {
    PostgresqlServer server(own_postgresql_settings());
    AdminConnection client(server.tcp_options());
    server.freeze();
    client.start("select 42");
    ConnectionOptions late = server.tcp_options();
    late.emplace_back("connect_timeout", "2");
    EXPECT_THROW(AdminConnection{late}, std::runtime_error);
    server.thaw();
    EXPECT_EQ(client.finish().front().front(), "42");
}

TEST_F(Servers, TerminatedSessionsAreThoseOfTheDatabase) {
    const TestDatabase mine(shared_postgresql()), other(shared_postgresql());
    AdminConnection first(mine.options()), second(mine.options()), bystander(other.options());
    EXPECT_EQ(mine.terminate_backends(), 2);
    EXPECT_THROW(first.sql("select 1"), std::runtime_error);
    EXPECT_THROW(second.sql("select 1"), std::runtime_error);
    EXPECT_EQ(bystander.value("select 1"), "1");
}

TEST_F(Servers, GoAwayWithTheProcessTheyServe) {
    // A process that does nothing stands for a test or for ctest, and is killed.
    const pid_t parent = fork();
    if (parent == 0) {
        pause();
        _exit(0);
    }
    PostgresqlSettings settings = own_postgresql_settings();
    settings.parent = parent;
    PostgresqlServer server(settings);
    AdminConnection client(server.tcp_options());
    const fs::path directory = server.directory();
    const pid_t postmaster = server.postmaster();
    server.freeze();  // makes it no harder to end
    const pid_t guard = server.release();
    kill(parent, SIGKILL);
    waitpid(parent, nullptr, 0);
    EXPECT_TRUE(eventually([&] { return !is_running(guard); }));
    EXPECT_FALSE(is_running(postmaster));
    EXPECT_FALSE(fs::exists(directory));
    EXPECT_THROW(client.sql("select 1"), std::runtime_error);
}

TEST_F(Servers, AConfigurationErrorIsTold) {
    PostgresqlSettings settings = own_postgresql_settings();
    settings.configuration = {"no_such_parameter = 1"};
    try {
        PostgresqlServer server(settings);
        FAIL() << "the server started";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string(error.what()).find("no_such_parameter"), std::string::npos) << error.what();
    }
}

TEST(PgBouncerServer, SharesItsServerConnections) {
    DBWAY_NEEDS_PGBOUNCER();
    const TestDatabase database(shared_postgresql());
    PgBouncer bouncer(shared_postgresql(), {.pool_size = 1});
    AdminConnection first(bouncer.options(database.name())), second(bouncer.options(database.name()));
    EXPECT_EQ(first.value("select pg_backend_pid()"), second.value("select pg_backend_pid()"));
    EXPECT_EQ(bouncer.command("show pools").empty(), false);
    bouncer.kill_and_start();
    EXPECT_THROW(first.sql("select 1"), std::runtime_error);
    EXPECT_EQ(AdminConnection(bouncer.options(database.name())).value("select 1"), "1");
}

TEST(ServerState, IsReadAsItWasWritten) {
    const fs::path directory = make_server_directory("dbway-state", {});
    const ServerState written{4711, 20001, "/tmp/with a space"};
    written.write(directory / "below" / "state");
    const ServerState read = ServerState::read(directory / "below" / "state");
    EXPECT_EQ(read.guard, 4711);
    EXPECT_EQ(read.port, 20001);
    EXPECT_EQ(read.directory, "/tmp/with a space");
    std::ofstream(directory / "half") << "4711\n";
    EXPECT_EQ(ServerState::read(directory / "half").guard, 0);
    EXPECT_EQ(ServerState::read(directory / "none").guard, 0);
    fs::remove_all(directory);
}

}  // namespace
}  // namespace dbway::test
