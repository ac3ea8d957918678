// Parameters: by position and by name, and how long they live.
#include "unit/host/late_reader.hpp"
#include "unit/host/session_fixture.hpp"

namespace dbway::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SessionParameters : public SessionTest {
  protected:
    OwnedRow sent(std::uint32_t kind = DBWAY_R_EXECUTE) {
        const auto seen = provider.requests(kind);
        if (seen.empty() || seen.back().params.empty()) return {};
        return seen.back().params[0];
    }
    static QueryOptions unprepared() {
        QueryOptions query;
        query.prepare = false;
        return query;
    }
};

TEST_F(SessionParameters, positional_parameters_keep_their_order) {
    provider.on("insert $1 $2 $3", Answer::ok(1));
    Source db = open_source();
    db.execute("insert $1 $2 $3", 1, "two", std::optional<double>());
    EXPECT_THAT(sent(),
                ElementsAre(OwnedValue::i64(1), OwnedValue::text("two"), OwnedValue::null(DBWAY_T_F64)));
}

TEST_F(SessionParameters, null_forms) {
    provider.on("q", Answer::ok());
    Source db = open_source();
    const char* nothing = nullptr;
    db.execute("q", nullptr, std::nullopt, nothing, std::optional<std::string>("x"));
    EXPECT_THAT(sent(), ElementsAre(OwnedValue::null(), OwnedValue::null(), OwnedValue::null(DBWAY_T_TEXT),
                                    OwnedValue::text("x")));
}

TEST_F(SessionParameters, names_become_numbers_in_the_order_of_appearance) {
    provider.on("f($1, $2, $1)", Answer::ok());
    Source db = open_source();
    for (const bool prepare : {true, false}) {
        QueryOptions query;
        query.prepare = prepare;
        db.execute(query, "f(:a, :b, :a)", arg("b", 2), arg("a", "one"));
        EXPECT_THAT(sent(prepare ? DBWAY_R_EXECUTE : DBWAY_R_QUERY),
                    ElementsAre(OwnedValue::text("one"), OwnedValue::i64(2)));
    }
    EXPECT_EQ(provider.requests("f($1, $2, $1)").size(), 3U) << "PREPARE, EXECUTE, QUERY";
}

TEST_F(SessionParameters, casts_and_literals_are_not_names) {
    provider.on("select $1::text, ':no', \"a:b\" -- :c", Answer::ok());
    Source db = open_source();
    db.execute("select :x::text, ':no', \"a:b\" -- :c", arg("x", 1));
    EXPECT_THAT(sent(), ElementsAre(OwnedValue::i64(1)));
}

TEST_F(SessionParameters, missing_and_superfluous_names_are_errors) {
    Source db = open_source();
    for (const bool prepare : {true, false}) {
        QueryOptions query;
        query.prepare = prepare;
        EXPECT_THAT(thrown<InvalidUse>([&] { db.execute(query, "f(:a, :b)", arg("a", 1)); }).message,
                    HasSubstr(":b"));
        EXPECT_THAT(
            thrown<InvalidUse>([&] { db.execute(query, "f(:a)", arg("a", 1), arg("zz", 2)); }).message,
            HasSubstr(":zz"));
        EXPECT_THAT(thrown<InvalidUse>([&] { db.execute(query, "f()", arg("a", 1)); }).message,
                    HasSubstr(":a"));
    }
    EXPECT_THAT(provider.requests(), IsEmpty()) << "nothing was sent";
    EXPECT_EQ(db.statistics().idle, 1U);
}

TEST_F(SessionParameters, a_name_forgotten_once_may_be_given_the_next_time) {
    provider.on("f($1)", Answer::ok(5));
    Source db = open_source();
    thrown<InvalidUse>([&] { db.execute("f(:a)", arg("b", 1)); });
    EXPECT_EQ(db.execute("f(:a)", arg("a", 1)).affected(), 5);
    EXPECT_EQ(provider.requests(DBWAY_R_PREPARE).size(), 1U);
}

TEST_F(SessionParameters, mixing_names_and_numbers_is_an_error) {
    Source db = open_source();
    for (const bool prepare : {true, false}) {
        QueryOptions query;
        query.prepare = prepare;
        EXPECT_THAT(thrown<InvalidUse>([&] { db.execute(query, "f(:a, $1)", arg("a", 1)); }).message,
                    HasSubstr("mix"));
    }
    EXPECT_THAT(provider.requests(), IsEmpty());
}

TEST_F(SessionParameters, one_text_by_position_and_by_name) {
    provider.on("f(:a)", Answer::ok(1));
    provider.on("f($1)", Answer::ok(2));
    Source db = open_source();
    EXPECT_EQ(db.execute("f(:a)", 7).affected(), 1) << "the provider's own affair";
    EXPECT_EQ(db.execute("f(:a)", arg("a", 8)).affected(), 2);
    EXPECT_EQ(db.execute("f(:a)", arg("a", 9)).affected(), 2);
    EXPECT_EQ(provider.requests(DBWAY_R_PREPARE).size(), 2U);
}

TEST_F(SessionParameters, prepare_false_sends_a_query) {
    provider.on("q $1", Answer::ok(1));
    Source db = open_source();
    EXPECT_EQ(db.execute(unprepared(), "q $1", 1).affected(), 1);
    EXPECT_EQ(provider.requests().size(), 1U);
    EXPECT_EQ(provider.requests()[0].kind, static_cast<std::uint32_t>(DBWAY_R_QUERY));
}

TEST_F(SessionParameters, arrays_and_other_payloads_arrive_whole) {
    provider.on("q", Answer::ok());
    Source db = open_source();
    const std::vector<std::vector<std::optional<std::string>>> nested{{"a", std::nullopt}, {}};
    db.execute("q", nested, Interval{1, 2, 3}, Uuid::parse("00112233-4455-6677-8899-aabbccddeeff"),
               Blob{std::byte{0}, std::byte{255}}, Decimal("1.50"), Json{"{}"});
    EXPECT_THAT(
        sent(),
        ElementsAre(
            OwnedValue::array({OwnedValue::array({OwnedValue::text("a"), OwnedValue::null(DBWAY_T_TEXT)}),
                               OwnedValue::array({})}),
            OwnedValue::interval_of(1, 2, 3),
            OwnedValue::uuid(
                std::string("\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff", 16)),
            OwnedValue::blob(std::string("\0\xff", 2)), OwnedValue::decimal("1.50"), OwnedValue::json("{}")));
}

// The provider looks at its requests again on every call of next(), until they have ended.
class LateParameters : public SessionParameters {
  protected:
    Source open_late() {
        Configuration configuration;
        configuration.file = "test.toml";
        configuration.directory = "/";
        configuration.sources.push_back(options);
        HostOptions host;
        host.linked = {late.entry()};
        return Host::open(configuration, host).source("db");
    }
    LateReader late{provider};
};

TEST_F(LateParameters, live_until_the_last_row_of_a_query) {
    options.batch_rows = 2;
    provider.on("q", number_table(20));
    Source db = open_late();
    for (const bool prepare : {true, false}) {
        QueryOptions query;
        query.prepare = prepare;
        std::optional<Rows> rows;
        {
            const std::string text(100, 'x');
            const std::vector<std::string> items{std::string(50, 'y'), std::string(60, 'z')};
            rows = db.query(query, std::string("q"), text, items, Interval{1, 2, 3}, Decimal("3.25"));
        }
        EXPECT_EQ(rows->all<int>().size(), 20U);
    }
    EXPECT_GE(late.looks(), 20U);
    EXPECT_THAT(late.changes(), IsEmpty());
}

TEST_F(LateParameters, live_until_the_end_of_a_named_query) {
    options.batch_rows = 2;
    provider.on("q $1", number_table(20));
    Source db = open_late();
    std::optional<Rows> rows;
    {
        const std::string text(100, 'x');
        rows =
            db.query(std::string("q :long_enough_not_to_be_small"), arg("long_enough_not_to_be_small", text));
    }
    EXPECT_EQ(rows->all<int>().size(), 20U);
    EXPECT_THAT(late.changes(), IsEmpty());
}

TEST_F(LateParameters, filters_and_tables_live_as_long) {
    options.batch_rows = 2;
    provider.on_kind(DBWAY_R_SCHEMA, number_table(20));
    provider.on_kind(DBWAY_R_COPY_OUT, number_table(20));
    Source db = open_late();
    std::optional<Rows> rows;
    rows = db.schema(SchemaKind::tables, std::string(40, 's'), std::string(40, 't'));
    EXPECT_EQ(rows->all<int>().size(), 20U);
    {
        const std::string column(40, 'c');
        rows = db.copy_out(std::string(40, 't'), {column, column});
    }
    EXPECT_EQ(rows->all<int>().size(), 20U);
    EXPECT_THAT(late.changes(), IsEmpty());
}

TEST_F(LateParameters, of_a_batch_and_of_a_bulk_load) {
    provider.on("a $1", Answer::ok(1));
    provider.on("b $1", number_table(5));
    Source db = open_late();
    Batch batch;
    for (int i = 0; i < 20; ++i) {
        batch.add("a $1", std::string(80, 'a'));
        batch.add("b :name", arg("name", std::vector<std::string>{std::string(80, 'b')}));
    }
    EXPECT_EQ(db.run(batch).size(), 40U);
    {
        CopyIn copy = db.copy_in(std::string(40, 't'), {std::string(40, 'c')});
        for (int i = 0; i < 2000; ++i) copy.row(i);
        EXPECT_EQ(copy.finish(), 2000);
    }
    EXPECT_THAT(late.changes(), IsEmpty());
}

TEST_F(LateParameters, may_point_into_the_row_being_read) {
    options.batch_rows = 3;
    std::vector<OwnedRow> names;
    for (int i = 0; i < 20; ++i)
        names.push_back({OwnedValue::text(std::string(60, static_cast<char>('a' + i)))});
    provider.on("names", Answer::table({text("name")}, names));
    provider.on("use $1", Answer::ok(1));
    provider.on("look $1", number_table(4));
    provider.on_kind(DBWAY_R_SCHEMA, number_table(2));
    Source db = open_late();
    Connection connection = db.connection();
    enum class Use { execute, named, query, schema, copy, text };
    for (const Use use : {Use::execute, Use::named, Use::query, Use::schema, Use::copy, Use::text}) {
        std::size_t row = 0;
        for (const Row r : connection.query("names")) {
            const std::string expected(60, static_cast<char>('a' + row++));
            const auto name = r.get<std::string_view>(0);
            switch (use) {
                case Use::execute:
                    connection.execute("use $1", name);
                    ASSERT_EQ(provider.requests("use $1").back().params[0][0], OwnedValue::text(expected));
                    break;
                case Use::named:
                    connection.execute("use :n", arg("n", name));
                    ASSERT_EQ(provider.requests("use $1").back().params[0][0], OwnedValue::text(expected));
                    break;
                case Use::query:
                    ASSERT_EQ(connection.query("look $1", name).all<int>().size(), 4U);
                    ASSERT_EQ(provider.requests("look $1").back().params[0][0], OwnedValue::text(expected));
                    break;
                case Use::schema:
                    ASSERT_EQ(connection.schema(SchemaKind::columns, name, name).all<int>().size(), 2U);
                    ASSERT_THAT(provider.requests(DBWAY_R_SCHEMA).back().names,
                                ElementsAre(expected, expected));
                    break;
                case Use::copy: {
                    CopyIn copy = connection.copy_in(name, {name});
                    copy.finish();
                    ASSERT_EQ(provider.requests(DBWAY_R_COPY_IN).back().sql, expected);
                    ASSERT_THAT(provider.requests(DBWAY_R_COPY_IN).back().names, ElementsAre(expected));
                    break;
                }
                case Use::text: {
                    provider.on(expected, Answer::ok(1));
                    connection.execute(unprepared(), name);
                    ASSERT_EQ(provider.requests().back().sql, expected);
                    break;
                }
            }
        }
        ASSERT_EQ(row, 20U);
    }
    EXPECT_THAT(late.changes(), IsEmpty());
}

}  // namespace
}  // namespace dbway::test
