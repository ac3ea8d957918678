// What users of PostgreSQL make themselves: enums, domains, composites, ranges, types of extensions.
#include "provider_test.hpp"

namespace dbway::test {
namespace {

class UserTypes : public ProviderTest {
  protected:
    // Made once the connection is in use: the types are unknown until they are seen.
    void make_types() {
        EXPECT_EQ(db().query("select 1").one<int>(), 1);
        database().sql("create schema app");
        database().sql("create type app.mood as enum ('sad', 'ok', 'happy')");
        database().sql("create domain app.percent as numeric(5,2) check (value between 0 and 100)");
        database().sql("create type app.address as (street text, number integer, mood app.mood)");
        database().sql("create type app.span as range (subtype = float8)");
        database().sql("create extension if not exists citext");
        database().sql("create extension if not exists hstore");
    }
    template <typename T>
    T one(const std::string& sql) {
        return db().query(sql).one<T>();
    }
};

DBWAY_FOR_POSTGRESQL_PROVIDERS(UserTypes);

TEST_P(UserTypes, ArriveAtFirstSight) {
    make_types();
    EXPECT_EQ(one<std::string>("select 'happy'::app.mood"), "happy");
    EXPECT_EQ(one<Decimal>("select 12.50::app.percent"), Decimal("12.50"));
    EXPECT_EQ(one<std::string>("select row('Main \"St\"', 5, 'ok')::app.address"),
              "(\"Main \"\"St\"\"\",5,ok)");
    EXPECT_EQ(one<std::string>("select '[1.5,2)'::app.span"), "[1.5,2)");
    EXPECT_EQ(one<std::string>("select 'MiXed'::citext"), "MiXed");
    EXPECT_EQ(one<std::vector<std::string>>("select array['ok', 'sad']::app.mood[]"),
              (std::vector<std::string>{"ok", "sad"}));
    EXPECT_EQ(one<std::vector<Decimal>>("select array[1, 2.5]::app.percent[]"),
              (std::vector<Decimal>{Decimal("1.00"), Decimal("2.50")}));
    EXPECT_EQ(one<std::vector<std::string>>("select array[row('a', 1, null)]::app.address[]"),
              (std::vector<std::string>{"(a,1,)"}));
}

TEST_P(UserTypes, SeveralUnknownOnesInOneRowAndBehindManyRows) {
    make_types();
    db().execute("create table t (i int, m app.mood, p app.percent, a app.address)");
    db().execute(
        "insert into t select i, 'ok', i % 100, row('street', i, 'sad')::app.address from generate_series(1, "
        "3000) i");
    std::int64_t rows = 0;
    for (auto [i, mood, percent, address] :
         db().query<int, std::string_view, Decimal, std::string_view>("select * from t order by i")) {
        ++rows;
        ASSERT_EQ(i, rows);
        ASSERT_EQ(mood, "ok");
        ASSERT_EQ(percent, Decimal(std::to_string(i % 100) + ".00"));
        ASSERT_EQ(address, "(street," + std::to_string(i) + ",sad)");
    }
    EXPECT_EQ(rows, 3000);
}

TEST_P(UserTypes, AsParameters) {
    make_types();
    for (int round = 0; round < 3; ++round) {
        EXPECT_EQ(db().query("select $1::app.mood", "sad").one<std::string>(), "sad");
        EXPECT_EQ(db().query("select $1::app.percent", Decimal("99.9")).one<Decimal>(), Decimal("99.90"));
        EXPECT_EQ(db().query("select ($1::app.address).number", "(x,7,ok)").one<int>(), 7);
        EXPECT_EQ(db().query("select $1::app.mood = any($2::app.mood[])", "sad",
                             std::vector<std::string>{"ok", "sad"})
                      .one<bool>(),
                  true);
        EXPECT_EQ(db().query("select $1::citext = 'ABC'", "abc").one<bool>(), true);
    }
    EXPECT_EQ(error_of([&] { db().query("select $1::app.mood", "bored").one<std::string>(); }).sqlstate(),
              "22P02");
    EXPECT_EQ(error_of([&] { db().query("select $1::app.percent", 101).one<Decimal>(); }).sqlstate(),
              "23514");
}

TEST_P(UserTypes, ATypeThatIsMadeAnewUnderItsName) {
    make_types();
    EXPECT_EQ(one<std::string>("select 'happy'::app.mood"), "happy");
    database().sql("drop type app.mood cascade");
    database().sql("create type app.mood as enum ('other')");
    EXPECT_EQ(one<std::string>("select 'other'::app.mood"), "other");
}

TEST_P(UserTypes, AnExtensionsTypeTellsItsName) {
    make_types();
    Rows rows = db().query("select 'a=>1'::hstore as h");
    EXPECT_THAT(std::string(rows.columns()[0].native_name), HasSubstr("hstore"));
    for (const Row row : rows) EXPECT_FALSE(row.is_null(0));
    EXPECT_EQ(one<std::string>("select ('a=>1'::hstore)::text"), "\"a\"=>\"1\"");
}

TEST_P(UserTypes, GoThroughCopyBothWays) {
    make_types();
    db().execute(
        "create table t (i int primary key, m app.mood, p app.percent, ms app.mood[], a app.address)");
    CopyIn copy = db().copy_in("t", {"i", "m", "p", "ms", "a"});
    for (int i = 0; i < 1000; ++i)
        copy.row(i, i % 2 == 0 ? "happy" : "sad", Decimal("50.25"), std::vector<std::string>{"ok", "sad"},
                 "(street," + std::to_string(i) + ",ok)");
    copy.row(1000, nullptr, nullptr, nullptr, nullptr);
    EXPECT_EQ(copy.finish(), 1001);
    EXPECT_EQ(
        database().value("select string_agg(distinct m::text || p::text || ms::text, ' ' order by m::text || "
                         "p::text || ms::text) from t"),
        "happy50.25{ok,sad} sad50.25{ok,sad}");
    std::int64_t rows = 0;
    for (const Row row : db().copy_out("t")) {
        if (row.get<int>(0) == 1000) {
            EXPECT_TRUE(row.is_null(1) && row.is_null(3) && row.is_null(4));
        } else {
            ASSERT_EQ(row.get<std::string>(1), row.get<int>(0) % 2 == 0 ? "happy" : "sad");
            ASSERT_EQ(row.get<std::vector<std::string>>(3), (std::vector<std::string>{"ok", "sad"}));
            ASSERT_EQ(row.get<std::string>(4), "(street," + std::to_string(row.get<int>(0)) + ",ok)");
        }
        ++rows;
    }
    EXPECT_EQ(rows, 1001);

    CopyIn wrong = db().copy_in("t", {"i", "m"});
    const Error error = error_of([&] {
        wrong.row(2000, "sad");
        wrong.row(2001, "bored");
        wrong.finish();
    });
    EXPECT_EQ(error.sqlstate(), "22P02");
    EXPECT_EQ(count("t"), 1001);
}

class RawCopies : public ProviderTest {};
DBWAY_FOR_POSTGRESQL_PROVIDERS(RawCopies);

TEST_P(RawCopies, CsvGoesThroughAsItIs) {
    db().execute("create table t (i int, s text)");
    CopyIn copy = db().copy_in_raw("copy t from stdin (format csv)");
    std::string csv;
    for (int i = 0; i < 20'000; ++i)
        csv += std::to_string(i) + ",\"line \"\"" + std::to_string(i) + "\"\"\nend\"\n";
    for (std::size_t at = 0; at < csv.size(); at += 777) copy.write(std::string_view(csv).substr(at, 777));
    copy.finish();  // pq counts lines, see its reference page
    EXPECT_EQ(count("t"), 20'000);
    EXPECT_EQ(database().value("select s from t where i = 19999"), "line \"19999\"\nend");

    std::string back;
    for (const Row row : db().copy_out_raw("copy (select * from t order by i) to stdout (format csv)")) {
        const auto bytes = row.get<BlobView>(0);
        back.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
    EXPECT_EQ(back, csv);
}

TEST_P(RawCopies, TheServersTextFormat) {
    db().execute("create table t (i int, s text)");
    CopyIn copy = db().copy_in_raw("copy t from stdin");
    copy.write("1\tone\\ttab\n2\t\\N\n");
    EXPECT_EQ(copy.finish(), 2);
    std::string back;
    for (const Row row : db().copy_out_raw("copy t to stdout")) {
        const auto bytes = row.get<BlobView>(0);
        back.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
    EXPECT_EQ(back, "1\tone\\ttab\n2\t\\N\n");
}

TEST_P(RawCopies, WhatIsWrongIsToldAndLeavesNothing) {
    db().execute("create table t (i int)");
    {
        CopyIn copy = db().copy_in_raw("copy t from stdin (format csv)");
        copy.write("1\n2\nthree\n");
        const Error error = error_of([&] { copy.finish(); });
        EXPECT_EQ(error.sqlstate(), "22P02");
    }
    {
        CopyIn abandoned = db().copy_in_raw("copy t from stdin (format csv)");
        abandoned.write("1\n2\n");
    }
    EXPECT_EQ(count("t"), 0);
    EXPECT_EQ(error_of([&] { db().copy_in_raw("copy nowhere from stdin"); }).sqlstate(), "42P01");
    CopyIn typed = db().copy_in("t", {"i"});
    EXPECT_THROW(typed.write("1\n"), InvalidUse);
}

class RawCopySupport : public ProviderTest {};
DBWAY_FOR_ALL_PROVIDERS(RawCopySupport);

TEST_P(RawCopySupport, IsThereOrAClearError) {
    db().execute("create table t (i int)");
    if (can(Feature::raw_copy)) {
        CopyIn copy = db().copy_in_raw("copy t from stdin");
        copy.write("7\n");
        EXPECT_EQ(copy.finish(), 1);
        return;
    }
    EXPECT_EQ(error_of([&] {
                  CopyIn copy = db().copy_in_raw("copy t from stdin");
                  copy.write("7\n");
                  copy.finish();
              }).category(),
              Category::unsupported);
}

}  // namespace
}  // namespace dbway::test
