// What the host does about failures that a real server does not produce when it is asked to.
#include <thread>

#include "application.hpp"

namespace dbway::test {
namespace {

class HostFailures : public testing::Test {
  protected:
    void open(const std::string& extra = {}) {
        host_.emplace(application_.open("[source.main]\nprovider = \"mock\"\n" + extra));
        db_.emplace(host_->source("main"));
        mock_.emplace(*db_);
    }
    void SetUp() override { open(); }
    void TearDown() override { EXPECT_EQ(mock_->findings(), ""); }

    Source& db() { return *db_; }
    Mock& mock() { return *mock_; }
    // A transaction that counts how often it runs.
    void transfer(int& runs, std::uint32_t retries) {
        db().transaction({.retries = retries}, [&](Transaction& tx) {
            ++runs;
            tx.execute("update accounts set balance = balance - $1", 10);
        });
    }
    void expect_update(std::uint32_t times = 1) {
        mock().expect(
            on::statement("update accounts set balance = balance - $1").with(10).affects(1).times(times));
    }

    Application application_;
    std::optional<Host> host_;
    std::optional<Source> db_;
    std::optional<Mock> mock_;
};

// ---- retries

TEST_F(HostFailures, ASerializationFailureAtCommitRunsTheTransactionAgain) {
    for (int i = 0; i < 2; ++i) {
        expect_update();
        mock().expect(on::commit().fails("40001", "could not serialize access"));
    }
    expect_update();
    mock().expect(on::commit());
    int runs = 0;
    transfer(runs, 5);
    EXPECT_EQ(runs, 3);
}

TEST_F(HostFailures, ADeadlockInAStatementRunsTheTransactionAgain) {
    mock().expect(on::statement_like("^update accounts").fails("40P01", "deadlock detected"));
    mock().expect(on::rollback());
    expect_update();
    mock().expect(on::commit());
    int runs = 0;
    transfer(runs, 1);
    EXPECT_EQ(runs, 2);
}

TEST_F(HostFailures, RetriesComeToAnEnd) {
    for (int i = 0; i < 3; ++i) {
        expect_update();
        mock().expect(on::commit().fails("40001", "could not serialize access"));
    }
    int runs = 0;
    const Error error = error_of([&] { transfer(runs, 2); });
    EXPECT_EQ(runs, 3);
    EXPECT_EQ(error.category(), Category::conflict);
    EXPECT_TRUE(error.retryable());
}

TEST_F(HostFailures, OtherErrorsAreNotRetried) {
    mock().expect(on::statement_like("^update").fails("23514", "check violated").constraint("balance_check"));
    mock().expect(on::rollback());
    int runs = 0;
    try {
        transfer(runs, 5);
        FAIL() << "nothing was thrown";
    } catch (const CheckViolation& error) {
        EXPECT_EQ(error.constraint(), "balance_check");
    }
    EXPECT_EQ(runs, 1);
}

// ---- lost connections

TEST_F(HostFailures, ACommitWithoutAnAnswerHasAnUnknownOutcome) {
    expect_update();
    mock().expect(on::commit().loses_connection_after());
    int runs = 0;
    const Error error = error_of([&] { transfer(runs, 5); });
    EXPECT_EQ(runs, 1) << "a transaction that may be done must not run again";
    EXPECT_TRUE(error.outcome_unknown());
    EXPECT_TRUE(error.connection_lost());
    EXPECT_FALSE(error.retryable());
}

TEST_F(HostFailures, ACommitThatWasNotSentIsNotUnknown) {
    expect_update();
    mock().expect(on::commit().loses_connection_before());
    int runs = 0;
    const Error error = error_of([&] { transfer(runs, 0); });
    EXPECT_TRUE(error.connection_lost());
    EXPECT_TRUE(error.not_executed());
    EXPECT_FALSE(error.outcome_unknown());
}

TEST_F(HostFailures, AChangeWithoutAnAnswerHasAnUnknownOutcome) {
    mock().expect(on::statement("insert into t values (1)").loses_connection_after());
    EXPECT_TRUE(error_of([&] { db().execute("insert into t values (1)"); }).outcome_unknown());
}

TEST_F(HostFailures, AReadWithoutAnAnswerChangesNothing) {
    mock().expect(on::statement("select 1").loses_connection_after());
    const Error error = error_of([&] { db().query("select 1"); });
    EXPECT_TRUE(error.connection_lost());
    EXPECT_FALSE(error.outcome_unknown());
}

TEST_F(HostFailures, AChangeInATransactionIsLostWithIt) {
    mock().expect(on::statement("insert into t values (1)").loses_connection_after());
    const Error error =
        error_of([&] { db().transaction([](Transaction& tx) { tx.execute("insert into t values (1)"); }); });
    EXPECT_TRUE(error.connection_lost());
    EXPECT_FALSE(error.outcome_unknown());
}

TEST_F(HostFailures, ALostConnectionIsReplaced) {
    mock().expect(on::statement("select 1").loses_connection_before());
    mock().expect(on::statement("select 2").columns("n").row(2));
    error_of([&] { db().query("select 1"); });
    EXPECT_EQ(db().query("select 2").one<int>(), 2);
    EXPECT_EQ(db().statistics().opened, 2U);
    EXPECT_EQ(db().statistics().discarded, 1U);
}

TEST_F(HostFailures, LostAmongTheRows) {
    mock().expect(
        on::statement("select n from t").columns("n").row(1).row(2).repeat(500).loses_connection_after());
    std::size_t seen = 0;
    const Error error = error_of([&] {
        for (auto [n] : db().query<int>("select n from t")) seen += n == 1 || n == 2 ? 1 : 0;
    });
    EXPECT_EQ(seen, 1000U);
    EXPECT_TRUE(error.connection_lost());
}

TEST_F(HostFailures, ConnectionsLostWhileIdleAreNotHandedOut) {
    open("[source.main.pool]\ncheck_after = \"0s\"\n");
    mock().expect(on::any_statement().any_times());
    db().execute("update t set n = 1");
    mock().disconnect();
    db().execute("update t set n = 2");
    EXPECT_EQ(db().statistics().opened, 2U);
}

// ---- time

TEST_F(HostFailures, ADeadlineEndsAStatementThatDoesNot) {
    mock().expect(on::statement("select pg_sleep(600)").never());
    mock().expect(on::statement("select 1").columns("n").row(1));
    auto connection = db().connection();
    const auto session = connection.info().session_id;
    const Error error = error_of([&] { connection.query({.deadline = 20ms}, "select pg_sleep(600)"); });
    EXPECT_EQ(error.category(), Category::timeout);
    EXPECT_FALSE(error.connection_lost());
    EXPECT_EQ(connection.query("select 1").one<int>(), 1);
    EXPECT_EQ(connection.info().session_id, session);
}

TEST_F(HostFailures, ADelayWithinTheDeadline) {
    mock().expect(on::statement("select 1").after(1ms).columns("n").row(1));
    EXPECT_EQ(db().query({.deadline = 10min}, "select 1").one<int>(), 1);
}

TEST_F(HostFailures, ATransactionsDeadlineBoundsItsStatements) {
    mock().expect(on::statement("update t set n = 1").never());
    int runs = 0;
    const Error error = error_of([&] {
        db().transaction({.retries = 5, .deadline = 30ms}, [&](Transaction& tx) {
            ++runs;
            tx.execute("update t set n = 1");
        });
    });
    EXPECT_EQ(error.category(), Category::timeout);
    EXPECT_EQ(runs, 1);
}

TEST_F(HostFailures, AStopTokenEndsAStatement) {
    mock().expect(on::statement("select pg_sleep(600)").never());
    std::stop_source stop;
    std::thread stopper([&] { stop.request_stop(); });
    const Error error = error_of([&] { db().query({.stop = stop.get_token()}, "select pg_sleep(600)"); });
    stopper.join();
    EXPECT_EQ(error.category(), Category::cancelled);
    // Depending on who was first the statement never arrived.
    mock().reset();
}

// ---- opening

TEST_F(HostFailures, AServerThatTakesNoMoreConnections) {
    mock().expect(on::opening().fails("53300", "sorry, too many clients already"));
    const Error error = error_of([&] { db().query("select 1"); });
    EXPECT_EQ(error.category(), Category::resource);
    EXPECT_TRUE(error.not_executed());
}

TEST_F(HostFailures, AServerThatDoesNotAnswerInTime) {
    open("[source.main.pool]\nconnect_timeout = \"20ms\"\n");
    mock().expect(on::opening().never());
    EXPECT_EQ(error_of([&] { db().query("select 1"); }).category(), Category::timeout);
}

TEST_F(HostFailures, AWrongPassword) {
    mock().expect(on::opening().fails("28P01", "password authentication failed"));
    EXPECT_THROW(db().query("select 1"), AuthenticationError);
}

// ---- statements

TEST_F(HostFailures, AStatementThatTheServerForgotIsPreparedAgainOnce) {
    const std::string sql = "select n from t";
    mock().expect(on::statement(sql).columns("n").row(1));
    mock().expect(on::statement(sql).fails("26000", "prepared statement does not exist"));
    mock().expect(on::statement(sql).columns("n").row(2));
    auto connection = db().connection();
    EXPECT_EQ(connection.query(sql).one<int>(), 1);
    EXPECT_EQ(connection.query(sql).one<int>(), 2);
}

TEST_F(HostFailures, ColumnsThatChangeBehindAPreparedStatement) {
    const std::string sql = "select * from t";
    mock().expect(on::statement(sql).columns("n").row(1));
    mock().expect(on::statement(sql).columns("n", "name").row(2, "Ann"));
    auto connection = db().connection();
    EXPECT_EQ(connection.query(sql).one<int>(), 1);
    for (auto [n, name] : connection.query<int, std::string>(sql)) {
        EXPECT_EQ(n, 2);
        EXPECT_EQ(name, "Ann");
    }
}

TEST_F(HostFailures, AFailureInsideABatchNamesItsStatement) {
    mock().expect(on::statement("a"));
    mock().expect(on::statement("b").fails("23505", "duplicate key"));
    Batch batch;
    batch.add("a").add("b").add("c");
    const Error error = error_of([&] { db().run(batch); });
    EXPECT_EQ(error.batch_index(), 1);
}

TEST_F(HostFailures, ABulkLoadThatIsRefusedAtItsEnd) {
    mock().expect(on::copy_in("events").fails("23502", "null in column at").table("events"));
    auto copy = db().copy_in("events", {"id", "at"});
    copy.row(1, "now");
    EXPECT_THROW(copy.finish(), NotNullViolation);
}

// ---- notifications

TEST_F(HostFailures, NotificationsArrive) {
    auto listener = db().listen("jobs");
    mock().notify("jobs", "42", 7);
    mock().notify("other", "x");
    mock().expect(on::statement("insert into jobs values (1)").notifies("jobs", "43"));
    db().execute("insert into jobs values (1)");
    const auto first = listener.next(30s);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->payload, "42");
    EXPECT_EQ(first->sender, 7);
    const auto second = listener.next(30s);
    ASSERT_TRUE(second);
    EXPECT_EQ(second->payload, "43");
    EXPECT_FALSE(listener.next(0ns));
}

TEST_F(HostFailures, AListenerFindsItsConnectionAgainAndTellsOfTheGap) {
    auto listener = db().listen("jobs");
    mock().disconnect();
    mock().notify("jobs", "nobody hears this");
    const auto gap = listener.next(30s);
    ASSERT_TRUE(gap);
    EXPECT_TRUE(gap->gap);
    mock().notify("jobs", "43");
    const auto note = listener.next(30s);
    ASSERT_TRUE(note);
    EXPECT_EQ(note->payload, "43");
}

TEST_F(HostFailures, AListenerTriesAgainWhenTheServerIsNotBackYet) {
    auto listener = db().listen("jobs");
    mock().expect(on::opening().fails("57P03", "the database system is starting up").times(2));
    mock().disconnect();
    const auto gap = listener.next(30s);
    ASSERT_TRUE(gap);
    EXPECT_TRUE(gap->gap);
}

}  // namespace
}  // namespace dbway::test
