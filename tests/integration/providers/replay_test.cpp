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

}  // namespace
}  // namespace dbway::test
