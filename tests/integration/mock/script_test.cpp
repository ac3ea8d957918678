// An application whose database is a file: scripts, recordings and what they tell at the end.
#include "application.hpp"

namespace dbway::test {
namespace {

constexpr const char* source = "[source.main]\nprovider = \"mock\"\n";

TEST(Scripted, FromTheConfigurationAlone) {
    const Application application;
    application.write("users.toml", R"t(
[[expect]]
on = "begin"
name = "serializable"
[[expect]]
statement = "insert into users (name, email) values ($1, $2)"
parameters = ["Ann", { like = "@" }]
affected = 1
last_id = 17
[[expect]]
on = "commit"
[[expect]]
statement = "select id, name, balance, born from users"
columns = ["id i64", "name text", "balance decimal(10,2)", "born date"]
rows = [[17, "Ann", "1.50", 1990-02-28], [18, {}, "0.00", {}]]
)t");
    {
        const Host host = application.open(std::string(source) + "script = \"users.toml\"\n");
        Source db = host.source("main");
        db.transaction({.isolation = Isolation::serializable}, [](Transaction& tx) {
            EXPECT_EQ(tx.execute("insert into users (name, email) values (:name, :email)", arg("name", "Ann"),
                                 arg("email", "ann@example.org"))
                          .last_id(),
                      17);
        });
        struct User {
            std::int64_t id;
            std::optional<std::string> name;
            Decimal balance;
        };
        std::vector<User> users;
        for (auto [id, name, balance, born] :
             db.query<std::int64_t, std::optional<std::string>, Decimal, std::optional<Date>>(
                 "select id, name, balance, born from users"))
            users.push_back({id, name, balance});
        ASSERT_EQ(users.size(), 2U);
        EXPECT_EQ(users[0].balance.str(), "1.50");
        EXPECT_FALSE(users[1].name);
        EXPECT_EQ(Mock(db).findings(), "");
    }
    EXPECT_EQ(application.log(), "");
}

TEST(Scripted, TheServerThatAConnectionSpeaksOf) {
    const Application application;
    application.write(
        "script.toml",
        "server = { product = 'MariaDB', version = '10.11.6', number = 10011006, database = 'shop' }\n");
    application.write("none.toml", "");
    application.write("wrong.toml", "server = { product = 'MariaDB', numbers = 1 }\n");
    const Host host = application.open(
        "[source.main]\nprovider = \"mock\"\nscript = \"script.toml\"\n"
        "[source.plain]\nprovider = \"mock\"\nscript = \"none.toml\"\n"
        "[source.wrong]\nprovider = \"mock\"\nscript = \"wrong.toml\"\n");
    const ServerInfo info = host.source("main").connection().info();
    EXPECT_EQ(info.product, "MariaDB");
    EXPECT_EQ(info.version, "10.11.6");
    EXPECT_EQ(info.version_number, 10'011'006U);
    EXPECT_EQ(info.database, "shop");
    EXPECT_EQ(host.source("plain").connection().info().product, "mock");
    try {
        host.source("wrong").connection();
        ADD_FAILURE() << "it was taken";
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("wrong.toml:1:"));
        EXPECT_THAT(error.what(), HasSubstr("numbers"));
    }
}

TEST(Scripted, WhatWasNotMetIsLoggedAndReported) {
    const Application application;
    application.write("script.toml",
                      "[[expect]]\nstatement = 'select name from users where id = $1'\nparameters = [7]\n");
    {
        const Host host =
            application.open(std::string(source) + "script = \"script.toml\"\nreport = \"report.txt\"\n");
        Source db = host.source("main");
        const Error error = error_of([&] { db.query("select name from users where id = $1", 8); });
        EXPECT_EQ(error.category(), Category::invalid);
        EXPECT_THAT(error.what(), HasSubstr("the mock did not expect this"));
        EXPECT_THAT(error.what(), HasSubstr("$1: expected i64 7, got i64 8"));
    }
    EXPECT_THAT(application.log(), HasSubstr("expectation 1 (script.toml:1) was not met"));
    EXPECT_THAT(application.read("report.txt"),
                HasSubstr("1 expectations were not met, 1 requests were not expected"));
}

TEST(Scripted, LenientByTheConfiguration) {
    const Application application;
    const Host host = application.open(std::string(source) + "mode = \"lenient\"\n");
    Source db = host.source("main");
    EXPECT_THAT(db.query<int>("select anything").all(), IsEmpty());
    EXPECT_EQ(db.execute("delete from anything").affected(), -1);
}

TEST(Scripted, SourcesHaveMocksOfTheirOwnUnlessTheyShareAName) {
    const Application application;
    application.write("a.toml", "[[expect]]\nstatement = 'a'\n");
    application.write("b.toml", "[[expect]]\nstatement = 'b'\n");
    const Host host = application.open(
        "[source.a]\nprovider = \"mock\"\nscript = \"a.toml\"\n[source.b]\nprovider = \"mock\"\nscript = "
        "\"b.toml\"\n"
        "[source.c]\nprovider = \"mock\"\nname = \"one\"\n[source.d]\nprovider = \"mock\"\nname = \"one\"\n");
    host.source("a").execute("a");
    EXPECT_EQ(Mock(host.source("a")).findings(), "");
    EXPECT_THAT(Mock(host.source("b")).unmet(), ElementsAre("expectation 1 (b.toml:1) was not met: b"));
    Mock(host.source("c")).expect(on::statement("shared"));
    host.source("d").execute("shared");
    EXPECT_EQ(Mock(host.source("c")).findings(), "");
}

TEST(Scripted, AFaultOfTheScriptIsToldAtTheFirstUse) {
    const Application application;
    application.write("script.toml", "[[expect]]\nstatment = 'a'\n");
    const Host host = application.open(std::string(source) + "script = \"script.toml\"\n");
    const Error error = error_of([&] { Mock mock(host.source("main")); });
    EXPECT_THAT(error.what(), HasSubstr("script.toml:2:12: an [[expect]] has no key \"statment\""));
    EXPECT_THAT(error_of([&] { host.source("main").query("a"); }).what(),
                HasSubstr("did you mean \"statement\"?"));
}

TEST(Scripted, AMockNeedsAMock) {
    const Application application;
    const Host host = application.open("[source.main]\nprovider = \"sqlite\"\ndatabase = \":memory:\"\n");
    EXPECT_THAT(error_of([&] { Mock mock(host.source("main")); }).what(),
                HasSubstr("\"sqlite\", not \"mock\""));
}

TEST(Scripted, ValuesOfEveryTypeByTheHeader) {
    const Application application;
    const Host host = application.open(source);
    Source db = host.source("main");
    Mock mock(db);
    const Uuid uuid = Uuid::parse("00112233-4455-6677-8899-aabbccddeeff");
    const Interval interval{1, 2, 3};
    const std::vector<std::int64_t> numbers{1, 2, 3};
    const Blob blob{std::byte{0}, std::byte{255}};
    mock.expect(on::statement("select $1")
                    .with(true, 1.5, Decimal("1.50"), uuid, Json{"{}"}, interval, numbers, blob,
                          std::optional<int>(), any_value, not_null, ValueOfType{DBWAY_T_TEXT},
                          ValueLike{"^4"})
                    .columns("uuid", "interval", "numbers", "blob", "none")
                    .row(uuid, interval, numbers, blob, std::optional<std::string>())
                    .affects(1)
                    .generates(5));
    std::size_t rows = 0;
    for (auto [id, span, items, bytes, none] :
         db.query<Uuid, Interval, std::vector<std::int64_t>, Blob, std::optional<std::string>>(
             "select $1", true, 1.5, Decimal("1.50"), uuid, Json{"{}"}, interval, numbers, blob,
             std::optional<int>(), 5, 6, "text", 42)) {
        ++rows;
        EXPECT_EQ(id, uuid);
        EXPECT_EQ(span, interval);
        EXPECT_EQ(items, numbers);
        EXPECT_EQ(bytes, blob);
        EXPECT_FALSE(none);
    }
    EXPECT_EQ(rows, 1U);
    EXPECT_EQ(mock.findings(), "");
    EXPECT_THAT(error_of([&] { mock.expect(on::statement("a").columns("n").row(1, 2)); }).what(),
                HasSubstr("a row of 2 cells for 1 columns"));
    EXPECT_THAT(error_of([&] { mock.expect(on::statement_like("(")); }).what(),
                HasSubstr("no regular expression"));
    EXPECT_THAT(error_of([&] { mock.load("x = 1"); }).what(),
                HasSubstr("script:1:5: a script has no key \"x\""));
}

TEST(Recorded, ASessionIsReplayedWithoutItsDatabase) {
    const Application application;
    const auto play = [](Source db) {
        std::vector<std::string> seen;
        db.execute("create table users (id integer primary key, name text unique)");
        db.transaction([](Transaction& tx) {
            tx.execute("insert into users (name) values ($1)", "Ann");
            tx.savepoint([&] { tx.execute("insert into users (name) values ($1)", "Bob"); });
        });
        seen.emplace_back(
            error_of([&] { db.execute("insert into users (name) values ($1)", "Ann"); }).sqlstate());
        auto copy = db.copy_in("users", {"id", "name"});
        copy.row(10, "Carol");
        seen.push_back(std::to_string(copy.finish()));
        for (auto [id, name] : db.query<std::int64_t, std::string>("select id, name from users order by id"))
            seen.push_back(std::to_string(id) + name);
        return seen;
    };
    std::vector<std::string> original;
    {
        const Host host = application.open(std::string(source) +
                                           "record = \"session.toml\"\nprovider_file = \"" DBWAY_BUILD_DIR
                                           "/providers/dbway_sqlite.so\"\n"
                                           "provider_options = 'database = \":memory:\"'\n"
                                           "[source.main.pool]\nmax = 1\n");
        original = play(host.source("main"));
    }
    EXPECT_THAT(original, ElementsAre("23505", "1", "1Ann", "2Bob", "10Carol"));
    const Host host = application.open(std::string(source) + "script = \"session.toml\"\n");
    EXPECT_EQ(play(host.source("main")), original);
    EXPECT_EQ(Mock(host.source("main")).findings(), "");
}

}  // namespace
}  // namespace dbway::test
