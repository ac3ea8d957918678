// A session that the mock has recorded takes place again without its database and without its provider.
#include <dbway/kit.hpp>
#include <dbway/mock.hpp>

#include <algorithm>

#include "entities.hpp"
#include "provider_test.hpp"

namespace dbway::test {
namespace {

using entities::Tag;

// What an application does with a database of which it knows only what the provider tells. All that it saw.
std::vector<std::string> session(Source db) {
    std::vector<std::string> seen;
    db.execute("create table " + db.quote_identifier("Order") + " (number bigint primary key, at " +
               db.type_name(DBWAY_T_TIMESTAMP) + ", price " + db.type_name(DBWAY_T_DECIMAL, 10, 2) +
               ", photo " + db.type_name(DBWAY_T_BLOB) + ", counts " +
               db.type_name(DBWAY_T_ARRAY, DBWAY_T_I64) + ")");
    db.transaction([](Transaction& tx) {
        tx.execute("insert into \"Order\" values ($1, $2, $3, $4, $5)", 1,
                   Timestamp(std::chrono::microseconds(1'234'567'890'123)), Decimal("12.50"),
                   Blob{std::byte{0}, std::byte{255}}, std::vector<std::int64_t>{1, -2});
    });
    CopyIn copy = db.copy_in("\"Order\"", {"number"});
    copy.row(2);
    seen.push_back(std::to_string(copy.finish()));
    Rows rows = db.query("select * from \"Order\" order by number");
    for (const Row row : rows)
        for (std::size_t i = 0; i < row.size(); ++i)
            seen.push_back(rows.columns()[i].name + " " + std::to_string(row.cell(i).type) + " " +
                           row.get<std::optional<std::string>>(i).value_or("NULL"));
    seen.emplace_back(error_of([&] { db.execute("insert into \"Order\" (number) values (2)"); }).what());
    migrate<Tag>(db);
    Repository<Tag> tags(db);
    Tag tag{0, "first"};
    tags.insert(tag);
    tag.name = "renamed";
    tags.update(tag);
    for (const Tag& one : tags.all()) seen.push_back(std::to_string(one.id) + one.name);
    seen.push_back(std::to_string(migrate<Tag>(db).statements.size()));
    return seen;
}

TEST(Replay, WithoutTheDatabaseAndItsProvider) {
    const auto names = providers();
    if (std::find(names.begin(), names.end(), "mock_sqlite") == names.end())
        GTEST_SKIP() << "this build has not got both the mock and SQLite";
    Application recorder;
    std::vector<std::string> original;
    {
        const Host host = recorder.add_sqlite("main", "[source.main.pool]\nmax = 1\n", "mock_sqlite").open();
        original = session(host.source("main"));
    }
    EXPECT_THAT(original, testing::Contains("price " + std::to_string(DBWAY_T_DECIMAL) + " 12.50"));
    EXPECT_THAT(original, testing::Contains("1renamed"));
    std::filesystem::remove(recorder.directory() / "main.db");
    Application replayer;
    const Host host =
        replayer
            .add("main", "mock",
                 {{"script", (recorder.directory() / "main.recording.toml").string()}, {"dialect", "sqlite"}})
            .open();
    EXPECT_EQ(session(host.source("main")), original);
    EXPECT_EQ(Mock(host.source("main")).findings(), "");
    EXPECT_FALSE(std::filesystem::exists(recorder.directory() / "main.db"));
}

#ifdef DBWAY_TEST_MARIADB

// How entities are inserted and found again depends on the server: MariaDB knows RETURNING, MySQL does not.
std::vector<std::string> session_of_entities(Source db) {
    const ServerInfo server = db.connection().info();
    std::vector<std::string> seen{server.product, server.version};
    migrate<Tag>(db);
    Repository<Tag> tags(db);
    std::vector<Tag> several{{0, "one"}, {0, "two"}, {0, "three"}};
    tags.insert(several);
    several[1].name = "renamed";
    tags.update(several[1]);
    for (const Tag& one : tags.all()) seen.push_back(std::to_string(one.id) + one.name);
    seen.push_back(std::to_string(migrate<Tag>(db).statements.size()));
    return seen;
}

TEST(Replay, EntitiesOnTheServerThatWasRecorded) {
    DBWAY_NEEDS_MARIADB();
    const auto names = providers();
    if (std::find(names.begin(), names.end(), "mysql") == names.end() ||
        std::find(names.begin(), names.end(), "mock_sqlite") == names.end())
        GTEST_SKIP() << "this build has not got both the mock and mysql";
    Application recorder;
    const std::string file = (recorder.directory() / "session.toml").string();
    std::vector<std::string> original;
    {
        const MariadbDatabase database(shared_mariadb());
        std::string options;
        for (const auto& [key, value] : database.options()) options += key + " = '" + value + "'\n";
        const Host host =
            recorder
                .add("main", "mock",
                     {{"record", file}, {"provider_file", DBWAY_BUILD_DIR "/providers/dbway_mysql.so"}},
                     "provider_options = '''\n" + options + "'''\n[source.main.pool]\nmax = 1\n")
                .open();
        original = session_of_entities(host.source("main"));
    }
    EXPECT_THAT(original, testing::Contains("2renamed"));
    EXPECT_EQ(original.back(), "0");
    Application replayer;
    const Host host =
        replayer
            .add("main", "mock", {{"script", file}, {"dialect", "mysql"}}, "[source.main.pool]\nmax = 1\n")
            .open();
    EXPECT_EQ(session_of_entities(host.source("main")), original);
    EXPECT_EQ(Mock(host.source("main")).findings(), "");
}

#endif

}  // namespace
}  // namespace dbway::test
