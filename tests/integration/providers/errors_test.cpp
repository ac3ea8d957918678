// The same mistake is the same error everywhere: category, SQLSTATE, and the names where a provider promises
// them.
#include "provider_test.hpp"

namespace dbway::test {
namespace {

class Errors : public ProviderTest {
  protected:
    void SetUp() override {
        ProviderTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        db().execute("create table parent (id bigint primary key)");
        db().execute(
            "create table child (id bigint, name " + type(DBWAY_T_TEXT) +
            " not null, age bigint, parent_id bigint, constraint child_key primary key (id), constraint "
            "child_name unique (name), constraint child_age check (age >= 0), constraint child_parent "
            "foreign "
            "key (parent_id) references parent (id))");
        db().execute("insert into parent values (1)");
        db().execute("insert into child values (1, 'one', 1, 1)");
    }

    // Runs the statement, which must fail so; the connection is as good as before, and nothing has changed.
    Error fails(const std::string& sql, Category category, const std::string& sqlstate) {
        Connection connection = db().connection();
        const Error error = error_of([&] { connection.execute(sql); });
        EXPECT_EQ(error.category(), category) << error.what();
        EXPECT_EQ(error.sqlstate(), sqlstate) << error.what();
        EXPECT_FALSE(error.message().empty());
        EXPECT_FALSE(error.connection_lost()) << error.what();
        EXPECT_FALSE(error.outcome_unknown()) << error.what();
        EXPECT_EQ(error.source(), "main");
        EXPECT_EQ(connection.query("select count(*) from child").one<int>(), 1);
        return error;
    }
    void expect_names(const Error& error, const std::string& constraint, const std::string& table) {
        EXPECT_EQ(error.constraint(), can(Feature::constraint_names) ? constraint : "") << error.what();
        if (can(Feature::error_table)) {
            EXPECT_EQ(error.table(), table) << error.what();
        }
    }
};

DBWAY_FOR_ALL_PROVIDERS(Errors);

TEST_P(Errors, Unique) {
    expect_names(fails("insert into child values (1, 'two', 1, 1)", Category::constraint, "23505"),
                 on_mysql() ? "PRIMARY" : "child_key", "child");
    expect_names(fails("insert into child values (2, 'one', 1, 1)", Category::constraint, "23505"),
                 "child_name", "child");
    EXPECT_THROW(db().execute("insert into parent values ($1)", 1), UniqueViolation);
}

TEST_P(Errors, ForeignKey) {
    const Error error = fails("insert into child values (2, 'two', 1, 99)", Category::constraint, "23503");
    EXPECT_EQ(error.constraint(), can(Feature::constraint_names) ? "child_parent" : "");
    EXPECT_THROW(db().execute("delete from parent"), ForeignKeyViolation);
}

TEST_P(Errors, Check) {
    const Error error = fails("insert into child values (2, 'two', -1, 1)", Category::constraint, "23514");
    // SQLite knows the name of a check, and of nothing else.
    if (can(Feature::constraint_names) || !on_server()) {
        EXPECT_EQ(error.constraint(), "child_age");
    }
    EXPECT_THROW(db().execute("update child set age = $1", -5), CheckViolation);
}

TEST_P(Errors, NotNull) {
    const Error error = fails("insert into child values (2, null, 1, 1)", Category::constraint, "23502");
    if (can(Feature::error_table)) {
        EXPECT_EQ(error.table(), "child");
        EXPECT_EQ(error.column(), "name");
    }
    EXPECT_THROW(db().execute("update child set name = $1", nullptr), NotNullViolation);
}

TEST_P(Errors, Syntax) {
    const Error error = fails("selekt 1", Category::syntax, "42601");
    EXPECT_EQ(error.position(), can(Feature::error_position) ? 1u : 0u);
    EXPECT_THROW(db().query("select 1 +"), SyntaxError);
}

TEST_P(Errors, WhatDoesNotExist) {
    EXPECT_THAT(fails("select * from no_such_table", Category::syntax, "42P01").message(),
                HasSubstr("no_such_table"));
    EXPECT_THAT(fails("select no_such_column from child", Category::syntax, "42703").message(),
                HasSubstr("no_such_column"));
    EXPECT_THAT(fails("select no_such_function(1)", Category::syntax, "42883").message(),
                HasSubstr("no_such_function"));
    fails("create table child (i integer)", Category::syntax, "42P07");
}

TEST_P(Errors, DivisionByZero) {
    if (can(Feature::division_by_zero))
        fails("select 1 / 0", Category::data, "22012");
    else
        EXPECT_EQ(db().query("select 1 / 0").one<std::optional<int>>(), std::nullopt);
}

TEST_P(Errors, TooLongText) {
    db().execute("create table short_text (t varchar(3))");
    if (can(Feature::declared_lengths)) {
        fails("insert into short_text values ('four')", Category::data, "22001");
        EXPECT_EQ(count("short_text"), 0);
    } else {
        db().execute("insert into short_text values ('four')");
        EXPECT_EQ(count("short_text"), 1);
    }
}

TEST_P(Errors, NotANumber) {
    if (!on_server()) GTEST_SKIP() << "SQLite stores a text in a column of integers";
    fails("insert into parent values ('abc')", Category::data, "22P02");
    fails(on_mysql() ? "select 9223372036854775807 + 1" : "select 2147483647 + 1", Category::data, "22003");
}

TEST_P(Errors, InsideTheResult) {
    if (!can(Feature::division_by_zero)) GTEST_SKIP() << "nothing fails half-way in SQLite";
    Connection connection = db().connection();
    const Error error = error_of([&] {
        Rows rows = connection.query("select 1 / (5000 - i) from generate_series(1, 10000) i");
        for ([[maybe_unused]] const Row row : rows) {
        }
    });
    EXPECT_EQ(error.sqlstate(), "22012") << error.what();
    EXPECT_EQ(connection.query("select 1").one<int>(), 1);
}

TEST_P(Errors, PermissionDenied) {
    if (!on_postgresql()) GTEST_SKIP() << "of PostgreSQL's roles; see the unit tests of mysql";
    Connection connection = db().connection();
    const std::string role = unique_name("nobody");
    connection.execute("create role " + role);
    connection.execute("set role " + role);
    const Error error = error_of([&] { connection.execute("delete from child"); });
    EXPECT_EQ(error.category(), Category::permission) << error.what();
    EXPECT_EQ(error.sqlstate(), "42501") << error.what();
    EXPECT_THROW(connection.execute("delete from child"), PermissionDenied);
    connection.execute("reset role");
    connection.execute("drop role " + role);
}

TEST_P(Errors, WritingWhereOnlyReadingIsAllowed) {
    Source reader = open("read_only = true\n");
    const Error error = error_of([&] { reader.execute("insert into parent values (2)"); });
    EXPECT_EQ(error.category(), Category::permission) << error.what();
    EXPECT_EQ(error.sqlstate(), "25006") << error.what();
    EXPECT_EQ(reader.query("select count(*) from parent").one<int>(), 1);
}

TEST_P(Errors, DetailAndHintOfTheServer) {
    if (!can(Feature::constraint_names)) GTEST_SKIP() << "see differences.hpp";
    if (on_mysql()) GTEST_SKIP() << "MySQL has one text for all";
    EXPECT_THAT(fails("insert into child values (1, 'two', 1, 1)", Category::constraint, "23505").detail(),
                HasSubstr("(id)=(1)"));
    EXPECT_THAT(fails("select nam from child", Category::syntax, "42703").hint(), HasSubstr("child.name"));
    EXPECT_EQ(fails("insert into child values (1, 'two', 1, 1)", Category::constraint, "23505").schema(),
              "public");
}

TEST_P(Errors, AUserDefinedErrorKeepsItsCode) {
    if (!on_postgresql()) GTEST_SKIP() << "of PostgreSQL's procedures";
    fails("do $$ begin raise exception 'mine' using errcode = 'UX042'; end $$", Category::database, "UX042");
}

TEST_P(Errors, AVeryLongMessageArrives) {
    if (!on_postgresql()) GTEST_SKIP() << "of PostgreSQL's procedures";
    const Error error =
        fails("do $$ begin raise exception '%', repeat('ä', 200000); end $$", Category::database, "P0001");
    EXPECT_THAT(error.message(), HasSubstr("äää"));
}

}  // namespace
}  // namespace dbway::test
