// Queries, parameters and prepared statements.
#include "provider_test.hpp"

namespace dbway::test {
namespace {

struct Person {
    std::int64_t id = 0;
    std::string name;
    std::optional<std::string> email;
};
DBWAY_FIELDS(Person, id, name, email)

class Queries : public ProviderTest {
  protected:
    void create_people() {
        db().execute("create table people (id bigint primary key, name " + type(DBWAY_T_TEXT) +
                     " not null, email " + type(DBWAY_T_TEXT) + ")");
        for (std::int64_t i = 1; i <= 5; ++i)
            db().execute("insert into people values ($1, $2, $3)", i, "person " + std::to_string(i),
                         i % 2 == 0 ? std::optional<std::string>("p" + std::to_string(i) + "@example.org")
                                    : std::nullopt);
    }
};

DBWAY_FOR_ALL_PROVIDERS(Queries);

TEST_P(Queries, RowsAreReadAsTuplesStructsAndValues) {
    create_people();
    std::int64_t sum = 0;
    for (auto [id, name] :
         db().query<std::int64_t, std::string_view>("select id, name from people where id > $1", 2)) {
        EXPECT_EQ(name, "person " + std::to_string(id));
        sum += id;
    }
    EXPECT_EQ(sum, 12);
    const auto people = db().query("select * from people order by id").all<Person>();
    ASSERT_EQ(people.size(), 5u);
    EXPECT_EQ(people[1].email, "p2@example.org");
    EXPECT_EQ(people[2].email, std::nullopt);
    EXPECT_THROW(db().query("select id from people where id = 99").one<std::int64_t>(), NoRows);
    EXPECT_THROW(db().query("select id from people").one<std::int64_t>(), TooManyRows);
}

TEST_P(Queries, PlaceholdersByNumberAndByName) {
    create_people();
    EXPECT_EQ(db().query("select count(*) from people where id = $2 or id = $1 or id = $2", 1, 3).one<int>(),
              2);
    EXPECT_EQ(db().query("select name from people where id = :id and name like :pattern and id = :id",
                         arg("id", 3), arg("pattern", "person%"))
                  .one<std::string>(),
              "person 3");
    // What looks like a placeholder in a text or a comment is none.
    EXPECT_EQ(db().query("select '$1 :id' /* $2 :x */ as x -- $3 :y\n from people where id = $1", 1)
                  .one<std::string>(),
              "$1 :id");
}

TEST_P(Queries, AffectedRowsAreTold) {
    create_people();
    EXPECT_EQ(db().execute("update people set name = name || '!' where id <= $1", 3).affected(), 3);
    EXPECT_EQ(db().execute("update people set name = 'x' where id = 99").affected(), 0);
    EXPECT_EQ(db().execute("delete from people where id in ($1, $2)", 1, 2).affected(), 2);
    EXPECT_EQ(db().execute("insert into people select id + 10, name, email from people").affected(), 3);
}

TEST_P(Queries, ReturningGivesTheRowsThatChanged) {
    create_people();
    EXPECT_EQ(db().query("delete from people where id > $1 returning id", 3).all<std::int64_t>().size(), 2u);
    EXPECT_EQ(db().query("insert into people values (9, 'nine', null) returning name").one<std::string>(),
              "nine");
    EXPECT_EQ(count("people"), 4);
}

TEST_P(Queries, OneStatementManyTimesWithOtherValuesAndTypes) {
    create_people();
    Connection connection = db().connection();
    for (int round = 0; round < 50; ++round) {
        const std::int64_t id = round % 5 + 1;
        EXPECT_EQ(connection.query("select name from people where id = $1", id).one<std::string>(),
                  "person " + std::to_string(id));
    }
    // NULL after a value, and a value after NULL.
    EXPECT_EQ(connection.query("select count(*) from people where id = $1", nullptr).one<int>(), 0);
    EXPECT_EQ(connection.query("select count(*) from people where id = $1", 1).one<int>(), 1);
}

TEST_P(Queries, MoreStatementsThanTheCacheHolds) {
    Source source = open("statement_cache = 4\n");
    Connection connection = source.connection();
    for (int round = 0; round < 3; ++round)
        for (int i = 0; i < 10; ++i)
            EXPECT_EQ(connection.query("select " + std::to_string(i) + " + $1 * 1", 100).one<int>(), 100 + i);
}

TEST_P(Queries, WithoutACacheAndWithoutPreparing) {
    Source source = open("statement_cache = 0\n");
    EXPECT_EQ(source.query("select 1 + $1 * 1", 2).one<int>(), 3);
    QueryOptions once;
    once.prepare = false;
    for (int i = 0; i < 3; ++i) EXPECT_EQ(db().query(once, "select 1 + $1 * 1", i).one<int>(), 1 + i);
}

TEST_P(Queries, ACachedStatementFollowsTheSchema) {
    create_people();
    Connection reader = db().connection(), changer = db().connection();
    const char* all = "select * from people where id = $1";
    EXPECT_EQ(reader.query(all, 1).begin().operator*().size(), 3u);
    changer.execute("alter table people add column age integer");
    {
        Rows rows = reader.query(all, 1);
        const Row row = *rows.begin();
        EXPECT_EQ(row.size(), 4u);
        EXPECT_TRUE(row.is_null("age"));
    }
    changer.execute("alter table people drop column email");
    EXPECT_EQ(reader.query(all, 1).begin().operator*().size(), 3u);
    // Another type under the same name.
    changer.execute("drop table people");
    changer.execute("create table people (id bigint primary key, name " + type(DBWAY_T_DATE) + ")");
    changer.execute("insert into people values (1, $1)", Date(std::chrono::days(19000)));
    Rows rows = reader.query(all, 1);
    EXPECT_EQ((*rows.begin()).get<Date>("name"), Date(std::chrono::days(19000)));
}

TEST_P(Queries, ATableThatIsGoneIsAnErrorAndNoMore) {
    create_people();
    Connection connection = db().connection();
    EXPECT_EQ(connection.query("select count(*) from people").one<int>(), 5);
    connection.execute("drop table people");
    EXPECT_THROW(connection.query("select count(*) from people").one<int>(), SyntaxError);
    create_people();
    EXPECT_EQ(connection.query("select count(*) from people").one<int>(), 5);
}

TEST_P(Queries, EmptyResultsHaveColumns) {
    create_people();
    Rows rows = db().query("select id, name from people where id = 99");
    for ([[maybe_unused]] const Row row : rows) ADD_FAILURE() << "no row has this number";
    EXPECT_EQ(rows.columns().size(), 2u);
}

TEST_P(Queries, NullIsNoValue) {
    create_people();
    EXPECT_THROW(db().query("select email from people where id = 1").one<std::string>(), DataError);
    EXPECT_EQ(db().query("select email from people where id = 1").one<std::optional<std::string>>(),
              std::nullopt);
    const std::optional<std::int64_t> nothing;
    EXPECT_EQ(db().query("select count(*) from people where id = $1", nothing).one<int>(), 0);
}

TEST_P(Queries, ASecondStatementWhileRowsAreRead) {
    create_people();
    Connection connection = db().connection();
    std::int64_t seen = 0;
    for (auto [id] : connection.query<std::int64_t>("select id from people order by id")) {
        EXPECT_EQ(connection.query("select id * 2 from people where id = $1", id).one<std::int64_t>(),
                  id * 2);
        ++seen;
    }
    EXPECT_EQ(seen, 5);
}

TEST_P(Queries, AResultThatIsNotReadToItsEndDoesNoHarm) {
    create_people();
    Connection connection = db().connection();
    for (int i = 0; i < 5; ++i) {
        {
            Rows rows =
                connection.query("select a.id, b.name from people a, people b, people c, people d, people e");
            EXPECT_TRUE(rows.begin() != rows.end());
        }
        EXPECT_EQ(connection.query("select 42").one<int>(), 42);
    }
}

TEST_P(Queries, Scripts) {
    Rows rows = db().script(
        "create table s (i integer); insert into s values (1), (2); select i from s order by i; "
        "select 'a;b' as t, '--' as u; drop table s;");
    EXPECT_EQ(rows.all<int>(), (std::vector<int>{1, 2}));
    ASSERT_TRUE(rows.next_set());
    EXPECT_EQ((rows.all<std::tuple<std::string, std::string>>()),
              (std::vector<std::tuple<std::string, std::string>>{{"a;b", "--"}}));
    EXPECT_FALSE(rows.next_set());
    EXPECT_THROW(count("s"), SyntaxError);
}

TEST_P(Queries, AScriptStopsAtItsFirstError) {
    db().execute("create table s (i integer primary key)");
    EXPECT_THROW(
        {
            Rows rows = db().script(
                "insert into s values (10); insert into s values (10); insert into s values (11);");
            while (rows.next_set()) {
            }
            rows.all<int>();
        },
        UniqueViolation);
    EXPECT_EQ(db().query("select count(*) from s where i = 11").one<int>(), 0);
}

TEST_P(Queries, ManyParametersAndColumns) {
    constexpr int n = 500;
    std::string sql = "select ";
    std::vector<dbway_value> values;
    for (int i = 1; i <= n; ++i) {
        sql += (i == 1 ? "$" : " + 0, $") + std::to_string(i);
        values.push_back(detail::make_int(DBWAY_T_I64, i));
    }
    Rows rows = db().query_values({}, sql + " + 0", values);
    const Row row = *rows.begin();
    ASSERT_EQ(row.size(), static_cast<std::size_t>(n));
    for (int i = 0; i < n; ++i) EXPECT_EQ(row.get<std::int64_t>(static_cast<std::size_t>(i)), i + 1);
}

TEST_P(Queries, ThousandsOfParameters) {
    db().execute("create table t (i bigint)");
    constexpr int n = 20'000;
    std::string sql = "insert into t (i) values ";
    std::vector<dbway_value> values;
    for (int i = 1; i <= n; ++i) {
        sql += (i == 1 ? "($" : ", ($") + std::to_string(i) + ")";
        values.push_back(detail::make_int(DBWAY_T_I64, i));
    }
    for (int round = 1; round <= 2; ++round) {
        db().query_values({}, sql, values).all<int>();
        EXPECT_EQ(count("t"), n * round);
    }
}

TEST_P(Queries, TheWrongNumberOfParametersIsRefused) {
    create_people();
    EXPECT_THROW(db().execute("delete from people where id = $1"), Error);
    EXPECT_THROW(db().execute("delete from people where id = $1", 1, 2), Error);
    EXPECT_EQ(count("people"), 5);
}

}  // namespace
}  // namespace dbway::test
