// Transactions, savepoints, and running a transaction again after a conflict.
#include <atomic>
#include <thread>

#include "provider_test.hpp"

namespace dbway::test {
namespace {

class Transactions : public ProviderTest {
  protected:
    void SetUp() override {
        ProviderTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        db().execute("create table t (i bigint primary key, n bigint)");
    }
    std::vector<std::int64_t> rows() { return db().query("select i from t order by i").all<std::int64_t>(); }
    using Numbers = std::vector<std::int64_t>;
};

DBWAY_FOR_ALL_PROVIDERS(Transactions);

TEST_P(Transactions, CommitKeepsAndRollbackUndoes) {
    {
        Transaction tx = db().begin();
        tx.execute("insert into t values (1, 0)");
        EXPECT_EQ(tx.query("select count(*) from t").one<int>(), 1);
        EXPECT_TRUE(tx.active());
        tx.commit();
        EXPECT_FALSE(tx.active());
        EXPECT_THROW(tx.execute("select 1"), InvalidUse);
    }
    {
        Transaction tx = db().begin();
        tx.execute("insert into t values (2, 0)");
        tx.rollback();
    }
    {
        Transaction tx = db().begin();
        tx.execute("insert into t values (3, 0)");
    }
    EXPECT_EQ(rows(), Numbers{1});
}

TEST_P(Transactions, AnExceptionRollsBack) {
    EXPECT_THROW(db().transaction([](Transaction& tx) {
        tx.execute("insert into t values (1, 0)");
        throw std::runtime_error("no");
    }),
                 std::runtime_error);
    EXPECT_EQ(db().transaction([](Transaction& tx) {
        tx.execute("insert into t values (2, 0)");
        return tx.query("select i from t").one<int>();
    }),
              2);
    EXPECT_EQ(rows(), Numbers{2});
}

TEST_P(Transactions, SavepointsNest) {
    db().transaction([](Transaction& tx) {
        tx.execute("insert into t values (1, 0)");
        EXPECT_THROW(tx.savepoint([&] {
            tx.execute("insert into t values (2, 0)");
            tx.savepoint([&] { tx.execute("insert into t values (3, 0)"); });
            EXPECT_THROW(tx.savepoint([&] {
                tx.execute("insert into t values (4, 0)");
                tx.execute("insert into t values (1, 0)");
            }),
                         UniqueViolation);
            EXPECT_EQ(tx.query("select count(*) from t").one<int>(), 3);
            throw std::runtime_error("outer");
        }),
                     std::runtime_error);
        EXPECT_EQ(tx.savepoint([&] { return tx.execute("insert into t values (5, 0)").affected(); }), 1);
    });
    EXPECT_EQ(rows(), (Numbers{1, 5}));
}

TEST_P(Transactions, AnErrorInsideFailsItWhereTheServerSaysSo) {
    Transaction tx = db().begin();
    tx.execute("insert into t values (1, 0)");
    EXPECT_THROW(tx.execute("insert into t values (1, 0)"), UniqueViolation);
    if (can(Feature::failed_transaction)) {
        const Error error = error_of([&] { tx.execute("insert into t values (2, 0)"); });
        EXPECT_EQ(error.sqlstate(), "25P02") << error.what();
        // PostgreSQL answers ROLLBACK to COMMIT, which must not pass for a commit.
        EXPECT_THROW(tx.commit(), Error);
        EXPECT_EQ(rows(), Numbers{});
    } else {
        tx.execute("insert into t values (2, 0)");
        tx.commit();
        EXPECT_EQ(rows(), (Numbers{1, 2}));
    }
    EXPECT_EQ(db().query("select 1").one<int>(), 1);
}

TEST_P(Transactions, TheErrorOfADeferredConstraintComesAtCommit) {
    if (!can(Feature::deferred_constraints)) GTEST_SKIP() << "see differences.hpp";
    db().execute("create table d (i bigint references t (i) deferrable initially deferred)");
    Transaction tx = db().begin();
    tx.execute("insert into d values (42)");
    EXPECT_THROW(tx.commit(), ForeignKeyViolation);
    tx.rollback();
    EXPECT_EQ(count("d"), 0);
}

// The statements that begin and end them may be kept by a provider.
TEST_P(Transactions, OneAfterTheOtherOnOneConnection) {
    if (!can(Feature::schema_transactions)) GTEST_SKIP() << "see differences.hpp";
    Connection connection = db().connection();
    Numbers expected;
    for (std::int64_t i = 0; i < 6; ++i) {
        Transaction tx = connection.begin({.read_only = i == 3});
        if (i != 3) tx.execute("insert into t values ($1, 0)", i);
        if (i % 2 == 0) tx.execute("create table s" + std::to_string(i) + " (i bigint)");
        if (i % 3 == 1) {
            tx.rollback();
        } else {
            tx.commit();
            if (i != 3) expected.push_back(i);
        }
    }
    EXPECT_EQ(rows(), expected);
}

TEST_P(Transactions, ACommitThatWasRefusedCanBeRepeated) {
    if (!can(Feature::deferred_constraints) || on_server()) GTEST_SKIP() << "a server rolls back";
    db().execute("create table d (i bigint references t (i) deferrable initially deferred)");
    Connection connection = db().connection();
    for (std::int64_t i = 1; i <= 2; ++i) {
        Transaction tx = connection.begin();
        tx.execute("insert into d values ($1)", i);
        EXPECT_THROW(tx.commit(), ForeignKeyViolation);
        EXPECT_TRUE(connection.in_transaction());
        tx.execute("insert into t values ($1, 0)", i);
        tx.commit();
        EXPECT_FALSE(connection.in_transaction());
    }
    EXPECT_EQ(rows(), (Numbers{1, 2}));
}

// A transaction that may write has the write lock of every file from its beginning, so that no other can come
// between what it reads and what it writes.
TEST_P(Transactions, TheLockIsTakenOfAttachedFilesToo) {
    if (provider() != "orm_sqlite3" && provider() != "sqlite") GTEST_SKIP() << "of SQLite's files";
    const TemporaryDirectory directory;
    const std::string file = (directory.path() / "attached.db").string();
    Connection connection = db().connection();
    connection.begin().rollback();
    const auto attach = [&](Connection& to) { to.execute("attach '" + file + "' as more"); };
    attach(connection);
    connection.execute("create table more.m (i integer)");
    Connection other = open("busy_timeout = \"0s\"\n").connection();
    attach(other);
    {
        Transaction tx = connection.begin();
        EXPECT_THROW(other.execute("insert into more.m values (1)"), Error);
        tx.execute("insert into more.m values (2)");
        tx.commit();
    }
    other.execute("insert into more.m values (3)");
    EXPECT_EQ(connection.query("select sum(i) from more.m").one<int>(), 5);
    connection.reset();
    connection.begin().rollback();
}

TEST_P(Transactions, ReadOnly) {
    db().execute("insert into t values (1, 0)");
    Transaction tx = db().begin({.read_only = true});
    EXPECT_EQ(tx.query("select count(*) from t").one<int>(), 1);
    const Error error = error_of([&] { tx.execute("insert into t values (2, 0)"); });
    EXPECT_EQ(error.category(), Category::permission) << error.what();
    EXPECT_EQ(error.sqlstate(), "25006") << error.what();
    tx.rollback();
    db().execute("insert into t values (3, 0)");  // the next one is as ever
    EXPECT_EQ(rows(), (Numbers{1, 3}));
}

TEST_P(Transactions, IsolationIsSet) {
    const std::pair<Isolation, std::string> levels[] = {{Isolation::read_uncommitted, "read uncommitted"},
                                                        {Isolation::read_committed, "read committed"},
                                                        {Isolation::repeatable_read, "repeatable read"},
                                                        {Isolation::serializable, "serializable"}};
    for (const auto& [level, name] : levels) {
        Transaction tx = db().begin({.isolation = level});
        if (on_postgresql()) {
            EXPECT_EQ(tx.query("show transaction_isolation").one<std::string>(), name);
        }
        tx.execute("insert into t values ($1, 0)", static_cast<int>(level));
        tx.commit();
    }
    if (on_postgresql()) {
        Transaction tx =
            db().begin({.isolation = Isolation::serializable, .read_only = true, .deferrable = true});
        EXPECT_EQ(tx.query("show transaction_deferrable").one<std::string>(), "on");
        EXPECT_EQ(tx.query("show transaction_read_only").one<std::string>(), "on");
    }
    EXPECT_EQ(count("t"), 4);
}

TEST_P(Transactions, SchemaChangesAreRolledBack) {
    if (!can(Feature::schema_transactions)) GTEST_SKIP() << "see differences.hpp";
    {
        Transaction tx = db().begin();
        tx.execute("create table inside (i integer)");
        tx.execute("alter table t add column more integer");
    }
    EXPECT_THROW(count("inside"), SyntaxError);
    EXPECT_THROW(db().query("select more from t"), SyntaxError);
}

TEST_P(Transactions, ConflictsAreRunAgain) {
    db().execute("insert into t values (1, 0)");
    constexpr int n_threads = 4, n_rounds = 10;
    std::atomic<int> attempts{0}, failures{0};
    std::vector<std::thread> threads;
    Source source = open("[source.main.pool]\nmax = 8\n");
    for (int i = 0; i < n_threads; ++i)
        threads.emplace_back([&] {
            for (int round = 0; round < n_rounds; ++round) try {
                    source.transaction(
                        {.isolation = Isolation::serializable, .retries = 100}, [&](Transaction& tx) {
                            ++attempts;
                            const auto n = tx.query("select n from t where i = 1").one<std::int64_t>();
                            tx.execute("update t set n = $1 where i = 1", n + 1);
                        });
                } catch (const Error& error) {
                    ++failures;
                    ADD_FAILURE() << error.what();
                }
        });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(db().query("select n from t").one<int>(), n_threads * n_rounds - failures);
    EXPECT_GE(attempts, n_threads * n_rounds);
}

TEST_P(Transactions, ADeadlockEndsOneAndLetsTheOtherGo) {
    if (!can(Feature::concurrent_writers)) GTEST_SKIP() << "see differences.hpp";
    db().execute("insert into t values (1, 0), (2, 0)");
    Transaction a = db().begin(), b = db().begin();
    a.execute("update t set n = n + 1 where i = 1");
    b.execute("update t set n = n + 1 where i = 2");
    std::optional<Error> of_a;
    std::thread other([&] {
        try {
            a.execute("update t set n = n + 1 where i = 2");
            a.commit();
        } catch (const Error& error) {
            of_a = error;
            a.rollback();
        }
    });
    std::optional<Error> of_b;
    try {
        b.execute("update t set n = n + 1 where i = 1");
        b.commit();
    } catch (const Error& error) {
        of_b = error;
        b.rollback();
    }
    other.join();
    ASSERT_NE(of_a.has_value(), of_b.has_value());
    const Error& victim = of_a ? *of_a : *of_b;
    EXPECT_EQ(victim.sqlstate(), "40P01") << victim.what();
    EXPECT_EQ(victim.category(), Category::conflict);
    EXPECT_TRUE(victim.retry_transaction());
    EXPECT_EQ(db().query("select sum(n) from t").one<int>(), 2);
}

TEST_P(Transactions, OnAPinnedConnection) {
    Connection connection = db().connection();
    EXPECT_FALSE(connection.in_transaction());
    {
        Transaction tx = connection.begin();
        EXPECT_TRUE(connection.in_transaction());
        tx.execute("insert into t values (1, 0)");
        tx.commit();
    }
    EXPECT_FALSE(connection.in_transaction());
    EXPECT_EQ(rows(), Numbers{1});
}

TEST_P(Transactions, ADeadlineHoldsForTheWholeOfIt) {
    const Error error = error_of([&] {
        db().transaction({.deadline = 200ms}, [&](Transaction& tx) {
            tx.execute("insert into t values (1, 0)");
            tx.query(endless()).all<std::string>();
        });
    });
    EXPECT_EQ(error.category(), Category::timeout) << error.what();
    EXPECT_EQ(rows(), Numbers{});
}

}  // namespace
}  // namespace dbway::test
