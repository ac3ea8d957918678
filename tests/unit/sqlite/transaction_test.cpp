// Transactions, savepoints, two connections in contention, cancel and deadlines.
#include "raw_connection.hpp"

#include <atomic>
#include <chrono>
#include <thread>

namespace dbway::test {
namespace {

constexpr const char* endless =
    "with recursive s(i) as (select 1 union all select i + 1 from s) select count(*) from s";

class SqliteTransaction : public ::testing::Test {
  protected:
    SqliteTransaction() : options_{{"database", directory_.file("x.db")}, {"busy_timeout", "20ms"}} {
        a = std::make_unique<RawConnection>(options_);
        b = std::make_unique<RawConnection>(options_);
        a->must("create table t(id integer primary key, v)");
        a->must("insert into t values (1, 'one')");
    }
    TemporaryDirectory directory_;
    OptionMap options_;
    std::unique_ptr<RawConnection> a;
    std::unique_ptr<RawConnection> b;
};

TEST_F(SqliteTransaction, CommitAndRollback) {
    auto answer = a->begin();
    ASSERT_TRUE(answer.ok());
    EXPECT_EQ(answer.tx_state, static_cast<std::uint32_t>(DBWAY_TX_STATE_ACTIVE));
    EXPECT_EQ(a->info().tx_state, static_cast<std::uint32_t>(DBWAY_TX_STATE_ACTIVE));
    a->must("insert into t values (2, 'two')");
    EXPECT_EQ(b->must("select count(*) from t").text(), "1");
    answer = a->simple(DBWAY_R_COMMIT);
    EXPECT_EQ(answer.tx_state, static_cast<std::uint32_t>(DBWAY_TX_STATE_IDLE));
    EXPECT_EQ(b->must("select count(*) from t").text(), "2");

    ASSERT_TRUE(a->begin().ok());
    a->must("delete from t");
    a->must("create table other(x)");
    ASSERT_TRUE(a->simple(DBWAY_R_ROLLBACK).ok());
    EXPECT_EQ(a->must("select count(*) from t").text(), "2");
    EXPECT_EQ(a->query("select * from other").error.sqlstate, "42P01");
}

TEST_F(SqliteTransaction, WrongOrderIsRefused) {
    EXPECT_EQ(a->simple(DBWAY_R_COMMIT).error.sqlstate, "25P01");
    EXPECT_TRUE(a->simple(DBWAY_R_ROLLBACK).ok());
    EXPECT_EQ(a->simple(DBWAY_R_SAVEPOINT, "s").error.sqlstate, "25P01");
    ASSERT_TRUE(a->begin().ok());
    const auto nested = a->begin();
    EXPECT_EQ(nested.status, DBWAY_ERR_INVALID);
    EXPECT_EQ(nested.error.sqlstate, "25001");
    EXPECT_EQ(nested.tx_state, static_cast<std::uint32_t>(DBWAY_TX_STATE_ACTIVE));
    EXPECT_TRUE(a->simple(DBWAY_R_ROLLBACK).ok());
    EXPECT_EQ(a->begin(DBWAY_TX_READ_ONLY | DBWAY_TX_READ_WRITE).status, DBWAY_ERR_INVALID);
    EXPECT_EQ(a->begin(DBWAY_TX_READ_ONLY | DBWAY_TX_WRITE_LOCK).status, DBWAY_ERR_INVALID);
    for (std::uint32_t level = 0; level <= DBWAY_TX_SERIALIZABLE; ++level) {
        EXPECT_TRUE(a->begin(level | DBWAY_TX_DEFERRABLE).ok());
        EXPECT_TRUE(a->simple(DBWAY_R_COMMIT).ok());
    }
}

TEST_F(SqliteTransaction, AWriteTransactionTakesTheLockAtOnce) {
    ASSERT_TRUE(a->begin().ok());
    const auto second = b->begin();
    EXPECT_EQ(second.status, DBWAY_ERR_CONFLICT);
    EXPECT_EQ(second.error.sqlstate, "55P03");
    EXPECT_NE(second.error.flags & DBWAY_DIAG_RETRY, 0u);
    EXPECT_FALSE(second.error.hint.empty());
    EXPECT_EQ(b->info().tx_state, static_cast<std::uint32_t>(DBWAY_TX_STATE_IDLE));
    EXPECT_TRUE(b->begin(DBWAY_TX_READ_ONLY).ok());
    EXPECT_EQ(b->must("select count(*) from t").text(), "1");
    EXPECT_TRUE(b->simple(DBWAY_R_COMMIT).ok());
    EXPECT_TRUE(a->simple(DBWAY_R_COMMIT).ok());
    EXPECT_TRUE(b->begin(DBWAY_TX_WRITE_LOCK).ok());
}

TEST_F(SqliteTransaction, ReadOnlyMeansReadOnly) {
    ASSERT_TRUE(a->begin(DBWAY_TX_READ_ONLY).ok());
    const auto write = a->query("insert into t values (2, 'two')");
    EXPECT_EQ(write.status, DBWAY_ERR_PERMISSION);
    EXPECT_EQ(write.error.sqlstate, "25006");
    EXPECT_NE(write.error.message.find("read-only transaction"), std::string::npos) << write.error.message;
    EXPECT_TRUE(a->simple(DBWAY_R_ROLLBACK).ok());
    a->must("insert into t values (2, 'two')");

    // Also when the transaction ends by a statement.
    ASSERT_TRUE(a->begin(DBWAY_TX_READ_ONLY).ok());
    a->must("commit");
    a->must("insert into t values (3, 'three')");
    // A snapshot: later writes of others do not show.
    ASSERT_TRUE(a->begin(DBWAY_TX_READ_ONLY | DBWAY_TX_SNAPSHOT).ok());
    EXPECT_EQ(a->must("select count(*) from t").text(), "3");
    b->must("insert into t values (4, 'four')");
    EXPECT_EQ(a->must("select count(*) from t").text(), "3");
    EXPECT_TRUE(a->simple(DBWAY_R_COMMIT).ok());
    EXPECT_EQ(a->must("select count(*) from t").text(), "4");
}

TEST_F(SqliteTransaction, ASnapshotThatIsTooOldMeansRerun) {
    a->must("begin deferred");
    a->must("select * from t");
    b->must("insert into t values (2, 'two')");
    const auto answer = a->query("insert into t values (3, 'three')");
    EXPECT_EQ(answer.status, DBWAY_ERR_CONFLICT);
    EXPECT_EQ(answer.error.sqlstate, "40001");
    EXPECT_EQ(answer.error.native_code, 517);
    EXPECT_NE(answer.error.flags & DBWAY_DIAG_RETRY_TX, 0u);
    EXPECT_EQ(answer.error.flags & DBWAY_DIAG_RETRY, 0u);
    EXPECT_NE(answer.error.hint.find("whole transaction"), std::string::npos) << answer.error.hint;
    EXPECT_TRUE(a->simple(DBWAY_R_ROLLBACK).ok());
    EXPECT_TRUE(a->begin().ok());
    a->must("insert into t values (3, 'three')");
    EXPECT_TRUE(a->simple(DBWAY_R_COMMIT).ok());
}

TEST_F(SqliteTransaction, BusyInsideATransactionAlsoMeansRerun) {
    ASSERT_TRUE(b->begin().ok());
    a->must("begin deferred");
    const auto answer = a->query("insert into t values (3, 'three')");
    EXPECT_EQ(answer.status, DBWAY_ERR_CONFLICT);
    EXPECT_EQ(answer.error.flags & (DBWAY_DIAG_RETRY | DBWAY_DIAG_RETRY_TX),
              static_cast<std::uint32_t>(DBWAY_DIAG_RETRY | DBWAY_DIAG_RETRY_TX));
}

TEST_F(SqliteTransaction, Savepoints) {
    ASSERT_TRUE(a->begin().ok());
    const std::string name = "my \"save\" point; --";
    ASSERT_TRUE(a->simple(DBWAY_R_SAVEPOINT, name).ok());
    a->must("insert into t values (2, 'two')");
    ASSERT_TRUE(a->simple(DBWAY_R_SAVEPOINT, "inner").ok());
    a->must("insert into t values (3, 'three')");
    ASSERT_TRUE(a->simple(DBWAY_R_ROLLBACK_TO, "inner").ok());
    EXPECT_EQ(a->must("select count(*) from t").text(), "2");
    ASSERT_TRUE(a->simple(DBWAY_R_RELEASE, "inner").ok());
    ASSERT_TRUE(a->simple(DBWAY_R_ROLLBACK_TO, name).ok());
    EXPECT_EQ(a->must("select count(*) from t").text(), "1");
    const auto unknown = a->simple(DBWAY_R_RELEASE, "nothing");
    EXPECT_EQ(unknown.status, DBWAY_ERR_INVALID);
    EXPECT_EQ(unknown.error.sqlstate, "3B001");
    EXPECT_EQ(unknown.tx_state, static_cast<std::uint32_t>(DBWAY_TX_STATE_ACTIVE));
    EXPECT_TRUE(a->simple(DBWAY_R_COMMIT).ok());
}

TEST_F(SqliteTransaction, AFailedStatementLeavesTheTransactionActive) {
    ASSERT_TRUE(a->begin().ok());
    a->must("insert into t values (2, 'two')");
    const auto failed = a->query("insert into t values (3, 'x'), (2, 'twice')");
    EXPECT_EQ(failed.tx_state, static_cast<std::uint32_t>(DBWAY_TX_STATE_ACTIVE));
    EXPECT_TRUE(a->simple(DBWAY_R_COMMIT).ok());
    EXPECT_EQ(a->must("select count(*) from t").text(), "2");
}

TEST_F(SqliteTransaction, AnAutomaticRollbackIsTold) {
    ASSERT_TRUE(a->begin().ok());
    a->must("insert into t values (2, 'two')");
    const auto failed = a->query("insert or rollback into t values (2, 'twice')");
    EXPECT_EQ(failed.error.sqlstate, "23505");
    EXPECT_EQ(failed.tx_state, static_cast<std::uint32_t>(DBWAY_TX_STATE_IDLE));
    EXPECT_NE(failed.error.detail.find("rolled back the transaction"), std::string::npos)
        << failed.error.detail;
    EXPECT_TRUE(a->simple(DBWAY_R_ROLLBACK).ok());
    EXPECT_EQ(a->must("select count(*) from t").text(), "1");
}

TEST_F(SqliteTransaction, ACommitThatFailsLeavesTheTransactionActive) {
    a->must("create table c(p int references t(id) deferrable initially deferred)");
    ASSERT_TRUE(a->begin().ok());
    a->must("insert into c values (99)");
    const auto failed = a->simple(DBWAY_R_COMMIT);
    EXPECT_EQ(failed.error.sqlstate, "23503");
    EXPECT_EQ(failed.tx_state, static_cast<std::uint32_t>(DBWAY_TX_STATE_ACTIVE));
    a->must("insert into t values (99, 'late')");
    EXPECT_TRUE(a->simple(DBWAY_R_COMMIT).ok());
}

TEST_F(SqliteTransaction, ResetMakesTheSessionAsNew) {
    TemporaryDirectory other;
    ASSERT_TRUE(a->begin(DBWAY_TX_READ_ONLY).ok());
    ASSERT_TRUE(a->simple(DBWAY_R_RESET).ok());
    EXPECT_EQ(a->info().tx_state, static_cast<std::uint32_t>(DBWAY_TX_STATE_IDLE));
    a->must("insert into t values (2, 'two')");
    a->must("create temp table scratch(x)");
    a->must("create temp view peek as select * from scratch");
    a->must("attach '" + other.file("y.db") + "' as y");
    a->must("pragma foreign_keys = off");
    ASSERT_TRUE(a->simple(DBWAY_R_RESET).ok());
    EXPECT_EQ(a->query("select * from scratch").error.sqlstate, "42P01");
    EXPECT_EQ(a->must("select count(*) from pragma_database_list where name = 'y'").text(), "0");
    EXPECT_EQ(a->must("pragma foreign_keys").text(), "1");
    EXPECT_EQ(a->must("select count(*) from t").text(), "2");
    EXPECT_TRUE(a->simple(DBWAY_R_PING).ok());
}

TEST_F(SqliteTransaction, WritersWaitForOneAnother) {
    options_["busy_timeout"] = "60s";
    std::atomic<int> failures{0};
    std::vector<std::thread> writers;
    for (int w = 0; w < 4; ++w)
        writers.emplace_back([&] {
            RawConnection db(options_);
            for (int i = 0; i < 25; ++i) {
                const bool ok = db.begin().ok() &&
                                db.query("update t set v = ifnull(v, 0) + 1 where id = 1").ok() &&
                                db.simple(DBWAY_R_COMMIT).ok();
                if (!ok) ++failures;
            }
        });
    for (std::thread& writer : writers) writer.join();
    EXPECT_EQ(failures, 0);
    EXPECT_EQ(a->must("select v from t where id = 1").text(), "100");
}

// ---- cancel and deadlines

// Runs a request on another thread and cancels it as soon as it runs.
Answer cancelled(RawConnection& db, const dbway_request& request) {
    std::atomic<bool> done{false};
    std::thread canceller([&] {
        while (!done) {
            db.api().cancel(db.raw(), request.id);
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    });
    // Submitted here: a cancel that comes before counts as well.
    const Answer answer = db.run(request);
    done = true;
    canceller.join();
    return answer;
}

TEST_F(SqliteTransaction, CancelStopsALongStatement) {
    for (int i = 0; i < 20; ++i) {
        const Answer answer = cancelled(*a, RawConnection::make(DBWAY_R_QUERY, endless));
        EXPECT_EQ(answer.status, DBWAY_ERR_CANCELLED);
        EXPECT_EQ(answer.error.sqlstate, "57014");
        EXPECT_EQ(a->must("select 1").text(), "1");  // what came later is not touched
    }
}

TEST_F(SqliteTransaction, CancelStopsTheWaitForALock) {
    options_["busy_timeout"] = "1h";
    RawConnection patient(options_);
    ASSERT_TRUE(a->begin().ok());
    const Answer answer =
        cancelled(patient, RawConnection::make(DBWAY_R_QUERY, "insert into t values (9, 'nine')"));
    EXPECT_EQ(answer.status, DBWAY_ERR_CANCELLED);
    EXPECT_TRUE(a->simple(DBWAY_R_COMMIT).ok());
    patient.must("insert into t values (9, 'nine')");
}

TEST_F(SqliteTransaction, CancelOfAWriteInATransactionIsTold) {
    ASSERT_TRUE(a->begin().ok());
    const Answer answer =
        cancelled(*a, RawConnection::make(DBWAY_R_QUERY,
                                          "with recursive s(i) as (select 10 union all select i + 1 from s) "
                                          "insert into t select i, i from s"));
    EXPECT_EQ(answer.status, DBWAY_ERR_CANCELLED);
    // Cancelled before it began to write, or rolled back with its transaction and told so.
    const bool rolled_back = answer.error.detail.find("rolled back") != std::string::npos;
    EXPECT_EQ(answer.tx_state == DBWAY_TX_STATE_IDLE, rolled_back);
    EXPECT_TRUE(a->simple(DBWAY_R_ROLLBACK).ok());
    EXPECT_EQ(a->must("select count(*) from t").text(), "1");
}

TEST_F(SqliteTransaction, DeadlinesEndStatementsAndWaits) {
    constexpr std::uint64_t short_time = 30'000'000;
    const auto slow = a->query(endless, {}, short_time);
    EXPECT_EQ(slow.status, DBWAY_ERR_TIMEOUT);
    EXPECT_EQ(slow.error.sqlstate, "57014");
    EXPECT_EQ(a->must("select 1").text(), "1");

    options_["busy_timeout"] = "1h";
    RawConnection patient(options_);
    ASSERT_TRUE(a->begin().ok());
    EXPECT_EQ(patient.query("insert into t values (9, 'nine')", {}, short_time).status, DBWAY_ERR_TIMEOUT);
    EXPECT_EQ(patient.begin(0, short_time).status, DBWAY_ERR_TIMEOUT);
    EXPECT_TRUE(a->simple(DBWAY_R_COMMIT).ok());
    EXPECT_TRUE(patient.begin().ok());
    // A deadline that has passed concerns no later request.
    patient.must(
        "select sum(i) from (with recursive s(i) as (select 1 union all select i + 1 from s where i < "
        "200000) select i from s)");

    // A deadline counts over all batches of a result.
    const auto rows = a->query(
        "with recursive s(i) as (select 1 union all select i + 1 from s) select i from s", {}, short_time);
    EXPECT_EQ(rows.status, DBWAY_ERR_TIMEOUT);
    EXPECT_FALSE(rows.rows.empty());
}

}  // namespace
}  // namespace dbway::test
