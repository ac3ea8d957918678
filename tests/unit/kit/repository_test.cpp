// What a repository asks of the planner and does with its statements, without a database.
#include "planner_fixture.hpp"

namespace app {

struct Thing {
    std::int64_t id = 0;
    std::string name;
    std::optional<std::string> color;
    std::int64_t version = 0;
    dbway::TimestampTz created{};
};
DBWAY_ENTITY(Thing, "things", (id, key, generated), name, (color, default_sql("'red'")), (version, version),
             (created, created))

struct Plain {
    std::int64_t id = 0;
    std::string name;
};
DBWAY_ENTITY(Plain, "plains", (id, key, generated), name)

}  // namespace app

namespace dbway::test {
namespace {

using namespace app;
using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Column instant(std::string name) { return {.name = std::move(name), .type = DBWAY_T_TIMESTAMPTZ}; }

class RepositoryPlans : public SessionTest {
  protected:
    Source open(FakePlanner& planner) {
        provider.set_extension(DBWAY_EXT_ORM, &planner.table);
        return open_source();
    }
    // Answers any number of rows with ids from 1 on.
    void answer_inserts(const char* sql) {
        std::vector<Answer> answers;
        for (std::int64_t i = 0; i < 20; ++i) {
            std::vector<OwnedRow> rows;
            for (std::int64_t k = 0; k < 5; ++k) rows.push_back({OwnedValue::i64(5 * i + k + 1)});
            answers.push_back(Answer::table({integer("id")}, rows));
        }
        provider.on(sql, answers);
    }
};

TEST_F(RepositoryPlans, many_rows_go_in_chunks_below_the_limit_of_parameters_in_one_transaction) {
    FakePlanner planner(DBWAY_ORM_RETURNING, 5);
    answer_inserts("3 plains");
    Source db = open(planner);
    std::vector<Plain> plains(20);
    for (std::size_t i = 0; i < plains.size(); ++i) plains[i].name = std::to_string(i);
    Repository<Plain>(db).insert(plains);
    ASSERT_EQ(planner.seen.size(), 4u);
    for (const SeenOperation& operation : planner.seen) {
        EXPECT_EQ(operation.rows, 5u);
        EXPECT_THAT(operation.set, ElementsAre(1u));
        EXPECT_THAT(operation.returned, ElementsAre(0u));
    }
    for (std::size_t i = 0; i < plains.size(); ++i) EXPECT_EQ(plains[i].id, static_cast<std::int64_t>(i + 1));
    EXPECT_EQ(provider.requests(DBWAY_R_BEGIN).size(), 1u);
    EXPECT_EQ(provider.requests(DBWAY_R_COMMIT).size(), 1u);
    const auto inserts = provider.requests("3 plains");
    EXPECT_EQ(inserts.back().params[0][4], OwnedValue::text("19"));
}

TEST_F(RepositoryPlans, a_server_that_tells_the_first_key_only_is_asked_for_the_rest) {
    FakePlanner planner(0, 100);
    planner.statement_flags = DBWAY_ORM_LAST_ID;
    provider.on("3 things", Answer().done(2, "", OwnedValue::i64(70)));
    provider.on("5 things",
                Answer::table({integer("id"), text("color"), instant("created")},
                              {{OwnedValue::i64(71), OwnedValue::text("red"), OwnedValue::timestamptz(9)},
                               {OwnedValue::i64(70), OwnedValue::text("red"), OwnedValue::timestamptz(8)}}));
    Source db = open(planner);
    std::vector<Thing> things(2);
    Repository<Thing>(db).insert(things);
    EXPECT_EQ(things[0].id, 70);
    EXPECT_EQ(things[1].id, 71);
    EXPECT_EQ(things[0].version, 1);
    EXPECT_EQ(things[0].color, "red");
    EXPECT_EQ(things[0].created.time_since_epoch().count(), 8);
    EXPECT_EQ(things[1].created.time_since_epoch().count(), 9);
    ASSERT_EQ(planner.seen.size(), 2u);
    EXPECT_THAT(planner.seen[1].returned, ElementsAre(0u, 2u, 4u));
    EXPECT_THAT(planner.seen[0].product, testing::Not(IsEmpty()));
    EXPECT_EQ(provider.requests(DBWAY_R_BEGIN).size(), 1u);
}

TEST_F(RepositoryPlans, only_changed_members_and_the_version_are_written) {
    FakePlanner planner(DBWAY_ORM_RETURNING | DBWAY_ORM_RETURNING_UPDATE, 100);
    provider.on("6 things", {Answer::ok(1), Answer::ok(0)});
    Source db = open(planner);
    Thing thing{7, "a", "red", 3, {}};
    Tracked<Thing> tracked(thing);
    tracked->color.reset();
    EXPECT_TRUE(Repository<Thing>(db).update(tracked));
    ASSERT_EQ(planner.seen.size(), 1u);
    EXPECT_THAT(planner.seen[0].set, ElementsAre(2u));
    EXPECT_EQ(planner.seen[0].version_value, 3u);
    EXPECT_EQ(tracked->version, 4);
    tracked->name = "b";
    try {
        Repository<Thing>(db).update(tracked);
        ADD_FAILURE();
    } catch (const StaleEntity& error) {
        EXPECT_THAT(error.what(), HasSubstr("Thing with id = 7 was changed or removed since version 4"));
    }
    EXPECT_EQ(tracked->version, 4);
    EXPECT_EQ(provider.requests("6 things").back().params[0].size(), 3u);
}

TEST_F(RepositoryPlans, a_provider_without_entities_says_so_and_who_has_them) {
    Source db = open_source();
    try {
        Repository<Plain>(db).find(1);
        ADD_FAILURE();
    } catch (const Unsupported& error) {
        EXPECT_THAT(error.what(), HasSubstr("\"scripted\" has no extension \"dbway.orm/1\""));
        EXPECT_THAT(error.hint(), HasSubstr("the extension \"dbway.orm/1\""));
    }
    ScriptedProvider other("other");
    FakePlanner planner(0, 0);
    other.set_extension(DBWAY_EXT_ORM, &planner.table);
    Configuration configuration;
    configuration.file = "test.toml";
    configuration.directory = "/";
    configuration.sources.push_back(options);
    HostOptions host;
    host.linked = {provider.entry(), other.entry()};
    Source beside = Host::open(configuration, host).source("db");
    try {
        Repository<Plain>(beside).find(1);
        ADD_FAILURE();
    } catch (const Unsupported& error) {
        EXPECT_THAT(error.hint(),
                    ContainsRegex("providers found with the extension \"dbway.orm/1\": .*other"));
    }
}

TEST_F(RepositoryPlans, what_the_planner_refuses_names_the_entity) {
    FakePlanner planner(DBWAY_ORM_RETURNING, 100);
    planner.refuse = "a reason";
    Source db = open(planner);
    try {
        Repository<Plain>(db).all();
        ADD_FAILURE();
    } catch (const InvalidUse& error) {
        EXPECT_THAT(error.what(), HasSubstr("Plain: a reason"));
    }
}

TEST_F(RepositoryPlans, a_row_that_does_not_fit_names_entity_and_column) {
    FakePlanner planner(DBWAY_ORM_RETURNING, 100);
    provider.on("5 plains",
                Answer::table({integer("id"), text("name")}, {{OwnedValue::i64(1), OwnedValue::null()}}));
    Source db = open(planner);
    try {
        Repository<Plain>(db).all();
        ADD_FAILURE();
    } catch (const DataError& error) {
        EXPECT_THAT(error.what(), HasSubstr("cannot load Plain"));
        EXPECT_THAT(error.what(), HasSubstr("name"));
    }
    EXPECT_THROW(
        {
            for (const Plain& plain : Repository<Plain>(db).query().stream()) static_cast<void>(plain);
        },
        DataError);
}

TEST_F(RepositoryPlans, changes_of_all_rows_want_to_be_said) {
    FakePlanner planner(DBWAY_ORM_RETURNING, 100);
    Source db = open(planner);
    EXPECT_THROW(Repository<Plain>(db).query().remove(), InvalidUse);
    EXPECT_THROW(Repository<Plain>(db).query().update(set(&Plain::name, "x")), InvalidUse);
    EXPECT_THROW(Repository<Plain>(db).where(field(&Plain::id) == 1).limit(1).remove(), InvalidUse);
    EXPECT_THAT(planner.seen, IsEmpty());
}

}  // namespace
}  // namespace dbway::test
