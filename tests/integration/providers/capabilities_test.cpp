// That each provider can do what it declares, and declares what it can do: the matrix of `dbway providers`.
// Declarations that an application cannot see through (NONBLOCK, TIMEOUT, MULTI_SET, PREPARE) are for the
// conformance script, TLS for tls_test.cpp; BINARY tells of a way, not of an ability.
#include <dbway/host.hpp>

#include "provider_test.hpp"
#include "support/fault_proxy.hpp"

namespace dbway::test {
namespace {

class Capabilities : public ProviderTest {
  protected:
    struct Probe {
        std::uint64_t capability;
        const char* name;
        bool (Capabilities::*works)();
    };
    static const Probe probes[];

    static bool does(const std::function<void()>& function) {
        try {
            function();
            return true;
        } catch (const Error&) {
            return false;
        }
    }
    bool cancel() {
        std::stop_source stop;
        QueryOptions options;
        options.stop = stop.get_token();
        const std::jthread stopper([&] {
            std::this_thread::sleep_for(50ms);
            stop.request_stop();
        });
        return error_of([&] { db().query(options, endless()).all<std::string>(); }).category() ==
               Category::cancelled;
    }
    bool write() {
        return does([&] { db().execute("create table written (i bigint)"); });
    }
    bool copy_in() {
        return does([&] {
            CopyIn copy = db().copy_in("t", {"i"});
            copy.row(7);
            copy.finish();
        });
    }
    bool copy_out() {
        return does([&] {
            db().copy_out("t").all<std::tuple<std::optional<std::int64_t>, std::optional<std::string>>>();
        });
    }
    bool notifications() {
        return does([&] { db().listen("channel"); });
    }
    bool transaction() {
        if (!does([&] {
                Transaction tx = db().begin();
                tx.execute("insert into t (i) values (100)");
                tx.rollback();
            }))
            return false;
        return db().query("select count(*) from t where i = 100").one<std::int64_t>() == 0;
    }
    bool savepoint() {
        return does([&] {
            Transaction tx = db().begin();
            tx.savepoint([&] { tx.execute("insert into t (i) values (101)"); });
            tx.commit();
        });
    }
    bool returning() {
        return does([&] { db().query("insert into t (i) values (102) returning i").one<std::int64_t>(); });
    }
    bool arrays() {
        const std::string array = type(DBWAY_T_ARRAY, DBWAY_T_I64);
        if (array.empty()) return false;
        const std::vector<std::int64_t> values = {1, 2, 3};
        db().execute("create table arrays (a " + array + ")");
        return does([&] {
            db().execute("insert into arrays values ($1)", values);
            EXPECT_EQ(db().query("select a from arrays").one<std::vector<std::int64_t>>(), values);
        });
    }
    bool script() {
        return does([&] {
            Rows rows = db().script("select 1; select 2");
            while (rows.next_set()) {
            }
        });
    }
    bool schema_in_transactions() {
        {
            Transaction tx = db().begin();
            tx.execute("create table inside (i integer)");
        }
        return !does([&] { count("inside"); });
    }
    bool schema() {
        return does([&] {
            for (const Row row : db().schema(SchemaKind::tables)) (void)row;
        });
    }
    // A batch of independent statements, each with its own outcome, in fewer round trips than statements.
    bool pipeline() {
        if (!on_server()) return false;
        Source source = through_proxy();
        Batch batch;
        batch.independent();
        for (int i = 0; i < 20; ++i) batch.add("insert into t (i) values ($1)", 1'000 + i);
        source.run(batch);
        const std::size_t before = proxy_->turns();
        source.run(batch);
        return proxy_->turns() - before < 10;
    }
    // The first row is there long before the last one was sent, or, without a server, although there is no
    // last one.
    bool stream() {
        if (!on_server())
            return does([&] {
                QueryOptions options;
                options.deadline = 5s;
                Rows rows = db().query(
                    options,
                    "with recursive n(i) as (select 1 union all select i + 1 from n) select i from n");
                (void)*rows.begin();
            });
        constexpr std::int64_t rows = 400'000;
        Source source = through_proxy();
        source.query("select 1").one<int>();
        const std::uint64_t before = proxy_->passed(FaultProxy::Direction::to_client);
        Rows result = source.query(series(rows));
        (void)*result.begin();
        return proxy_->passed(FaultProxy::Direction::to_client) - before < rows * 80 / 2;
    }

    Source through_proxy() {
#ifdef DBWAY_TEST_MARIADB
        if (on_mysql()) {
            ConnectionOptions options = standard_options(mariadb());
            return through_proxy(options, MariadbAddress::host(), mariadb().server().port());
        }
#endif
        return through_proxy(database().options(), PostgresqlAddress::host(), database().server().port());
    }
    Source through_proxy(ConnectionOptions options, const std::string& host, int port) {
        if (!proxy_) proxy_.emplace(host, port);
        for (auto& [key, value] : options)
            if (key == "port") value = std::to_string(proxy_->port());
        proxied_.emplace();
        return proxied_->add("main", provider(), options).open().source("main");
    }

    std::optional<FaultProxy> proxy_;
    std::optional<Application> proxied_;
};

const Capabilities::Probe Capabilities::probes[] = {
    {DBWAY_CAP_WRITE, "write", &Capabilities::write},
    {DBWAY_CAP_CANCEL, "cancel", &Capabilities::cancel},
    {DBWAY_CAP_COPY_IN, "copy_in", &Capabilities::copy_in},
    {DBWAY_CAP_COPY_OUT, "copy_out", &Capabilities::copy_out},
    {DBWAY_CAP_NOTIFY, "notify", &Capabilities::notifications},
    {DBWAY_CAP_TRANSACTION, "transaction", &Capabilities::transaction},
    {DBWAY_CAP_SAVEPOINT, "savepoint", &Capabilities::savepoint},
    {DBWAY_CAP_RETURNING, "returning", &Capabilities::returning},
    {DBWAY_CAP_ARRAYS, "arrays", &Capabilities::arrays},
    {DBWAY_CAP_SCRIPT, "script", &Capabilities::script},
    {DBWAY_CAP_TX_DDL, "tx_ddl", &Capabilities::schema_in_transactions},
    {DBWAY_CAP_SCHEMA, "schema", &Capabilities::schema},
    {DBWAY_CAP_PIPELINE, "pipeline", &Capabilities::pipeline},
    {DBWAY_CAP_STREAM, "stream", &Capabilities::stream},
};

DBWAY_FOR_ALL_PROVIDERS(Capabilities);

TEST_P(Capabilities, AreWhatTheProviderDeclares) {
    db().execute("create table t (i bigint, s " + type(DBWAY_T_TEXT) + ")");
    const std::uint64_t declared = db().connection().info().capabilities;
    for (const Probe& probe : probes)
        EXPECT_EQ((this->*probe.works)(), (declared & probe.capability) != 0) << probe.name;
    EXPECT_EQ(declared & ~db().capabilities(), 0u) << "the provider's own declaration is the upper bound";
}

}  // namespace
}  // namespace dbway::test
