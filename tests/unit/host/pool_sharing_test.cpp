// Single statements of many threads on few connections: who goes with whom, and that nothing of one touches
// another.
#include "unit/host/session_fixture.hpp"

#include <future>
#include <thread>

namespace dbway::test {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class PoolSharing : public SessionTest {
  protected:
    PoolSharing() {
        options.share = true;
        options.pool.max = 1;
        options.pool.acquire_timeout = 60s;
        for (int i = 0; i < 8; ++i) provider.on(select(i), number_table(3, i));
        provider.on("update t", Answer::ok(2));
        provider.on("insert bad", Answer::error({DBWAY_ERR_CONSTRAINT, "twice", 0, "23505"}));
        provider.on("select slow", Answer().wait(gate).done(1));
        provider.on("select $1", number_table(1));
    }
    ~PoolSharing() override { gate.open(); }

    static std::string select(int i) { return "select " + std::to_string(i); }

    // Runs `call` on a thread of its own, and returns once it waits for a connection as number `waiting`.
    template <typename Call>
    auto wait_with(const Source& db, std::uint32_t waiting, Call call) {
        auto result = std::async(std::launch::async, std::move(call));
        EXPECT_TRUE(
            provider.await([&](const ScriptedProvider&) { return db.statistics().waiting == waiting; }));
        return result;
    }
    bool await_seen(const std::string& sql) {
        return provider.await([&](const ScriptedProvider& seen) { return !seen.requests(sql).empty(); });
    }
    std::size_t submits_of_last(std::size_t count) const {
        const auto seen = provider.requests();
        std::vector<std::size_t> submits;
        for (std::size_t i = seen.size() - count; i < seen.size(); ++i) submits.push_back(seen[i].submit);
        std::sort(submits.begin(), submits.end());
        return static_cast<std::size_t>(std::unique(submits.begin(), submits.end()) - submits.begin());
    }

    Gate gate;
};

TEST_F(PoolSharing, statements_that_wait_go_out_together) {
    Source db = open_source();
    std::optional<Connection> taken = db.connection();
    std::vector<std::future<std::vector<int>>> results;
    for (int i = 0; i < 8; ++i)
        results.push_back(wait_with(db, static_cast<std::uint32_t>(i + 1),
                                    [&db, i] { return db.query(select(i)).all<int>(); }));
    provider.forget_seen();
    taken.reset();
    for (int i = 0; i < 8; ++i)
        EXPECT_EQ(results[static_cast<std::size_t>(i)].get(), (std::vector<int>{i, i + 1, i + 2}));
    EXPECT_EQ(submits_of_last(provider.requests().size()), 1U);
    EXPECT_EQ(db.statistics().shared, 8U);
    EXPECT_EQ(db.statistics().waiting, 0U);
    EXPECT_EQ(db.statistics().opened, 1U);
}

TEST_F(PoolSharing, a_connection_takes_its_part_of_those_that_wait) {
    options.pool.max = 2;
    Source db = open_source();
    std::optional<Connection> first = db.connection();
    std::optional<Connection> second = db.connection();
    std::vector<std::future<std::size_t>> results;
    for (int i = 0; i < 6; ++i)
        results.push_back(wait_with(db, static_cast<std::uint32_t>(i + 1),
                                    [&db, i] { return db.query(select(i)).all<int>().size(); }));
    provider.forget_seen();
    first.reset();
    for (auto& result : results) EXPECT_EQ(result.get(), 3U);
    // Half of six and the one that takes them along; then the others.
    std::vector<std::size_t> flights;
    for (const SeenRequest& request : provider.requests()) {
        if (request.kind == DBWAY_R_PREPARE) continue;
        if (request.submit >= flights.size()) flights.resize(request.submit + 1);
        ++flights[request.submit];
    }
    std::erase(flights, 0U);
    EXPECT_EQ(flights, (std::vector<std::size_t>{4, 2}));
}

TEST_F(PoolSharing, a_free_connection_is_used_as_without_sharing) {
    Source db = open_source();
    EXPECT_EQ(db.execute("update t").affected(), 2);
    EXPECT_EQ(db.query(select(1)).all<int>().size(), 3U);
    EXPECT_EQ(db.statistics().shared, 0U);
}

TEST_F(PoolSharing, answers_that_are_there_together_are_given_together) {
    for (int i = 0; i < 4; ++i) provider.on(select(i), {number_table(3, i), Answer().wait(gate).done(1)});
    provider.on(select(0), number_table(3));
    provider.set_at_hand({select(1)});
    Source db = open_source();
    for (int i = 0; i < 4; ++i) db.execute(select(i));
    std::optional<Connection> taken = db.connection();
    // The thread that waits longest takes the others along, and its own statement comes last.
    auto last = wait_with(db, 1, [&] { return db.query(select(3)).all<int>().size(); });
    auto first = wait_with(db, 2, [&] { return db.query(select(0)).all<int>().size(); });
    auto second = wait_with(db, 3, [&] { return db.query(select(1)).all<int>().size(); });
    taken.reset();
    EXPECT_TRUE(gate.await_arrival());
    EXPECT_EQ(first.wait_for(50ms), std::future_status::timeout)
        << "the provider says that the answer behind it is there as well";
    gate.open();
    EXPECT_EQ(first.get(), 3U);
    EXPECT_EQ(second.get(), 0U);
    EXPECT_EQ(last.get(), 0U);
}

TEST_F(PoolSharing, an_answer_does_not_wait_for_one_that_is_not_there) {
    provider.set_at_hand({select(1)});
    Source db = open_source();
    db.execute("update t");
    std::optional<Connection> taken = db.connection();
    auto slow = wait_with(db, 1, [&] { return db.execute("select slow").affected(); });
    auto first = wait_with(db, 2, [&] { return db.query(select(0)).all<int>().size(); });
    auto second = wait_with(db, 3, [&] { return db.query(select(1)).all<int>().size(); });
    taken.reset();
    EXPECT_EQ(first.get(), 3U);
    EXPECT_EQ(second.get(), 3U);
    EXPECT_FALSE(gate.is_open());
    gate.open();
    EXPECT_EQ(slow.get(), 1);
}

TEST_F(PoolSharing, an_error_is_that_of_its_own_statement) {
    Source db = open_source();
    std::optional<Connection> taken = db.connection();
    auto good = wait_with(db, 1, [&] { return db.execute("update t").affected(); });
    auto bad = wait_with(db, 2, [&] { db.execute("insert bad"); });
    auto refused = wait_with(db, 3, [&] { db.query("select :a", arg("b", 1)).all<int>(); });
    auto named_right = wait_with(db, 4, [&] { return db.query("select :a", arg("a", 1)).all<int>(); });
    auto after = wait_with(db, 5, [&] { return db.query(select(3)).all<int>().size(); });
    taken.reset();
    EXPECT_EQ(good.get(), 2);
    const ErrorDetails error = thrown<UniqueViolation>([&] { bad.get(); });
    EXPECT_EQ(error.message, "twice");
    EXPECT_EQ(error.batch_index, -1);
    EXPECT_EQ(error.source, "db");
    EXPECT_THAT(thrown<InvalidUse>([&] { refused.get(); }).message, HasSubstr(":b"));
    EXPECT_EQ(named_right.get().size(), 1U);
    EXPECT_EQ(after.get(), 3U);
    EXPECT_EQ(provider.opens().size(), 1U);
}

TEST_F(PoolSharing, what_leaves_something_behind_in_a_session_goes_alone) {
    provider.on("set x = 1", Answer::ok());
    provider.on("begin", Answer::ok());
    Source db = open_source();
    std::optional<Connection> taken = db.connection();
    std::vector<std::future<void>> results;
    results.push_back(wait_with(db, 1, [&] { db.execute("set x = 1"); }));
    results.push_back(wait_with(db, 2, [&] { db.execute("begin"); }));
    provider.forget_seen();
    taken.reset();
    for (auto& result : results) result.get();
    EXPECT_EQ(db.statistics().shared, 0U);
    EXPECT_NE(provider.requests("set x = 1").back().submit, provider.requests("begin").back().submit);
}

TEST_F(PoolSharing, one_that_is_stopped_while_it_waits_is_never_sent) {
    Source db = open_source();
    std::optional<Connection> taken = db.connection();
    std::stop_source stop;
    QueryOptions stoppable;
    stoppable.stop = stop.get_token();
    auto first = wait_with(db, 1, [&] { return db.execute("update t").affected(); });
    auto stopped = wait_with(db, 2, [&] { db.query(stoppable, select(5)).all<int>(); });
    auto last = wait_with(db, 3, [&] { return db.query(select(6)).all<int>().size(); });
    stop.request_stop();
    EXPECT_TRUE(thrown<Cancelled>([&] { stopped.get(); }).not_executed);
    taken.reset();
    EXPECT_EQ(first.get(), 2);
    EXPECT_EQ(last.get(), 3U);
    EXPECT_THAT(provider.requests(select(5)), IsEmpty());
}

// Stops, deadlines and turns that fall on one another, as often as there is time for.
TEST_F(PoolSharing, whoever_leaves_when_its_turn_comes_leaves_nothing_behind) {
    Source db = open_source();
    std::atomic<int> wrong = 0;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 12; ++t)
            threads.emplace_back([&, t] {
                for (int i = 0; i < 100; ++i) {
                    QueryOptions hurried;
                    std::stop_source stop;
                    if (t % 3 == 0) hurried.deadline = std::chrono::microseconds(20 + 7 * i);
                    if (t % 3 == 1) hurried.stop = stop.get_token();
                    std::jthread stopper;
                    if (t % 3 == 1 && i % 10 == 0) stopper = std::jthread([&] { stop.request_stop(); });
                    try {
                        if (db.query(hurried, select(t % 8)).all<int>().front() != t % 8) ++wrong;
                    } catch (const Timeout&) {
                    } catch (const PoolTimeout&) {
                    } catch (const Cancelled&) {
                    } catch (...) {
                        ++wrong;
                    }
                }
            });
    }
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(db.statistics().waiting, 0U);
    EXPECT_EQ(db.execute("update t").affected(), 2);
}

TEST_F(PoolSharing, a_cancel_names_its_own_statement) {
    Source db = open_source();
    std::optional<Connection> taken = db.connection();
    std::stop_source stop;
    QueryOptions stoppable;
    stoppable.stop = stop.get_token();
    auto before = wait_with(db, 1, [&] { return db.execute("update t").affected(); });
    auto slow = wait_with(db, 2, [&] { db.query(stoppable, "select slow").all<int>(); });
    auto after = wait_with(db, 3, [&] { return db.query(select(1)).all<int>().size(); });
    taken.reset();
    ASSERT_TRUE(gate.await_arrival());
    stop.request_stop();
    EXPECT_FALSE(thrown<Cancelled>([&] { slow.get(); }).outcome_unknown);
    EXPECT_EQ(before.get(), 2);
    EXPECT_EQ(after.get(), 3U);
    const auto seen = provider.requests("select slow");
    for (const SeenCancel& cancel : provider.cancels())
        EXPECT_TRUE(std::any_of(seen.begin(), seen.end(),
                                [&](const SeenRequest& one) { return one.id == cancel.request_id; }));
}

TEST_F(PoolSharing, a_deadline_behind_a_slow_statement_is_kept) {
    Source db = open_source();
    std::optional<Connection> taken = db.connection();
    QueryOptions hurried;
    hurried.deadline = 300ms;
    // The first one has no deadline: it takes the connection, and the others with it.
    auto first = wait_with(db, 1, [&] { return db.query(select(1)).all<int>().size(); });
    auto slow = wait_with(db, 2, [&] { return db.execute("select slow").affected(); });
    auto reading = wait_with(db, 3, [&] { db.query(hurried, select(2)).all<int>(); });
    auto writing = wait_with(db, 4, [&] { db.execute(hurried, "update t"); });
    taken.reset();
    EXPECT_FALSE(thrown<Timeout>([&] { reading.get(); }).outcome_unknown);
    EXPECT_TRUE(thrown<Timeout>([&] { writing.get(); }).outcome_unknown) << "it may still run";
    gate.open();
    EXPECT_EQ(slow.get(), 1);
    EXPECT_EQ(first.get(), 3U);
    EXPECT_EQ(db.execute("update t").affected(), 2);
}

TEST_F(PoolSharing, who_must_leave_early_takes_nobody_along_who_may_stay) {
    Source db = open_source();
    std::optional<Connection> taken = db.connection();
    QueryOptions hurried;
    hurried.deadline = 30s;
    auto first = wait_with(db, 1, [&] { return db.query(hurried, select(1)).all<int>().size(); });
    auto slow = wait_with(db, 2, [&] { return db.execute("select slow").affected(); });
    taken.reset();
    EXPECT_EQ(first.get(), 3U);
    ASSERT_TRUE(gate.await_arrival());
    gate.open();
    EXPECT_EQ(slow.get(), 1);
    EXPECT_EQ(db.statistics().shared, 0U);
}

TEST_F(PoolSharing, a_lost_connection_is_known_by_each_as_its_own) {
    provider.on("select 4", Answer().die());
    Source db = open_source();
    std::optional<Connection> taken = db.connection();
    auto collector = wait_with(db, 1, [&] { db.execute("update t"); });
    auto before = wait_with(db, 2, [&] { return db.query(select(1)).all<int>().size(); });
    auto dying = wait_with(db, 3, [&] { db.query(select(4)).all<int>(); });
    auto reading = wait_with(db, 4, [&] { db.query(select(5)).all<int>(); });
    taken.reset();
    EXPECT_EQ(before.get(), 3U);
    EXPECT_FALSE(thrown<ConnectionError>([&] { dying.get(); }).outcome_unknown);
    EXPECT_FALSE(thrown<ConnectionError>([&] { reading.get(); }).outcome_unknown);
    EXPECT_TRUE(thrown<ConnectionError>([&] { collector.get(); }).outcome_unknown);
    EXPECT_EQ(db.execute("update t").affected(), 2) << "the next one gets a new connection";
    EXPECT_EQ(provider.opens().size(), 2U);
}

TEST_F(PoolSharing, a_statement_that_the_server_has_forgotten_runs_again) {
    provider.on("select gone",
                {number_table(1), Answer::error({DBWAY_ERR_SYNTAX, "no such statement", 0, "26000"}),
                 number_table(2)});
    Source db = open_source();
    EXPECT_EQ(db.query("select gone").all<int>().size(), 1U);
    std::optional<Connection> taken = db.connection();
    auto other = wait_with(db, 1, [&] { return db.execute("update t").affected(); });
    auto gone = wait_with(db, 2, [&] { return db.query("select gone").all<int>().size(); });
    taken.reset();
    EXPECT_EQ(other.get(), 2);
    EXPECT_EQ(gone.get(), 2U);
}

TEST_F(PoolSharing, an_open_that_fails_is_told_to_who_tried) {
    options.pool.max = 1;
    Source db = open_source();
    provider.fail_open({DBWAY_ERR_CONNECTION, "connection refused", 0, "08001"});
    EXPECT_THROW(db.execute("update t"), ConnectionError);
    EXPECT_EQ(db.execute("update t").affected(), 2);
}

TEST_F(PoolSharing, an_acquire_timeout_ends_the_wait) {
    options.pool.acquire_timeout = 50ms;
    Source db = open_source();
    std::optional<Connection> taken = db.connection();
    std::vector<std::future<void>> results;
    for (int i = 0; i < 4; ++i)
        results.push_back(std::async(std::launch::async, [&db, i] { db.query(select(i)).all<int>(); }));
    for (auto& result : results) EXPECT_TRUE(thrown<PoolTimeout>([&] { result.get(); }).not_executed);
    EXPECT_EQ(db.statistics().waiting, 0U);
    taken.reset();
    EXPECT_EQ(db.execute("update t").affected(), 2);
}

TEST_F(PoolSharing, without_pipelining_it_says_that_it_has_no_effect) {
    provider.set_caps(DBWAY_CAP_STREAM | DBWAY_CAP_PREPARE);
    Source db = open_source();
    EXPECT_EQ(log.count("share has no effect"), 1U);
    EXPECT_EQ(db.execute("update t").affected(), 2);
}

TEST_F(PoolSharing, many_threads_get_what_they_asked_for) {
    options.pool.max = 3;
    provider.on_match([](const SeenRequest& seen) { return seen.sql == "select $1"; }, {number_table(1, 7)});
    Source db = open_source();
    std::atomic<int> wrong = 0;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 16; ++t)
            threads.emplace_back([&, t] {
                for (int i = 0; i < 200; ++i) {
                    const int which = (t + i) % 8;
                    try {
                        if (i % 10 == 9) {
                            try {
                                db.execute("insert bad");
                                ++wrong;
                            } catch (const UniqueViolation&) {
                            }
                        } else if (db.query(select(which)).all<int>().front() != which) {
                            ++wrong;
                        }
                    } catch (...) {
                        ++wrong;
                    }
                }
            });
    }
    EXPECT_EQ(wrong, 0);
    EXPECT_LE(provider.opens().size(), 3U);
    EXPECT_EQ(db.statistics().waiting, 0U);
}

}  // namespace
}  // namespace dbway::test
