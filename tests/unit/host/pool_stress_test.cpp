// Many threads, few connections, and a provider that fails at random.
#include "unit/host/session_fixture.hpp"

#include <atomic>
#include <random>
#include <thread>

namespace dbway::test {
namespace {

constexpr int thread_count = 16;

class PoolStress : public SessionTest {
  protected:
    PoolStress() {
        options.pool.max = 5;
        options.pool.acquire_timeout = 60s;
        options.batch_rows = 4;
        provider.on("ok", Answer::ok(1));
        provider.on("rows", number_table(20));
        provider.on("bad", Answer::error({DBWAY_ERR_CONSTRAINT, "twice", 0, "23505"}));
        provider.on("lost", Answer().die());
    }
};

TEST_F(PoolStress, never_more_than_max_connections_whatever_happens) {
    options.pool.check_after = 0s;
    options.pool.leak_after = 1ns;
    Source db = open_source();
    std::atomic<std::size_t> most = 0;
    std::atomic<bool> over = false;
    std::jthread watcher([&] {
        while (!over) {
            const std::size_t now = provider.open_connections();
            if (now > most) most = now;
            const PoolStatistics statistics = db.statistics();
            EXPECT_LE(statistics.open + statistics.opening, 5U);
            EXPECT_LE(statistics.idle, statistics.open);
        }
    });
    std::atomic<int> finished = 0;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < thread_count; ++t) {
            threads.emplace_back([&, t] {
                std::minstd_rand random(static_cast<unsigned>(t) + 1);
                for (int i = 0; i < 60; ++i) {
                    try {
                        switch (random() % 10) {
                            case 0:
                                db.execute("bad");
                                break;
                            case 1:
                                db.execute("lost");
                                break;
                            case 2:
                                provider.fail_open({DBWAY_ERR_CONNECTION, "refused", 0, "08001"});
                                break;
                            case 3:
                                for (const Row row : db.query("rows"))
                                    if (row.get<int>(0) == 7) break;
                                break;
                            case 4:
                                EXPECT_EQ(db.query("rows").all<int>().size(), 20U);
                                break;
                            case 5: {
                                Transaction left_open = db.begin();
                                left_open.execute("ok");
                                break;
                            }
                            case 6: {
                                CopyIn aborted = db.copy_in("t", {"a"});
                                aborted.row(1);
                                break;
                            }
                            case 7: {
                                QueryOptions query;
                                query.deadline = std::chrono::microseconds(random() % 2000);
                                db.execute(query, "ok");
                                break;
                            }
                            case 8: {
                                Connection connection = db.connection();
                                Rows rows = connection.query("rows");
                                connection.execute("ok");
                                EXPECT_EQ(rows.all<int>().size(), 20U);
                                break;
                            }
                            default:
                                EXPECT_EQ(db.execute("ok").affected(), 1);
                        }
                    } catch (const Error&) {
                    }
                }
                ++finished;
            });
        }
    }
    over = true;
    watcher.join();
    EXPECT_EQ(finished, thread_count);
    EXPECT_LE(most, 5U);
    const PoolStatistics end = db.statistics();
    EXPECT_EQ(end.waiting, 0U);
    EXPECT_EQ(end.opening, 0U);
    EXPECT_EQ(end.idle, end.open) << "every connection came back";
    EXPECT_EQ(provider.open_connections(), end.open);
}

TEST_F(PoolStress, stops_and_deadlines_race_with_hand_over) {
    options.pool.max = 2;
    Source db = open_source();
    std::vector<std::jthread> threads;
    for (int t = 0; t < thread_count; ++t) {
        threads.emplace_back([&, t] {
            std::minstd_rand random(static_cast<unsigned>(t) + 1);
            for (int i = 0; i < 60; ++i) {
                std::stop_source stop;
                QueryOptions query;
                query.stop = stop.get_token();
                if (random() % 2 == 0) query.deadline = std::chrono::microseconds(1 + random() % 500);
                std::jthread stopper([&stop] { stop.request_stop(); });
                try {
                    EXPECT_EQ(db.execute(query, "ok").affected(), 1);
                } catch (const Cancelled&) {
                } catch (const Timeout&) {
                } catch (const PoolTimeout&) {
                }
            }
        });
    }
    threads.clear();
    const PoolStatistics end = db.statistics();
    EXPECT_EQ(end.waiting, 0U);
    EXPECT_EQ(end.idle, end.open);
    EXPECT_EQ(db.execute("ok").affected(), 1);
}

TEST_F(PoolStress, watchdog_and_statements_race) {
    provider.set_caps(DBWAY_CAP_STREAM | DBWAY_CAP_CANCEL | DBWAY_CAP_PREPARE);
    Source db = open_source();
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 100; ++i) {
                QueryOptions query;
                query.deadline = std::chrono::microseconds(50 + i * 10);
                try {
                    db.query(query, "rows").all<int>();
                } catch (const Timeout&) {
                } catch (const PoolTimeout&) {
                }
                EXPECT_EQ(db.execute("ok").affected(), 1) << "no cancel of the statement before";
            }
        });
    }
    threads.clear();
    EXPECT_EQ(db.statistics().idle, db.statistics().open);
}

TEST_F(PoolStress, the_last_users_race_with_housekeeping) {
    options.pool.min = 1;
    for (int round = 0; round < 20; ++round) {
        std::optional<Source> db = open_source();
        std::jthread user([source = *db]() mutable { source.execute("ok"); });
        db.reset();
    }
    EXPECT_TRUE(provider.await([](const ScriptedProvider& p) { return p.destroys() == 20; }));
    EXPECT_EQ(provider.open_connections(), 0U);
}

}  // namespace
}  // namespace dbway::test
