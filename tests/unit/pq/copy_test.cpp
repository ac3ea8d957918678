// Bulk load and unload on a real server.
#include "pq_fixture.hpp"

namespace dbway::test {
namespace {

class PqCopy : public PqTest {
  protected:
    static std::vector<dbway_value> numbers(std::int64_t from, std::int64_t count) {
        std::vector<dbway_value> cells;
        for (std::int64_t i = 0; i < count; ++i)
            cells.insert(cells.end(), {integer(from + i), text("some text")});
        return cells;
    }
};

TEST_F(PqCopy, WhatIsGivenUpLeavesNothing) {
    RawConnection db(options());
    db.must("create table t(id bigint primary key, v text)");
    const auto given_up = db.copy_in("t", {"id", "v"}, 2, numbers(1, 20'000), 0, DBWAY_ERR_CANCELLED);
    EXPECT_EQ(given_up.status, DBWAY_ERR_CANCELLED);
    EXPECT_EQ(given_up.tx_state, std::uint32_t{DBWAY_TX_STATE_IDLE});
    EXPECT_EQ(value("select count(*) from t"), "0");
    auto doubled = numbers(1, 300);
    doubled.insert(doubled.end(), {integer(7), text("again")});
    const auto failed = db.copy_in("t", {"id", "v"}, 2, doubled);
    EXPECT_EQ(failed.error.sqlstate, "23505");
    EXPECT_EQ(value("select count(*) from t"), "0");
    ASSERT_TRUE(db.copy_in("t", {}, 2, numbers(1, 300)).ok());
    EXPECT_EQ(value("select count(*) from t"), "300");
}

TEST_F(PqCopy, InATransactionOnlyTheCopyIsTakenBack) {
    RawConnection db(options());
    db.must("create table t(id bigint primary key, v text)");
    ASSERT_TRUE(db.begin().ok());
    db.must("insert into t values (0, 'kept')");
    EXPECT_FALSE(db.copy_in("t", {}, 2, numbers(1, 10), 0, DBWAY_ERR_DATA).ok());
    EXPECT_FALSE(db.copy_in("t", {}, 2, numbers(0, 10)).ok());
    const auto good = db.copy_in("t", {}, 2, numbers(100, 10));
    ASSERT_TRUE(good.ok()) << show(good);
    EXPECT_EQ(good.tx_state, std::uint32_t{DBWAY_TX_STATE_ACTIVE});
    EXPECT_EQ(good.tag, "COPY 10");
    ASSERT_TRUE(db.simple(DBWAY_R_COMMIT).ok());
    EXPECT_EQ(value("select count(*) from t"), "11");
}

TEST_F(PqCopy, RawTextAndCsv) {
    RawConnection db(options());
    db.must("create table t(id bigint, v text)");
    // Chunks that end anywhere.
    const auto raw = db.copy_in(
        "t", {}, 1,
        {text("1\ton", DBWAY_T_BLOB), text("e\n2\t", DBWAY_T_BLOB), text("\\N\n3\ta\\tb\n", DBWAY_T_BLOB)},
        DBWAY_RF_RAW);
    ASSERT_TRUE(raw.ok()) << show(raw);
    EXPECT_EQ(raw.affected, 3);
    EXPECT_EQ(value("select string_agg(id || coalesce(v, '-'), ',' order by id) from t"), "1one,2-,3a\tb");
    const auto csv = db.copy_in("copy t(v, id) from stdin with (format csv, header)", {}, 1,
                                {text("v,id\n\"two\nlines\",4", DBWAY_T_BLOB)}, DBWAY_RF_RAW | DBWAY_RF_SQL);
    ASSERT_TRUE(csv.ok()) << show(csv);
    EXPECT_EQ(value("select v from t where id = 4"), "two\nlines");
    const auto binary = db.copy_in("t", {}, 1, {text("PGCOPY\n\377\r\n", DBWAY_T_BLOB)}, DBWAY_RF_RAW);
    EXPECT_EQ(binary.status, DBWAY_ERR_UNSUPPORTED);

    const auto lines = db.copy_out("t", {"id"}, DBWAY_RF_RAW);
    ASSERT_EQ(lines.rows.size(), 4u);
    EXPECT_EQ(lines.rows[0][0].bytes, "1\n");
    const auto out = db.copy_out("copy (select v, id from t where id = 4) to stdout (format csv, header);",
                                 {}, DBWAY_RF_RAW | DBWAY_RF_SQL);
    ASSERT_TRUE(out.ok()) << show(out);
    std::string joined;
    for (const auto& row : out.rows) joined += row[0].bytes;
    EXPECT_EQ(joined, "v,id\n\"two\nlines\",4\n");
    EXPECT_EQ(db.copy_out("copy t to stdout", {}, DBWAY_RF_SQL).status, DBWAY_ERR_INVALID);
}

TEST_F(PqCopy, AStatementOfItsOwn) {
    RawConnection db(options());
    db.must("create table t(id bigint primary key, v text)");
    const auto upsert =
        db.copy_in("insert into t values ($1, $2) on conflict do nothing", {}, 2,
                   {integer(1), text("a"), integer(1), text("b"), integer(2), text("c")}, DBWAY_RF_SQL);
    ASSERT_TRUE(upsert.ok()) << show(upsert);
    EXPECT_EQ(upsert.affected, 2);
    const auto failed = db.copy_in("insert into t values ($1, $2)", {}, 2,
                                   {integer(3), text("a"), integer(1), text("b")}, DBWAY_RF_SQL);
    EXPECT_EQ(failed.error.sqlstate, "23505");
    EXPECT_EQ(failed.error.context, "row 2 of the COPY_IN");
    EXPECT_EQ(value("select count(*) from t"), "2");
    EXPECT_EQ(db.copy_in("select 1", {}, 2, {}, DBWAY_RF_SQL).status, DBWAY_ERR_INVALID);
}

TEST_F(PqCopy, OutOfTablesViewsAndQueries) {
    RawConnection db(options());
    db.must("create table \"My Table\"(id bigint, v text, g bigint generated always as (id * 2) stored)");
    db.must("insert into \"My Table\" select n, 'x' || n from generate_series(1, 1000) n");
    db.must("create view w as select id from \"My Table\"");
    EXPECT_EQ(db.copy_out("\"My Table\"").rows.size(), 1000u);
    EXPECT_EQ(db.copy_out("w").rows.size(), 1000u);
    const auto query = db.copy_out("select v, g from \"My Table\" order by id -- the end", {}, DBWAY_RF_SQL);
    ASSERT_TRUE(query.ok()) << show(query);
    EXPECT_EQ(query.columns[1].name, "g");
    EXPECT_EQ(query.text(999, 1), "2000");
    EXPECT_EQ(query.affected, 1000);
    const auto changing =
        db.copy_out("with d as (delete from \"My Table\" returning id) select * from d", {}, DBWAY_RF_SQL);
    EXPECT_EQ(changing.rows.size(), 1000u);
    EXPECT_EQ(db.copy_out("missing").error.sqlstate, "42P01");
    EXPECT_EQ(db.copy_out("a b").status, DBWAY_ERR_INVALID);
    EXPECT_EQ(db.must("select 1").text(), "1");
}

TEST_F(PqCopy, DiscardingTheRestKeepsTheConnection) {
    RawConnection db(options());
    for (const bool inside : {false, true}) {
        if (inside) {
            ASSERT_TRUE(db.begin().ok());
        }
        dbway_request request =
            RawConnection::make(DBWAY_R_COPY_OUT, "select n from generate_series(1, 200000) n");
        request.flags = DBWAY_RF_SQL;
        const dbway_request* list[] = {&request};
        ASSERT_EQ(db.api().submit(db.raw(), list, 1), DBWAY_OK);
        dbway_event event{};
        event.struct_size = sizeof event;
        ASSERT_EQ(db.api().next(db.raw(), &event), DBWAY_OK);
        ASSERT_EQ(event.kind, std::uint32_t{DBWAY_E_ROWS});
        ASSERT_EQ(db.api().discard(db.raw()), DBWAY_OK);
        const auto answer = db.collect();
        EXPECT_TRUE(answer.ok()) << show(answer);
        EXPECT_EQ(answer.tx_state,
                  inside ? std::uint32_t{DBWAY_TX_STATE_ACTIVE} : std::uint32_t{DBWAY_TX_STATE_IDLE});
        EXPECT_EQ(db.must("select 7").text(), "7");
    }
}

}  // namespace
}  // namespace dbway::test
