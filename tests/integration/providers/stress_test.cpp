// Many threads, few connections, and a network that fails at random: what was acknowledged is there, once.
#include <atomic>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "provider_test.hpp"
#include "support/fault_proxy.hpp"

namespace dbway::test {
namespace {

// What became of each row, as its writer knows.
struct Journal {
    std::mutex mutex;
    std::set<std::int64_t> acknowledged, unknown, refused;

    void add(std::set<std::int64_t> Journal::*where, const std::vector<std::int64_t>& rows) {
        const std::lock_guard lock(mutex);
        (this->*where).insert(rows.begin(), rows.end());
    }
};

class Stress : public ProviderTest {
  protected:
    // `settings`: lines for the section of the source.
    void expect_nothing_lost_or_doubled(const std::string& settings);
};

DBWAY_FOR_POSTGRESQL_PROVIDERS(Stress);

TEST_P(Stress, NoAcknowledgedRowIsLostOrDoubled) { expect_nothing_lost_or_doubled(""); }

TEST_P(Stress, NorOnConnectionsThatAreShared) {
    if (!can(Feature::pipelined_batches))
        GTEST_SKIP() << provider() << " cannot pipeline, so nothing is shared";
    expect_nothing_lost_or_doubled("share = true\n");
}

void Stress::expect_nothing_lost_or_doubled(const std::string& settings) {
    constexpr int n_threads = 64, n_rounds = 12;
    database().sql("create table journal (id bigint not null)");  // no key: a doubled row must show, not fail
    FaultProxy proxy(PostgresqlAddress::host(), database().server().port());
    auto options = database().options();
    for (auto& [key, value] : options)
        if (key == "port") value = std::to_string(proxy.port());
    Application application;
    Source source =
        application
            .add("main", provider(), options,
                 settings +
                     "deadline = \"20s\"\n[source.main.pool]\nmax = 12\nacquire_timeout = \"30s\"\n"
                     "connect_timeout = \"10s\"\ncheck_after = \"0s\"\n")
            .open()
            .source("main");

    Journal journal;
    std::atomic<int> running{n_threads};
    std::vector<std::thread> threads;
    for (int number = 0; number < n_threads; ++number)
        threads.emplace_back([&, number] {
            std::minstd_rand random(static_cast<unsigned>(number + 1));
            for (int round = 0; round < n_rounds; ++round) {
                std::vector<std::int64_t> rows;
                for (int i = 0; i < 3; ++i) rows.push_back(number * 1'000'000 + round * 100 + i);
                if (random() % 3 == 0) rows.resize(1);
                try {
                    if (rows.size() == 1) {
                        source.execute("insert into journal values ($1)", rows[0]);
                    } else if (random() % 2 == 0) {
                        source.transaction({.retries = 3}, [&](Transaction& tx) {
                            for (const std::int64_t id : rows)
                                tx.execute("insert into journal values ($1)", id);
                        });
                    } else {
                        CopyIn copy = source.copy_in("journal", {"id"});
                        for (const std::int64_t id : rows) copy.row(id);
                        copy.finish();
                    }
                    journal.add(&Journal::acknowledged, rows);
                } catch (const Error& error) {
                    journal.add(error.outcome_unknown() ? &Journal::unknown : &Journal::refused, rows);
                }
            }
            --running;
        });

    std::minstd_rand random(42);
    int faults = 0;
    while (running > 0) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5 + random() % 20));
        switch (random() % 6) {
            case 0:
                proxy.cut_all(FaultProxy::Cut::reset);
                break;
            case 1:
                database().terminate_backends();
                break;
            case 2:
                proxy.cut_after(FaultProxy::Direction::to_client, random() % 3'000, FaultProxy::Cut::reset);
                break;
            case 3:
                proxy.cut_after(FaultProxy::Direction::to_server, random() % 3'000, FaultProxy::Cut::close);
                break;
            case 4:
                proxy.set_shape(
                    {.delay = std::chrono::milliseconds(random() % 20), .slice = 1 + random() % 50});
                break;
            default:
                proxy.heal();
                std::this_thread::sleep_for(std::chrono::milliseconds(random() % 100));
        }
        ++faults;
    }
    for (std::thread& thread : threads) thread.join();
    proxy.heal();
    // What is still at work on the server comes to its end.
    database().terminate_backends();
    EXPECT_TRUE(eventually([&] {
        return database().value(
                   "select count(*) from pg_stat_activity where datname = current_database() and "
                   "backend_type = 'client backend' and application_name <> 'dbway_test_admin'") == "0";
    }));

    std::map<std::int64_t, int> present;
    for (const TextRow& row : database().sql("select id from journal")) ++present[std::stoll(*row.front())];
    for (const std::int64_t id : journal.acknowledged) EXPECT_EQ(present[id], 1) << id << " was acknowledged";
    for (const std::int64_t id : journal.unknown) EXPECT_LE(present[id], 1) << id << " is of unknown outcome";
    for (const std::int64_t id : journal.refused)
        EXPECT_EQ(present[id], 0) << id << " was said not to be done";
    EXPECT_GT(journal.acknowledged.size(), 0u);
    EXPECT_GT(faults, 0);
    RecordProperty("acknowledged", static_cast<int>(journal.acknowledged.size()));
    RecordProperty("unknown", static_cast<int>(journal.unknown.size()));
    RecordProperty("refused", static_cast<int>(journal.refused.size()));
    EXPECT_EQ(source.query("select 42").one<int>(), 42) << "service is normal again";
}

TEST_P(Stress, SixtyFourThreadsShareFourConnections) {
    database().sql("create table t (i bigint primary key)");
    Source source = open("[source.main.pool]\nmax = 4\nacquire_timeout = \"60s\"\n");
    std::vector<std::thread> threads;
    std::atomic<int> failures{0};
    for (int number = 0; number < 64; ++number)
        threads.emplace_back([&, number] {
            for (int i = 0; i < 20; ++i) try {
                    source.execute("insert into t values ($1)", number * 100 + i);
                    if (source.query("select count(*) from t where i = $1", number * 100 + i).one<int>() != 1)
                        ++failures;
                } catch (const Error& error) {
                    ++failures;
                    ADD_FAILURE() << error.what();
                }
        });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(failures, 0);
    EXPECT_EQ(database().value("select count(*) from t"), "1280");
    EXPECT_LE(source.statistics().opened, 4u);
}

}  // namespace
}  // namespace dbway::test
