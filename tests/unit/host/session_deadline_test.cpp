// Deadlines, stop tokens and cancel().
#include "unit/host/session_fixture.hpp"

#include <future>
#include <thread>

namespace dbway::test {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::uint64_t without_timeout = DBWAY_CAP_STREAM | DBWAY_CAP_CANCEL | DBWAY_CAP_PREPARE |
                                          DBWAY_CAP_PIPELINE | DBWAY_CAP_TRANSACTION | DBWAY_CAP_COPY_IN |
                                          DBWAY_CAP_SAVEPOINT;

std::uint64_t nanoseconds(std::chrono::nanoseconds time) { return static_cast<std::uint64_t>(time.count()); }

class SessionDeadline : public SessionTest {
  protected:
    SessionDeadline() {
        provider.on("ok", Answer::ok(1));
        provider.on("slow", Answer().wait(gate).done(1));
        provider.on("slow rows",
                    Answer().columns({integer("n")}).rows(numbers(3)).wait(gate).rows(numbers(3)).done());
    }
    ~SessionDeadline() override { gate.open(); }

    static QueryOptions within(std::chrono::nanoseconds deadline) {
        QueryOptions query;
        query.deadline = deadline;
        return query;
    }
    QueryOptions stoppable() const {
        QueryOptions query;
        query.stop = stop.get_token();
        return query;
    }
    // No cancel named a request that was not the one of `sql`, or one with it.
    void expect_cancels_hit_only(std::string_view sql) {
        std::vector<std::uint64_t> ids;
        for (const SeenRequest& seen : provider.requests(sql)) ids.push_back(seen.id);
        for (const SeenCancel& cancel : provider.cancels()) {
            EXPECT_NE(cancel.request_id, 0U) << "a cancel without a name may hit anything";
            EXPECT_THAT(ids, ::testing::Contains(cancel.request_id));
        }
    }

    Gate gate;
    std::stop_source stop;
};

TEST_F(SessionDeadline, goes_to_the_provider) {
    Source db = open_source();
    Connection connection = db.connection();
    connection.execute("ok");
    EXPECT_EQ(provider.requests("ok").back().timeout_ns, 0U);
    connection.execute(within(90s), "ok");
    EXPECT_EQ(provider.requests("ok").back().timeout_ns, nanoseconds(90s));
    db.execute(within(90s), "ok");
    EXPECT_LE(provider.requests("ok").back().timeout_ns, nanoseconds(90s));
    EXPECT_GT(provider.requests("ok").back().timeout_ns, nanoseconds(1s));
}

TEST_F(SessionDeadline, of_the_source_is_the_default) {
    options.deadline = 70s;
    Source db = open_source();
    Connection connection = db.connection();
    connection.execute("ok");
    EXPECT_EQ(provider.requests("ok").back().timeout_ns, nanoseconds(70s));
    connection.execute(within(200s), "ok");
    EXPECT_EQ(provider.requests("ok").back().timeout_ns, nanoseconds(200s));
    db.execute("ok");
    EXPECT_LE(provider.requests("ok").back().timeout_ns, nanoseconds(70s));
    EXPECT_GT(provider.requests("ok").back().timeout_ns, 0U);
}

TEST_F(SessionDeadline, that_has_passed_sends_nothing_and_opens_nothing) {
    Source db = open_source();
    for (const auto deadline : {0ns, -1ns, std::chrono::nanoseconds::min()}) {
        EXPECT_TRUE(thrown<Timeout>([&] { db.execute(within(deadline), "ok"); }).not_executed);
        thrown<Timeout>([&] { db.query(within(deadline), "ok"); });
        thrown<Timeout>([&] { db.run(within(deadline), Batch().add("ok")); });
        thrown<Timeout>([&] { db.copy_in(within(deadline), "t", {"a"}); });
        thrown<Timeout>([&] { db.connection(within(deadline)); });
    }
    EXPECT_THAT(provider.opens(), IsEmpty());
    Connection connection = db.connection();
    for (const auto deadline : {0ns, -5ns}) {
        EXPECT_TRUE(thrown<Timeout>([&] { connection.execute(within(deadline), "ok"); }).not_executed);
        thrown<Timeout>([&] { connection.query(within(deadline), "ok"); });
        thrown<Timeout>([&] { connection.run(within(deadline), Batch().add("ok")); });
        thrown<Timeout>([&] { connection.copy_in(within(deadline), "t", {"a"}); });
    }
    EXPECT_THAT(provider.requests(), IsEmpty());
}

TEST_F(SessionDeadline, of_any_length_is_no_problem) {
    for (const bool keeps_time : {true, false}) {
        if (!keeps_time) provider.set_caps(without_timeout);
        Source db = open_source();
        EXPECT_EQ(db.execute(within(std::chrono::nanoseconds::max()), "ok").affected(), 1);
        EXPECT_EQ(db.connection().execute(within(std::chrono::nanoseconds::max()), "ok").affected(), 1);
    }
    EXPECT_THAT(provider.cancels(), IsEmpty());
}

TEST_F(SessionDeadline, provider_keeps_it_itself) {
    Source db = open_source();
    EXPECT_THAT(thrown<Timeout>([&] { db.execute(within(30ms), "slow"); }).message,
                HasSubstr("took too long"));
    EXPECT_THAT(provider.cancels(), IsEmpty()) << "the watchdog is for those that cannot";
    EXPECT_EQ(db.execute("ok").affected(), 1);
    EXPECT_EQ(provider.opens().size(), 1U);
}

TEST_F(SessionDeadline, watchdog_cancels_for_a_provider_that_cannot) {
    provider.set_caps(without_timeout);
    Source db = open_source();
    EXPECT_THAT(thrown<Timeout>([&] { db.execute(within(30ms), "slow"); }).message, HasSubstr("deadline"));
    EXPECT_FALSE(provider.cancels().empty());
    expect_cancels_hit_only("slow");
    EXPECT_EQ(db.execute("ok").affected(), 1);
    Rows rows = db.query(within(30ms), "slow rows");
    thrown<Timeout>([&] { rows.all<int>(); });
    thrown<Timeout>([&] { db.run(within(30ms), Batch().add("ok").add("slow").add("ok")); });
    EXPECT_EQ(db.execute("ok").affected(), 1);
    EXPECT_EQ(provider.opens().size(), 1U);
}

TEST_F(SessionDeadline, cancel_by_somebody_else_is_not_a_timeout) {
    provider.set_caps(without_timeout);
    Source db = open_source();
    Connection connection = db.connection();
    std::jthread other([&] {
        gate.await_arrival();
        connection.cancel();
    });
    thrown<Cancelled>([&] { connection.execute(within(1h), "slow"); });
}

TEST_F(SessionDeadline, waiting_for_a_connection_counts) {
    options.pool.max = 1;
    Source db = open_source();
    std::optional<Connection> taken = db.connection();
    const ErrorDetails error = thrown<PoolTimeout>([&] { db.execute(within(30ms), "ok"); });
    EXPECT_TRUE(error.not_executed);
    EXPECT_THAT(provider.requests("ok"), IsEmpty());
    std::jthread other([&] {
        EXPECT_TRUE(provider.await([&](const ScriptedProvider&) { return db.statistics().waiting == 1; }));
        std::this_thread::sleep_for(20ms);
        taken.reset();
    });
    db.execute(within(60s), "ok");
    EXPECT_LT(provider.requests("ok").back().timeout_ns, nanoseconds(60s - 20ms));
}

TEST_F(SessionDeadline, bounds_the_opening_of_a_connection) {
    Source db = open_source();
    db.execute(within(5s), "ok");
    EXPECT_LE(provider.opens().back().timeout_ns, nanoseconds(5s));
    EXPECT_GT(provider.opens().back().timeout_ns, 0U);
}

TEST_F(SessionDeadline, stop_requested_before_sends_nothing) {
    stop.request_stop();
    Source db = open_source();
    EXPECT_TRUE(thrown<Cancelled>([&] { db.execute(stoppable(), "ok"); }).not_executed);
    thrown<Cancelled>([&] { db.query(stoppable(), "ok"); });
    thrown<Cancelled>([&] { db.run(stoppable(), Batch().add("ok")); });
    thrown<Cancelled>([&] { db.copy_in(stoppable(), "t", {"a"}); });
    EXPECT_THAT(provider.requests(), IsEmpty());
    EXPECT_EQ(db.execute("ok").affected(), 1);
}

TEST_F(SessionDeadline, stop_requested_meanwhile_cancels) {
    Source db = open_source();
    std::jthread other([&] {
        gate.await_arrival();
        stop.request_stop();
    });
    EXPECT_EQ(thrown<Cancelled>([&] { db.execute(stoppable(), "slow"); }).sqlstate, "57014");
    expect_cancels_hit_only("slow");
    EXPECT_EQ(db.execute("ok").affected(), 1);
    EXPECT_EQ(provider.opens().size(), 1U);
}

TEST_F(SessionDeadline, stop_requested_while_rows_are_read) {
    Source db = open_source();
    Rows rows = db.query(stoppable(), "slow rows");
    auto at = rows.begin();
    stop.request_stop();
    ++at;
    ++at;
    thrown<Cancelled>([&] { ++at; });
    EXPECT_EQ(db.statistics().idle, 1U);
    expect_cancels_hit_only("slow rows");
}

TEST_F(SessionDeadline, stop_requested_afterwards_hits_nobody) {
    Source db = open_source();
    Connection connection = db.connection();
    connection.execute(stoppable(), "ok");
    connection.query(stoppable(), "ok");
    connection.run(stoppable(), Batch().add("ok").add("ok"));
    {
        CopyIn copy = connection.copy_in(stoppable(), "t", {"a"});
        copy.finish();
    }
    stop.request_stop();
    EXPECT_THAT(provider.cancels(), IsEmpty());
    EXPECT_EQ(connection.execute("ok").affected(), 1);
}

TEST_F(SessionDeadline, no_cancel_hits_the_next_statement) {
    // Stops race with the ends of statements; the next statement on the connection must never see one.
    options.pool.max = 1;
    Source db = open_source();
    provider.on("next", Answer::ok(7));
    for (int round = 0; round < 200; ++round) {
        std::stop_source racing;
        QueryOptions query;
        query.stop = racing.get_token();
        std::jthread other([&] { racing.request_stop(); });
        try {
            db.execute(query, "ok");
        } catch (const Cancelled&) {
        }
        ASSERT_EQ(db.execute("next").affected(), 7) << "round " << round;
    }
    std::vector<std::uint64_t> next;
    for (const SeenRequest& seen : provider.requests("next")) next.push_back(seen.id);
    for (const SeenCancel& cancel : provider.cancels()) {
        EXPECT_NE(cancel.request_id, 0U);
        EXPECT_THAT(next, ::testing::Not(::testing::Contains(cancel.request_id)));
    }
    EXPECT_EQ(provider.opens().size(), 1U);
}

TEST_F(SessionDeadline, stop_while_waiting_for_a_connection) {
    options.pool.max = 1;
    Source db = open_source();
    const Connection taken = db.connection();
    std::jthread other([&] {
        EXPECT_TRUE(provider.await([&](const ScriptedProvider&) { return db.statistics().waiting == 1; }));
        stop.request_stop();
    });
    const ErrorDetails error = thrown<Cancelled>([&] { db.execute(stoppable(), "ok"); });
    EXPECT_TRUE(error.not_executed);
    EXPECT_EQ(error.source, "db");
    EXPECT_EQ(db.statistics().waiting, 0U);
}

TEST_F(SessionDeadline, cancel_from_another_thread) {
    Source db = open_source();
    Connection connection = db.connection();
    std::jthread other([&] {
        gate.await_arrival();
        connection.cancel();
    });
    thrown<Cancelled>([&] { connection.execute("slow"); });
    EXPECT_EQ(connection.execute("ok").affected(), 1);
    connection.cancel();
    EXPECT_EQ(connection.execute("ok").affected(), 1) << "nothing was running";
}

TEST_F(SessionDeadline, stop_of_a_transaction_reaches_its_statements) {
    Source db = open_source();
    TransactionOptions wanted;
    wanted.stop = stop.get_token();
    std::jthread other([&] {
        gate.await_arrival();
        stop.request_stop();
    });
    thrown<Cancelled>(
        [&] { db.transaction(wanted, [](Transaction& transaction) { transaction.execute("slow"); }); });
    EXPECT_EQ(provider.requests(DBWAY_R_ROLLBACK).size(), 1U) << "which the stop does not prevent";
    EXPECT_EQ(db.execute("ok").affected(), 1);
}

TEST_F(SessionDeadline, second_statement_ends_the_guard_of_the_first) {
    options.batch_rows = 2;
    provider.set_caps(without_timeout);
    provider.on("rows", number_table(20));
    Source db = open_source();
    Connection connection = db.connection();
    Rows rows = connection.query(stoppable(), "rows");
    EXPECT_EQ(connection.execute("ok").affected(), 1);
    stop.request_stop();
    EXPECT_THAT(provider.cancels(), IsEmpty()) << "there was nothing left to stop";
    EXPECT_EQ(rows.all<int>().size(), 20U);
}

}  // namespace
}  // namespace dbway::test
