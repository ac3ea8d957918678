// That differences.cpp tells the truth: each entry is tried with each provider, and what it is not able to
// must fail.
#include <cmath>
#include <limits>
#include <map>

#include "provider_test.hpp"

namespace dbway::test {
namespace {

class Differences : public ProviderTest {
  protected:
    // Whether the provider can do it, found out by trying.
    bool probe(Feature feature) {
        switch (feature) {
            case Feature::notifications:
                return does([&] { db().listen("channel"); });
            case Feature::checked_utf8:
                return !does([&] { db().execute("insert into probe (t) values ($1)", std::string("\xFF")); });
            case Feature::nan:
                return does([&] {
                    db().execute("insert into probe (f) values ($1)",
                                 std::numeric_limits<double>::quiet_NaN());
                });
            case Feature::infinite_numbers:
                return does([&] {
                    db().execute("insert into probe (f) values ($1)",
                                 std::numeric_limits<double>::infinity());
                });
            case Feature::unlimited_decimals: {
                db().execute("insert into probe (d) values ($1)", Decimal("1.5"));
                return db().query("select d from probe where d is not null").one<Decimal>().str() == "1.5";
            }
            case Feature::wide_instants:
                return does([&] {
                    db().execute(
                        "insert into probe (tz) values ($1)",
                        TimestampTz(
                            std::chrono::sys_days(std::chrono::year(1900) / 1 / 1).time_since_epoch()));
                });
            case Feature::schema_transactions: {
                {
                    Transaction tx = db().begin();
                    tx.execute("create table inside (i integer)");
                }
                return !does([&] { count("inside"); });
            }
            case Feature::deferred_constraints:
                return does([&] {
                    db().execute("create table earlier (i bigint primary key)");
                    db().execute(
                        "create table later (i bigint references earlier (i) deferrable initially deferred)");
                });
            case Feature::infinite_times:
                return does([&] { db().execute("insert into probe (at) values ($1)", Timestamp::max()); });
            case Feature::typed_expressions:
                return (*db().query("select cast($1 as date)", Date(std::chrono::days(1))).begin())
                           .cell(0)
                           .type == DBWAY_T_DATE;
            case Feature::declared_lengths:
                return !does([&] { db().execute("insert into probe (v) values ('four')"); });
            case Feature::division_by_zero:
                return !does([&] { db().query("select 1 / 0").one<std::optional<int>>(); });
            case Feature::failed_transaction: {
                Transaction tx = db().begin();
                does([&] { tx.execute("insert into no_such_table values (1)"); });
                return !does([&] { tx.query("select 1").one<int>(); });
            }
            case Feature::concurrent_writers: {
                Source impatient = open(on_server() ? "" : "busy_timeout = \"50ms\"\n");
                Transaction first = impatient.begin();
                first.execute("insert into probe (v) values ('a')");
                return does([&] {
                    Transaction second = impatient.begin();
                    second.execute("insert into probe (v) values ('b')");
                });
            }
            case Feature::constraint_names:
                return violation().constraint() == "probe_unique";
            case Feature::error_position:
                return error_of([&] { db().query("selekt 1"); }).position() != 0;
            case Feature::error_table:
                return violation().table() == "probe";
            case Feature::pipelined_batches:
                return db().can(DBWAY_CAP_PIPELINE);
            case Feature::raw_copy:
                return does([&] {
                    CopyIn copy = db().copy_in_raw("copy probe (t) from stdin");
                    copy.write("line\n");
                    copy.finish();
                });
            case Feature::streamed_results:
                return (db().connection().info().capabilities & DBWAY_CAP_STREAM) != 0;
            case Feature::reports_session_end:
                return ended_session_is_told();
        }
        return false;
    }

  private:
    static bool does(const std::function<void()>& function) {
        try {
            function();
            return true;
        } catch (const Error&) {
            return false;
        }
    }
    Error violation() {
        return error_of([&] {
            db().execute("insert into probe (u) values (1)");
            db().execute("insert into probe (u) values (1)");
        });
    }
    bool ended_session_is_told() {
        if (!on_server()) return false;  // nobody ends its sessions
#ifdef DBWAY_TEST_MARIADB
        if (on_mysql()) {
            Connection connection = db().connection();
            mariadb().terminate_sessions();
            return error_of([&] { connection.query("select 1"); }).sqlstate() != "08006";
        }
#endif
        Connection connection = db().connection();
        connection.execute("set idle_in_transaction_session_timeout = '20ms'");
        connection.execute("begin");
        const auto pid = std::to_string(connection.info().session_id);
        EXPECT_TRUE(eventually([&] {
            return database().value("select count(*) from pg_stat_activity where pid = " + pid) == "0";
        }));
        return error_of([&] { connection.query("select 1"); }).sqlstate() == "25P03";
    }
};

DBWAY_FOR_ALL_PROVIDERS(Differences);

TEST_P(Differences, AreAsTheTableSays) {
    db().execute("create table probe (t " + type(DBWAY_T_TEXT) + ", f " + type(DBWAY_T_F64) + ", at " +
                 type(DBWAY_T_TIMESTAMP) + ", d " + type(DBWAY_T_DECIMAL) + ", tz " +
                 type(DBWAY_T_TIMESTAMPTZ) + ", v varchar(3), u bigint, constraint probe_unique unique (u))");
    for (const Difference& difference : differences())
        EXPECT_EQ(probe(difference.feature), can(difference.feature)) << difference.name;
}

TEST_P(Differences, WhatIsMissingIsRefusedByName) {
    if (can(Feature::notifications)) GTEST_SKIP() << "it has all that is asked for here";
    const Error error = error_of([&] { db().listen("channel"); });
    EXPECT_EQ(error.category(), Category::unsupported);
    EXPECT_THAT(std::string(error.what()), HasSubstr("notify"));
    for (const std::string& other : postgresql_providers())
        if (expected(other, Feature::notifications)) {
            EXPECT_THAT(std::string(error.what()), HasSubstr(other));
        }
}

TEST(DifferencesTable, HasEveryFeatureOnce) {
    std::map<Feature, int> entries;
    for (const Difference& difference : differences()) ++entries[difference.feature];
    for (const auto& [feature, n] : entries) EXPECT_EQ(n, 1) << static_cast<int>(feature);
    EXPECT_EQ(entries.size(), static_cast<std::size_t>(Feature::reports_session_end) + 1);
}

}  // namespace
}  // namespace dbway::test
