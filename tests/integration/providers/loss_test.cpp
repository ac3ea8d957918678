// The connection is lost, at every stage at which it can be: by the server's administrator, by a crash, by
// the network.
#include <atomic>
#include <thread>

#include "provider_test.hpp"
#include "support/fault_proxy.hpp"

namespace dbway::test {
namespace {

using Clock = std::chrono::steady_clock;
using Cut = FaultProxy::Cut;
using Direction = FaultProxy::Direction;

class Loss : public ProviderTest {
  protected:
    void SetUp() override {
        ProviderTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        database().sql("create table t (i bigint, s text)");
        proxy_.emplace(PostgresqlAddress::host(), database().server().port());
    }

    // "main" through the proxy. Idle connections are checked before each use.
    Source through_proxy(const std::string& pool = {}) {
        auto options = database().options();
        for (auto& [key, value] : options)
            if (key == "port") value = std::to_string(proxy_->port());
        application_.emplace();
        return application_
            ->add("main", provider(), options, "[source.main.pool]\ncheck_after = \"0s\"\n" + pool)
            .open()
            .source("main");
    }
    Source checked() { return open("[source.main.pool]\ncheck_after = \"0s\"\n"); }

    // Ends the session once it runs a statement.
    void terminate_when_active(std::int64_t session) const {
        const std::string pid = std::to_string(session);
        EXPECT_TRUE(eventually([&] {
            return database().value(
                       "select count(*) from pg_stat_activity where state = 'active' and pid = " + pid) ==
                   "1";
        }));
        database().sql("select pg_terminate_backend(" + pid + ")");
    }
    void terminate(std::int64_t session) const {
        const std::string pid = std::to_string(session);
        database().sql("select pg_terminate_backend(" + pid + ")");
        EXPECT_TRUE(eventually([&] {
            return database().value("select count(*) from pg_stat_activity where pid = " + pid) == "0";
        }));
    }
    std::int64_t stored() const { return std::stoll(database().value("select count(*) from t")); }

    void expect_lost(const Error& error) const {
        EXPECT_TRUE(error.connection_lost()) << error.what();
        EXPECT_FALSE(error.message().empty());
        EXPECT_THAT(std::string(error.what()), testing::Not(HasSubstr(PostgresqlAddress::password())));
    }
    void expect_terminated(const Error& error) const {
        expect_lost(error);
        if (can(Feature::reports_session_end)) {
            EXPECT_EQ(error.sqlstate(), "57P01") << error.what();
        }
    }
    static bool works(Source& source) { return source.query("select 42").one<int>() == 42; }

    std::optional<FaultProxy> proxy_;
    std::optional<Application> application_;
};

DBWAY_FOR_POSTGRESQL_PROVIDERS(Loss);

TEST_P(Loss, WhileConnectingNobodyListens) {
    Source source = through_proxy();
    proxy_->set_mode(FaultProxy::Mode::refuse);
    const auto start = Clock::now();
    const Error error = error_of([&] { source.query("select 1"); });
    EXPECT_EQ(error.category(), Category::connection) << error.what();
    EXPECT_THAT(std::string(error.what()), HasSubstr(std::to_string(proxy_->port())));
    EXPECT_LT(Clock::now() - start, 10s);
    proxy_->heal();
    EXPECT_TRUE(works(source));
}

TEST_P(Loss, WhileConnectingNobodyAnswers) {
    Source source = through_proxy("connect_timeout = \"500ms\"\n");
    proxy_->set_mode(FaultProxy::Mode::black_hole);
    const auto start = Clock::now();
    const Error error = error_of([&] { source.query("select 1"); });
    EXPECT_TRUE(error.category() == Category::connection || error.category() == Category::timeout)
        << error.what();
    EXPECT_GE(Clock::now() - start, 450ms);
    // libpq counts in whole seconds, from two on.
    EXPECT_LT(Clock::now() - start, 10s);
    proxy_->heal();
    EXPECT_TRUE(works(source));
}

TEST_P(Loss, WhileConnectingAfterAnyNumberOfBytes) {
    Source source = through_proxy("connect_timeout = \"5s\"\n");
    // The answers to a login by SCRAM are about 450 bytes.
    for (std::size_t bytes = 0; bytes < 420; bytes += bytes < 40 ? 1 : 29) {
        proxy_->cut_after(Direction::to_client, bytes, bytes % 2 == 0 ? Cut::close : Cut::reset);
        const Error error = error_of([&] { source.query("select 1"); });
        EXPECT_EQ(error.category(), Category::connection) << "after " << bytes << " bytes: " << error.what();
    }
    proxy_->heal();
    EXPECT_TRUE(works(source));
}

TEST_P(Loss, OfAnIdleConnectionNobodySees) {
    Source source = checked();
    for (int round = 0; round < 3; ++round) {
        EXPECT_TRUE(works(source));
        EXPECT_GE(database().terminate_backends(), 1);
        EXPECT_TRUE(eventually([&] {
            return database().value(
                       "select count(*) from pg_stat_activity where datname = current_database() and "
                       "application_name <> 'dbway_test_admin'") == "0";
        }));
        EXPECT_TRUE(works(source));
    }
}

TEST_P(Loss, OfAPinnedConnectionIsTold) {
    Source source = checked();
    Connection connection = source.connection();
    terminate(connection.info().session_id);
    expect_terminated(error_of([&] { connection.query("select 1"); }));
    expect_lost(error_of([&] { connection.query("select 1"); }));
    EXPECT_TRUE(works(source));
}

TEST_P(Loss, InTheMiddleOfAQuery) {
    Source source = checked();
    Connection connection = source.connection();
    std::thread killer([&, session = connection.info().session_id] { terminate_when_active(session); });
    const Error error = error_of([&] { connection.query("select pg_sleep(60)").all<std::string>(); });
    killer.join();
    expect_terminated(error);
    EXPECT_TRUE(works(source));
}

TEST_P(Loss, InTheMiddleOfAResultIsNotItsEnd) {
    Source source = through_proxy();
    EXPECT_TRUE(works(source));
    for (const std::size_t bytes : {1u, 100u, 10'000u, 1'000'000u}) {
        proxy_->cut_after(Direction::to_client, bytes, Cut::close);
        std::int64_t rows = 0;
        const Error error = error_of([&] {
            for (auto [i, s] :
                 source.query<std::int64_t, std::string_view>("select i::bigint, repeat('x', 100) from "
                                                              "generate_series(1, 100000) i")) {
                EXPECT_EQ(i, ++rows);
                EXPECT_EQ(s.size(), 100u);
            }
        });
        expect_lost(error);
        EXPECT_LT(rows, 100'000);
        proxy_->forget_cuts();
        EXPECT_TRUE(works(source));
    }
}

TEST_P(Loss, InTheMiddleOfALoad) {
    Source source = checked();
    const Error error = error_of([&] {
        CopyIn copy = source.copy_in("t", {"i", "s"});
        const std::string text(1'000, 'x');
        for (int i = 0; i < 100'000; ++i) {
            if (i == 20'000) database().terminate_backends();
            copy.row(i, text);
        }
        copy.finish();
    });
    expect_terminated(error);
    EXPECT_EQ(stored(), 0);
    EXPECT_TRUE(works(source));
}

TEST_P(Loss, InTheMiddleOfAnUnload) {
    Source source = through_proxy();
    database().sql("insert into t select i, repeat('x', 100) from generate_series(1, 50000) i");
    EXPECT_TRUE(works(source));
    proxy_->cut_after(Direction::to_client, 1'000'000, Cut::reset);
    std::int64_t rows = 0;
    expect_lost(error_of([&] {
        for ([[maybe_unused]] const Row row : source.copy_out("t")) ++rows;
    }));
    EXPECT_LT(rows, 50'000);
    proxy_->heal();
    EXPECT_TRUE(works(source));
}

TEST_P(Loss, InATransaction) {
    Source source = checked();
    Connection connection = source.connection();
    {
        Transaction tx = connection.begin();
        tx.execute("insert into t values (1, 'a')");
        terminate(connection.info().session_id);
        const Error error = error_of([&] { tx.execute("insert into t values (2, 'b')"); });
        expect_terminated(error);
        EXPECT_THROW(tx.commit(), Error);
        tx.rollback();
    }
    EXPECT_EQ(stored(), 0);
    EXPECT_TRUE(works(source));
}

TEST_P(Loss, BeforeTheCommitArrives) {
    Source source = through_proxy();
    Transaction tx = source.begin();
    tx.execute("insert into t values (1, 'a')");
    proxy_->cut_after(Direction::to_server, 0, Cut::reset);
    const Error error = error_of([&] { tx.commit(); });
    expect_lost(error);
    EXPECT_TRUE(error.outcome_unknown()) << error.what();
    EXPECT_FALSE(error.retryable());
    EXPECT_EQ(stored(), 0);
}

TEST_P(Loss, OfTheAnswerToACommit) {
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

TEST_P(Loss, ACommitOfUnknownOutcomeIsNotRunAgain) {
    Source source = through_proxy();
    EXPECT_TRUE(works(source));
    int attempts = 0;
    const Error error = error_of([&] {
        source.transaction({.retries = 10}, [&](Transaction& tx) {
            ++attempts;
            tx.execute("insert into t values (1, 'a')");
            proxy_->cut_after(Direction::to_client, 0, Cut::reset);
        });
    });
    EXPECT_TRUE(error.outcome_unknown()) << error.what();
    EXPECT_EQ(attempts, 1);
    EXPECT_EQ(stored(), 1);
}

TEST_P(Loss, DuringTheCommit) {
    // A deferred trigger makes the commit last until its session is ended.
    database().sql(
        "create function slow() returns trigger language plpgsql as "
        "'begin perform pg_sleep(60); return null; end'; "
        "create constraint trigger at_commit after insert on t deferrable initially deferred for each row "
        "execute "
        "function slow()");
    Source source = checked();
    Connection connection = source.connection();
    Transaction tx = connection.begin();
    tx.execute("insert into t values (1, 'a')");
    std::thread killer([&, session = connection.info().session_id] { terminate_when_active(session); });
    const Error error = error_of([&] { tx.commit(); });
    killer.join();
    expect_terminated(error);
    EXPECT_FALSE(error.retryable()) << error.what();
    EXPECT_EQ(stored(), 0);
    EXPECT_TRUE(works(source));
}

TEST_P(Loss, OfTheAnswerToAChangeOutsideATransaction) {
    Source source = through_proxy();
    source.execute("insert into t values (0, 'warm')");
    proxy_->cut_after(Direction::to_client, 0, Cut::reset);
    const Error error = error_of([&] { source.execute("insert into t values (1, 'a')"); });
    expect_lost(error);
    EXPECT_TRUE(error.outcome_unknown()) << error.what();
    EXPECT_FALSE(error.retryable()) << error.what();
    EXPECT_LE(stored(), 2);
}

TEST_P(Loss, OneByteAtATimeIsTheSame) {
    Source source = through_proxy();
    proxy_->set_shape({.slice = 1});
    EXPECT_TRUE(works(source));
    std::int64_t sum = 0;
    for (auto [i] : source.query<std::int64_t>("select i::bigint from generate_series(1, 200) i")) sum += i;
    EXPECT_EQ(sum, 20'100);
    Batch batch;
    for (int i = 0; i < 20; ++i) batch.add("insert into t values ($1, 'x')", i);
    source.run(batch);
    CopyIn copy = source.copy_in("t", {"i", "s"});
    for (int i = 0; i < 50; ++i) copy.row(i, "y");
    EXPECT_EQ(copy.finish(), 50);
    EXPECT_EQ(stored(), 70);
    proxy_->set_shape({.delay = 30ms});
    EXPECT_TRUE(works(source));
}

TEST_P(Loss, ASilentNetworkIsLeftAtTheDeadline) {
    Source source = through_proxy();
    EXPECT_TRUE(works(source));
    proxy_->set_mode(FaultProxy::Mode::black_hole);
    QueryOptions options;
    options.deadline = 300ms;
    const auto start = Clock::now();
    const Error error = error_of([&] { source.query(options, "select 1").one<int>(); });
    EXPECT_TRUE(error.category() == Category::timeout || error.category() == Category::connection)
        << error.what();
    EXPECT_LT(Clock::now() - start, 5s);
    proxy_->heal();
    EXPECT_TRUE(works(source));
}

TEST_P(Loss, ATrickleIsLeftAtTheDeadline) {
    Source source = through_proxy();
    EXPECT_TRUE(works(source));
    proxy_->set_shape({.bytes_per_second = 10'000});
    QueryOptions options;
    options.deadline = 500ms;
    const auto start = Clock::now();
    EXPECT_THROW(source.query(options, "select repeat('x', 10000000)").one<std::string>(), Timeout);
    EXPECT_LT(Clock::now() - start, 10s);
    proxy_->heal();
    EXPECT_TRUE(works(source));
}

class ServerLoss : public testing::TestWithParam<std::string> {
  protected:
    void SetUp() override {
        DBWAY_NEEDS_POSTGRESQL();
        server_.emplace(own_postgresql_settings());
        host_ = application_
                    .add("main", GetParam(), server_->tcp_options(),
                         "[source.main.pool]\nmin = 0\nmax = 10\ncheck_after = \"0s\"\n")
                    .open();
    }
    Source db() { return host_->source("main"); }

    std::optional<PostgresqlServer> server_;
    Application application_;
    std::optional<Host> host_;
};

DBWAY_FOR_POSTGRESQL_PROVIDERS(ServerLoss);

TEST_P(ServerLoss, ARestartIsNotSeenByThoseWhoWereNotThere) {
    Source source = db();
    for (const auto how : {PostgresqlServer::Stop::fast, PostgresqlServer::Stop::immediate}) {
        {
            std::vector<Connection> all;
            for (int i = 0; i < 10; ++i) all.push_back(source.connection());
        }
        EXPECT_EQ(source.statistics().idle, 10u);
        server_->restart(how);
        for (int i = 0; i < 12; ++i) EXPECT_EQ(source.query("select $1::int", i).one<int>(), i);
    }
}

TEST_P(ServerLoss, AServerThatIsDownIsToldAndFoundAgain) {
    Source source = db();
    EXPECT_EQ(source.query("select 1").one<int>(), 1);
    server_->stop();
    for (int i = 0; i < 3; ++i) {
        const Error error = error_of([&] { source.query("select 1"); });
        EXPECT_EQ(error.category(), Category::connection) << error.what();
    }
    server_->start();
    EXPECT_EQ(source.query("select 1").one<int>(), 1);
}

TEST_P(ServerLoss, AFrozenServerIsLeftAtTheDeadline) {
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
        EXPECT_LT(Clock::now() - start, 5s);
    }
    server_->thaw();
    EXPECT_EQ(source.query("select 1").one<int>(), 1);
}

TEST_P(ServerLoss, TooManyConnectionsIsSaid) {
    server_.reset();
    PostgresqlSettings settings = own_postgresql_settings();
    settings.max_connections = 10;
    settings.configuration = {"superuser_reserved_connections = 0"};
    server_.emplace(settings);
    Application application;
    Source source =
        application.add("main", GetParam(), server_->tcp_options(), "[source.main.pool]\nmax = 20\n")
            .open()
            .source("main");
    std::vector<Connection> all;
    const Error error = error_of([&] {
        for (int i = 0; i < 20; ++i) all.push_back(source.connection());
    });
    EXPECT_GE(all.size(), 8u);
    EXPECT_THAT(std::string(error.what()), HasSubstr("too many clients"));
    EXPECT_EQ(error.sqlstate(), "53300") << error.what();
    all.clear();
    EXPECT_EQ(source.query("select 1").one<int>(), 1);
}

TEST_P(ServerLoss, AListenerSurvivesARestart) {
    Source source = db();
    Listener listener = source.listen("jobs");
    server_->restart();
    const auto note = listener.next(30s);
    ASSERT_TRUE(note);
    EXPECT_TRUE(note->gap);
    server_->sql("select pg_notify('jobs', 'after')");
    const auto next = listener.next(30s);
    ASSERT_TRUE(next);
    EXPECT_EQ(next->payload, "after");
}

}  // namespace
}  // namespace dbway::test
