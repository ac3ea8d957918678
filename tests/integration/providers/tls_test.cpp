// PostgreSQL over TLS. What is the same for all providers loaded at once is in coexistence_test.cpp.
#include <thread>

#include "provider_test.hpp"
#include "support/fault_proxy.hpp"

namespace dbway::test {
namespace {

using Clock = std::chrono::steady_clock;

class TlsSession : public testing::TestWithParam<std::string> {
  protected:
    void SetUp() override {
        DBWAY_NEEDS_POSTGRESQL();
        PostgresqlSettings settings = own_postgresql_settings();
        settings.tls = true;
        server_.emplace(settings);
    }

    ConnectionOptions options(const std::string& mode = "verify-full") const {
        ConnectionOptions options = server_->tcp_options();
        set(options, "sslmode", mode);
        if (mode.starts_with("verify")) set(options, "sslrootcert", server_->certificate().string());
        return options;
    }
    static void set(ConnectionOptions& options, const std::string& name, const std::string& value) {
        for (auto& [key, old] : options)
            if (key == name) {
                old = value;
                return;
            }
        options.emplace_back(name, value);
    }
    Source open(const ConnectionOptions& options, const std::string& extra = {}) {
        applications_.push_back(std::make_unique<Application>());
        return applications_.back()->add("main", GetParam(), options, extra).open().source("main");
    }
    template <typename On>
    static bool encrypted(On& on) {
        return on.query("select ssl from pg_stat_ssl where pid = pg_backend_pid()").template one<bool>();
    }

    std::optional<PostgresqlServer> server_;
    std::vector<std::unique_ptr<Application>> applications_;
};

DBWAY_FOR_POSTGRESQL_PROVIDERS(TlsSession);

TEST_P(TlsSession, TheModesOfLibpq) {
    for (const char* mode : {"allow", "prefer", "require", "verify-ca", "verify-full", "disable"}) {
        Source source = open(options(mode));
        const bool expected = mode != std::string_view("disable") && mode != std::string_view("allow");
        EXPECT_EQ(encrypted(source), expected) << mode;
    }
    ConnectionOptions newest = options();
    set(newest, "ssl_min_protocol_version", "TLSv1.3");
    Source source = open(newest);
    EXPECT_EQ(source.query("select version from pg_stat_ssl where pid = pg_backend_pid()").one<std::string>(),
              "TLSv1.3");
}

TEST_P(TlsSession, AnotherNameThanThatOfTheCertificateIsRefused) {
    ConnectionOptions other = options();
    set(other, "host", "db.example.org");
    set(other, "hostaddr", "127.0.0.1");
    const Error error = error_of([&] { open(other).query("select 1"); });
    EXPECT_EQ(error.category(), Category::connection) << error.what();
    EXPECT_THAT(std::string(error.what()), HasSubstr("db.example.org"));
    // Without a look at the name it will do.
    set(other, "sslmode", "verify-ca");
    Source source = open(other);
    EXPECT_TRUE(encrypted(source));
}

TEST_P(TlsSession, AServerWithoutTlsIsRefused) {
    ConnectionOptions plain = shared_postgresql().tcp_options();
    set(plain, "sslmode", "require");
    const Error error = error_of([&] { open(plain).query("select 1"); });
    EXPECT_EQ(error.category(), Category::connection) << error.what();
    EXPECT_THAT(std::string(error.what()), HasSubstr("SSL"));
}

TEST_P(TlsSession, LargeResultsAndValues) {
    Source source = open(options());
    std::int64_t rows = 0;
    for (auto [i, s] : source.query<std::int64_t, std::string_view>(
             "select i, repeat(chr(65 + (i % 26)::int), 200) from generate_series(1::bigint, 200000) i")) {
        ASSERT_EQ(i, ++rows);
        ASSERT_EQ(s, std::string(200, static_cast<char>('A' + i % 26)));
    }
    EXPECT_EQ(rows, 200'000);
    std::string large;
    large.resize(20'000'000, 'x');
    EXPECT_EQ(source.query("select $1::text || 'y'", large).one<std::string>(), large + 'y');
}

TEST_P(TlsSession, LargeLoadsAndUnloads) {
    Source source = open(options());
    source.execute("create table t (i bigint primary key, s text)");
    const std::string text(300, 'z');
    constexpr std::int64_t n = 100'000;
    CopyIn copy = source.copy_in("t", {"i", "s"});
    for (std::int64_t i = 0; i < n; ++i) copy.row(i, text);
    EXPECT_EQ(copy.finish(), n);
    std::int64_t rows = 0, sum = 0;
    for (const Row row : source.copy_out("t")) {
        ++rows;
        sum += row.get<std::int64_t>(0);
        ASSERT_EQ(row.get<std::string_view>(1), text);
    }
    EXPECT_EQ(rows, n);
    EXPECT_EQ(sum, n * (n - 1) / 2);
}

TEST_P(TlsSession, CancelsAndDeadlines) {
    Source source = open(options());
    Connection connection = source.connection();
    QueryOptions limited;
    limited.deadline = 200ms;
    for (int round = 0; round < 3; ++round) {
        const auto start = Clock::now();
        EXPECT_THROW(connection.query(limited, "select pg_sleep(300)").all<std::string>(), Timeout);
        EXPECT_LT(Clock::now() - start, 20s);
        EXPECT_EQ(connection.query("select $1::int", round).one<int>(), round);
    }
    std::atomic<bool> over{false};
    std::thread canceller([&] {
        while (!over) {
            connection.cancel();
            std::this_thread::yield();
        }
    });
    const Error error = error_of([&] { connection.query("select pg_sleep(300)").all<std::string>(); });
    over = true;
    canceller.join();
    EXPECT_EQ(error.category(), Category::cancelled) << error.what();
    EXPECT_EQ(connection.query("select 42").one<int>(), 42);
    EXPECT_TRUE(encrypted(connection));
}

TEST_P(TlsSession, ASilentNetworkIsLeftAtTheDeadline) {
    FaultProxy proxy(PostgresqlAddress::host(), server_->port());
    ConnectionOptions through = options();
    set(through, "port", std::to_string(proxy.port()));
    Source source = open(through, "[source.main.pool]\ncheck_after = \"0s\"\n");
    EXPECT_TRUE(encrypted(source));
    proxy.set_mode(FaultProxy::Mode::black_hole);
    QueryOptions limited;
    limited.deadline = 300ms;
    const auto start = Clock::now();
    const Error error = error_of([&] { source.query(limited, "select 1").one<int>(); });
    EXPECT_TRUE(error.category() == Category::timeout || error.category() == Category::connection)
        << error.what();
    EXPECT_LT(Clock::now() - start, 5s);
    proxy.heal();
    EXPECT_TRUE(encrypted(source));
}

TEST_P(TlsSession, Notifications) {
    Source source = open(options());
    Listener listener = source.listen("jobs");
    for (int i = 0; i < 100; ++i) source.execute("select pg_notify('jobs', $1)", std::to_string(i));
    for (int i = 0; i < 100; ++i) {
        const auto note = listener.next(30s);
        ASSERT_TRUE(note);
        EXPECT_EQ(note->payload, std::to_string(i));
    }
}

TEST_P(TlsSession, ARestartIsNotSeenByIdleConnections) {
    Source source = open(options(), "[source.main.pool]\nmin = 0\nmax = 3\ncheck_after = \"0s\"\n");
    { const Connection a = source.connection(), b = source.connection(), c = source.connection(); }
    server_->restart();
    for (int i = 0; i < 5; ++i) EXPECT_EQ(source.query("select $1::int", i).one<int>(), i);
}

}  // namespace
}  // namespace dbway::test
