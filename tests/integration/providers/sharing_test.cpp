// Statements of many threads that share a few connections: what goes wrong with one is its own affair.
#include <algorithm>
#include <atomic>
#include <thread>

#include "provider_test.hpp"

namespace dbway::test {
namespace {

class Sharing : public ProviderTest {
  protected:
    void SetUp() override {
        ProviderTest::SetUp();
        if (IsSkipped()) return;
        if (!can(Feature::pipelined_batches))
            GTEST_SKIP() << provider() << " cannot pipeline, so nothing is shared";
        db().execute("create table t (id bigint primary key)");
        db().execute("insert into t values (-1)");
    }
    Source shared(int connections) {
        return open("share = true\n[source.main.pool]\nmax = " + std::to_string(connections) + "\n");
    }

    // Runs `work(thread)` on that many threads.
    template <typename Work>
    static void on_threads(int count, Work work) {
        std::vector<std::jthread> threads;
        for (int i = 0; i < count; ++i) threads.emplace_back([&work, i] { work(i); });
    }
};

DBWAY_FOR_POSTGRESQL_PROVIDERS(Sharing);

TEST_P(Sharing, EachGetsItsOwnAnswer) {
    Source source = shared(2);
    std::atomic<int> wrong = 0;
    on_threads(24, [&](int thread) {
        for (int i = 0; i < 60; ++i) {
            const std::int64_t id = thread * 1'000 + i;
            try {
                wrong += source.query("select $1::bigint, repeat('x', $2::int)", id, i * 50)
                             .one<std::tuple<std::int64_t, std::string>>() !=
                         std::tuple(id, std::string(static_cast<std::size_t>(i) * 50, 'x'));
                wrong += source.execute("insert into t values ($1)", id).affected() != 1;
                wrong +=
                    source.query("select id from t where id = :id", arg("id", id)).one<std::int64_t>() != id;
            } catch (const std::exception& error) {
                ++wrong;
                ADD_FAILURE() << error.what();
            }
        }
    });
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(count("t"), 1 + 24 * 60);
    EXPECT_GT(source.statistics().shared, 0u);
    EXPECT_LE(source.statistics().opened, 2u);
}

TEST_P(Sharing, ErrorsCancelsAndDeadlinesAreOfTheirStatementOnly) {
    Source source = shared(2);
    std::atomic<int> wrong = 0;
    const auto expect = [&](std::initializer_list<Category> categories, const std::function<void()>& call) {
        try {
            call();
            ++wrong;
        } catch (const Error& error) {
            if (std::find(categories.begin(), categories.end(), error.category()) != categories.end()) return;
            ++wrong;
            ADD_FAILURE() << error.what();
        }
    };
    on_threads(16, [&](int thread) {
        for (int i = 0; i < 12; ++i) {
            const std::int64_t id = thread * 100 + i;
            switch (thread % 4) {
                case 0:
                    expect({Category::constraint}, [&] { source.execute("insert into t values (-1)"); });
                    break;
                case 1: {
                    QueryOptions hurried;
                    hurried.deadline = 20ms;
                    // The deadline may pass before there is a connection, too.
                    expect({Category::timeout, Category::pool},
                           [&] { source.query(hurried, "select pg_sleep(30)::text").all<std::string>(); });
                    break;
                }
                case 2: {
                    std::stop_source stop;
                    QueryOptions stoppable;
                    stoppable.stop = stop.get_token();
                    std::jthread stopper([&] {
                        std::this_thread::sleep_for(10ms);
                        stop.request_stop();
                    });
                    expect({Category::cancelled},
                           [&] { source.query(stoppable, "select pg_sleep(30)::text").all<std::string>(); });
                    break;
                }
                default:
                    try {
                        wrong += source.execute("insert into t values ($1)", id).affected() != 1;
                        wrong += source.query("select $1::bigint", id).one<std::int64_t>() != id;
                    } catch (const std::exception& error) {
                        ++wrong;
                        ADD_FAILURE() << error.what();
                    }
            }
        }
    });
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(count("t"), 1 + 4 * 12);
}

}  // namespace
}  // namespace dbway::test
