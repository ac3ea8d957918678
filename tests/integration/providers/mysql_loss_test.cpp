// MariaDB's connections are lost, at every stage at which they can be: by the server's administrator, by a
// crash, by the network.
#ifdef DBWAY_TEST_MARIADB

#include <thread>

#include "provider_test.hpp"
#include "support/fault_proxy.hpp"

namespace dbway::test {
namespace {

using Clock = std::chrono::steady_clock;
using Cut = FaultProxy::Cut;
using Direction = FaultProxy::Direction;

class MysqlLoss : public testing::Test {
  protected:
    void SetUp() override {
        DBWAY_NEEDS_MARIADB();
        database_.emplace(shared_mariadb());
        database_->sql("create table t (i bigint, s text)");
        proxy_.emplace(MariadbAddress::host(), database_->server().port());
    }

    // "main" through the proxy. Idle connections are checked before each use.
    Source through_proxy(const std::string& pool = {}) {
        auto options = standard_options(*database_);
        for (auto& [key, value] : options)
            if (key == "port") value = std::to_string(proxy_->port());
        application_.emplace();
        return application_
            ->add("main", "mysql", options, "[source.main.pool]\ncheck_after = \"0s\"\n" + pool)
            .open()
            .source("main");
    }
    std::int64_t stored() const { return std::stoll(database_->value("select count(*) from t")); }
    static void expect_lost(const Error& error) {
        EXPECT_TRUE(error.connection_lost()) << error.what();
        EXPECT_THAT(std::string(error.what()), testing::Not(HasSubstr(MariadbAddress::password())));
    }
    static bool works(Source& source) { return source.query("select 42").one<int>() == 42; }

    std::optional<MariadbDatabase> database_;
    std::optional<FaultProxy> proxy_;
    std::optional<Application> application_;
};

TEST_F(MysqlLoss, WhileConnecting) {
    Source source = through_proxy("connect_timeout = \"500ms\"\n");
    proxy_->set_mode(FaultProxy::Mode::refuse);
    const Error refused = error_of([&] { source.query("select 1"); });
    EXPECT_EQ(refused.category(), Category::connection) << refused.what();
    EXPECT_THAT(std::string(refused.what()), HasSubstr(std::to_string(proxy_->port())));
    proxy_->set_mode(FaultProxy::Mode::black_hole);
    const auto start = Clock::now();
    const Error silent = error_of([&] { source.query("select 1"); });
    EXPECT_TRUE(silent.category() == Category::connection || silent.category() == Category::timeout)
        << silent.what();
    EXPECT_LT(Clock::now() - start, 10s);
    proxy_->heal();
    EXPECT_TRUE(works(source));
}

TEST_F(MysqlLoss, OfAnIdleConnectionNobodySees) {
    Source source = through_proxy();
    for (int round = 0; round < 3; ++round) {
        EXPECT_TRUE(works(source));
        EXPECT_GE(database_->terminate_sessions(), 1);
        EXPECT_TRUE(eventually([&] { return database_->sessions() == 0; }));
        EXPECT_TRUE(works(source));
    }
}

TEST_F(MysqlLoss, InTheMiddleOfAQuery) {
    Source source = through_proxy();
    Connection connection = source.connection();
    std::thread killer([&, session = connection.info().session_id] {
        const std::string id = std::to_string(session);
        EXPECT_TRUE(eventually([&] {
            return database_->value(
                       "select count(*) from information_schema.processlist where info = 'select "
                       "sleep(60)' and id = " +
                       id) == "1";
        }));
        database_->sql("kill " + id);
    });
    const Error error = error_of([&] { connection.query("select sleep(60)").all<std::string>(); });
    killer.join();
    expect_lost(error);
    EXPECT_TRUE(works(source));
}

TEST_F(MysqlLoss, InTheMiddleOfAResultIsNotItsEnd) {
    Source source = through_proxy();
    EXPECT_TRUE(works(source));
    for (const std::size_t bytes : {200u, 10'000u, 1'000'000u}) {
        for (const char* sql : {"select seq, repeat('x', 100) from seq_1_to_100000",
                                "select seq, repeat('x', 100) from seq_1_to_100000 where 1 = :one"}) {
            proxy_->cut_after(Direction::to_client, bytes, Cut::close);
            std::int64_t rows = 0;
            const Error error = error_of([&] {
                const bool bound = std::string(sql).find(":one") != std::string::npos;
                Rows result = bound ? source.query(sql, arg("one", 1)) : source.query(sql);
                for (const Row row : result) EXPECT_EQ(row.get<std::int64_t>(0), ++rows);
            });
            expect_lost(error);
            EXPECT_LT(rows, 100'000);
            proxy_->forget_cuts();
            EXPECT_TRUE(works(source));
        }
    }
}

TEST_F(MysqlLoss, InTheMiddleOfALoad) {
    Source source = through_proxy();
    expect_lost(error_of([&] {
        CopyIn copy = source.copy_in("t", {"i", "s"});
        const std::string text(1'000, 'x');
        for (int i = 0; i < 50'000; ++i) {
            if (i == 20'000) database_->terminate_sessions();
            copy.row(i, text);
        }
        copy.finish();
    }));
    EXPECT_EQ(stored(), 0);
    EXPECT_TRUE(works(source));
}

TEST_F(MysqlLoss, InATransaction) {
    Source source = through_proxy();
    Connection connection = source.connection();
    {
        Transaction tx = connection.begin();
        tx.execute("insert into t values (1, 'a')");
        database_->terminate_sessions();
        expect_lost(error_of([&] { tx.execute("insert into t values (2, 'b')"); }));
        EXPECT_THROW(tx.commit(), Error);
        tx.rollback();
    }
    EXPECT_EQ(stored(), 0);
    EXPECT_TRUE(works(source));
}

TEST_F(MysqlLoss, OfTheAnswerToACommit) {
    Source source = through_proxy();
    Transaction tx = source.begin();
    tx.execute("insert into t values (1, 'a')");
    proxy_->cut_after(Direction::to_client, 0, Cut::reset);
    const Error error = error_of([&] { tx.commit(); });
    expect_lost(error);
    EXPECT_TRUE(error.outcome_unknown()) << error.what();
    EXPECT_FALSE(error.retryable());
    EXPECT_EQ(stored(), 1) << "the server has committed";
    proxy_->heal();
    EXPECT_TRUE(works(source));
}

TEST_F(MysqlLoss, OneByteAtATimeIsTheSame) {
    Source source = through_proxy();
    proxy_->set_shape({.slice = 1});
    EXPECT_TRUE(works(source));
    std::int64_t sum = 0;
    for (auto [i] : source.query<std::int64_t>("select seq from seq_1_to_200")) sum += i;
    EXPECT_EQ(sum, 20'100);
    CopyIn copy = source.copy_in("t", {"i", "s"});
    for (int i = 0; i < 50; ++i) copy.row(i, "y");
    EXPECT_EQ(copy.finish(), 50);
    EXPECT_EQ(stored(), 50);
}

TEST_F(MysqlLoss, ASilentNetworkIsLeftAtTheDeadline) {
    Source source = through_proxy();
    EXPECT_TRUE(works(source));
    proxy_->set_mode(FaultProxy::Mode::black_hole);
    QueryOptions options;
    options.deadline = 300ms;
    const auto start = Clock::now();
    const Error error = error_of([&] { source.query(options, "select 1").one<int>(); });
    EXPECT_TRUE(error.category() == Category::timeout || error.category() == Category::connection)
        << error.what();
    EXPECT_LT(Clock::now() - start, 8s);
    proxy_->heal();
    EXPECT_TRUE(works(source));
}

TEST_F(MysqlLoss, ATrickleIsLeftAtTheDeadline) {
    Source source = through_proxy();
    EXPECT_TRUE(works(source));
    proxy_->set_shape({.bytes_per_second = 10'000});
    QueryOptions options;
    options.deadline = 500ms;
    const auto start = Clock::now();
    EXPECT_THROW(source.query(options, "select repeat('x', 10000000)").one<std::string>(), Timeout);
    EXPECT_LT(Clock::now() - start, 15s);
    proxy_->heal();
    EXPECT_TRUE(works(source));
}

class MysqlServerLoss : public testing::Test {
  protected:
    void SetUp() override {
        DBWAY_NEEDS_MARIADB();
        server_.emplace(own_mariadb_settings());
        host_ = application_
                    .add("main", "mysql", server_->tcp_options(),
                         "[source.main.pool]\nmin = 0\nmax = 10\ncheck_after = \"0s\"\n")
                    .open();
    }
    Source db() { return host_->source("main"); }

    std::optional<MariadbServer> server_;
    Application application_;
    std::optional<Host> host_;
};

TEST_F(MysqlServerLoss, ARestartIsNotSeenByThoseWhoWereNotThere) {
    Source source = db();
    for (const auto how : {MariadbServer::Stop::fast, MariadbServer::Stop::immediate}) {
        {
            std::vector<Connection> all;
            for (int i = 0; i < 5; ++i) all.push_back(source.connection());
        }
        server_->restart(how);
        for (int i = 0; i < 7; ++i) EXPECT_EQ(source.query("select $1 + 0", i).one<int>(), i);
    }
    server_->stop();
    EXPECT_EQ(error_of([&] { source.query("select 1"); }).category(), Category::connection);
    server_->start();
    EXPECT_EQ(source.query("select 1").one<int>(), 1);
}

TEST_F(MysqlServerLoss, AFrozenServerIsLeftAtTheDeadline) {
    Source source = db();
    EXPECT_EQ(source.query("select 1").one<int>(), 1);
    server_->freeze();
    QueryOptions options;
    options.deadline = 300ms;
    for (int i = 0; i < 2; ++i) {
        const auto start = Clock::now();
        const Error error = error_of([&] { source.query(options, "select 1").one<int>(); });
        EXPECT_TRUE(error.category() == Category::timeout || error.category() == Category::connection ||
                    error.category() == Category::pool)
            << error.what();
        EXPECT_LT(Clock::now() - start, 8s);
    }
    server_->thaw();
    EXPECT_EQ(source.query("select 1").one<int>(), 1);
}

TEST_F(MysqlServerLoss, TooManyConnectionsIsSaid) {
    server_->sql("set global max_connections = 10");
    Application application;
    Source source = application.add("main", "mysql", server_->tcp_options(), "[source.main.pool]\nmax = 20\n")
                        .open()
                        .source("main");
    std::vector<Connection> all;
    const Error error = error_of([&] {
        for (int i = 0; i < 20; ++i) all.push_back(source.connection());
    });
    EXPECT_GE(all.size(), 8u);
    EXPECT_EQ(error.sqlstate(), "53300") << error.what();
    all.clear();
    EXPECT_EQ(source.query("select 1").one<int>(), 1);
}

TEST(MysqlTls, IsUsedAsItWasAskedFor) {
    DBWAY_NEEDS_MARIADB();
    MariadbSettings settings = own_mariadb_settings();
    settings.tls = true;
    const MariadbServer server(settings), other(settings), plain(own_mariadb_settings());
    const auto cipher = [](const MariadbServer& to, const ConnectionOptions& more) {
        ConnectionOptions options = to.tcp_options();
        options.insert(options.end(), more.begin(), more.end());
        Application application;
        Source source = application.add("main", "mysql", options).open().source("main");
        const auto [name, value] =
            source.query("show session status like 'Ssl_cipher'").one<std::tuple<std::string, std::string>>();
        return value;
    };
    const std::string trusted = server.certificate().string(), foreign = other.certificate().string();
    EXPECT_NE(cipher(server, {}), "");
    EXPECT_EQ(cipher(server, {{"tls", "disable"}}), "");
    EXPECT_NE(cipher(server, {{"tls", "require"}}), "");
    EXPECT_NE(cipher(server, {{"tls", "verify-ca"}, {"tls_ca", trusted}}), "");
    EXPECT_NE(cipher(server, {{"tls", "verify-full"}, {"tls_ca", trusted}}), "");
    EXPECT_THAT(cipher(server, {{"tls_ca", trusted},
                                {"tls_version", "TLSv1.2"},
                                {"tls_cipher", "ECDHE-RSA-AES128-GCM-SHA256"}}),
                "ECDHE-RSA-AES128-GCM-SHA256");
    EXPECT_EQ(cipher(plain, {}), "");
    for (const auto& [to, more] : std::vector<std::pair<const MariadbServer*, ConnectionOptions>>{
             {&server, {{"tls_ca", foreign}}},
             {&server, {{"tls", "verify-full"}, {"tls_ca", foreign}}},
             {&plain, {{"tls", "require"}}},
             {&plain, {{"tls", "verify-ca"}, {"tls_ca", trusted}}},
             {&plain, {{"tls", "verify-full"}, {"tls_ca", trusted}}}}) {
        const Error error = error_of([&, to = to, &more = more] { cipher(*to, more); });
        EXPECT_EQ(error.category(), Category::connection) << error.what();
        EXPECT_THAT(std::string(error.what()), testing::AnyOf(HasSubstr("TLS"), HasSubstr("SSL")));
    }
}

}  // namespace
}  // namespace dbway::test

#endif
