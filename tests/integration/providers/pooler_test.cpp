// Behind PgBouncer in transaction mode: each transaction may have another session of the server.
#include <atomic>
#include <thread>

#include "provider_test.hpp"
#include "servers/pgbouncer.hpp"

namespace dbway::test {
namespace {

class Pooler : public ProviderTest {
  protected:
    void SetUp() override {
        DBWAY_NEEDS_PGBOUNCER();
        ProviderTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        bouncer_.emplace(database().server());
        database().sql("create table account (id bigint primary key, name text, balance numeric(12,2))");
        database().sql("insert into account select i, 'owner ' || i, i from generate_series(1, 100) i");
    }

    // As each provider's reference page advises.
    Source pooled(const std::string& extra = {}) {
        application_.emplace();
        return application_
            ->add("main", provider(), bouncer_->options(database().name()),
                  (provider() == "pgx" ? "statement_mode = \"unnamed\"\n" : "statement_cache = 0\n") + extra)
            .open()
            .source("main");
    }
    std::optional<PgBouncer> bouncer_;
    std::optional<Application> application_;
};

DBWAY_FOR_POSTGRESQL_PROVIDERS(Pooler);

TEST_P(Pooler, ThreadsShareFewServerConnections) {
    Source source = pooled("[source.main.pool]\nmax = 12\n");
    constexpr int threads = 12;
    constexpr int rounds = 60;
    std::atomic<int> wrong{0};
    std::vector<std::thread> workers;
    for (int thread = 0; thread < threads; ++thread) {
        workers.emplace_back([&, thread] {
            try {
                for (int i = 0; i < rounds; ++i) {
                    const std::int64_t id = 1 + (thread * 7 + i) % 100;
                    const auto name =
                        source.query("select name from account where id = $1", id).one<std::string>();
                    if (name != "owner " + std::to_string(id)) ++wrong;
                    source.transaction([&](Transaction& tx) {
                        tx.execute("update account set balance = balance + $1 where id = $2", Decimal("0.01"),
                                   id);
                        const auto seen = tx.query("select id, balance from account where id = $1", id)
                                              .template one<std::tuple<std::int64_t, Decimal>>();
                        if (std::get<0>(seen) != id) ++wrong;
                    });
                }
            } catch (const std::exception& error) {
                ++wrong;
                ADD_FAILURE() << error.what();
            }
        });
    }
    for (std::thread& worker : workers) worker.join();
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(database().value("select sum(balance) from account"),
              std::to_string(5050 + threads * rounds / 100) + "." + "20");
}

TEST_P(Pooler, StatementsSurviveAnotherSession) {
    Source source = pooled("[source.main.pool]\nmax = 1\n");
    for (int round = 0; round < 4; ++round) {
        for (int i = 1; i <= 20; ++i)
            ASSERT_EQ(source.query("select id + $2 from account where id = $1", i, round).one<std::int64_t>(),
                      i + round);
        // PgBouncer connects anew for what comes next.
        database().sql(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() "
            "and pid <> pg_backend_pid()");
        EXPECT_TRUE(eventually([&] {
            try {
                return source.query("select 1").one<int>() == 1;
            } catch (const Error&) {
                return false;
            }
        }));
    }
}

TEST_P(Pooler, BatchCopyAndTypes) {
    Source source = pooled();
    Batch batch;
    for (int i = 0; i < 50; ++i) batch.add("insert into account values ($1, $2, $3)", 1000 + i, "b", i);
    batch.add("select count(*) from account");
    BatchResults results = source.run(batch);
    EXPECT_EQ(results[50].rows().one<std::int64_t>(), 150);

    CopyIn copy = source.copy_in("account", {"id", "name", "balance"});
    for (int i = 0; i < 500; ++i) copy.row(2000 + i, "c", Decimal("1.25"));
    EXPECT_EQ(copy.finish(), 500);
    std::int64_t rows = 0;
    for (const Row row : source.copy_out("account")) rows += row.get<std::int64_t>(0) > 0 ? 1 : 0;
    EXPECT_EQ(rows, 650);

    database().sql("create type mood as enum ('sad', 'happy')");
    EXPECT_EQ(source.query("select $1::mood::text", "happy").one<std::string>(), "happy");
    EXPECT_EQ(source.query("select array[1, 2, 3]").one<std::vector<int>>(), (std::vector<int>{1, 2, 3}));
}

TEST_P(Pooler, ErrorsCancelAndDeadlines) {
    Source source = pooled("[source.main.pool]\nmax = 1\n");
    EXPECT_EQ(error_of([&] { source.query("select 1 / $1::int", 0).one<int>(); }).sqlstate(), "22012");
    QueryOptions soon;
    soon.deadline = 200ms;
    EXPECT_THROW(source.execute(soon, "select pg_sleep(600)"), Timeout);
    EXPECT_EQ(source.query("select $1::int", 5).one<int>(), 5);
    Connection connection = source.connection();
    std::jthread other([&] {
        std::this_thread::sleep_for(100ms);
        connection.cancel();
    });
    EXPECT_EQ(error_of([&] { connection.execute("select pg_sleep(600)"); }).category(), Category::cancelled);
    other.join();
    EXPECT_EQ(connection.query("select $1::int", 6).one<int>(), 6);
}

}  // namespace
}  // namespace dbway::test
