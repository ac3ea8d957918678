// Statements, transactions, errors and cancel on a real server.
#include "mysql_fixture.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

namespace dbway::test {
namespace {

using testing::HasSubstr;

class MysqlSession : public MysqlTest {};

TEST_F(MysqlSession, PrepareDescribes) {
    RawConnection db(options());
    db.must("create table t(id bigint not null, name text, price decimal(10,2))");
    const auto answer =
        db.prepare(1, "select id, name as n, price, id = $2 from t where name = $1 or name = $1");
    ASSERT_TRUE(answer.ok()) << show(answer);
    ASSERT_EQ(answer.columns.size(), 4u);
    EXPECT_EQ(answer.columns[0].type, std::uint32_t{DBWAY_T_I64});
    EXPECT_NE(answer.columns[0].flags & DBWAY_COL_NOT_NULL, 0u);
    EXPECT_EQ(answer.columns[1].name, "n");
    EXPECT_EQ(answer.columns[1].table, "t");
    EXPECT_EQ(answer.columns[1].schema, database().name());
    EXPECT_EQ(answer.columns[2].native_name, "DECIMAL");
    EXPECT_EQ(answer.columns[2].precision, 10);
    EXPECT_EQ(answer.columns[2].scale, 2);
    EXPECT_EQ(answer.params.size(), 2u);
    EXPECT_EQ(db.execute(1, {text("x")}).status, DBWAY_ERR_INVALID);
    EXPECT_EQ(db.query("select $1", {integer(1), integer(2)}).error.sqlstate, "07001");
    EXPECT_EQ(db.prepare(2, "select * from missing").error.sqlstate, "42P01");
}

TEST_F(MysqlSession, GeneratedKeys) {
    RawConnection db(options());
    db.must("create table t(id bigint auto_increment primary key, n int unique)");
    db.must("create table plain(n int)");
    EXPECT_EQ(db.must("insert into t(n) values (1)").last_id, 1);
    EXPECT_EQ(db.must("insert into t(n) values (2), (3)").last_id, 2) << "the first of several";
    EXPECT_EQ(db.query("insert into t(n) values ($1)", {integer(4)}).last_id, 4);
    EXPECT_EQ(db.must("insert into t values (null, 5)").last_id, 5);
    // What generates no key reports none, though the server still knows the last one.
    EXPECT_FALSE(db.must("insert into t values (70, 6)").last_id);
    EXPECT_FALSE(db.must("insert into plain values (1)").last_id);
    EXPECT_FALSE(db.must("insert ignore into t(n) values (6)").last_id);
    EXPECT_FALSE(db.must("update t set n = 8 where n = 6").last_id);
    EXPECT_EQ(db.must("select last_insert_id()").text(), "5");
    const auto returned = db.must("insert into t(n) values (9) returning id");
    EXPECT_EQ(returned.text(), "72") << "the row that was ignored has used one up";
    EXPECT_EQ(returned.affected, 1);
    for (int n = 20; n < 23; ++n) {
        const auto bound =
            db.query("insert into t(n) values ($1) returning id, n, 'text' as s", {integer(n)});
        ASSERT_TRUE(bound.ok()) << show(bound);
        EXPECT_EQ(bound.text(0, 1), std::to_string(n));
        EXPECT_EQ(bound.text(0, 2), "text");
        EXPECT_EQ(bound.tag, "INSERT 1");
    }
    // A table that starts anew gives the same key again.
    db.must("truncate t");
    db.must("insert into t(n) values (1)");
    EXPECT_EQ(db.must("insert into t(n) values (2)").last_id, 2);
    RawConnection without(options_with("generated_keys", "false"));
    EXPECT_FALSE(without.must("insert into t(n) values (3)").last_id);
}

TEST_F(MysqlSession, AffectedRowsAreThoseFound) {
    RawConnection db(options()), changed(options_with("found_rows", "false"));
    db.must("create table t(n int)");
    db.must("insert into t values (1), (1)");
    EXPECT_EQ(db.must("update t set n = 1").affected, 2);
    EXPECT_EQ(db.must("update t set n = 1").tag, "UPDATE 2");
    EXPECT_EQ(changed.must("update t set n = 1").affected, 0);
    EXPECT_EQ(db.must("select n from t").affected, 0);
}

TEST_F(MysqlSession, TheTransactionIsFollowed) {
    RawConnection db(options());
    const auto state = [&](const char* sql) { return db.must(sql).tx_state; };
    constexpr std::uint32_t idle = DBWAY_TX_STATE_IDLE, active = DBWAY_TX_STATE_ACTIVE;
    EXPECT_EQ(state("create table t(n int)"), idle);
    EXPECT_EQ(state("begin"), active);
    EXPECT_EQ(state("insert into t values (1)"), active);
    EXPECT_EQ(state("savepoint a"), active);
    EXPECT_EQ(state("rollback to a"), active);
    EXPECT_EQ(state("create temporary table x(n int)"), active);
    EXPECT_EQ(state("commit and chain"), active);
    EXPECT_EQ(state("rollback"), idle);
    EXPECT_EQ(state("start transaction"), active);
    EXPECT_EQ(state("create table u(n int)"), idle) << "the server has committed";
    EXPECT_EQ(state("set autocommit = 0"), idle);
    EXPECT_EQ(state("insert into t values (2)"), active);
    EXPECT_EQ(state("commit"), idle);
    EXPECT_EQ(state("set autocommit = 1"), idle);
    db.must("create procedure p() begin start transaction; end");
    EXPECT_EQ(state("call p()"), active);
    EXPECT_EQ(state("rollback"), idle);
}

TEST_F(MysqlSession, CommitAfterAnImplicitOneIsInPlace) {
    RawConnection db(options());
    ASSERT_TRUE(db.begin().ok());
    db.must("create table t(n int)");
    EXPECT_TRUE(db.simple(DBWAY_R_COMMIT).ok());
    EXPECT_EQ(db.simple(DBWAY_R_COMMIT).error.sqlstate, "25P01");
    EXPECT_EQ(db.simple(DBWAY_R_SAVEPOINT, "a").error.sqlstate, "25P01");
}

TEST_F(MysqlSession, ReadOnlyAndIsolation) {
    RawConnection db(options());
    db.must("create table t(n int)");
    ASSERT_TRUE(db.begin(DBWAY_TX_SNAPSHOT | DBWAY_TX_READ_ONLY).ok());
    database().sql("insert into t values (1)");
    EXPECT_EQ(db.must("select count(*) from t").text(), "0");
    EXPECT_EQ(db.query("insert into t values (2)").error.sqlstate, "25006");
    ASSERT_TRUE(db.simple(DBWAY_R_ROLLBACK).ok());
    RawConnection reader(options(), DBWAY_OPEN_READONLY);
    EXPECT_EQ(reader.query("insert into t values (2)").status, DBWAY_ERR_PERMISSION);
    EXPECT_EQ(reader.begin(DBWAY_TX_READ_WRITE).status, DBWAY_ERR_PERMISSION);
    // The connector would have set REPEATABLE READ, whatever the server has.
    const std::string before = value("select @@global.tx_isolation");
    EXPECT_EQ(db.must("select @@tx_isolation").text(), before);
}

TEST_F(MysqlSession, ErrorsCarrySqlstateCodeAndNames) {
    RawConnection db(options());
    db.must("create table p(id int primary key)");
    db.must(
        "create table c(id int, n int not null, s varchar(3), constraint n_positive check (n > 0), "
        "constraint c_p foreign key (id) references p (id), unique key c_s (s))");
    db.must("insert into p values (1)");
    db.must("insert into c values (1, 1, 'a')");
    const auto expect = [&](const char* sql, const char* sqlstate, std::int64_t code, const char* constraint,
                            const char* column) {
        const auto answer = db.query(sql);
        EXPECT_EQ(answer.error.sqlstate, sqlstate) << sql;
        EXPECT_EQ(answer.error.native_code, code) << sql;
        EXPECT_EQ(answer.error.constraint, constraint) << sql;
        EXPECT_EQ(answer.error.column, column) << sql;
        EXPECT_EQ(answer.error.table, "c") << sql;
        EXPECT_EQ(answer.error.schema, database().name()) << sql;
    };
    expect("insert into c values (2, 1, 'b')", "23503", 1452, "c_p", "");
    expect("insert into c values (1, 1, 'a')", "23505", 1062, "c_s", "");
    expect("insert into c values (1, 0, 'b')", "23514", 4025, "n_positive", "");
    expect("insert into c values (1, null, 'b')", "23502", 1048, "", "n");
    expect("insert into c(id) values (1)", "23502", 1364, "", "n");
    expect("insert into c values (1, 1, 'long')", "22001", 1406, "", "s");
    expect("insert into c values (1, 99999999999, 'b')", "22003", 1264, "", "n");
    expect("insert into c values (1, 'x', 'b')", "22P02", 1366, "", "n");
    EXPECT_EQ(db.query("select  1 frm frm").error.position, 15u);
    EXPECT_EQ(db.query("select $1,\n $2 ä frm frm x", {integer(1), integer(2)}).error.position, 18u);
    EXPECT_EQ(db.query("signal sqlstate '45123' set message_text = 'mine'").error.sqlstate, "45123");
    EXPECT_EQ(db.must("select 1").text(), "1");
}

TEST_F(MysqlSession, AnErrorInTheMiddleOfAResultIsNotItsEnd) {
    RawConnection db(options());
    for (const char* sql :
         {"select if(seq = 90000, (select 1 union select 2), seq) from seq_1_to_100000",
          "with t as (select seq as n from seq_1_to_100000) select if(n = 500, (select 1 union "
          "select 2), n) from t"}) {
        const auto answer = db.query(sql);
        EXPECT_EQ(answer.error.sqlstate, "21000") << sql;
        EXPECT_EQ(db.must("select 1").text(), "1");
    }
}

TEST_F(MysqlSession, WhatCannotBePreparedRuns) {
    RawConnection db(options());
    db.must("create table t(n int)");
    db.must(
        "create procedure p(a int) begin insert into t values (a); select n, a from t; select 'second'; end");
    const auto answer = db.query("call p($1)", {integer(5)});
    ASSERT_TRUE(answer.ok()) << show(answer);
    EXPECT_EQ(answer.text(0, 1), "5");
    EXPECT_EQ(db.must("select count(*) from t").text(), "1");
    EXPECT_EQ(db.must("show tables").text(), "t");
    EXPECT_FALSE(db.must("explain select * from t").rows.empty());
    db.must("create trigger tr before insert on t for each row begin set new.n = new.n + 1; end");
    db.must("lock tables t write");
    db.must("unlock tables");
}

TEST_F(MysqlSession, ALockThatIsHeldIsGivenUp) {
    RawConnection db(options_with("lock_timeout", "1s")), holder(options());
    db.must("create table t(n int primary key)");
    db.must("insert into t values (1)");
    ASSERT_TRUE(holder.begin().ok());
    holder.must("delete from t");
    ASSERT_TRUE(db.begin().ok());
    const auto answer = db.query("delete from t");
    EXPECT_EQ(answer.status, DBWAY_ERR_CONFLICT);
    EXPECT_EQ(answer.error.native_code, 1205);
    EXPECT_EQ(answer.tx_state, std::uint32_t{DBWAY_TX_STATE_ACTIVE}) << "only the statement is rolled back";
}

TEST_F(MysqlSession, ADeadlockTakesTheTransaction) {
    RawConnection a(options()), b(options());
    a.must("create table t(i int primary key, n int)");
    a.must("insert into t values (1, 0), (2, 0)");
    ASSERT_TRUE(a.begin().ok() && b.begin().ok());
    a.must("update t set n = 1 where i = 1");
    b.must("update t set n = 1 where i = 2");
    Answer of_a;
    std::thread other([&] { of_a = a.query("update t set n = 2 where i = 2"); });
    const Answer of_b = b.query("update t set n = 2 where i = 1");
    other.join();
    const Answer& victim = of_a.ok() ? of_b : of_a;
    EXPECT_EQ(victim.error.sqlstate, "40P01");
    EXPECT_NE(victim.error.flags & DBWAY_DIAG_RETRY_TX, 0u);
    EXPECT_EQ(victim.tx_state, std::uint32_t{DBWAY_TX_STATE_IDLE});
}

TEST_F(MysqlSession, ALostConnectionIsDead) {
    RawConnection db(options());
    ASSERT_TRUE(db.begin().ok());
    database().terminate_sessions();
    const auto commit = db.simple(DBWAY_R_COMMIT);
    EXPECT_EQ(commit.status, DBWAY_ERR_CONNECTION);
    EXPECT_NE(commit.error.flags & DBWAY_DIAG_CONN_DEAD, 0u);
    EXPECT_EQ(commit.error.flags & DBWAY_DIAG_NOT_EXECUTED, 0u);
    EXPECT_EQ(db.api().submit(db.raw(), nullptr, 0), DBWAY_ERR_CONNECTION);
}

TEST_F(MysqlSession, ResetMakesTheSessionNew) {
    RawConnection db(options());
    db.must("create table t(n int)");
    ASSERT_TRUE(db.prepare(1, "select $1 + 1").ok());
    db.must("create temporary table mine(n int)");
    db.must("set @mine = 1, time_zone = '+05:00'");
    db.must("select get_lock('dbway', 0)");
    ASSERT_TRUE(db.begin().ok());
    db.must("insert into t values (1)");
    const auto reset = db.simple(DBWAY_R_RESET);
    ASSERT_TRUE(reset.ok()) << show(reset);
    EXPECT_EQ(reset.tx_state, std::uint32_t{DBWAY_TX_STATE_IDLE});
    EXPECT_EQ(db.query("select * from mine").error.sqlstate, "42P01");
    EXPECT_EQ(db.must("select @mine is null and @@time_zone = '+00:00' and is_free_lock('dbway')").text(),
              "1");
    EXPECT_EQ(db.must("select count(*) from t").text(), "0");
    EXPECT_EQ(db.execute(1, {integer(41)}).text(), "42") << "the host's own statements still work";
}

TEST_F(MysqlSession, ResetGivesLocksBackBeforeItEnds) {
    RawConnection db(options());
    MariadbConnection other = database().connect();
    db.must("create table t(n int primary key)");
    db.must("insert into t values (1)");
    db.must("select get_lock('dbway_reset', 0)");
    ASSERT_TRUE(db.begin().ok());
    db.must("select * from t for update");
    ASSERT_TRUE(db.simple(DBWAY_R_RESET).ok());
    EXPECT_EQ(other.value("select n from t for update nowait"), "1");
    EXPECT_EQ(other.value("select get_lock('dbway_reset', 0)"), "1");

    db.must("lock tables t write");
    ASSERT_TRUE(db.simple(DBWAY_R_RESET).ok());
    other.sql("lock table t write nowait");
}

TEST_F(MysqlSession, ResetDoesNotNeedTheOldSession) {
    RawConnection db(options());
    const std::string killed = db.must("select connection_id()").text();
    database().connect().sql("kill " + killed);
    const auto reset = db.simple(DBWAY_R_RESET);
    ASSERT_TRUE(reset.ok()) << show(reset);
    EXPECT_NE(db.must("select connection_id()").text(), killed);
}

TEST_F(MysqlSession, CancelStopsOneRequestAndNoOther) {
    RawConnection db(options());
    for (const char* sql : {"select sleep(60)", "select benchmark(100000000000, md5('x'))",
                            "select count(*) from seq_1_to_1000000000 a, seq_1_to_1000 b"})
        for (int round = 0; round < 2; ++round) {
            dbway_request slow = RawConnection::make(DBWAY_R_QUERY, sql);
            const dbway_request* list[] = {&slow};
            ASSERT_EQ(db.api().submit(db.raw(), list, 1), DBWAY_OK);
            std::atomic<bool> ended = false;
            std::thread other([&] {
                // The statement is on the server once others see it there.
                MariadbConnection watcher = database().connect();
                const std::string seen =
                    "select count(*) from information_schema.processlist where info = " + quote_literal(sql);
                while (watcher.value(seen) == "0" && !ended) std::this_thread::yield();
                db.api().cancel(db.raw(), slow.id);
            });
            const auto answer = db.collect();
            ended = true;
            other.join();
            EXPECT_EQ(answer.status, DBWAY_ERR_CANCELLED) << sql;
            EXPECT_EQ(answer.error.sqlstate, "57014");
            for (int i = 0; i < 20; ++i) EXPECT_EQ(db.must("select 7").text(), "7");
        }
}

TEST_F(MysqlSession, TheConnectorsParametersStayWhatTheyAre) {
    // 1.1.12 keeps a parameter unsigned once it was.
    RawConnection db(options());
    db.must("create table t(n bigint, u bigint unsigned)");
    ASSERT_TRUE(db.prepare(1, "insert into t values ($2, $1)").ok());
    const auto largest = unsigned_integer(18'446'744'073'709'551'615u);
    ASSERT_TRUE(db.execute(1, {largest, integer(1)}).ok());
    ASSERT_TRUE(db.execute(1, {integer(2), integer(-1)}).ok());
    EXPECT_EQ(db.execute(1, {integer(-2), integer(-1)}).error.sqlstate, "22003");
    ASSERT_TRUE(db.prepare(2, "select $1").ok());
    EXPECT_EQ(db.execute(2, {largest}).text(), "18446744073709551615");
    EXPECT_EQ(db.execute(2, {integer(-1)}).text(), "-1");
    EXPECT_EQ(db.execute(2, {null_value()}).type(), std::uint32_t{DBWAY_T_NULL});
    EXPECT_EQ(db.execute(2, {text("x")}).text(), "x");
}

TEST_F(MysqlSession, PermissionsAndPasswords) {
    const std::string user = unique_name("u");
    database().sql("create user " + user + " identified by 'S3CR3T'");
    database().sql("create table t(n int)");
    database().sql("grant select on `" + database().name() + "`.* to " + user);
    OptionMap login = options();
    login["user"] = user;
    login["password"] = "S3CR3T";
    {
        RawConnection db(login);
        EXPECT_EQ(db.must("select count(*) from t").text(), "0");
        const auto answer = db.query("insert into t values (1)");
        EXPECT_EQ(answer.status, DBWAY_ERR_PERMISSION);
        EXPECT_EQ(answer.error.sqlstate, "42501");
    }
    database().sql("drop user " + user);
}

TEST_F(MysqlSession, TheServerGetsNoFileOfTheClient) {
    RawConnection db(options());
    db.must("create table t(s text)");
    EXPECT_EQ(value("select @@local_infile"), "1") << "the server would take it";
    EXPECT_FALSE(db.query("load data local infile '/etc/hostname' into table t").ok());
    EXPECT_EQ(value("select count(*) from t"), "0");
    EXPECT_EQ(db.must("select 1").text(), "1");
}

TEST_F(MysqlSession, TheUnixSocket) {
    OptionMap map;
    for (const auto& [key, value] : database().server().socket_options(database().name())) map[key] = value;
    RawConnection db(map);
    EXPECT_EQ(db.must("select database()").text(), database().name());
}

}  // namespace
}  // namespace dbway::test
