// Statements through the bare ABI: placeholders, results, affected rows, schema changes, scripts.
#include "raw_connection.hpp"

#include <limits>

namespace dbway::test {
namespace {

TEST(SqliteStatement, InfoTellsWhatIsThere) {
    RawConnection db;
    ASSERT_EQ(db.open_status, DBWAY_OK);
    const dbway_conn_info info = db.info();
    EXPECT_EQ(std::string(info.product.ptr, info.product.len), "SQLite");
    EXPECT_GE(info.server_version, 3'000'000u);
    EXPECT_EQ(info.session_id, -1);
    const std::uint64_t expected =
        DBWAY_CAP_STREAM | DBWAY_CAP_CANCEL | DBWAY_CAP_PREPARE | DBWAY_CAP_COPY_IN | DBWAY_CAP_COPY_OUT |
        DBWAY_CAP_SAVEPOINT | DBWAY_CAP_RETURNING | DBWAY_CAP_ARRAYS | DBWAY_CAP_SCRIPT | DBWAY_CAP_TX_DDL |
        DBWAY_CAP_SCHEMA | DBWAY_CAP_TRANSACTION | DBWAY_CAP_WRITE | DBWAY_CAP_TIMEOUT | DBWAY_CAP_BINARY;
    EXPECT_EQ(info.caps, expected);
    EXPECT_EQ(provider()->caps, expected);
}

TEST(SqliteStatement, PlaceholdersAreNumbersWhateverTheirOrder) {
    RawConnection db;
    const auto answer = db.must("select $3, $1, $2, $1", {integer(1), integer(2), integer(3)});
    EXPECT_EQ(answer.text(0, 0), "3");
    EXPECT_EQ(answer.text(0, 1), "1");
    EXPECT_EQ(answer.text(0, 2), "2");
    EXPECT_EQ(answer.text(0, 3), "1");
    EXPECT_EQ(db.must("select $2", {integer(1), integer(2)}).text(), "2");
    EXPECT_EQ(db.must("select '$1', $1", {integer(7)}).text(0, 0), "$1");
    EXPECT_EQ(db.must("select ?, ?", {integer(1), integer(2)}).text(0, 1), "2");
    EXPECT_EQ(db.must("select ?2, ?1", {integer(1), integer(2)}).text(0, 0), "2");
    EXPECT_EQ(db.must("select $11, $2", std::vector<dbway_value>(11, integer(5))).text(0, 0), "5");
}

TEST(SqliteStatement, WrongParametersAreRefused) {
    RawConnection db;
    for (const std::size_t count : {0u, 1u, 3u}) {
        const auto answer = db.query("select $1, $2", std::vector<dbway_value>(count, integer(1)));
        EXPECT_EQ(answer.status, DBWAY_ERR_INVALID) << count;
        EXPECT_NE(answer.error.message.find("2 parameters"), std::string::npos) << answer.error.message;
    }
    EXPECT_EQ(db.query("select 1", {integer(1)}).status, DBWAY_ERR_INVALID);
    for (const char* sql :
         {"select $1, ?", "select $1, :name", "select $0", "select $1::text", "select $99999999"}) {
        const auto answer = db.query(sql, {integer(1)});
        EXPECT_EQ(answer.status, DBWAY_ERR_SYNTAX) << sql;
        EXPECT_EQ(answer.error.sqlstate, "42601") << sql;
        EXPECT_NE(answer.error.flags & DBWAY_DIAG_NOT_EXECUTED, 0u) << sql;
    }
    EXPECT_NE(db.query("select $1::text", {integer(1)}).error.message.find("CAST($1 AS"), std::string::npos);
    EXPECT_EQ(db.must("select 1").text(), "1");
}

TEST(SqliteStatement, OneStatementPerText) {
    RawConnection db;
    EXPECT_EQ(db.must("select 1;  -- end").text(), "1");
    EXPECT_EQ(db.must("/* a */ select 2 ; ; /* b */").text(), "2");
    for (const char* sql : {"select 1; select 2", "", " ", "-- nothing", ";"}) {
        const auto answer = db.query(sql);
        EXPECT_EQ(answer.status, DBWAY_ERR_SYNTAX) << sql;
        EXPECT_EQ(answer.error.sqlstate, "42601") << sql;
    }
    EXPECT_EQ(db.query(std::string_view("select 1\0, 2", 12)).status, DBWAY_ERR_SYNTAX);
}

TEST(SqliteStatement, OutcomeOfChanges) {
    RawConnection db;
    auto answer = db.must("create table t(id integer primary key, v text)");
    EXPECT_EQ(answer.affected, 0);
    EXPECT_EQ(answer.tag, "CREATE");
    EXPECT_FALSE(answer.last_id);

    answer = db.must("insert into t(v) values ('a'), ('b'), ('c')");
    EXPECT_EQ(answer.affected, 3);
    EXPECT_EQ(answer.tag, "INSERT 3");
    EXPECT_EQ(answer.last_id, 3);

    answer = db.must("update t set v = 'x' where id > 1");
    EXPECT_EQ(answer.affected, 2);
    EXPECT_EQ(answer.tag, "UPDATE 2");
    EXPECT_FALSE(answer.last_id);

    answer = db.must("select * from t");
    EXPECT_EQ(answer.affected, 0);
    EXPECT_EQ(answer.tag, "SELECT");
    EXPECT_FALSE(answer.last_id);
    EXPECT_EQ(answer.rows.size(), 3u);

    answer = db.must("with gone(i) as (select 1) delete from t where id in (select i from gone)");
    EXPECT_EQ(answer.affected, 1);
    EXPECT_EQ(answer.tag, "DELETE 1");

    answer = db.must("delete from t where id = 99");
    EXPECT_EQ(answer.affected, 0);

    answer = db.must("insert or ignore into t(id, v) values (2, 'twice')");
    EXPECT_EQ(answer.affected, 0);
    EXPECT_FALSE(answer.last_id);

    answer = db.must("replace into t(id, v) values (7, 'seven')");
    EXPECT_EQ(answer.tag, "REPLACE 1");
    EXPECT_EQ(answer.last_id, 7);
}

TEST(SqliteStatement, NoGeneratedKeyWithoutRowid) {
    RawConnection db;
    db.must("create table a(v)");
    db.must("create table \"b c\"(k text primary key) without rowid");
    db.must("insert into a values (1)");
    EXPECT_FALSE(db.must("insert into \"b c\" values ('x')").last_id);
    EXPECT_FALSE(db.must("insert into main.[b c] values ('y')").last_id);
    EXPECT_EQ(db.must("insert into main.a values (2)").last_id, 2);
}

TEST(SqliteStatement, Returning) {
    RawConnection db;
    db.must("create table t(id integer primary key, v int)");
    const auto answer = db.must("insert into t(v) values (10), (20) returning id, v");
    ASSERT_EQ(answer.rows.size(), 2u);
    EXPECT_EQ(answer.text(1, 0), "2");
    EXPECT_EQ(answer.affected, 2);
    EXPECT_EQ(answer.last_id, 2);

    // Without reading the rows it happens all the same.
    dbway_request request = RawConnection::make(DBWAY_R_QUERY, "insert into t(v) values (30) returning id");
    request.flags = DBWAY_RF_NO_ROWS;
    const auto unread = db.run(request);
    EXPECT_TRUE(unread.ok());
    EXPECT_EQ(unread.affected, 1);
    EXPECT_EQ(db.must("select count(*) from t").text(), "3");
}

TEST(SqliteStatement, PreparedStatementsRunAgain) {
    RawConnection db;
    db.must("create table t(id integer primary key, v text not null)");
    const auto prepared = db.prepare(1, "insert into t values ($2, $1)");
    ASSERT_TRUE(prepared.ok());
    EXPECT_EQ(prepared.params.size(), 2u);
    EXPECT_TRUE(prepared.columns.empty());
    for (int i = 1; i <= 20; ++i) {
        const std::string v = numbered("v", i);
        ASSERT_TRUE(db.execute(1, {text(v), integer(i)}).ok());
    }
    // A failure in between leaves it usable.
    EXPECT_EQ(db.execute(1, {text("x"), integer(5)}).status, DBWAY_ERR_CONSTRAINT);
    EXPECT_TRUE(db.execute(1, {text("x"), integer(21)}).ok());
    ASSERT_TRUE(db.prepare(2, "select v from t where id = $1").ok());
    for (int i = 20; i >= 1; --i) EXPECT_EQ(db.execute(2, {integer(i)}).text(), numbered("v", i));
    EXPECT_TRUE(db.execute(2, {integer(99)}).rows.empty());

    const auto sets =
        db.execute(1, {text("a"), integer(31), text("b"), integer(32), text("c"), integer(33)}, 0, 3);
    EXPECT_TRUE(sets.ok());
    EXPECT_EQ(sets.affected, 3);
}

TEST(SqliteStatement, SurvivesASchemaChange) {
    RawConnection db;
    db.must("create table t(a int)");
    db.must("insert into t values (1)");
    ASSERT_TRUE(db.prepare(1, "select * from t").ok());
    auto answer = db.execute(1, {}, DBWAY_RF_COLUMNS_KNOWN);
    EXPECT_EQ(answer.column_events, 0);
    EXPECT_EQ(answer.text(), "1");

    db.must("alter table t add column b text default 'new'");
    answer = db.execute(1, {}, DBWAY_RF_COLUMNS_KNOWN);
    ASSERT_TRUE(answer.ok()) << show(answer);
    EXPECT_EQ(answer.column_events, 1);
    ASSERT_EQ(answer.columns.size(), 2u);
    EXPECT_EQ(answer.columns[1].name, "b");
    EXPECT_EQ(answer.text(0, 1), "new");

    // A change elsewhere leaves the columns as they are.
    db.must("create table other(a)");
    EXPECT_EQ(db.execute(1, {}, DBWAY_RF_COLUMNS_KNOWN).column_events, 0);

    // The type of a column changes, and with it the reading of its cells.
    db.must("drop table t");
    db.must("create table t(a boolean)");
    db.must("insert into t values (1)");
    answer = db.execute(1, {}, DBWAY_RF_COLUMNS_KNOWN);
    EXPECT_EQ(answer.column_events, 1);
    EXPECT_EQ(answer.text(), "true");

    db.must("drop table t");
    EXPECT_EQ(db.execute(1).error.sqlstate, "42P01");
    db.must("create table t(z int)");
    EXPECT_TRUE(db.execute(1).ok());
}

TEST(SqliteStatement, ColumnsAreDescribed) {
    RawConnection db;
    db.must("create table t(id integer primary key, price numeric(10,2) not null, tags text[], x)");
    const auto answer = db.must("select id, price as cost, tags, x, 1 + 1 as sum, count(*) from t");
    ASSERT_EQ(answer.columns.size(), 6u);
    const auto& c = answer.columns;
    EXPECT_EQ(c[0].type, static_cast<std::uint32_t>(DBWAY_T_I64));
    EXPECT_EQ(c[0].flags, DBWAY_COL_PRIMARY);
    EXPECT_EQ(c[0].schema, "main");
    EXPECT_EQ(c[0].table, "t");
    EXPECT_EQ(c[1].name, "cost");
    EXPECT_EQ(c[1].type, static_cast<std::uint32_t>(DBWAY_T_DECIMAL));
    EXPECT_EQ(c[1].precision, 10);
    EXPECT_EQ(c[1].scale, 2);
    EXPECT_EQ(c[1].native_name, "numeric(10,2)");
    EXPECT_EQ(c[1].flags, DBWAY_COL_NOT_NULL);
    EXPECT_EQ(c[2].type, static_cast<std::uint32_t>(DBWAY_T_ARRAY));
    EXPECT_EQ(c[2].item_type, static_cast<std::uint32_t>(DBWAY_T_TEXT));
    EXPECT_EQ(c[3].type, static_cast<std::uint32_t>(DBWAY_T_NULL));
    EXPECT_EQ(c[4].name, "sum");
    EXPECT_EQ(c[4].type, static_cast<std::uint32_t>(DBWAY_T_NULL));
    EXPECT_EQ(c[4].table, "");
}

TEST(SqliteStatement, ManyRowsAroundTheBordersOfBatches) {
    RawConnection db;
    for (const int count : {0, 1, 255, 256, 257, 511, 512, 513, 5000}) {
        const auto answer = db.must(
            "with recursive s(i) as (select 1 where $1 > 0 union all select i + 1 from s where i < $1) "
            "select i, 'r' || i from s",
            {integer(count)});
        ASSERT_EQ(answer.rows.size(), static_cast<std::size_t>(count));
        for (int i = 0; i < count; ++i) {
            ASSERT_EQ(answer.rows[static_cast<std::size_t>(i)][0].i64, i + 1);
            ASSERT_EQ(answer.rows[static_cast<std::size_t>(i)][1].bytes, numbered("r", i + 1));
        }
    }
}

TEST(SqliteStatement, WideRowsComeInSmallBatches) {
    RawConnection db;
    const auto answer = db.must(
        "with recursive s(i) as (select 1 union all select i + 1 from s where i < 40) select "
        "hex(zeroblob(200000)) || i from s");
    ASSERT_EQ(answer.rows.size(), 40u);
    EXPECT_EQ(answer.rows[39][0].bytes.size(), 400'002u);
}

TEST(SqliteStatement, AFailureInTheMiddleOfRows) {
    RawConnection db;
    const auto answer = db.query(
        "with recursive s(i) as (select 1 union all select i + 1 from s where i < 2000) "
        "select case when i = 1500 then abs(-9223372036854775807 - 1) else i end from s");
    EXPECT_EQ(answer.status, DBWAY_ERR_DATA);
    EXPECT_EQ(answer.error.sqlstate, "22003");
    EXPECT_GE(answer.rows.size(), 1024u);
    EXPECT_LT(answer.rows.size(), 1500u);
    EXPECT_EQ(db.must("select 1").text(), "1");
}

TEST(SqliteStatement, Scripts) {
    RawConnection db;
    const auto answer = db.script(
        "create table t(a int); -- one; two\n"
        "create trigger tr after insert on t begin update t set a = a + 1 where a = new.a; select case when "
        "1 then 2 end; end;\n"
        "insert into t values (1), (10); select ';' || a from t order by a; update t set a = 0;;");
    ASSERT_TRUE(answer.ok()) << show(answer);
    EXPECT_EQ(answer.affected, 4);
    ASSERT_EQ(answer.rows.size(), 2u);
    EXPECT_EQ(answer.text(1), ";11");
    EXPECT_TRUE(db.script(" -- nothing\n").ok());
    const auto failed =
        db.script("insert into t values (5); insert into nowhere values (1); insert into t values (6)");
    EXPECT_EQ(failed.error.sqlstate, "42P01");
    EXPECT_EQ(db.must("select count(*) from t").text(), "3");
}

TEST(SqliteStatement, DiscardEndsALongResult) {
    RawConnection db;
    dbway_request request = RawConnection::make(
        DBWAY_R_QUERY, "with recursive s(i) as (select 1 union all select i + 1 from s) select i from s");
    const dbway_request* list[] = {&request};
    ASSERT_EQ(db.api().submit(db.raw(), list, 1), DBWAY_OK);
    dbway_event event{};
    event.struct_size = sizeof event;
    ASSERT_EQ(db.api().next(db.raw(), &event), DBWAY_OK);
    EXPECT_EQ(event.kind, static_cast<std::uint32_t>(DBWAY_E_ROWS));
    ASSERT_EQ(db.api().discard(db.raw()), DBWAY_OK);
    EXPECT_TRUE(db.collect().ok());
    EXPECT_EQ(db.must("select 1").text(), "1");
}

TEST(SqliteStatement, LoadingExtensionsStaysForbidden) {
    RawConnection db;
    const auto answer = db.query("select load_extension('x')");
    EXPECT_FALSE(answer.ok());
    EXPECT_NE(answer.error.message.find("not authorized"), std::string::npos) << answer.error.message;
}

}  // namespace
}  // namespace dbway::test
