// Stopping what runs: from another thread, by a stop token, at a deadline; and never the statement after it.
#include <atomic>
#include <random>
#include <thread>

#include "provider_test.hpp"
#include "support/fault_proxy.hpp"

namespace dbway::test {
namespace {

using Clock = std::chrono::steady_clock;

class Cancelling : public ProviderTest {
  protected:
    // Reads it all.
    template <typename On>
    void run_endless(On& on, const QueryOptions& options = {}) const {
        Rows rows = on.query(options, endless());
        for ([[maybe_unused]] const Row row : rows) {
        }
    }
};

DBWAY_FOR_ALL_PROVIDERS(Cancelling);

TEST_P(Cancelling, FromAnotherThread) {
    Connection connection = db().connection();
    for (int round = 0; round < 3; ++round) {
        std::atomic<bool> over{false};
        std::thread canceller([&] {
            while (!over) {
                connection.cancel();
                std::this_thread::sleep_for(5ms);
            }
        });
        const Error error = error_of([&] { run_endless(connection); });
        over = true;
        canceller.join();
        EXPECT_EQ(error.category(), Category::cancelled) << error.what();
        EXPECT_EQ(error.sqlstate(), "57014") << error.what();
        EXPECT_FALSE(error.connection_lost());
        EXPECT_EQ(connection.query("select 42").one<int>(), 42);
    }
}

TEST_P(Cancelling, ByAStopToken) {
    Connection connection = db().connection();
    for (const auto after : {0ms, 50ms}) {
        std::stop_source stop;
        QueryOptions options;
        options.stop = stop.get_token();
        std::thread stopper([&] {
            std::this_thread::sleep_for(after);
            stop.request_stop();
        });
        const Error error = error_of([&] { run_endless(connection, options); });
        stopper.join();
        EXPECT_EQ(error.category(), Category::cancelled) << error.what();
        EXPECT_EQ(connection.query("select 42").one<int>(), 42);
    }
}

TEST_P(Cancelling, AtTheDeadline) {
    Connection connection = db().connection();
    QueryOptions options;
    options.deadline = 100ms;
    for (int round = 0; round < 3; ++round) {
        const auto start = Clock::now();
        const Error error = error_of([&] { run_endless(connection, options); });
        EXPECT_EQ(error.category(), Category::timeout) << error.what();
        EXPECT_GE(Clock::now() - start, 100ms);
        EXPECT_LT(Clock::now() - start, 20s);
        EXPECT_EQ(connection.query("select 42").one<int>(), 42);
    }
}

TEST_P(Cancelling, TheDeadlineOfASource) {
    Source source = open("deadline = \"100ms\"\n");
    EXPECT_THROW(run_endless(source), Timeout);
    EXPECT_EQ(source.query("select 42").one<int>(), 42);
}

TEST_P(Cancelling, ABatchAtItsDeadline) {
    Connection connection = db().connection();
    Batch batch;
    batch.add("select 1").add(endless()).add("select 2");
    QueryOptions options;
    options.deadline = 100ms;
    EXPECT_THROW(connection.run(options, batch), Timeout);
    EXPECT_EQ(connection.query("select 42").one<int>(), 42);
}

TEST_P(Cancelling, WhenNothingRuns) {
    Connection connection = db().connection();
    for (int i = 0; i < 20; ++i) {
        connection.cancel();
        EXPECT_EQ(connection.query("select $1 + 0", i).one<int>(), i);
    }
}

TEST_P(Cancelling, InsideATransactionItMayBeRolledBack) {
    db().execute("create table t (i integer)");
    Transaction tx = db().begin();
    tx.execute("insert into t values (1)");
    QueryOptions options;
    options.deadline = 50ms;
    EXPECT_THROW(run_endless(tx, options), Timeout);
    tx.rollback();
    EXPECT_EQ(count("t"), 0);
}

// A cancel that comes as a statement ends must be lost, not hit the next one.
TEST_P(Cancelling, NeverTheNextStatement) {
    Connection connection = db().connection();
    std::atomic<int> turn{0}, answered{0};
    std::atomic<bool> over{false};
    std::thread canceller([&] {
        std::minstd_rand random(7);
        for (int seen = 0; !over;) {
            if (turn == seen) {
                std::this_thread::yield();
                continue;
            }
            seen = turn;
            for (auto spin = random() % 4'000; spin > 0; --spin)
                std::atomic_signal_fence(std::memory_order_seq_cst);
            connection.cancel();
            answered = seen;
        }
    });
    int cancelled = 0;
    for (int i = 1; i <= 1'000; ++i) {
        turn = i;
        try {
            connection.query("select $1 * 1", i).one<int>();
        } catch (const Cancelled&) {
            ++cancelled;
        }
        while (answered != i) std::this_thread::yield();
        // No cancel is under way from here on.
        try {
            ASSERT_EQ(connection.query("select $1 * 2", i).one<int>(), i * 2);
        } catch (const Error& error) {
            ADD_FAILURE() << "round " << i << ": " << error.what();
            break;
        }
    }
    over = true;
    canceller.join();
    RecordProperty("cancelled", cancelled);
}

TEST_P(Cancelling, ADeadlineThatFallsOnTheEndOfAStatement) {
    Connection connection = db().connection();
    std::minstd_rand random(11);
    int timeouts = 0;
    for (int i = 0; i < 1'000; ++i) {
        QueryOptions options;
        options.deadline = std::chrono::microseconds(i % 20 == 0 ? 0 : random() % 600);
        try {
            connection.query(options, "select $1 * 1", i).one<int>();
        } catch (const Timeout&) {
            ++timeouts;
        }
        try {
            ASSERT_EQ(connection.query("select $1 * 2", i).one<int>(), i * 2);
        } catch (const Error& error) {
            ADD_FAILURE() << "round " << i << ": " << error.what();
            break;
        }
    }
    EXPECT_GT(timeouts, 0) << "a deadline of zero is over at once";
}

// PostgreSQL drops a cancel that comes while it still waits for a command: here the command takes its time.
class SlowCommand {
  public:
    explicit SlowCommand(const DatabaseAddress& database)
        : proxy_(PostgresqlAddress::host(), database.server().port()), options_(database.options()) {
        for (auto& [key, value] : options_)
            if (key == "port") value = std::to_string(proxy_.port());
    }
    const ConnectionOptions& options() const { return options_; }
    // What is sent from now on, until it is in time again.
    void hold_up() { proxy_.set_shape({.delay = 700ms}); }
    void in_time() { proxy_.set_shape({}); }

  private:
    FaultProxy proxy_;
    ConnectionOptions options_;
};

TEST_P(Cancelling, IsRepeatedForAServerThatHadNotBegun) {
    if (!on_postgresql()) GTEST_SKIP() << "the others have no command that is under way";
    SlowCommand command(database());
    Application application;
    Source source = application.add("main", provider(), command.options(), "").open().source("main");
    Connection connection = source.connection();
    connection.query("select 42").one<int>();
    command.hold_up();
    std::stop_source stop;
    QueryOptions options;
    options.stop = stop.get_token();
    std::thread stopper([&] {
        std::this_thread::sleep_for(400ms);
        command.in_time();
        stop.request_stop();
    });
    const Error error = error_of([&] { run_endless(connection, options); });
    stopper.join();
    EXPECT_EQ(error.category(), Category::cancelled) << error.what();
    EXPECT_FALSE(error.connection_lost());
    EXPECT_EQ(connection.query("select 42").one<int>(), 42);
}

TEST_P(Cancelling, AtADeadlineIsRepeatedForAServerThatHadNotBegun) {
    if (!on_postgresql()) GTEST_SKIP() << "the others have no command that is under way";
    SlowCommand command(database());
    Application application;
    Source source = application.add("main", provider(), command.options(), "cancel_timeout = \"60s\"\n")
                        .open()
                        .source("main");
    Connection connection = source.connection();
    connection.query("select 42").one<int>();
    command.hold_up();
    QueryOptions options;
    options.deadline = 300ms;
    std::thread other([&] {
        std::this_thread::sleep_for(150ms);
        command.in_time();
    });
    const Error error = error_of([&] { run_endless(connection, options); });
    other.join();
    EXPECT_EQ(error.category(), Category::timeout) << error.what();
    EXPECT_FALSE(error.connection_lost()) << error.what();
    EXPECT_EQ(connection.query("select 42").one<int>(), 42);
}

TEST_P(Cancelling, WhileWaitingForALock) {
    if (!on_server()) GTEST_SKIP() << "SQLite has one lock for all, see the tests of its provider";
    db().execute("create table t (i integer primary key, n integer)");
    db().execute("insert into t values (1, 0)");
    Transaction holder = db().begin();
    holder.execute("update t set n = 1");
    QueryOptions options;
    options.deadline = 100ms;
    EXPECT_THROW(db().execute(options, "update t set n = 2"), Timeout);
    holder.commit();
    EXPECT_EQ(db().query("select n from t").one<int>(), 1);
}

TEST_P(Cancelling, ALoadThatWaits) {
    if (!on_server()) GTEST_SKIP() << "SQLite has one lock for all, see the tests of its provider";
    db().execute("create table t (i integer primary key)");
    Transaction holder = db().begin();
    holder.execute("insert into t values (1)");
    QueryOptions options;
    options.deadline = 200ms;
    EXPECT_THROW(
        {
            CopyIn copy = db().copy_in(options, "t", {"i"});
            for (int i = 0; i < 10; ++i) copy.row(i);
            copy.finish();
        },
        Timeout);
    holder.rollback();
    EXPECT_EQ(count("t"), 0);
}

}  // namespace
}  // namespace dbway::test
