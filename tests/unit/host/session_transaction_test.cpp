// Transactions, savepoints, and running a whole transaction again.
#include "unit/host/session_fixture.hpp"

#include <stdexcept>

namespace dbway::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Diagnostic serialization_failure{DBWAY_ERR_CONFLICT, "could not serialize access", DBWAY_DIAG_RETRY_TX,
                                       "40001"};

class SessionTransaction : public SessionTest {
  protected:
    SessionTransaction() {
        provider.on("update", Answer::ok(1));
        provider.on("bad", Answer::error({DBWAY_ERR_CONSTRAINT, "twice", 0, "23505"}));
    }
    // The transaction commands that were sent, savepoints with their names.
    std::vector<std::string> commands() const {
        std::vector<std::string> result;
        for (const SeenRequest& seen : provider.requests()) {
            switch (seen.kind) {
                case DBWAY_R_BEGIN:
                    result.push_back("begin");
                    break;
                case DBWAY_R_COMMIT:
                    result.push_back("commit");
                    break;
                case DBWAY_R_ROLLBACK:
                    result.push_back("rollback");
                    break;
                case DBWAY_R_SAVEPOINT:
                    result.push_back("savepoint " + seen.sql);
                    break;
                case DBWAY_R_RELEASE:
                    result.push_back("release " + seen.sql);
                    break;
                case DBWAY_R_ROLLBACK_TO:
                    result.push_back("rollback to " + seen.sql);
                    break;
                default:
                    break;
            }
        }
        return result;
    }
};

TEST_F(SessionTransaction, commit_makes_it_permanent_and_frees_the_connection) {
    options.pool.max = 1;
    Source db = open_source();
    Transaction transaction = db.begin();
    EXPECT_TRUE(transaction.active());
    transaction.execute("update");
    transaction.commit();
    EXPECT_FALSE(transaction.active());
    EXPECT_THAT(commands(), ElementsAre("begin", "commit"));
    db.execute("update");
}

TEST_F(SessionTransaction, destruction_rolls_back) {
    Source db = open_source();
    { Transaction transaction = db.begin(); }
    EXPECT_THAT(commands(), ElementsAre("begin", "rollback"));
    EXPECT_EQ(db.statistics().idle, 1U);
}

TEST_F(SessionTransaction, function_commits_or_rolls_back_and_returns) {
    Source db = open_source();
    EXPECT_EQ(
        db.transaction([](Transaction& transaction) { return transaction.execute("update").affected(); }), 1);
    EXPECT_THAT(commands(), ElementsAre("begin", "commit"));
    provider.forget_seen();
    EXPECT_THROW(db.transaction([](Transaction& transaction) {
        transaction.execute("update");
        throw std::logic_error("mine");
    }),
                 std::logic_error);
    EXPECT_THAT(commands(), ElementsAre("begin", "rollback"));
    provider.forget_seen();
    db.transaction([](Transaction& transaction) { transaction.rollback(); });
    EXPECT_THAT(commands(), ElementsAre("begin", "rollback"));
}

TEST_F(SessionTransaction, options_become_flags) {
    Source db = open_source();
    const std::pair<Isolation, std::uint32_t> levels[] = {
        {Isolation::server_default, DBWAY_TX_DEFAULT},
        {Isolation::read_uncommitted, DBWAY_TX_READ_UNCOMMITTED},
        {Isolation::read_committed, DBWAY_TX_READ_COMMITTED},
        {Isolation::repeatable_read, DBWAY_TX_REPEATABLE_READ},
        {Isolation::snapshot, DBWAY_TX_SNAPSHOT},
        {Isolation::serializable, DBWAY_TX_SERIALIZABLE}};
    for (const auto& [level, flag] : levels) {
        TransactionOptions wanted;
        wanted.isolation = level;
        db.begin(wanted).commit();
        EXPECT_EQ(provider.requests(DBWAY_R_BEGIN).back().arg, flag);
    }
    TransactionOptions wanted;
    wanted.isolation = Isolation::serializable;
    wanted.read_only = true;
    wanted.deferrable = true;
    db.connection().transaction(wanted, [](Transaction&) {});
    EXPECT_EQ(provider.requests(DBWAY_R_BEGIN).back().arg,
              DBWAY_TX_SERIALIZABLE | DBWAY_TX_READ_ONLY | DBWAY_TX_DEFERRABLE);
}

TEST_F(SessionTransaction, savepoints_nest) {
    Source db = open_source();
    db.transaction([](Transaction& transaction) {
        const int inner = transaction.savepoint([&] {
            transaction.savepoint([&] { transaction.execute("update"); });
            return 5;
        });
        EXPECT_EQ(inner, 5);
        transaction.savepoint([] {});
    });
    EXPECT_THAT(commands(), ElementsAre("begin", "savepoint dbway_1", "savepoint dbway_2", "release dbway_2",
                                        "release dbway_1", "savepoint dbway_1", "release dbway_1", "commit"));
}

TEST_F(SessionTransaction, exception_undoes_its_savepoint_only) {
    provider.set_fail_transaction_on_error(true);
    Source db = open_source();
    db.transaction([](Transaction& transaction) {
        transaction.savepoint([&] {
            thrown<UniqueViolation>([&] { transaction.savepoint([&] { transaction.execute("bad"); }); });
            transaction.execute("update");
        });
        EXPECT_THROW(transaction.savepoint([] { throw std::logic_error("mine"); }), std::logic_error);
        transaction.execute("update");
    });
    EXPECT_THAT(commands(),
                ElementsAre("begin", "savepoint dbway_1", "savepoint dbway_2", "rollback to dbway_2",
                            "release dbway_2", "release dbway_1", "savepoint dbway_1", "rollback to dbway_1",
                            "release dbway_1", "commit"));
}

TEST_F(SessionTransaction, commit_of_a_failed_transaction_is_an_error) {
    provider.set_fail_transaction_on_error(true);
    options.pool.max = 1;
    Source db = open_source();
    Transaction transaction = db.begin();
    thrown<UniqueViolation>([&] { transaction.execute("bad"); });
    EXPECT_THAT(thrown<InvalidUse>([&] { transaction.commit(); }).message, HasSubstr("rolled back"));
    EXPECT_FALSE(transaction.active());
    EXPECT_THAT(commands(), ElementsAre("begin", "rollback"));
    db.execute("update");
}

TEST_F(SessionTransaction, swallowed_failure_does_not_look_like_success) {
    provider.set_fail_transaction_on_error(true);
    Source db = open_source();
    thrown<InvalidUse>([&] {
        db.transaction([](Transaction& transaction) {
            try {
                transaction.execute("bad");
            } catch (const UniqueViolation&) {
            }
        });
    });
    EXPECT_EQ(db.statistics().idle, 1U);
}

TEST_F(SessionTransaction, use_after_its_end_is_an_error) {
    Source db = open_source();
    Transaction transaction = db.begin();
    transaction.commit();
    const auto over = [](auto&& function) {
        EXPECT_THAT(thrown<InvalidUse>(function).message, HasSubstr("over"));
    };
    over([&] { transaction.execute("update"); });
    over([&] { transaction.query("update"); });
    over([&] { transaction.run(Batch().add("update")); });
    over([&] { transaction.copy_in("t", {"a"}); });
    over([&] { transaction.savepoint([] {}); });
    over([&] { transaction.commit(); });
    transaction.rollback();
    Transaction first = db.begin();
    Transaction second = std::move(first);
    over([&] { first.commit(); });
    second.commit();
}

TEST_F(SessionTransaction, one_at_a_time_on_a_connection) {
    Source db = open_source();
    Connection connection = db.connection();
    EXPECT_FALSE(connection.in_transaction());
    Transaction outer = connection.begin();
    EXPECT_TRUE(connection.in_transaction());
    EXPECT_THAT(thrown<InvalidUse>([&] { connection.begin(); }).message, HasSubstr("savepoint"));
    outer.commit();
    EXPECT_FALSE(connection.in_transaction());
    connection.begin().commit();
}

TEST_F(SessionTransaction, begin_that_fails_gives_the_connection_back) {
    provider.on_kind(DBWAY_R_BEGIN,
                     {Answer::error({DBWAY_ERR_CONFLICT, "busy", DBWAY_DIAG_RETRY}), Answer::ok()});
    options.pool.max = 1;
    Source db = open_source();
    thrown<Conflict>([&] { db.begin(); });
    EXPECT_EQ(db.statistics().idle, 1U);
}

TEST_F(SessionTransaction, refused_commit_can_be_repeated_or_rolled_back) {
    // The provider's transaction stays open when its COMMIT is busy.
    provider.on_kind(DBWAY_R_COMMIT, {Answer().event([](dbway_event& event) { event.kind = DBWAY_E_DONE; })});
    Source db = open_source();
    Transaction transaction = db.begin();
    transaction.commit();
    EXPECT_FALSE(transaction.active());
    provider.on_kind(DBWAY_R_COMMIT, Answer::error(serialization_failure));
    Transaction refused = db.begin();
    EXPECT_EQ(thrown<Conflict>([&] { refused.commit(); }).sqlstate, "40001");
    EXPECT_FALSE(refused.active()) << "the provider said that the transaction is over";
}

// ---- running again

TEST_F(SessionTransaction, conflicts_are_retried_as_often_as_allowed) {
    for (const std::uint32_t conflicts : {0U, 1U, 3U}) {
        ScriptedProvider& p = provider;
        p.forget_seen();
        std::vector<Answer> answers(conflicts, Answer::error(serialization_failure));
        answers.push_back(Answer::ok(7));
        p.on("race", answers);
        Source db = open_source();
        TransactionOptions wanted;
        wanted.retries = 3;
        std::uint32_t runs = 0;
        EXPECT_EQ(db.transaction(wanted,
                                 [&](Transaction& transaction) {
                                     ++runs;
                                     return transaction.execute("race").affected();
                                 }),
                  7);
        EXPECT_EQ(runs, conflicts + 1);
        EXPECT_EQ(p.requests(DBWAY_R_BEGIN).size(), conflicts + 1);
        EXPECT_EQ(p.requests(DBWAY_R_ROLLBACK).size(), conflicts);
        EXPECT_EQ(p.requests(DBWAY_R_COMMIT).size(), 1U);
    }
}

TEST_F(SessionTransaction, the_last_conflict_is_thrown) {
    provider.on("race", Answer::error(serialization_failure));
    Source db = open_source();
    TransactionOptions wanted;
    wanted.retries = 2;
    int runs = 0;
    const auto run = [&](Transaction& transaction) {
        ++runs;
        transaction.execute("race");
    };
    EXPECT_EQ(thrown<Conflict>([&] { db.transaction(wanted, run); }).sqlstate, "40001");
    EXPECT_EQ(runs, 3);
    runs = 0;
    thrown<Conflict>([&] { db.transaction(run); });
    EXPECT_EQ(runs, 1) << "without being asked to";
    EXPECT_EQ(db.statistics().idle, 1U);
}

TEST_F(SessionTransaction, conflict_of_the_commit_is_retried) {
    provider.on_kind(DBWAY_R_COMMIT, {Answer::error(serialization_failure), Answer::ok()});
    Source db = open_source();
    TransactionOptions wanted;
    wanted.retries = 1;
    int runs = 0;
    db.transaction(wanted, [&](Transaction&) { ++runs; });
    EXPECT_EQ(runs, 2);
}

TEST_F(SessionTransaction, other_errors_are_not_retried) {
    provider.on("retry_statement", Answer::error({DBWAY_ERR_CONFLICT, "busy", DBWAY_DIAG_RETRY, "55P03"}));
    Source db = open_source();
    TransactionOptions wanted;
    wanted.retries = 5;
    int runs = 0;
    thrown<UniqueViolation>([&] {
        db.transaction(wanted, [&](Transaction& transaction) {
            ++runs;
            transaction.execute("bad");
        });
    });
    thrown<Conflict>([&] {
        db.transaction(wanted, [&](Transaction& transaction) {
            ++runs;
            transaction.execute("retry_statement");
        });
    });
    EXPECT_THROW(db.transaction(wanted,
                                [&](Transaction&) {
                                    ++runs;
                                    throw std::logic_error("mine");
                                }),
                 std::logic_error);
    EXPECT_EQ(runs, 3);
}

TEST_F(SessionTransaction, deadline_and_stop_end_the_retries) {
    provider.on("race", Answer::error(serialization_failure));
    Source db = open_source();
    TransactionOptions wanted;
    wanted.retries = 1'000'000;
    wanted.deadline = 100ms;
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_THROW(db.transaction(wanted, [](Transaction& transaction) { transaction.execute("race"); }),
                 Error);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 30s);

    std::stop_source stop;
    wanted.deadline.reset();
    wanted.stop = stop.get_token();
    int runs = 0;
    EXPECT_THROW(db.transaction(wanted,
                                [&](Transaction& transaction) {
                                    if (++runs == 3) stop.request_stop();
                                    transaction.execute("race");
                                }),
                 Error);
    EXPECT_EQ(runs, 3);
    EXPECT_EQ(db.statistics().idle, 1U);
}

TEST_F(SessionTransaction, statements_inside_are_bound_by_what_is_left) {
    Source db = open_source();
    TransactionOptions wanted;
    wanted.deadline = 1h;
    Transaction transaction = db.begin(wanted);
    transaction.execute("update");
    const auto of_update = provider.requests("update").back().timeout_ns;
    EXPECT_GT(of_update, 0U);
    EXPECT_LT(of_update, static_cast<std::uint64_t>(std::chrono::nanoseconds(1h).count()));
    QueryOptions shorter;
    shorter.deadline = 1min;
    transaction.execute(shorter, "update");
    EXPECT_LE(provider.requests("update").back().timeout_ns,
              static_cast<std::uint64_t>(std::chrono::nanoseconds(1min).count()));
    QueryOptions longer;
    longer.deadline = 2h;
    transaction.execute(longer, "update");
    EXPECT_LT(provider.requests("update").back().timeout_ns, of_update);
    transaction.commit();
    EXPECT_GT(provider.requests(DBWAY_R_COMMIT).back().timeout_ns, 0U);
}

// ---- connections that die

TEST_F(SessionTransaction, outcome_of_a_commit_without_answer_is_unknown) {
    provider.on_kind(DBWAY_R_COMMIT, Answer().die());
    Source db = open_source();
    TransactionOptions wanted;
    wanted.retries = 5;
    int runs = 0;
    const ErrorDetails error = thrown<ConnectionError>([&] {
        db.transaction(wanted, [&](Transaction& transaction) {
            ++runs;
            transaction.execute("update");
        });
    });
    EXPECT_TRUE(error.outcome_unknown);
    EXPECT_TRUE(error.connection_lost);
    EXPECT_EQ(runs, 1) << "it may have happened: never again by itself";
    EXPECT_EQ(provider.closes(), 1U);
}

TEST_F(SessionTransaction, outcome_is_unknown_for_writes_outside_a_transaction_only) {
    provider.on_match(
        [](const SeenRequest& seen) {
            return seen.sql.find("lost") != std::string::npos && seen.kind != DBWAY_R_PREPARE;
        },
        {Answer().die()});
    Source db = open_source();
    const auto lost = [&](auto&& function) { return thrown<ConnectionError>(function).outcome_unknown; };
    for (const bool prepare : {true, false}) {
        QueryOptions query;
        query.prepare = prepare;
        EXPECT_TRUE(lost([&] { db.execute(query, "insert lost"); }));
        EXPECT_TRUE(lost([&] { db.execute(query, "WITH x AS (...) lost"); }));
        EXPECT_FALSE(lost([&] { db.query(query, "select lost"); }));
        EXPECT_FALSE(lost([&] { db.query(query, " /* c */ (SeLeCt lost)"); }));
        EXPECT_FALSE(lost([&] { db.execute(query, "values lost"); }));
        EXPECT_FALSE(lost([&] { db.begin().execute(query, "insert lost"); }));
    }
    EXPECT_TRUE(lost([&] { db.script("select lost; delete"); }));
    EXPECT_TRUE(lost([&] { db.run(Batch().add("insert lost")); }));
    EXPECT_FALSE(lost([&] { db.copy_out_query("lost"); }));
    EXPECT_EQ(db.statistics().open, 0U);
    EXPECT_EQ(provider.open_connections(), 0U);
}

TEST_F(SessionTransaction, provider_that_is_certain_is_believed) {
    Diagnostic certain{DBWAY_ERR_CONNECTION, "could not send", DBWAY_DIAG_CONN_DEAD | DBWAY_DIAG_NOT_EXECUTED,
                       "08006"};
    provider.on("insert", Answer().die(certain));
    provider.on("insert failed", Answer().failed(certain));
    Source db = open_source();
    for (const char* sql : {"insert", "insert failed"}) {
        const ErrorDetails error = thrown<ConnectionError>([&] { db.execute(sql); });
        EXPECT_TRUE(error.not_executed);
        EXPECT_FALSE(error.outcome_unknown);
    }
}

TEST_F(SessionTransaction, lost_with_its_transaction_by_a_failed_event) {
    // The event tells the state after the loss; what was inside the transaction is undone for certain.
    provider.on("insert", Answer()
                              .tx_state(DBWAY_TX_STATE_IDLE)
                              .failed({DBWAY_ERR_CONNECTION, "terminated", DBWAY_DIAG_CONN_DEAD, "57P01"}));
    Source db = open_source();
    Transaction transaction = db.begin();
    const ErrorDetails error = thrown<ConnectionError>([&] { transaction.execute("insert"); });
    EXPECT_TRUE(error.connection_lost);
    EXPECT_FALSE(error.outcome_unknown);
}

TEST_F(SessionTransaction, requests_that_were_not_accepted_were_not_executed) {
    Source db = open_source();
    Connection connection = db.connection();
    provider.kill_connections();
    const ErrorDetails error = thrown<ConnectionError>([&] { connection.execute("insert"); });
    EXPECT_TRUE(error.connection_lost);
    EXPECT_TRUE(error.not_executed);
    EXPECT_FALSE(error.outcome_unknown);
}

TEST_F(SessionTransaction, lost_connection_says_so_each_time) {
    provider.on("q", Answer().die());
    Source db = open_source();
    Connection connection = db.connection();
    thrown<ConnectionError>([&] { connection.query("q"); });
    provider.forget_seen();
    const auto lost = [](auto&& function) {
        const ErrorDetails error = thrown<ConnectionError>(function);
        EXPECT_TRUE(error.connection_lost);
        EXPECT_TRUE(error.not_executed);
        EXPECT_FALSE(error.outcome_unknown);
    };
    lost([&] { connection.execute("update"); });
    lost([&] { connection.query("update"); });
    lost([&] { connection.begin(); });
    lost([&] { connection.run(Batch().add("update")); });
    lost([&] { connection.copy_in("t", {"a"}); });
    lost([&] { connection.ping(); });
    EXPECT_THAT(provider.requests(), IsEmpty());
}

TEST_F(SessionTransaction, connection_moved_away_is_invalid) {
    Source db = open_source();
    Connection first = db.connection();
    const Connection second = std::move(first);
    EXPECT_THAT(thrown<InvalidUse>([&] { first.execute("update"); }).message, HasSubstr("moved"));
}

}  // namespace
}  // namespace dbway::test
