// Which isolation level prevents which anomaly, shown by trying to make it happen.
#include "provider_test.hpp"

namespace dbway::test {
namespace {

enum class Anomaly { dirty_read, non_repeatable_read, phantom, lost_update, write_skew };

struct Cell {
    Isolation level;
    Anomaly anomaly;
    const char* name;
    bool sqlite, postgresql, mysql;  // it happens
};

// SQLite is serializable whatever is asked for. PostgreSQL's READ UNCOMMITTED is its READ COMMITTED, and its
// REPEATABLE READ a snapshot, which has no phantoms. InnoDB's REPEATABLE READ reads from a
// snapshot and writes to the latest rows.
// clang-format off
constexpr Cell cells[] = {
    {Isolation::read_uncommitted, Anomaly::dirty_read,          "read uncommitted: dirty read",          false, false, true},
    {Isolation::read_uncommitted, Anomaly::non_repeatable_read, "read uncommitted: non-repeatable read", false, true, true},
    {Isolation::read_uncommitted, Anomaly::phantom,             "read uncommitted: phantom",             false, true, true},
    {Isolation::read_uncommitted, Anomaly::lost_update,         "read uncommitted: lost update",         false, true, true},
    {Isolation::read_uncommitted, Anomaly::write_skew,          "read uncommitted: write skew",          false, true, true},
    {Isolation::read_committed,   Anomaly::dirty_read,          "read committed: dirty read",            false, false, false},
    {Isolation::read_committed,   Anomaly::non_repeatable_read, "read committed: non-repeatable read",   false, true, true},
    {Isolation::read_committed,   Anomaly::phantom,             "read committed: phantom",               false, true, true},
    {Isolation::read_committed,   Anomaly::lost_update,         "read committed: lost update",           false, true, true},
    {Isolation::read_committed,   Anomaly::write_skew,          "read committed: write skew",            false, true, true},
    {Isolation::repeatable_read,  Anomaly::dirty_read,          "repeatable read: dirty read",           false, false, false},
    {Isolation::repeatable_read,  Anomaly::non_repeatable_read, "repeatable read: non-repeatable read",  false, false, false},
    {Isolation::repeatable_read,  Anomaly::phantom,             "repeatable read: phantom",              false, false, false},
    {Isolation::repeatable_read,  Anomaly::lost_update,         "repeatable read: lost update",          false, false, true},
    {Isolation::repeatable_read,  Anomaly::write_skew,          "repeatable read: write skew",           false, true, true},
    {Isolation::serializable,     Anomaly::dirty_read,          "serializable: dirty read",              false, false, false},
    {Isolation::serializable,     Anomaly::non_repeatable_read, "serializable: non-repeatable read",     false, false, false},
    {Isolation::serializable,     Anomaly::phantom,             "serializable: phantom",                 false, false, false},
    {Isolation::serializable,     Anomaly::lost_update,         "serializable: lost update",             false, false, false},
    {Isolation::serializable,     Anomaly::write_skew,          "serializable: write skew",              false, false, false},
};
// clang-format on

class IsolationLevels : public ProviderTest {
  protected:
    // Two transactions, a and b, step by step. A conflict that the server reports prevents the anomaly.
    bool happens(Source& source, Isolation level, Anomaly anomaly) {
        source.execute("delete from t");
        source.execute("insert into t values (1, 0), (2, 0)");
        try {
            Transaction a = source.begin({.isolation = level});
            const auto n = [](Transaction& tx) { return tx.query("select n from t where i = 1").one<int>(); };
            const auto sum = [](Transaction& tx) {
                return tx.query("select count(*) from t where n = 0").one<int>();
            };
            switch (anomaly) {
                case Anomaly::dirty_read: {
                    a.execute("update t set n = 1 where i = 1");
                    Transaction b = source.begin({.isolation = level});
                    return n(b) == 1;
                }
                case Anomaly::non_repeatable_read: {
                    const int before = n(a);
                    source.execute("update t set n = n + 1 where i = 1");
                    return n(a) != before;
                }
                case Anomaly::phantom: {
                    const int before = sum(a);
                    source.execute("insert into t values (3, 0)");
                    return sum(a) != before;
                }
                case Anomaly::lost_update: {
                    const int seen_by_a = n(a);
                    Transaction b = source.begin({.isolation = level});
                    const int seen_by_b = n(b);
                    b.execute("update t set n = $1 where i = 1", seen_by_b + 1);
                    b.commit();
                    a.execute("update t set n = $1 where i = 1", seen_by_a + 1);
                    a.commit();
                    return source.query("select n from t where i = 1").one<int>() == 1;
                }
                case Anomaly::write_skew: {
                    Transaction b = source.begin({.isolation = level});
                    const bool both =
                        sum(a) == 2 && sum(b) == 2;  // one of two may go, as long as the other stays
                    if (both) a.execute("update t set n = 1 where i = 1");
                    if (both) b.execute("update t set n = 1 where i = 2");
                    a.commit();
                    b.commit();
                    return source.query("select count(*) from t where n = 0").one<int>() == 0;
                }
            }
        } catch (const Conflict&) {
        }
        return false;
    }
};

DBWAY_FOR_ALL_PROVIDERS(IsolationLevels);

TEST_P(IsolationLevels, PreventWhatTheTableSays) {
    Source source = open(on_postgresql() ? ""
                         : on_mysql()    ? "lock_timeout = \"1s\"\n"
                                         : "busy_timeout = \"30ms\"\n");
    source.execute("create table t (i bigint primary key, n bigint not null)");
    for (const Cell& cell : cells)
        EXPECT_EQ(happens(source, cell.level, cell.anomaly), on_postgresql() ? cell.postgresql
                                                             : on_mysql()    ? cell.mysql
                                                                             : cell.sqlite)
            << cell.name;
}

TEST_P(IsolationLevels, ASnapshotIsGivenOrRefusedByName) {
    db().execute("create table t (i bigint)");
    try {
        Transaction tx = db().begin({.isolation = Isolation::snapshot});
        EXPECT_EQ(tx.query("select count(*) from t").one<int>(), 0);
        db().query("select 1").one<int>();
        if (on_server()) {
            db().execute("insert into t values (1)");
            EXPECT_EQ(tx.query("select count(*) from t").one<int>(), 0);
        }
    } catch (const Unsupported& error) {
        EXPECT_THAT(std::string(error.what()), HasSubstr("snapshot"));
    }
}

}  // namespace
}  // namespace dbway::test
