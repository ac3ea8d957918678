// What operations on rows are in the SQL of each database.
#include "orm_planner_fixture.hpp"

namespace dbway::test::orm {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* sqlite_now = "replace(strftime('%Y-%m-%d %H:%M:%f000+00', 'now'), '.000000+00', '+00')";

TEST(OrmInsert, FillsInWhatThePlannerKeeps) {
    Description entity = users();
    Operation insert(DBWAY_ORM_INSERT);
    insert.set = {name, email};
    insert.returned = {id, version};
    EXPECT_EQ(one_sql(postgresql, entity, insert),
              R"(INSERT INTO "users" ("name", "email", "version", "created", "updated") VALUES )"
              R"(($1, $2, 1, pg_catalog.statement_timestamp(), pg_catalog.statement_timestamp()) )"
              R"(RETURNING "id", "version")");
    EXPECT_EQ(one_sql(sqlite, entity, insert),
              std::string("INSERT INTO `users` (`name`, `email`, `version`, `created`, `updated`) VALUES "
                          "($1, $2, 1, ") +
                  sqlite_now + ", " + sqlite_now + ") RETURNING `id`, `version`");
    EXPECT_EQ(one_sql(mysql, entity, insert),
              "INSERT INTO `users` (`name`, `email`, `version`, `created`, `updated`) VALUES "
              "($1, $2, 1, CURRENT_TIMESTAMP(6), CURRENT_TIMESTAMP(6))");
    // What is given counts.
    insert.set = {version, created, updated, name};
    insert.returned = {};
    EXPECT_EQ(one_sql(postgresql, entity, insert),
              R"(INSERT INTO "users" ("version", "created", "updated", "name") VALUES ($1, $2, $3, $4))");
}

TEST(OrmInsert, SeveralRows_O2) {
    Description entity = plain();
    Operation insert(DBWAY_ORM_INSERT);
    insert.set = {1, 0};
    insert.rows = 3;
    for (const dbway_ext_orm* database : databases) {
        const Planned planned = plan(*database, entity, insert);
        ASSERT_EQ(planned.statements.size(), 1u);
        EXPECT_EQ(planned.statements[0].n_params, 6u);
        EXPECT_THAT(planned.statements[0].sql, HasSubstr("VALUES ($1, $2), ($3, $4), ($5, $6)"));
        EXPECT_EQ(planned.statements[0].flags, 0u);
    }
}

TEST(OrmInsert, RowsOfDefaults) {
    Description entity("t");
    entity.column("id", DBWAY_T_I64, DBWAY_ORM_PRIMARY | DBWAY_ORM_GENERATED);
    Operation insert(DBWAY_ORM_INSERT);
    EXPECT_EQ(one_sql(postgresql, entity, insert), R"(INSERT INTO "t" DEFAULT VALUES)");
    EXPECT_EQ(one_sql(sqlite, entity, insert), "INSERT INTO `t` DEFAULT VALUES");
    EXPECT_EQ(one_sql(mysql, entity, insert), "INSERT INTO `t` () VALUES ()");
    insert.rows = 2;
    EXPECT_EQ(one_sql(postgresql, entity, insert), R"(INSERT INTO "t" ("id") VALUES (DEFAULT), (DEFAULT))");
    EXPECT_EQ(one_sql(sqlite, entity, insert), "INSERT INTO `t` (`id`) VALUES (NULL), (NULL)");
    EXPECT_EQ(one_sql(mysql, entity, insert), "INSERT INTO `t` () VALUES (), ()");
    Description without_key = plain();
    EXPECT_EQ(plan(sqlite, without_key, insert).status, DBWAY_ERR_UNSUPPORTED);
}

TEST(OrmInsert, ReturnsWhatTheServerCan) {
    Description entity = users();
    Operation insert(DBWAY_ORM_INSERT);
    insert.set = {name};
    insert.returned = {id};
    const dbway_conn_info mariadb = server_info(10'011'000, "MariaDB");
    const dbway_conn_info old_mariadb = server_info(10'004'000, "MariaDB");
    const dbway_conn_info mysql8 = server_info(8'000'036, "MySQL");
    const dbway_conn_info old_sqlite = server_info(3'034'001, "SQLite");
    EXPECT_THAT(one_sql(mysql, entity, insert, &mariadb), HasSubstr(" RETURNING `id`"));
    for (const dbway_conn_info* server : {&old_mariadb, &mysql8}) {
        const Planned planned = plan(mysql, entity, insert, server);
        EXPECT_THAT(planned.statements.at(0).sql, Not(HasSubstr("RETURNING")));
        EXPECT_EQ(planned.statements[0].flags, DBWAY_ORM_LAST_ID);
    }
    EXPECT_EQ(plan(mysql, entity, insert, &mariadb).statements.at(0).flags, DBWAY_ORM_ROWS);
    EXPECT_EQ(plan(postgresql, entity, insert).statements.at(0).flags, DBWAY_ORM_ROWS);
    EXPECT_EQ(plan(sqlite, entity, insert, &old_sqlite).status, DBWAY_ERR_UNSUPPORTED);
    // The caller has the key, and finds the rest by it.
    insert.set = {id, name};
    EXPECT_EQ(plan(mysql, entity, insert, &mysql8).statements.at(0).flags, 0u);

    Operation update(DBWAY_ORM_UPDATE);
    update.set = {name};
    update.returned = {version};
    EXPECT_THAT(one_sql(postgresql, entity, update), HasSubstr(" RETURNING \"version\""));
    EXPECT_EQ(plan(mysql, entity, update, &mariadb).status, DBWAY_ERR_UNSUPPORTED);
    EXPECT_EQ(plan(sqlite, entity, update, &old_sqlite).status, DBWAY_ERR_UNSUPPORTED);
}

TEST(OrmUpsert, UpdatesWhatMayChange) {
    Description entity = users();
    Operation upsert(DBWAY_ORM_UPSERT);
    upsert.set = {name, email};
    upsert.conflict = {email};
    EXPECT_THAT(
        one_sql(postgresql, entity, upsert),
        HasSubstr(R"( ON CONFLICT ("email") DO UPDATE SET "name" = excluded."name", )"
                  R"("version" = "users"."version" + 1, "updated" = pg_catalog.statement_timestamp())"));
    EXPECT_THAT(one_sql(sqlite, entity, upsert),
                HasSubstr(" ON CONFLICT (`email`) DO UPDATE SET `name` = excluded.`name`, "
                          "`version` = `users`.`version` + 1, `updated` = replace("));
    EXPECT_THAT(one_sql(mysql, entity, upsert),
                HasSubstr(" ON DUPLICATE KEY UPDATE `id` = LAST_INSERT_ID(`id`), `name` = VALUES(`name`), "
                          "`version` = `users`.`version` + 1, `updated` = CURRENT_TIMESTAMP(6)"));
    upsert.flags = DBWAY_ORM_SOFT;
    EXPECT_THAT(one_sql(postgresql, entity, upsert), HasSubstr(R"("deleted" = NULL)"));
    upsert.flags = DBWAY_ORM_KEEP;
    EXPECT_THAT(one_sql(postgresql, entity, upsert), HasSubstr(" DO NOTHING"));
    EXPECT_THAT(one_sql(sqlite, entity, upsert), HasSubstr(" DO NOTHING"));
    EXPECT_THAT(one_sql(mysql, entity, upsert),
                testing::EndsWith(" ON DUPLICATE KEY UPDATE `id` = LAST_INSERT_ID(`id`)"));
}

TEST(OrmUpsert, ByThePrimaryKeyWithNothingElse) {
    Description entity = plain();
    Operation upsert(DBWAY_ORM_UPSERT);
    upsert.set = {0};
    EXPECT_EQ(one_sql(postgresql, entity, upsert),
              R"(INSERT INTO "t" ("id") VALUES ($1) ON CONFLICT ("id") DO UPDATE SET "id" = excluded."id")");
    EXPECT_EQ(one_sql(mysql, entity, upsert),
              "INSERT INTO `t` (`id`) VALUES ($1) ON DUPLICATE KEY UPDATE `id` = `id`");
}

// MySQL would update the row of the other key.
TEST(OrmUpsert, ByOneKeyOfSeveral_O5) {
    Description entity("t");
    entity.column("id", DBWAY_T_I64, DBWAY_ORM_PRIMARY).column("code", DBWAY_T_TEXT, DBWAY_ORM_UNIQUE);
    Operation upsert(DBWAY_ORM_UPSERT);
    upsert.set = {0, 1};
    EXPECT_EQ(plan(postgresql, entity, upsert).status, DBWAY_OK);
    const Planned planned = plan(mysql, entity, upsert);
    EXPECT_EQ(planned.status, DBWAY_ERR_UNSUPPORTED);
    EXPECT_THAT(planned.error, HasSubstr("column \"code\""));
}

TEST(OrmFind, AllOfIt) {
    Description entity = users();
    Operation find(DBWAY_ORM_FIND, DBWAY_ORM_FOR_UPDATE);
    find.returned = {name, id};
    find.where = {{DBWAY_ORM_EQ, name, 1, 0}};
    find.orders = {{name, DBWAY_ORM_DESCENDING | DBWAY_ORM_NULLS_LAST}, {id, 0}};
    find.limit = 2;
    find.offset = 3;
    EXPECT_EQ(one_sql(postgresql, entity, find),
              R"(SELECT "name", "id" FROM "users" WHERE "name" = $1 AND "deleted" IS NULL )"
              R"(ORDER BY "name" DESC NULLS LAST, "id" LIMIT $2 OFFSET $3 FOR UPDATE)");
    EXPECT_EQ(one_sql(sqlite, entity, find),
              "SELECT `name`, `id` FROM `users` WHERE `name` = $1 AND `deleted` IS NULL "
              "ORDER BY `name` DESC NULLS LAST, `id` LIMIT $2 OFFSET $3");
    EXPECT_EQ(one_sql(mysql, entity, find),
              "SELECT `name`, `id` FROM `users` WHERE `name` = $1 AND `deleted` IS NULL "
              "ORDER BY `name` IS NULL, `name` DESC, `id` LIMIT $2 OFFSET $3 FOR UPDATE");
    find.orders = {{name, DBWAY_ORM_NULLS_FIRST}};
    EXPECT_THAT(one_sql(mysql, entity, find), HasSubstr("ORDER BY `name` IS NULL DESC, `name` LIMIT"));
}

TEST(OrmFind, OffsetWithoutLimit) {
    Description entity = plain();
    Operation find(DBWAY_ORM_FIND);
    find.offset = 1;
    EXPECT_THAT(one_sql(postgresql, entity, find), testing::EndsWith(R"("t" OFFSET $1)"));
    EXPECT_THAT(one_sql(sqlite, entity, find), testing::EndsWith("`t` LIMIT -1 OFFSET $1"));
    EXPECT_THAT(one_sql(mysql, entity, find), testing::EndsWith("`t` LIMIT 18446744073709551615 OFFSET $1"));
}

TEST(OrmFind, EveryCondition) {
    Description entity = plain();
    const auto where = [&](const dbway_ext_orm& database, std::vector<dbway_orm_node> nodes) {
        Operation count(DBWAY_ORM_COUNT);
        count.where = std::move(nodes);
        const std::string text = one_sql(database, entity, count);
        return text.substr(text.find(" WHERE ") + 7);
    };
    EXPECT_EQ(where(postgresql, {{DBWAY_ORM_NE, 0, 1, 0}}), R"("id" <> $1)");
    EXPECT_EQ(where(postgresql, {{DBWAY_ORM_LT, 0, 1, 0}}), R"("id" < $1)");
    EXPECT_EQ(where(postgresql, {{DBWAY_ORM_LE, 0, 1, 0}}), R"("id" <= $1)");
    EXPECT_EQ(where(postgresql, {{DBWAY_ORM_GT, 0, 1, 0}}), R"("id" > $1)");
    EXPECT_EQ(where(postgresql, {{DBWAY_ORM_GE, 0, 1, 0}}), R"("id" >= $1)");
    EXPECT_EQ(where(postgresql, {{DBWAY_ORM_BETWEEN, 0, 1, 0}}), R"("id" BETWEEN $1 AND $2)");
    EXPECT_EQ(where(postgresql, {{DBWAY_ORM_IN, 0, 1, 3}}), R"("id" IN ($1, $2, $3))");
    EXPECT_EQ(where(postgresql, {{DBWAY_ORM_IN, 0, 0, 0}}), "1 = 0");
    EXPECT_EQ(where(postgresql, {{DBWAY_ORM_IN_ARRAY, 0, 1, 0}}), R"("id" = ANY ($1))");
    EXPECT_EQ(where(postgresql, {{DBWAY_ORM_IS_NULL, 1, 0, 0}}), R"("name" IS NULL)");
    EXPECT_EQ(where(postgresql, {{DBWAY_ORM_IS_NOT_NULL, 1, 0, 0}}), R"("name" IS NOT NULL)");
    EXPECT_EQ(where(postgresql, {{DBWAY_ORM_LIKE, 1, 1, 0}}), R"("name" LIKE $1)");
    EXPECT_THAT(where(sqlite, {{DBWAY_ORM_LIKE, 1, 1, 0}}), testing::StartsWith("`name` GLOB replace("));
    EXPECT_EQ(where(mysql, {{DBWAY_ORM_LIKE, 1, 1, 0}}),
              "`name` LIKE $1 COLLATE utf8mb4_bin ESCAPE _utf8mb4 0x5C");
    EXPECT_EQ(where(postgresql, {{DBWAY_ORM_AND, 0, 0, 0}}), "1 = 1");
    EXPECT_EQ(where(postgresql, {{DBWAY_ORM_OR, 0, 0, 0}}), "1 = 0");
    EXPECT_EQ(where(postgresql, {{DBWAY_ORM_NOT, 0, 0, 1},
                                 {DBWAY_ORM_OR, 0, 0, 2},
                                 {DBWAY_ORM_EQ, 0, 1, 0},
                                 {DBWAY_ORM_AND, 0, 0, 2},
                                 {DBWAY_ORM_EQ, 1, 2, 0},
                                 {DBWAY_ORM_IS_NULL, 1, 0, 0}}),
              R"(NOT (("id" = $1 OR ("name" = $2 AND "name" IS NULL))))");
}

// SQLite takes an expression of depth 1000 at most.
TEST(OrmFind, LongChainsAreSplit) {
    Description entity = plain();
    Operation count(DBWAY_ORM_COUNT);
    count.where = {{DBWAY_ORM_OR, 0, 0, 65}};
    for (std::uint32_t i = 1; i <= 65; ++i) count.where.push_back({DBWAY_ORM_EQ, 0, i, 0});
    EXPECT_THAT(one_sql(sqlite, entity, count), HasSubstr("WHERE ((`id` = $1 OR "));
    EXPECT_THAT(one_sql(sqlite, entity, count), HasSubstr("`id` = $32) OR (`id` = $33"));
}

TEST(OrmUpdate, CountsVersionsAndKeepsTimes) {
    Description entity = users();
    Operation update(DBWAY_ORM_UPDATE);
    update.set = {name};
    update.where = {{DBWAY_ORM_EQ, id, 2, 0}};
    update.version = 3;
    EXPECT_EQ(one_sql(postgresql, entity, update),
              R"(UPDATE "users" SET "name" = $1, "version" = "version" + 1, )"
              R"("updated" = pg_catalog.statement_timestamp() )"
              R"(WHERE "id" = $2 AND "version" = $3 AND "deleted" IS NULL)");
    EXPECT_EQ(one_sql(mysql, entity, update),
              "UPDATE `users` SET `name` = $1, `version` = `version` + 1, `updated` = CURRENT_TIMESTAMP(6) "
              "WHERE `id` = $2 AND `version` = $3 AND `deleted` IS NULL");
    // An OR of the program does not reach what is added to it.
    update.version = 0;
    update.where = {{DBWAY_ORM_OR, 0, 0, 2}, {DBWAY_ORM_EQ, id, 2, 0}, {DBWAY_ORM_EQ, id, 3, 0}};
    EXPECT_THAT(one_sql(postgresql, entity, update),
                HasSubstr(R"(WHERE ("id" = $2 OR "id" = $3) AND "deleted" IS NULL)"));
}

TEST(OrmDelete, SoftAndHard) {
    Description entity = users();
    Operation remove(DBWAY_ORM_DELETE);
    remove.where = {{DBWAY_ORM_EQ, id, 1, 0}};
    EXPECT_EQ(one_sql(postgresql, entity, remove),
              R"(DELETE FROM "users" WHERE "id" = $1 AND "deleted" IS NULL)");
    remove.flags = DBWAY_ORM_WITH_DELETED;
    EXPECT_EQ(one_sql(sqlite, entity, remove), "DELETE FROM `users` WHERE `id` = $1");
    remove.flags = DBWAY_ORM_SOFT;
    EXPECT_EQ(one_sql(mysql, entity, remove),
              "UPDATE `users` SET `deleted` = CURRENT_TIMESTAMP(6), `version` = `version` + 1, "
              "`updated` = CURRENT_TIMESTAMP(6) WHERE `id` = $1 AND `deleted` IS NULL");
    Operation revive(DBWAY_ORM_UPDATE, DBWAY_ORM_SOFT);
    EXPECT_EQ(one_sql(postgresql, entity, revive),
              R"(UPDATE "users" SET "deleted" = NULL, "version" = "version" + 1, )"
              R"("updated" = pg_catalog.statement_timestamp() WHERE "deleted" IS NOT NULL)");
    revive.flags |= DBWAY_ORM_WITH_DELETED;
    EXPECT_THAT(one_sql(postgresql, entity, revive), Not(HasSubstr("WHERE")));
}

TEST(OrmCount, AndExists) {
    Description entity = users();
    EXPECT_EQ(one_sql(postgresql, entity, Operation(DBWAY_ORM_COUNT)),
              R"(SELECT count(*) FROM "users" WHERE "deleted" IS NULL)");
    EXPECT_EQ(one_sql(mysql, entity, Operation(DBWAY_ORM_EXISTS, DBWAY_ORM_WITH_DELETED)),
              "SELECT EXISTS (SELECT 1 FROM `users`)");
}

TEST(OrmNames, AreQuoted_O3) {
    Description entity("t\"`x");
    entity.entity.schema = str("s\"`y");
    entity.column("a\"`b", DBWAY_T_I64, DBWAY_ORM_PRIMARY);
    const Operation find(DBWAY_ORM_FIND);
    EXPECT_EQ(one_sql(postgresql, entity, find), "SELECT \"a\"\"`b\" FROM \"s\"\"`y\".\"t\"\"`x\"");
    EXPECT_EQ(one_sql(sqlite, entity, find), "SELECT `a\"``b` FROM `s\"``y`.`t\"``x`");
    EXPECT_EQ(one_sql(mysql, entity, find), "SELECT `a\"``b` FROM `s\"``y`.`t\"``x`");
}

}  // namespace
}  // namespace dbway::test::orm
