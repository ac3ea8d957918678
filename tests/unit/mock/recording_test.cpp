// Recording another provider, and replaying what was recorded without it.
#include <dbway/sdk/orm_planner.hpp>
#include <dbway/sdk/sqlite_dialect.hpp>

#include <sys/stat.h>

#include "mock_client.hpp"

namespace dbway::mock::test {
namespace {

using conformance::Request;

class RecordingTest : public testing::Test {
  protected:
    std::unique_ptr<Client> recorder(const std::string& more = {}) {
        return std::make_unique<Client>(conformance::Options{
            {"record", directory_.file("session.toml")},
            {"provider_file", DBWAY_SQLITE_PROVIDER},
            {"provider_options", "database = '" + directory_.file("app.db") + "'\n" + more}});
    }
    std::unique_ptr<Client> replayer() {
        return std::make_unique<Client>(conformance::Options{{"script", directory_.file("session.toml")}});
    }
    std::string recorded() const { return directory_.read("session.toml"); }

    Directory directory_;
};

struct Session {
    std::vector<std::string> lines;
    void note(const Outcome& outcome) {
        std::string line = outcome.describe() + " affected " + std::to_string(outcome.affected) + " tx " +
                           std::to_string(outcome.tx_state);
        for (const auto& diag : outcome.diags)
            line += " " + diag.sqlstate + " flags " + std::to_string(diag.flags);
        for (const auto& set : outcome.sets)
            for (const auto& column : set.columns)
                line += " " + column.name + ":" + std::to_string(column.type) + ":" + column.native_name;
        for (const auto& row : outcome.rows())
            for (const auto& cell : row) line += " | " + conformance::describe(cell);
        lines.push_back(std::move(line));
    }
};

// What an application does, and all that it hears.
std::vector<std::string> play(Client& client) {
    Session session;
    const auto connection = client.connect();
    const auto run = [&](Request request) { session.note(connection->run(std::move(request))); };
    session.note(connection->query(
        "create table t (id integer primary key, name text unique, at timestamp, raw blob)"));
    run({.kind = DBWAY_R_PREPARE, .sql = "insert into t (name, at, raw) values ($1, $2, $3)", .stmt = 1});
    for (int i = 0; i < 3; ++i)
        run({.kind = DBWAY_R_EXECUTE,
             .params = {{text("name\n" + std::to_string(i)), OwnedValue::timestamp(i * 1'000'001),
                         i == 1 ? OwnedValue::null() : OwnedValue::blob(std::string("\0\xff", 2))}},
             .stmt = 1});
    run({.kind = DBWAY_R_UNPREPARE, .stmt = 1});
    run({.kind = DBWAY_R_BEGIN});
    session.note(connection->query("insert into t (name) values ('name' || char(10) || '0')"));
    run({.kind = DBWAY_R_SAVEPOINT, .sql = "p"});
    session.note(connection->query("select missing from t"));
    run({.kind = DBWAY_R_ROLLBACK_TO, .sql = "p"});
    run({.kind = DBWAY_R_COMMIT});
    session.note(connection->query("select id, name, at, raw from t order by id"));
    session.note(connection->query("select id from t where id > $1", {i64(100)}));
    run({.kind = DBWAY_R_SCRIPT,
         .sql = "select 1 as a; update t set name = 'x' || id; select count(*) from t"});
    run({.kind = DBWAY_R_SCHEMA, .arg = DBWAY_SCHEMA_TABLES, .names = {"", "t"}});
    run({.kind = DBWAY_R_COPY_OUT, .sql = "t"});
    run({.kind = DBWAY_R_PING});
    return session.lines;
}

TEST_F(RecordingTest, AReplayIsTheSessionAgain) {
    std::vector<std::string> original;
    {
        const auto client = recorder();
        original = play(*client);
    }
    std::filesystem::remove(directory_.file("app.db"));
    const auto client = replayer();
    const std::vector<std::string> replayed = play(*client);
    ASSERT_EQ(replayed.size(), original.size());
    for (std::size_t i = 0; i < original.size(); ++i) EXPECT_EQ(replayed[i], original[i]) << i;
    EXPECT_THAT(client->unmet(), IsEmpty());
    EXPECT_THAT(client->unexpected(), IsEmpty());
    EXPECT_FALSE(std::filesystem::exists(directory_.file("app.db")));
}

TEST_F(RecordingTest, AReplayNoticesWhatIsDifferent) {
    {
        const auto client = recorder();
        const auto connection = client->connect();
        connection->query("create table t (n integer)");
        connection->query("insert into t values ($1)", {i64(1)});
    }
    const auto client = replayer();
    const auto connection = client->connect();
    EXPECT_TRUE(connection->query("create table t (n integer)").done());
    EXPECT_TRUE(connection->query("insert into t values ($1)", {i64(2)}).failed());
    EXPECT_THAT(client->unexpected().at(0), HasSubstr("$1: expected i64 1, got i64 2"));
    EXPECT_EQ(client->unmet().size(), 1U);
}

TEST_F(RecordingTest, EachConnectionIsATrack) {
    {
        const auto client = recorder();
        const auto first = client->connect();
        const auto second = client->connect();
        first->query("create table t (n integer)");
        second->query("select count(*) from t");
        first->query("insert into t values (1)");
        second->query("select count(*) from t");
    }
    const auto client = replayer();
    const auto first = client->connect();
    const auto second = client->connect();
    // In another order among the two, each as before.
    EXPECT_EQ(second->query("select count(*) from t").rows(), std::vector<OwnedRow>{{i64(0)}});
    EXPECT_EQ(second->query("select count(*) from t").rows(), std::vector<OwnedRow>{{i64(1)}});
    EXPECT_TRUE(first->query("create table t (n integer)").done());
    EXPECT_TRUE(first->query("insert into t values (1)").done());
    EXPECT_THAT(client->unmet(), IsEmpty());
}

TEST_F(RecordingTest, CopyInPassesAndIsCounted) {
    struct Rows {
        std::vector<dbway_value> cells;
        bool given = false;
        static dbway_status DBWAY_CALL pull(void* self, const dbway_value** cells,
                                            std::uint32_t* rows) noexcept {
            auto& all = *static_cast<Rows*>(self);
            if (std::exchange(all.given, true)) return DBWAY_END;
            *cells = all.cells.data();
            *rows = static_cast<std::uint32_t>(all.cells.size());
            return DBWAY_OK;
        }
    };
    const auto copy = [](conformance::Connection& connection) {
        Rows rows;
        rows.cells.resize(1000);
        for (std::size_t i = 0; i < rows.cells.size(); ++i) {
            rows.cells[i].type = DBWAY_T_I64;
            rows.cells[i].v.i64 = static_cast<std::int64_t>(i);
        }
        const dbway_row_source source{sizeof source, 1, &rows, Rows::pull};
        return connection.run(
            Request{.kind = DBWAY_R_COPY_IN, .sql = "t", .names = {"n"}, .source = &source});
    };
    const auto check = [&](Client& client) {
        const auto connection = client.connect();
        connection->query("create table t (n integer)");
        const Outcome copied = copy(*connection);
        EXPECT_TRUE(copied.done()) << copied.describe();
        EXPECT_EQ(copied.affected, 1000);
        EXPECT_EQ(connection->query("select count(*) from t").rows(), std::vector<OwnedRow>{{i64(1000)}});
        connection->query("drop table t");
        EXPECT_TRUE(copy(*connection).failed());
    };
    check(*recorder());
    check(*replayer());
}

TEST_F(RecordingTest, SecretsAreNotRecorded) {
    {
        const auto client = recorder();
        const auto connection = client->connect();
        connection->query("create table users (name text, password text, api_key text)");
        connection->query("insert into users (name, password) values ('Ann', 'hunter2')");
        connection->query("insert into users (name, password) values ($1, $2)",
                          {text("Bob"), text("swordfish")});
        connection->query("select name, password as pw, password, api_key from users where name = $1",
                          {text("Bob")});
        connection->query("select name, password from users");
        connection->query("select upper(name) from users");
    }
    const std::string file = recorded();
    EXPECT_THAT(file, testing::Not(HasSubstr("hunter2")));
    EXPECT_THAT(file, HasSubstr("{ type = \"text\", value = \"***\" }"));
    EXPECT_THAT(file, HasSubstr("ANN"));
    EXPECT_THAT(file, testing::Not(HasSubstr(directory_.file("app.db"))));
    struct stat status {};
    ASSERT_EQ(stat(directory_.file("session.toml").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    // It can be replayed, with other secrets.
    const auto client = replayer();
    const auto connection = client->connect();
    connection->query("create table users (name text, password text, api_key text)");
    EXPECT_TRUE(connection->query("insert into users (name, password) values ('Ann', 'other')").done());
    EXPECT_TRUE(
        connection->query("insert into users (name, password) values ($1, $2)", {text("Bob"), text("x")})
            .done());
    const auto rows = connection
                          ->query("select name, password as pw, password, api_key from users where name = $1",
                                  {text("Bob")})
                          .rows();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0][2], text("***"));
}

TEST_F(RecordingTest, WhatTheRecordedProviderSaysOfItself) {
    const auto client = recorder();
    const auto connection = client->connect();
    const dbway_conn_info info = connection->info();
    EXPECT_EQ(std::string(info.product.ptr, info.product.len), "SQLite");
    EXPECT_EQ(info.caps & DBWAY_CAP_NOTIFY, 0U);
    EXPECT_NE(info.caps & DBWAY_CAP_COPY_IN, 0U);
    EXPECT_TRUE(connection->run(Request{.kind = DBWAY_R_LISTEN, .sql = "x"}).failed());
}

TEST_F(RecordingTest, WhatTheRecordedProviderSaysOfItsSql) {
    const auto client = recorder();
    const auto first = client->connect();
    const auto second = client->connect();
    const auto lookup = [](conformance::Connection& connection, const char* id) {
        return connection.api().get_extension(connection.raw(), id);
    };
    const auto* dialect = static_cast<const dbway_ext_dialect*>(lookup(*first, DBWAY_EXT_DIALECT));
    ASSERT_NE(dialect, nullptr);
    EXPECT_STREQ(dialect->name, "sqlite");
    EXPECT_STREQ(dialect->identifier_quote, sdk::sqlite_dialect.identifier_quote);
    EXPECT_EQ(dialect->placeholder, sdk::sqlite_dialect.placeholder);
    ASSERT_TRUE(DBWAY_HAS(dbway_ext_dialect, dialect, type_name));
    for (std::uint32_t type = DBWAY_T_BOOL; type <= DBWAY_T_NATIVE; ++type)
        EXPECT_STREQ(dialect->type_name(client->raw(), type, 10, 2),
                     sdk::sqlite_dialect.type_name(nullptr, type, 10, 2))
            << type;
    EXPECT_EQ(lookup(*second, DBWAY_EXT_DIALECT), dialect) << "the table is the provider's";
    const auto* orm = static_cast<const dbway_ext_orm*>(lookup(*first, DBWAY_EXT_ORM));
    ASSERT_NE(orm, nullptr);
    EXPECT_EQ(orm->max_params, sdk::orm_extension<sdk::orm::Sqlite>.max_params);
    EXPECT_EQ(orm->plan(client->raw(), nullptr, nullptr, nullptr, nullptr), DBWAY_ERR_INVALID);
    EXPECT_EQ(lookup(*first, "no.such/1"), nullptr);
}

TEST_F(RecordingTest, WithMoreRecordedProvidersThanPlacesADialectNamesNoTypes) {
    // Each file has a provider of its own; the places are those of the process.
    const auto has_types = [](conformance::Connection& connection) {
        const auto* dialect = static_cast<const dbway_ext_dialect*>(
            connection.api().get_extension(connection.raw(), DBWAY_EXT_DIALECT));
        EXPECT_STREQ(dialect->name, "sqlite");
        const bool types = DBWAY_HAS(dbway_ext_dialect, dialect, type_name);
        EXPECT_EQ(connection.api().get_extension(connection.raw(), DBWAY_EXT_ORM) != nullptr, types);
        return types;
    };
    const auto client = [&](int i) {
        return std::make_unique<Client>(
            conformance::Options{{"record", directory_.file(std::to_string(i) + ".toml")},
                                 {"provider_file", DBWAY_SQLITE_PROVIDER},
                                 {"provider_options", "database = ':memory:'"}});
    };
    std::vector<std::unique_ptr<Client>> clients;
    bool types = true;
    while (types && clients.size() < 1000) {
        clients.push_back(client(static_cast<int>(clients.size())));
        types = has_types(*clients.back()->connect());
    }
    EXPECT_GT(clients.size(), 16U);
    EXPECT_FALSE(types);
    EXPECT_TRUE(has_types(*clients.front()->connect()));
    EXPECT_TRUE(clients.back()->connect()->query("select 1").done());
    clients.erase(clients.begin());
    EXPECT_TRUE(has_types(*client(1000)->connect())) << "a place is free again";
}

TEST_F(RecordingTest, ALargeResultIsRecordedWhole) {
    const std::string sql =
        "with recursive s(n) as (select 1 union all select n + 1 from s where n < 20000) "
        "select n, n || ' of many rows' from s";
    const std::vector<OwnedRow> original = recorder()->connect()->query(sql).rows();
    EXPECT_EQ(original.size(), 20000U);
    EXPECT_EQ(replayer()->connect()->query(sql).rows(), original);
    for (const auto& file : std::filesystem::directory_iterator(directory_.file("")))
        EXPECT_THAT(file.path().filename().string(),
                    testing::AnyOf("session.toml", testing::StartsWith("app.db")));
}

TEST_F(RecordingTest, RowsThatCannotBeKeptFailTheirStatementOnly) {
    std::filesystem::create_directory(directory_.file("gone"));
    Client client(conformance::Options{{"record", directory_.file("gone/session.toml")},
                                       {"provider_file", DBWAY_SQLITE_PROVIDER},
                                       {"provider_options", "database = ':memory:'"}});
    const auto connection = client.connect();
    std::filesystem::remove_all(directory_.file("gone"));
    const Outcome outcome = connection->query(
        "with recursive s(n) as (select 1 union all select n + 1 from s) select n, 'many rows' from s");
    EXPECT_EQ(outcome.status, DBWAY_ERR_RESOURCE) << outcome.describe();
    EXPECT_THAT(outcome.describe(), HasSubstr("beside " + directory_.file("gone/session.toml")));
    EXPECT_TRUE(connection->query("select 1").done());
}

TEST_F(RecordingTest, ItsOptionsAreNeverShown) {
    EXPECT_THAT(recorder("pasword = 'hunter2'")->refusal(),
                testing::AllOf(HasSubstr("pasword"), testing::Not(HasSubstr("hunter2"))));
    EXPECT_THAT(recorder("hunter2")->refusal(),
                testing::AllOf(HasSubstr("is no TOML, line 2"), testing::Not(HasSubstr("hunter2"))));
    EXPECT_THAT(recorder("database2 = []")->refusal(), HasSubstr("'database2' is no string"));
}

TEST_F(RecordingTest, ADeadlineAndACancelReachTheRecordedProvider) {
    const auto client = recorder();
    const auto connection = client->connect();
    const std::string endless =
        "with recursive s(n) as (select 1 union all select n + 1 from s) select max(n) from s";
    EXPECT_EQ(connection->run(Request{.sql = endless, .timeout_ns = 20'000'000}).status, DBWAY_ERR_TIMEOUT);
    EXPECT_THAT(recorded(), HasSubstr("category = \"timeout\""));
    EXPECT_TRUE(connection->query("select 1").done());
}

TEST_F(RecordingTest, RowsThatNobodyWantsAreNotAwaited) {
    const auto client = recorder();
    const auto connection = client->connect();
    ASSERT_EQ(connection->submit({Request{
                  .sql = "with recursive s(n) as (select 1 union all select n + 1 from s) select n from s"}}),
              DBWAY_OK);
    conformance::Event event;
    ASSERT_EQ(connection->next(event), DBWAY_OK);
    EXPECT_FALSE(event.is_final());
    connection->discard();
    const auto rest = connection->collect();
    EXPECT_TRUE(rest.at(0).done()) << rest.at(0).describe();
    EXPECT_TRUE(connection->query("select 1").done());
}

}  // namespace
}  // namespace dbway::mock::test
