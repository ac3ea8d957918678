// A connection of the mock, through the ABI.
#include <poll.h>

#include <thread>

#include <dbway/ext/dialect.h>
#include <dbway/ext/orm.h>

#include "mock_client.hpp"

namespace dbway::mock::test {
namespace {

using conformance::Request;

// A client whose script is a file.
class ConnectionTest : public testing::Test {
  protected:
    void script(const std::string& toml, conformance::Options more = {}) {
        more.emplace_back("script", directory_.write("script.toml", toml));
        client_ = std::make_unique<Client>(std::move(more));
        connection_ = client_->connect();
    }
    Outcome query(const std::string& sql, OwnedRow parameters = {}) {
        return connection_->query(sql, std::move(parameters));
    }
    Outcome run(std::uint32_t kind, const std::string& sql = {}, std::uint32_t arg = 0) {
        return connection_->run(Request{.kind = kind, .sql = sql, .arg = arg});
    }

    Directory directory_;
    std::unique_ptr<Client> client_;
    std::unique_ptr<conformance::Connection> connection_;
};

constexpr const char* users = R"t(
[[expect]]
statement = "select id, name from users where age > $1"
parameters = [21]
columns = ["id i64", "name text"]
rows = [[1, "Ann"], [2, {}]]
tag = "SELECT 2"
[[expect]]
statement = "insert into users (name) values ($1)"
affected = 1
last_id = 17
)t";

TEST_F(ConnectionTest, RowsCountsAndKeys) {
    script(users);
    const Outcome rows = query("select id, name\n  from users where age > $1", {i64(21)});
    ASSERT_TRUE(rows.done()) << rows.describe();
    EXPECT_EQ(rows.rows(), (std::vector<OwnedRow>{{i64(1), text("Ann")}, {i64(2), OwnedValue::null()}}));
    EXPECT_EQ(rows.tag, "SELECT 2");
    EXPECT_EQ(rows.sets.at(0).columns.at(1).name, "name");
    const Outcome inserted = query("insert into users (name) values ($1)", {text("Bob")});
    EXPECT_TRUE(inserted.done()) << inserted.describe();
    EXPECT_EQ(inserted.affected, 1);
    EXPECT_THAT(client_->unmet(), IsEmpty());
}

TEST_F(ConnectionTest, PreparedBeforeItsTurn) {
    script(R"t(
[[expect]]
statement = "first"
[[expect]]
statement = "second"
columns = ["n i64"]
rows = [[1]]
[[expect]]
statement = "second"
columns = ["other text"]
rows = [["x"]]
)t");
    const Outcome prepared = connection_->run(Request{.kind = DBWAY_R_PREPARE, .sql = "second", .stmt = 1});
    ASSERT_TRUE(prepared.done()) << prepared.describe();
    ASSERT_EQ(prepared.columns.size(), 1U);
    EXPECT_EQ(prepared.columns[0].name, "n");
    const Request execute{.kind = DBWAY_R_EXECUTE, .stmt = 1, .flags = DBWAY_RF_COLUMNS_KNOWN};
    EXPECT_TRUE(connection_->run(execute).failed());
    EXPECT_TRUE(query("first").done());
    EXPECT_EQ(connection_->run(execute).rows(), std::vector<OwnedRow>{{i64(1)}});
    const Outcome changed = connection_->run(execute);
    EXPECT_TRUE(changed.announced);
    EXPECT_EQ(changed.rows(), std::vector<OwnedRow>{{text("x")}});
}

TEST_F(ConnectionTest, EachSetOfParametersIsAStatement) {
    script(R"t(
[[expect]]
statement = "insert"
parameters = [1]
affected = 1
[[expect]]
statement = "insert"
parameters = [2]
affected = 1
)t");
    const Outcome both = connection_->run(Request{.sql = "insert", .params = {{i64(1)}, {i64(2)}}});
    EXPECT_TRUE(both.done()) << both.describe();
    EXPECT_EQ(both.affected, 2);
}

TEST_F(ConnectionTest, AScriptIsItsStatements) {
    script(
        "[[expect]]\nstatement = 'a'\naffected = 1\n[[expect]]\nstatement = 'b'\ncolumns = ['n i64']\nrows = "
        "[[5]]");
    const Outcome outcome = run(DBWAY_R_SCRIPT, "a; -- and\n b;");
    EXPECT_TRUE(outcome.done()) << outcome.describe();
    EXPECT_EQ(outcome.rows(), std::vector<OwnedRow>{{i64(5)}});
    EXPECT_THAT(client_->unmet(), IsEmpty());
}

TEST_F(ConnectionTest, ManyRows) {
    script(R"t(
[[expect]]
statement = "copies"
columns = ["n i64", "s text"]
rows = [[1, "one"], [2, "two"]]
repeat = 1000
[[expect]]
statement = "numbers"
series = "n"
)t");
    const auto copies = query("copies").rows();
    ASSERT_EQ(copies.size(), 2000U);
    EXPECT_EQ(copies[1999], (OwnedRow{i64(2), text("two")}));
    const auto numbers = query("numbers", {i64(10000)}).rows();
    ASSERT_EQ(numbers.size(), 10000U);
    EXPECT_EQ(numbers[9999][0], i64(10000));
}

TEST_F(ConnectionTest, WhatFollowsRowsThatNobodyWants) {
    script(R"t(
[[expect]]
statement = "numbers"
series = "n"
notify = [{ channel = "jobs" }]
[[expect]]
statement = "numbers"
series = "n"
error = { sqlstate = "22012" }
)t");
    ASSERT_TRUE(run(DBWAY_R_LISTEN, "jobs").done());
    for (const bool good : {true, false}) {
        ASSERT_EQ(connection_->submit({Request{.sql = "numbers", .params = {{i64(1'000'000'000)}}}}),
                  DBWAY_OK);
        conformance::Event event;
        ASSERT_EQ(connection_->next(event), DBWAY_OK);
        connection_->discard();
        EXPECT_EQ(connection_->collect().at(0).done(), good);
    }
    EXPECT_EQ(connection_->take_notifications().size(), 1U);
}

TEST_F(ConnectionTest, ErrorsBeforeAndAfterRows) {
    script(R"t(
[[expect]]
statement = "a"
error = { sqlstate = "23505", message = "duplicate key", constraint = "users_email_key" }
[[expect]]
statement = "b"
columns = ["n i64"]
rows = [[1], [2]]
error = { sqlstate = "57014", message = "stopped" }
)t");
    const Outcome refused = query("a");
    EXPECT_EQ(refused.status, DBWAY_ERR_CONSTRAINT);
    EXPECT_EQ(refused.message(), "duplicate key");
    EXPECT_EQ(refused.diags.at(0).sqlstate, "23505");
    const Outcome half = query("b");
    EXPECT_EQ(half.status, DBWAY_ERR_CANCELLED);
    EXPECT_EQ(half.rows().size(), 2U);
    EXPECT_TRUE(run(DBWAY_R_PING).done());
}

TEST_F(ConnectionTest, LostBefore) {
    script("[[expect]]\nstatement = 'a'\nlost = 'before'");
    const Outcome lost = lose(*connection_, {.sql = "a"});
    EXPECT_EQ(lost.status, DBWAY_ERR_CONNECTION);
}

TEST_F(ConnectionTest, LostAfterTheRows) {
    script("[[expect]]\nstatement = 'a'\ncolumns = ['n i64']\nrows = [[1]]\nlost = 'after'");
    const Outcome lost = lose(*connection_, {.sql = "a"});
    EXPECT_EQ(lost.status, DBWAY_ERR_CONNECTION);
    EXPECT_EQ(lost.rows().size(), 1U);
}

TEST_F(ConnectionTest, TransactionsAreKeptLikeAServers) {
    script("");
    EXPECT_EQ(run(DBWAY_R_COMMIT).diags.at(0).sqlstate, "25P01");
    EXPECT_EQ(run(DBWAY_R_BEGIN).tx_state, DBWAY_TX_STATE_ACTIVE);
    EXPECT_EQ(run(DBWAY_R_BEGIN).diags.at(0).sqlstate, "25001");
    EXPECT_TRUE(run(DBWAY_R_SAVEPOINT, "p").done());
    EXPECT_TRUE(run(DBWAY_R_SAVEPOINT, "q").done());
    EXPECT_TRUE(run(DBWAY_R_ROLLBACK_TO, "p").done());
    EXPECT_EQ(run(DBWAY_R_RELEASE, "q").diags.at(0).sqlstate, "3B001");
    EXPECT_TRUE(run(DBWAY_R_RELEASE, "p").done());
    EXPECT_EQ(run(DBWAY_R_COMMIT).tx_state, DBWAY_TX_STATE_IDLE);
}

TEST_F(ConnectionTest, AFailedTransaction) {
    script(
        "failing_transactions = true\n[[expect]]\nstatement = 'a'\nerror = { sqlstate = '22012' }\n"
        "[[expect]]\nstatement = 'b'");
    run(DBWAY_R_BEGIN);
    run(DBWAY_R_SAVEPOINT, "p");
    EXPECT_EQ(query("a").tx_state, DBWAY_TX_STATE_FAILED);
    EXPECT_EQ(query("b").diags.at(0).sqlstate, "25P02");
    EXPECT_EQ(run(DBWAY_R_ROLLBACK_TO, "p").tx_state, DBWAY_TX_STATE_ACTIVE);
    EXPECT_TRUE(query("b").done());
    EXPECT_TRUE(run(DBWAY_R_COMMIT).done());
}

TEST_F(ConnectionTest, CommitOfAFailedTransactionRollsBack) {
    script("failing_transactions = true\n[[expect]]\nstatement = 'a'\nerror = { sqlstate = '22012' }");
    run(DBWAY_R_BEGIN);
    query("a");
    const Outcome commit = run(DBWAY_R_COMMIT);
    EXPECT_TRUE(commit.failed());
    EXPECT_EQ(commit.tx_state, DBWAY_TX_STATE_IDLE);
}

TEST_F(ConnectionTest, ACommitThatIsRefusedHasRolledBack) {
    script("[[expect]]\non = 'commit'\nerror = { sqlstate = '40001', message = 'conflict' }");
    run(DBWAY_R_BEGIN);
    const Outcome commit = run(DBWAY_R_COMMIT);
    EXPECT_EQ(commit.status, DBWAY_ERR_CONFLICT);
    EXPECT_EQ(commit.tx_state, DBWAY_TX_STATE_IDLE);
    EXPECT_NE(commit.diags.at(0).flags & DBWAY_DIAG_RETRY_TX, 0U);
}

TEST_F(ConnectionTest, AnOpeningThatFails) {
    script(
        "[[expect]]\non = 'open'\n[[expect]]\non = 'open'\nerror = { sqlstate = '28P01', message = 'who are "
        "you' }");
    EXPECT_THAT(client_->refusal(), HasSubstr("who are you"));
    client_->connect();  // free again
}

TEST_F(ConnectionTest, ADelayEndsAtTheDeadline) {
    script("[[expect]]\nstatement = 'a'\ndelay = 'forever'");
    const Outcome late = connection_->run(Request{.sql = "a", .timeout_ns = 1'000'000});
    EXPECT_EQ(late.status, DBWAY_ERR_TIMEOUT);
    EXPECT_TRUE(run(DBWAY_R_PING).done());
}

TEST_F(ConnectionTest, ADelayEndsByACancel) {
    script("[[expect]]\nstatement = 'a'\ndelay = 'forever'");
    std::vector<std::uint64_t> ids;
    ASSERT_EQ(connection_->submit({Request{.sql = "a"}}, &ids), DBWAY_OK);
    // Before the statement runs and while it does are both right.
    std::thread canceller([&] { connection_->cancel(ids.at(0)); });
    const auto outcomes = connection_->collect();
    canceller.join();
    EXPECT_EQ(outcomes.at(0).status, DBWAY_ERR_CANCELLED);
}

TEST_F(ConnectionTest, DisconnectReachesARequestInItsDelay) {
    script("[[expect]]\nstatement = 'a'\ndelay = 'forever'");
    dbway_mock* const mock = client_->mock();
    std::thread cutter([&] { client_->table().disconnect(mock); });
    const Outcome lost = lose(*connection_, {.sql = "a"});
    cutter.join();
    EXPECT_EQ(lost.status, DBWAY_ERR_CONNECTION);
}

TEST_F(ConnectionTest, NotificationsReachThoseThatListen) {
    script(
        "[[expect]]\nstatement = 'work'\nnotify = [{ channel = 'jobs', payload = '42', sender = 7 }, "
        "{ channel = 'other' }]");
    const auto listener = client_->connect();
    ASSERT_TRUE(listener->run(Request{.kind = DBWAY_R_LISTEN, .sql = "jobs"}).done());
    ASSERT_TRUE(query("work").done());
    pollfd readable{static_cast<int>(listener->wait_info().fd), POLLIN, 0};
    EXPECT_EQ(poll(&readable, 1, 10'000), 1);
    const auto heard = [&] {
        conformance::Event event;
        EXPECT_EQ(listener->next(event), DBWAY_END);
        std::vector<OwnedRow> rows;
        for (const conformance::Event& note : listener->take_notifications()) rows.push_back(note.rows.at(0));
        return rows;
    };
    EXPECT_EQ(heard(), (std::vector<OwnedRow>{{text("jobs"), text("42"), i64(7)}}));
    EXPECT_EQ(poll(&readable, 1, 0), 0);
    conformance::Event none;
    EXPECT_EQ(connection_->next(none), DBWAY_END);
    EXPECT_THAT(connection_->take_notifications(), IsEmpty());

    const dbway_mock_notification again{{"jobs", 4}, {"x", 1}, 0};
    client_->table().notify(client_->mock(), &again);
    EXPECT_EQ(heard(), (std::vector<OwnedRow>{{text("jobs"), text("x"), i64(0)}}));
    ASSERT_TRUE(listener->run(Request{.kind = DBWAY_R_UNLISTEN, .sql = "jobs"}).done());
    client_->table().notify(client_->mock(), &again);
    EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(ConnectionTest, CopyInCountsItsRows) {
    script(R"t(
[[expect]]
on = "copy_in"
name = "events"
[[expect]]
on = "copy_in"
error = { sqlstate = "23502", message = "null in column at" }
[[expect]]
on = "copy_out"
name = "events"
columns = ["n i64"]
rows = [[1], [2]]
)t");
    struct Rows {
        dbway_value cells[2] = {};
        std::uint32_t left = 0;
        static dbway_status DBWAY_CALL pull(void* self, const dbway_value** cells,
                                            std::uint32_t* rows) noexcept {
            auto& given = *static_cast<Rows*>(self);
            if (given.left == 0) return DBWAY_END;
            *cells = given.cells;
            *rows = 1;
            --given.left;
            return DBWAY_OK;
        }
    } rows;
    const dbway_row_source source{sizeof source, 2, &rows, Rows::pull};
    const Request copy{.kind = DBWAY_R_COPY_IN, .sql = "events", .names = {"a", "b"}, .source = &source};
    rows.left = 3;
    const Outcome copied = connection_->run(copy);
    EXPECT_TRUE(copied.done()) << copied.describe();
    EXPECT_EQ(copied.affected, 3);
    rows.left = 2;
    EXPECT_EQ(connection_->run(copy).status, DBWAY_ERR_CONSTRAINT);
    EXPECT_EQ(run(DBWAY_R_COPY_OUT, "events").rows().size(), 2U);
}

TEST_F(ConnectionTest, SchemaIsEmptyButForItsColumns) {
    script(
        "[[expect]]\non = 'schema'\nname = 'columns public.users'\ncolumns = ['schema text', 'table text']\n"
        "rows = [['public', 'users']]",
        {{"mode", "lenient"}});
    const Outcome columns = connection_->run(
        Request{.kind = DBWAY_R_SCHEMA, .arg = DBWAY_SCHEMA_COLUMNS, .names = {"public", "users"}});
    EXPECT_EQ(columns.rows().size(), 1U);
    const Outcome tables = run(DBWAY_R_SCHEMA, "", DBWAY_SCHEMA_TABLES);
    ASSERT_TRUE(tables.done()) << tables.describe();
    ASSERT_EQ(tables.columns.size(), 4U);
    EXPECT_EQ(tables.columns[3].name, "definition");
}

TEST_F(ConnectionTest, TheReportFileHasTheFindings) {
    script(users, {{"report", directory_.file("report.txt")}});
    query("select 1");
    connection_.reset();
    const std::string report = directory_.read("report.txt");
    EXPECT_THAT(report, HasSubstr("2 expectations were not met, 1 requests were not expected"));
    EXPECT_THAT(report,
                HasSubstr("\n  - expectation 1 (script.toml:2) was not met: select id, name from users"));
    EXPECT_THAT(report, HasSubstr("\n  - the mock did not expect this: select 1"));
    script("", {{"report", directory_.file("report.txt")}});
    connection_.reset();
    EXPECT_EQ(directory_.read("report.txt"), "mock: all is as expected\n");
}

TEST_F(ConnectionTest, ADialectBringsItsSql) {
    const auto lookup = [&](const char* dialect) {
        connection_.reset();
        script("", {{"dialect", dialect}});
        return static_cast<const dbway_ext_dialect*>(
            connection_->api().get_extension(connection_->raw(), DBWAY_EXT_DIALECT));
    };
    for (const char* name : {"sqlite", "postgresql", "mysql"}) {
        const auto* dialect = lookup(name);
        ASSERT_NE(dialect, nullptr) << name;
        EXPECT_STREQ(dialect->name, name);
        EXPECT_STRNE(dialect->type_name(client_->raw(), DBWAY_T_TEXT, -1, -1), "");
        EXPECT_NE(connection_->api().get_extension(connection_->raw(), DBWAY_EXT_ORM), nullptr);
        EXPECT_EQ((connection_->info().caps & DBWAY_CAP_TX_DDL) != 0, std::string_view(name) != "mysql");
    }
    EXPECT_EQ(lookup("generic"), nullptr);
    EXPECT_EQ(connection_->api().get_extension(connection_->raw(), DBWAY_EXT_ORM), nullptr);
    EXPECT_EQ(connection_->info().caps & DBWAY_CAP_TX_DDL, 0U);
}

TEST_F(ConnectionTest, OptionsAreChecked) {
    const auto refusal = [](conformance::Options options) { return Client(std::move(options)).refusal(); };
    EXPECT_THAT(refusal({{"script", directory_.file("none.toml")}}), HasSubstr("cannot be read"));
    EXPECT_THAT(refusal({{"skript", "x"}}), HasSubstr("did you mean 'script'?"));
    EXPECT_THAT(refusal({{"mode", "loose"}}), HasSubstr("strict, lenient"));
    EXPECT_THAT(refusal({{"record", "x"}}), HasSubstr("'provider_file'"));
    EXPECT_THAT(refusal({{"provider_file", "x"}}), HasSubstr("'record'"));
    EXPECT_THAT(refusal({{"record", "x"}, {"provider_file", "y"}, {"script", "z"}}),
                HasSubstr("record first"));
    EXPECT_THAT(refusal({{"record", directory_.file("r")}, {"provider_file", "/no/such.so"}}),
                HasSubstr("cannot be found"));
    EXPECT_THAT(
        refusal({{"record", directory_.file("r")}, {"provider_file", directory_.write("x.so", "text")}}),
        HasSubstr("cannot be loaded"));
    EXPECT_THAT(refusal({{"script", directory_.write("bad.toml", "mode = 1")}}), HasSubstr("bad.toml:1:8"));
}

}  // namespace
}  // namespace dbway::mock::test
