// Reading results: tuples, structs, dynamic rows, and what does not fit.
#include "unit/host/session_fixture.hpp"

namespace app {

struct User {
    std::int64_t id = 0;
    std::string name;
    std::optional<std::string> email;
};
DBWAY_FIELDS(User, id, name, email)

struct Single {
    std::int64_t n = 0;
};
DBWAY_FIELDS(Single, n)

}  // namespace app

namespace dbway::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SessionQuery : public SessionTest {
  protected:
    void script_users() {
        provider.on("users",
                    Answer::table({integer("id"), text("name"), text("email")},
                                  {{OwnedValue::i64(1), OwnedValue::text("ann"), OwnedValue::text("a@x")},
                                   {OwnedValue::i64(2), OwnedValue::text("bob"), OwnedValue::null()}}));
    }
};

TEST_F(SessionQuery, typed_rows_are_tuples) {
    script_users();
    Source db = open_source();
    std::vector<std::tuple<std::int64_t, std::string, std::optional<std::string>>> read;
    for (auto [id, name, email] :
         db.query<std::int64_t, std::string_view, std::optional<std::string>>("users"))
        read.emplace_back(id, std::string(name), email);
    EXPECT_THAT(read, ElementsAre(std::tuple(1, "ann", "a@x"), std::tuple(2, "bob", std::nullopt)));
}

TEST_F(SessionQuery, structs_are_filled_by_name) {
    provider.on("users", Answer::table({text("EMAIL"), text("extra"), text("Name"), integer("iD")},
                                       {{OwnedValue::null(), OwnedValue::text("?"), OwnedValue::text("ann"),
                                         OwnedValue::i64(7)}}));
    Source db = open_source();
    const auto users = db.query("users").all<app::User>();
    ASSERT_EQ(users.size(), 1U);
    EXPECT_EQ(users[0].id, 7);
    EXPECT_EQ(users[0].name, "ann");
    EXPECT_EQ(users[0].email, std::nullopt);
    EXPECT_EQ(db.query<app::User>("users").one().name, "ann");
    std::size_t seen = 0;
    for (const app::User& user : db.query<app::User>("users")) seen += user.id == 7;
    EXPECT_EQ(seen, 1U);
}

TEST_F(SessionQuery, struct_without_its_column_is_invalid_even_without_rows) {
    provider.on("q", Answer::table({integer("id"), text("name")}, {}));
    Source db = open_source();
    auto rows = db.query<app::User>("q");
    const ErrorDetails error = thrown<InvalidUse>([&] { (void)rows.begin(); });
    EXPECT_THAT(error.message, HasSubstr("\"email\""));
    EXPECT_THAT(error.message, HasSubstr("\"id\", \"name\""));
}

TEST_F(SessionQuery, dynamic_rows_by_index_and_name) {
    script_users();
    Source db = open_source();
    std::vector<std::string> names;
    std::vector<bool> missing;
    for (const Row row : db.query("users")) {
        EXPECT_EQ(row.size(), 3U);
        EXPECT_EQ(row.get<std::int64_t>(0), row.get<std::int64_t>("ID"));
        names.push_back(row.get<std::string>("name"));
        missing.push_back(row.is_null("email"));
    }
    EXPECT_THAT(names, ElementsAre("ann", "bob"));
    EXPECT_THAT(missing, ElementsAre(false, true));
}

TEST_F(SessionQuery, unknown_column_of_a_row_is_invalid) {
    script_users();
    Source db = open_source();
    Rows rows = db.query("users");
    const Row row = *rows.begin();
    EXPECT_THAT(thrown<InvalidUse>([&] { row.get<int>("nme"); }).message, HasSubstr("\"nme\""));
    EXPECT_THAT(thrown<InvalidUse>([&] { row.get<int>(3); }).message, HasSubstr("column 3"));
}

TEST_F(SessionQuery, columns_tell_what_the_provider_said) {
    provider.on("q", Answer::table({{.name = "price",
                                     .type = DBWAY_T_DECIMAL,
                                     .flags = DBWAY_COL_NOT_NULL | DBWAY_COL_PRIMARY,
                                     .precision = 10,
                                     .scale = 2,
                                     .native_name = "numeric",
                                     .native_type = 1700,
                                     .schema_name = "s",
                                     .table_name = "t"}},
                                   {}));
    Source db = open_source();
    const Rows rows = db.query("q");
    ASSERT_EQ(rows.columns().size(), 1U);
    const dbway::Column& column = rows.columns()[0];
    EXPECT_EQ(column.name, "price");
    EXPECT_EQ(column.type, static_cast<std::uint32_t>(DBWAY_T_DECIMAL));
    EXPECT_EQ(column.precision, 10);
    EXPECT_EQ(column.scale, 2);
    EXPECT_EQ(column.native_name, "numeric");
    EXPECT_EQ(column.native_type, 1700U);
    EXPECT_EQ(column.schema_name, "s");
    EXPECT_EQ(column.table_name, "t");
    EXPECT_TRUE(column.not_null);
    EXPECT_TRUE(column.primary_key);
    EXPECT_FALSE(column.generated);
}

TEST_F(SessionQuery, one_wants_exactly_one_row) {
    provider.on("none", number_table(0));
    provider.on("one", number_table(1));
    provider.on("two", number_table(2));
    Source db = open_source();
    EXPECT_EQ(db.query("one").one<std::int64_t>(), 1);
    EXPECT_EQ(std::get<0>(db.query<std::int64_t>("one").one()), 1);
    EXPECT_EQ(db.query<app::Single>("one").one().n, 1);
    EXPECT_EQ(thrown<NoRows>([&] { db.query("none").one<std::int64_t>(); }).sqlstate, "02000");
    EXPECT_EQ(thrown<TooManyRows>([&] { db.query("two").one<std::int64_t>(); }).sqlstate, "21000");
    EXPECT_EQ(db.query("one").one_or_none<std::int64_t>(), 1);
    EXPECT_EQ(db.query("none").one_or_none<std::int64_t>(), std::nullopt);
    thrown<TooManyRows>([&] { db.query("two").one_or_none<std::int64_t>(); });
    EXPECT_EQ(db.statistics().idle, 1U);
}

TEST_F(SessionQuery, all_collects) {
    provider.on("q", number_table(600));
    Source db = open_source();
    const auto all = db.query("q").all<std::int64_t>();
    ASSERT_EQ(all.size(), 600U);
    for (std::size_t i = 0; i < all.size(); ++i) ASSERT_EQ(all[i], static_cast<std::int64_t>(i + 1));
    EXPECT_EQ(db.query<std::int64_t>("q").all().size(), 600U);
}

TEST_F(SessionQuery, null_needs_an_optional_and_the_error_names_the_column) {
    script_users();
    Source db = open_source();
    auto rows = db.query<std::int64_t, std::string, std::string>("users");
    auto at = rows.begin();
    (void)*at;
    ++at;
    const ErrorDetails error = thrown<DataError>([&] { (void)*at; });
    EXPECT_EQ(error.sqlstate, "22002");
    EXPECT_EQ(error.column, "email");
    EXPECT_THAT(error.message, HasSubstr("column 3 (\"email\")"));
    EXPECT_THAT(error.message, HasSubstr("NULL"));
    const ErrorDetails of_struct = thrown<DataError>([&] {
        provider.on("u", Answer::table({integer("id"), text("name"), text("email")},
                                       {{OwnedValue::i64(1), OwnedValue::null(), OwnedValue::null()}}));
        db.query<app::User>("u").one();
    });
    EXPECT_EQ(of_struct.column, "name");
}

TEST_F(SessionQuery, conversion_errors_name_the_column) {
    provider.on(
        "q", Answer::table({integer("id"), text("when")}, {{OwnedValue::i64(300), OwnedValue::text("x")}}));
    Source db = open_source();
    const ErrorDetails range = thrown<DataError>([&] { (db.query<std::int8_t, std::string>("q").one()); });
    EXPECT_EQ(range.column, "id");
    EXPECT_THAT(range.message, HasSubstr("300"));
    const ErrorDetails type = thrown<DataError>([&] {
        for (const Row row : db.query("q")) row.get<std::int64_t>("when");
    });
    EXPECT_EQ(type.column, "when");
    EXPECT_THAT(type.message, HasSubstr("text"));
    EXPECT_EQ(db.statistics().idle, 1U) << "the connection came back";
}

TEST_F(SessionQuery, width_must_match_the_tuple) {
    script_users();
    Source db = open_source();
    const ErrorDetails error =
        thrown<InvalidUse>([&] { (db.query<std::int64_t, std::string>("users").all()); });
    EXPECT_THAT(error.message, HasSubstr("3 columns"));
    EXPECT_THAT(error.message, HasSubstr("2"));
    thrown<InvalidUse>([&] { db.query("users").one<std::int64_t>(); });
}

TEST_F(SessionQuery, empty_result_has_columns) {
    provider.on("q", number_table(0));
    Source db = open_source();
    Rows rows = db.query("q");
    EXPECT_EQ(rows.columns().size(), 1U);
    EXPECT_EQ(rows.begin(), rows.end());
    EXPECT_THAT(db.query("q").all<std::int64_t>(), IsEmpty());
}

TEST_F(SessionQuery, statement_without_columns_has_no_rows) {
    provider.on("update", Answer::ok(3));
    Source db = open_source();
    Rows rows = db.query("update");
    EXPECT_THAT(rows.columns(), IsEmpty());
    EXPECT_EQ(rows.begin(), rows.end());
    EXPECT_EQ(rows.affected(), 3);
    auto typed = db.query<std::int64_t>("update");
    EXPECT_THAT(thrown<InvalidUse>([&] { (void)typed.begin(); }).message, HasSubstr("execute()"));
}

TEST_F(SessionQuery, rows_of_zero_columns_are_counted) {
    for (const bool prepare : {true, false}) {
        provider.on("q", Answer::table({}, std::vector<OwnedRow>(700)));
        Source db = open_source();
        QueryOptions query;
        query.prepare = prepare;
        std::size_t count = 0;
        for (const Row row : db.query(query, "q")) count += row.size() == 0;
        EXPECT_EQ(count, 700U) << "prepare: " << prepare;
    }
}

TEST_F(SessionQuery, execute_tells_affected_and_last_id) {
    provider.on("insert", Answer().done(2, "INSERT", OwnedValue::i64(41)));
    provider.on("ddl", Answer().done(-1));
    provider.on("select", number_table(5));
    Source db = open_source();
    const Result inserted = db.execute("insert");
    EXPECT_EQ(inserted.affected(), 2);
    EXPECT_EQ(inserted.last_id(), 41);
    EXPECT_EQ(db.execute("ddl").affected(), -1);
    EXPECT_EQ(db.execute("ddl").last_id(), std::nullopt);
    db.execute("select");
    EXPECT_NE(provider.requests(DBWAY_R_EXECUTE).back().flags & DBWAY_RF_NO_ROWS, 0U);
}

TEST_F(SessionQuery, query_values_takes_parameters_made_at_run_time) {
    provider.on("q", number_table(1));
    Source db = open_source();
    const std::vector<dbway_value> values{Codec<std::int64_t>::encode(5), Codec<bool>::encode(true)};
    EXPECT_EQ(db.query_values({}, "q", values).one<std::int64_t>(), 1);
    EXPECT_THAT(provider.requests(DBWAY_R_EXECUTE).back().params,
                ElementsAre(ElementsAre(OwnedValue::i64(5), OwnedValue::boolean(true))));
}

TEST_F(SessionQuery, schema_and_copy_out_pass_their_filters) {
    provider.on_kind(DBWAY_R_SCHEMA, Answer::table({text("schema")}, {{OwnedValue::text("main")}}));
    provider.on_kind(DBWAY_R_COPY_OUT, number_table(3));
    Source db = open_source();
    EXPECT_EQ(db.schema(SchemaKind::columns, "main", "t").one<std::string>(), "main");
    const SeenRequest schema = provider.requests(DBWAY_R_SCHEMA).back();
    EXPECT_EQ(schema.arg, DBWAY_SCHEMA_COLUMNS);
    EXPECT_THAT(schema.names, ElementsAre("main", "t"));
    EXPECT_EQ(db.copy_out("t", {"a", "b"}).all<std::int64_t>().size(), 3U);
    EXPECT_THAT(provider.requests(DBWAY_R_COPY_OUT).back().names, ElementsAre("a", "b"));
    EXPECT_EQ(db.copy_out_query("select 1").all<std::int64_t>().size(), 3U);
    EXPECT_EQ(provider.requests(DBWAY_R_COPY_OUT).back().flags, DBWAY_RF_SQL);
}

}  // namespace
}  // namespace dbway::test
