// Where the connection goes: lists of hosts and what they are asked to be, service files, password files, the
// environment; and how a refusal is told.
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <fstream>
#include <set>

#include "provider_test.hpp"
#include "support/fault_proxy.hpp"

namespace dbway::test {
namespace {

using Clock = std::chrono::steady_clock;

// A variable of the environment, as long as this object lives.
class Variable {
  public:
    Variable(const char* name, const std::string& value) : name_(name) {
        if (const char* old = getenv(name)) old_ = old;
        setenv(name, value.c_str(), 1);
    }
    ~Variable() {
        if (old_)
            setenv(name_, old_->c_str(), 1);
        else
            unsetenv(name_);
    }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

  private:
    const char* name_;
    std::optional<std::string> old_;
};

void set(ConnectionOptions& options, const std::string& name, const std::string& value) {
    for (auto& [key, old] : options)
        if (key == name) {
            old = value;
            return;
        }
    options.emplace_back(name, value);
}

class Hosts : public testing::TestWithParam<std::string> {
  protected:
    void SetUp() override { DBWAY_NEEDS_POSTGRESQL(); }

    Source open(const ConnectionOptions& options, const std::string& extra = {}) {
        applications_.push_back(std::make_unique<Application>());
        return applications_.back()->add("main", GetParam(), options, extra).open().source("main");
    }
    static ConnectionOptions to_ports(const std::string& ports, const std::string& attributes = {}) {
        ConnectionOptions options = shared_postgresql().tcp_options();
        const auto commas = std::count(ports.begin(), ports.end(), ',');
        std::string hosts = PostgresqlAddress::host();
        for (auto i = commas; i > 0; --i) hosts += "," + PostgresqlAddress::host();
        set(options, "host", hosts);
        set(options, "port", ports);
        if (!attributes.empty()) set(options, "target_session_attrs", attributes);
        return options;
    }
    std::string port_reached(const ConnectionOptions& options) {
        return std::to_string(open(options).query("select inet_server_port()").one<int>());
    }
    static std::string shared_port() { return std::to_string(shared_postgresql().port()); }
    const std::filesystem::path& directory() const { return directory_.path(); }

    std::vector<std::unique_ptr<Application>> applications_;

  private:
    TemporaryDirectory directory_;
};

DBWAY_FOR_POSTGRESQL_PROVIDERS(Hosts);

// A server that never leaves recovery, as a standby whose primary has nothing new.
class Standby {
  public:
    Standby() : server_(settings()) {
        server_.stop();
        std::ofstream(server_.directory() / "data" / "standby.signal").flush();
        server_.start();
    }
    std::string port() const { return std::to_string(server_.port()); }

  private:
    static PostgresqlSettings settings() {
        PostgresqlSettings settings = own_postgresql_settings();
        settings.configuration = {"wal_level = replica", "max_wal_senders = 10", "hot_standby = on"};
        return settings;
    }
    PostgresqlServer server_;
};

TEST_P(Hosts, WhatTheSessionIsToBe) {
    const Standby standby;
    const std::string primary = shared_port();
    for (const bool standby_first : {true, false}) {
        const std::string list =
            standby_first ? standby.port() + "," + primary : primary + "," + standby.port();
        const std::string first = standby_first ? standby.port() : primary;
        EXPECT_EQ(port_reached(to_ports(list)), first);
        EXPECT_EQ(port_reached(to_ports(list, "any")), first);
        EXPECT_EQ(port_reached(to_ports(list, "read-write")), primary);
        EXPECT_EQ(port_reached(to_ports(list, "primary")), primary);
        EXPECT_EQ(port_reached(to_ports(list, "read-only")), standby.port());
        EXPECT_EQ(port_reached(to_ports(list, "standby")), standby.port());
        EXPECT_EQ(port_reached(to_ports(list, "prefer-standby")), standby.port());
    }
    EXPECT_EQ(port_reached(to_ports(primary, "prefer-standby")), primary);
    for (const auto& refused : {std::pair(standby.port(), "read-write"), std::pair(standby.port(), "primary"),
                                std::pair(primary, "read-only"), std::pair(primary, "standby")}) {
        const std::string& port = refused.first;
        const std::string attributes = refused.second;
        const Error error = error_of([&] { open(to_ports(port, attributes)).query("select 1"); });
        EXPECT_EQ(error.category(), Category::connection) << attributes << ": " << error.what();
        EXPECT_THAT(std::string(error.what()), HasSubstr(port)) << attributes;
    }
    EXPECT_THROW(open(to_ports(standby.port())).execute("create table t (i integer)"), Error);
}

TEST_P(Hosts, ASessionThatOnlyReadsIsNoneThatWrites) {
    ConnectionOptions reading = to_ports(shared_port(), "read-only");
    set(reading, "options", "-c default_transaction_read_only=on");
    EXPECT_EQ(port_reached(reading), shared_port());
    set(reading, "target_session_attrs", "read-write");
    EXPECT_EQ(error_of([&] { open(reading).query("select 1"); }).category(), Category::connection);
}

TEST_P(Hosts, OneThatRefusesIsPassedOver) {
    FaultProxy proxy(PostgresqlAddress::host(), shared_postgresql().port());
    proxy.set_mode(FaultProxy::Mode::refuse);
    const std::string dead = std::to_string(proxy.port());
    EXPECT_EQ(port_reached(to_ports(dead + "," + shared_port())), shared_port());
    EXPECT_EQ(port_reached(to_ports(dead + "," + dead + "," + shared_port(), "read-write")), shared_port());
    const Error error = error_of([&] { open(to_ports(dead + ",1")).query("select 1"); });
    EXPECT_EQ(error.category(), Category::connection) << error.what();
    EXPECT_EQ(error.sqlstate(), "08001");
    EXPECT_THAT(std::string(error.what()), HasSubstr(dead)) << "every server's reason counts";
}

TEST_P(Hosts, OneThatDoesNotAnswerIsLeftAfterAWhile) {
    FaultProxy proxy(PostgresqlAddress::host(), shared_postgresql().port());
    proxy.set_mode(FaultProxy::Mode::black_hole);
    ConnectionOptions options = to_ports(std::to_string(proxy.port()) + "," + shared_port());
    const auto start = Clock::now();
    Source source = open(options, "connect_timeout = 1\n");
    EXPECT_EQ(std::to_string(source.query("select inet_server_port()").one<int>()), shared_port());
    EXPECT_GE(Clock::now() - start, 900ms);
    EXPECT_LT(Clock::now() - start, 10s);
}

// A password that is wrong here is not tried elsewhere.
TEST_P(Hosts, ARefusalForGoodReasonsIsFinal) {
    ConnectionOptions options = to_ports(shared_port() + "," + shared_port());
    set(options, "password", "S3CR3T-canary");
    const Error error = error_of([&] { open(options).query("select 1"); });
    EXPECT_EQ(error.category(), Category::authentication) << error.what();
    EXPECT_EQ(error.sqlstate(), "28P01");
    const std::string text = error.what();
    EXPECT_EQ(text.find("authentication failed"), text.rfind("authentication failed")) << text;
    EXPECT_THAT(text, testing::Not(HasSubstr("S3CR3T")));
}

TEST_P(Hosts, InRandomOrder) {
    const Standby other;
    ConnectionOptions options = to_ports(other.port() + "," + shared_port());
    set(options, "load_balance_hosts", "random");
    Source source = open(options, "[source.main.pool]\nmax = 40\n");
    std::vector<Connection> all;
    std::set<int> ports;
    for (int i = 0; i < 40; ++i) {
        all.push_back(source.connection());
        ports.insert(all.back().query("select inet_server_port()").one<int>());
    }
    EXPECT_EQ(ports.size(), 2u) << "by chance once in 5e11 runs";
}

TEST_P(Hosts, ListsThatDoNotFitAreRefused) {
    ConnectionOptions options = to_ports(shared_port() + "," + shared_port());
    set(options, "port", "1,2,3");
    const Error error = error_of([&] { open(options).query("select 1"); });
    EXPECT_THAT(std::string(error.what()), HasSubstr("equally long"));
}

TEST_P(Hosts, AServiceFile) {
    const std::filesystem::path file = directory() / "services.conf";
    std::ofstream(file) << "[suite]\nhost=127.0.0.1\nport=" << shared_port()
                        << "\nuser=" << PostgresqlAddress::superuser()
                        << "\ndbname=postgres\nsslmode=disable\napplication_name=from the service file\n";
    const Variable services("PGSERVICEFILE", file);
    ConnectionOptions options = {{"service", "suite"}, {"password", PostgresqlAddress::password()}};
    EXPECT_EQ(open(options).query("show application_name").one<std::string>(), "from the service file");
    set(options, "application_name", "from the source");
    EXPECT_EQ(open(options).query("show application_name").one<std::string>(), "from the source");
    const Variable chosen("PGSERVICE", "suite");
    options = {{"password", PostgresqlAddress::password()}};
    EXPECT_EQ(port_reached(options), shared_port());
    options = {{"service", "no_such_service"}};
    const Error error = error_of([&] { open(options).query("select 1"); });
    EXPECT_THAT(std::string(error.what()), HasSubstr("no_such_service"));
}

TEST_P(Hosts, APasswordFile) {
    const std::filesystem::path file = directory() / "passwords";
    const auto write = [&](const std::string& password) {
        std::ofstream(file) << "127.0.0.1:" << shared_port() << ":*:" << PostgresqlAddress::superuser() << ":"
                            << password << "\n";
        ASSERT_EQ(chmod(file.c_str(), 0600), 0);
    };
    ConnectionOptions options = shared_postgresql().tcp_options();
    std::erase_if(options, [](const auto& option) { return option.first == "password"; });
    set(options, "passfile", file);
    write(PostgresqlAddress::password());
    EXPECT_EQ(port_reached(options), shared_port());
    write("S3CR3T-canary");
    Error error = error_of([&] { open(options).query("select 1"); });
    EXPECT_EQ(error.sqlstate(), "28P01") << error.what();
    EXPECT_THAT(std::string(error.what()), testing::Not(HasSubstr("S3CR3T")));
    std::filesystem::remove(file);
    error = error_of([&] { open(options).query("select 1"); });
    EXPECT_EQ(error.category(), Category::authentication) << error.what();
}

TEST_P(Hosts, TheEnvironment) {
    const Variable host("PGHOST", "127.0.0.1,127.0.0.1"), port("PGPORT", "1," + shared_port()),
        user("PGUSER", PostgresqlAddress::superuser()), password("PGPASSWORD", PostgresqlAddress::password()),
        database("PGDATABASE", "postgres"), name("PGAPPNAME", "from the environment"),
        mode("PGSSLMODE", "disable"), attributes("PGTARGETSESSIONATTRS", "read-write");
    Source source = open({});
    EXPECT_EQ(source.query("select inet_server_port()").one<int>(), shared_postgresql().port());
    EXPECT_EQ(source.query("show application_name").one<std::string>(), "from the environment");
    // What the source says comes first.
    EXPECT_EQ(port_reached({{"host", "127.0.0.1"}, {"port", shared_port()}}), shared_port());
}

TEST_P(Hosts, TheUnixSocket) {
    Source source = open(shared_postgresql().socket_options());
    EXPECT_TRUE(source.query("select inet_server_port() is null").one<bool>());
    QueryOptions limited;
    limited.deadline = 100ms;
    Connection connection = source.connection();
    EXPECT_THROW(connection.query(limited, "select pg_sleep(300)").all<std::string>(), Timeout);
    EXPECT_EQ(connection.query("select 42").one<int>(), 42);
}

TEST_P(Hosts, AServerThatIsShuttingDownIsTold) {
    const PostgresqlServer server(own_postgresql_settings());
    // The server waits for the sessions that it has, and takes no others.
    std::optional<AdminConnection> session(server.connect());
    ASSERT_EQ(session->value("select 1"), "1");
    kill(server.postmaster(), SIGTERM);
    std::optional<Error> refused;
    EXPECT_TRUE(eventually([&] {
        try {
            open(server.tcp_options()).query("select 1");
            return false;
        } catch (const Error& error) {
            refused = error;
            return true;
        }
    }));
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->sqlstate(), "57P03") << refused->what();
    EXPECT_EQ(refused->category(), Category::connection) << refused->what();
    EXPECT_TRUE(refused->retryable());
}

}  // namespace
}  // namespace dbway::test
