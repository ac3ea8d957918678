// O6: migrations, from what the providers answer about a table.
#include <deque>

#include "orm_planner_fixture.hpp"

namespace dbway::test::orm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

dbway_value boolean(bool truth) {
    dbway_value value = integer(truth ? 1 : 0);
    value.type = DBWAY_T_BOOL;
    return value;
}
dbway_value text_or_null(const char* content) { return content == nullptr ? dbway_value{} : text(content); }

// SCHEMA rows of one table.
struct Existing {
    explicit Existing(const char* in_schema, const char* of_table = "t")
        : schema(in_schema), table(of_table) {}

    Existing& column(const char* name, const char* type, bool nullable = true, std::int64_t key = 0,
                     const char* default_value = nullptr) {
        add(columns, {text(schema), text(table), text(name), integer(++position), text(type),
                      boolean(nullable), text_or_null(default_value), integer(key), boolean(false)});
        return *this;
    }
    Existing& index(const char* name, std::vector<const char*> of, bool unique,
                    const char* definition = nullptr) {
        std::int64_t number = 0;
        for (const char* one : of)
            add(indexes, {text(schema), text(table), text(name), integer(++number), text_or_null(one),
                          boolean(unique), text_or_null(definition)});
        return *this;
    }
    Existing& constraint(const char* name, const char* kind, const char* of,
                         const char* referenced_table = nullptr, const char* referenced = nullptr) {
        add(constraints,
            {text(schema), text(table), text_or_null(name), text(kind), integer(1), text_or_null(of),
             text_or_null(referenced_table), text_or_null(referenced), dbway_value{}});
        return *this;
    }
    const dbway_orm_existing* abi() {
        c = {};
        c.struct_size = sizeof c;
        c.n_columns = static_cast<std::uint32_t>(columns.size() / 9);
        c.n_indexes = static_cast<std::uint32_t>(indexes.size() / 7);
        c.n_constraints = static_cast<std::uint32_t>(constraints.size() / 9);
        c.columns = columns.data();
        c.indexes = indexes.data();
        c.constraints = constraints.data();
        return &c;
    }
    static void add(std::vector<dbway_value>& to, std::initializer_list<dbway_value> cells) {
        to.insert(to.end(), cells);
    }

    const char* schema;
    const char* table;
    std::int64_t position = 0;
    std::vector<dbway_value> columns, indexes, constraints;
    dbway_orm_existing c{};
};

Planned migrated(const dbway_ext_orm& database, Description& entity, Existing& existing,
                 const dbway_conn_info* server = nullptr) {
    Operation migrate(DBWAY_ORM_MIGRATE);
    migrate.existing = existing.abi();
    return plan(database, entity, migrate, server);
}
std::vector<std::string> texts(const Planned& planned) {
    EXPECT_EQ(planned.status, DBWAY_OK) << planned.error;
    std::vector<std::string> result;
    for (const Statement& one : planned.statements) result.push_back(one.sql);
    return result;
}

TEST(OrmMigrate, WithoutATableCreatesIt) {
    Description entity = plain();
    Existing nothing("main");
    Operation migrate(DBWAY_ORM_MIGRATE);
    migrate.existing = nothing.abi();
    for (const dbway_ext_orm* database : databases)
        EXPECT_EQ(sql(*database, entity, migrate), sql(*database, entity, Operation(DBWAY_ORM_CREATE)));
}

TEST(OrmMigrate, NothingIsMissing_O6) {
    Description entity = plain();
    entity.column("at", DBWAY_T_TIMESTAMPTZ)
        .column("amount", DBWAY_T_NULL)
        .index({1, 0})
        .index({1}, DBWAY_ORM_UNIQUE)
        .check("ck", "id > 0")
        .reference({0}, "o", "id");
    entity.columns.back().type_sql = str("DECIMAL ( 10 )");
    // The names of indexes and foreign keys do not matter.
    Existing on_postgresql("public");
    on_postgresql.column("id", "bigint", false, 1)
        .column("name", "text")
        .column("at", "timestamp with time zone")
        .column("amount", "numeric(10,0)")
        .index("a", {"name", "id"}, false)
        .index("b", {"name"}, true)
        .constraint("ck", "check", "id")
        .constraint("x", "foreign key", "id", "o", "id");
    EXPECT_THAT(texts(migrated(postgresql, entity, on_postgresql)), IsEmpty());
    Existing on_sqlite("main");
    on_sqlite.column("ID", "BIGINT", false, 1)
        .column("Name", "TEXT")
        .column("at", "timestamptz")
        .column("amount", "decimal(10)")
        .index("a", {"name", "id"}, false)
        .index("b", {"name"}, true)
        .constraint("CK", "check", nullptr)
        .constraint(nullptr, "foreign key", "id", "o", "id");
    EXPECT_THAT(texts(migrated(sqlite, entity, on_sqlite)), IsEmpty());
    entity.columns.back().type_sql = str("decimal(10,0)");
    Existing on_mysql("db");
    on_mysql.column("id", "bigint(20)", false, 1)
        .column("name", "varchar(255)")
        .column("at", "timestamp(6)")
        .column("amount", "decimal(10,0)")
        .index("a", {"name", "id"}, false)
        .index("b", {"name"}, true)
        .constraint("ck", "check", nullptr)
        .constraint("x", "foreign key", "id", "o", "id");
    EXPECT_THAT(texts(migrated(mysql, entity, on_mysql)), IsEmpty());
}

TEST(OrmMigrate, AddsColumnsIndexesAndConstraints) {
    Description entity = plain();
    entity.column("size", DBWAY_T_I64, DBWAY_ORM_NOT_NULL)
        .with_default("7")
        .column("needed", DBWAY_T_I64, DBWAY_ORM_NOT_NULL)
        .column("parent", DBWAY_T_I64)
        .column("made", DBWAY_T_TIMESTAMPTZ, DBWAY_ORM_CREATED | DBWAY_ORM_NOT_NULL)
        .index({2}, DBWAY_ORM_UNIQUE)
        .check("ck", "size > 0")
        .reference({4}, "p", "id");
    Existing existing("public");
    existing.column("id", "bigint", false, 1).column("name", "text");
    const Planned on_postgresql = migrated(postgresql, entity, existing);
    EXPECT_THAT(
        texts(on_postgresql),
        ElementsAre(
            R"(ALTER TABLE "t" ADD COLUMN "size" bigint NOT NULL DEFAULT (7))",
            R"(ALTER TABLE "t" ADD COLUMN "needed" bigint)", R"(ALTER TABLE "t" ADD COLUMN "parent" bigint)",
            R"(ALTER TABLE "t" ADD COLUMN "made" timestamptz NOT NULL DEFAULT pg_catalog.statement_timestamp())",
            R"(CREATE UNIQUE INDEX "uq_t__size" ON "t" ("size"))",
            R"(ALTER TABLE "t" ADD CONSTRAINT "ck" CHECK (size > 0))",
            R"(ALTER TABLE "t" ADD CONSTRAINT "fk_t__parent" FOREIGN KEY ("parent") REFERENCES "p" ("id") ON DELETE CASCADE)",
            R"(-- entity "t", column "needed": added as nullable, since rows that exist have no value for it; fill it, then make it NOT NULL)"));
    EXPECT_EQ(on_postgresql.statements.back().flags, DBWAY_ORM_REMARK);
    EXPECT_EQ(on_postgresql.statements.front().flags, 0u);

    Existing in_main("main");
    in_main.column("id", "bigint", false, 1).column("name", "text");
    EXPECT_THAT(
        texts(migrated(sqlite, entity, in_main)),
        ElementsAre("ALTER TABLE `t` ADD COLUMN `size` bigint NOT NULL DEFAULT (7)",
                    "ALTER TABLE `t` ADD COLUMN `needed` bigint",
                    "ALTER TABLE `t` ADD COLUMN `parent` bigint CONSTRAINT `fk_t__parent` REFERENCES `p` "
                    "(`id`) ON DELETE CASCADE",
                    "ALTER TABLE `t` ADD COLUMN `made` timestamptz",
                    "CREATE UNIQUE INDEX `uq_t__size` ON `t` (`size`)", HasSubstr("\"needed\": added as"),
                    HasSubstr("\"made\": added as nullable"), HasSubstr("the check \"ck\" is missing")));
}

TEST(OrmMigrate, RemarksOnWhatDiffers_O6) {
    Description entity("t");
    entity.column("id", DBWAY_T_I64, DBWAY_ORM_PRIMARY | DBWAY_ORM_GENERATED)
        .column("name", DBWAY_T_TEXT, DBWAY_ORM_NOT_NULL)
        .column("other", DBWAY_T_TEXT)
        .index({1});
    entity.indexes[0].name = str("taken");
    Existing existing("public");
    existing.column("id", "integer", false, 0)
        .column("name", "character varying(3)", true)
        .column("other", "text", false, 2)
        .column("more", "text", false)
        .column("filled", "text", false, 0, "'x'")
        .index("taken", {"other"}, false);
    const Planned planned = migrated(postgresql, entity, existing);
    for (const Statement& one : planned.statements) EXPECT_EQ(one.flags, DBWAY_ORM_REMARK) << one.sql;
    EXPECT_THAT(texts(planned),
                ElementsAre(HasSubstr("\"id\": the table has the type integer, not bigint"),
                            HasSubstr("\"id\": the table does not number"),
                            HasSubstr("\"name\": the table has the type character varying(3), not text"),
                            HasSubstr("\"name\": may be NULL"), HasSubstr("\"other\": may not be NULL"),
                            HasSubstr("primary key (other)"), HasSubstr("\"more\": the table requires"),
                            HasSubstr("index \"taken\"")));
    for (const Statement& one : planned.statements) EXPECT_EQ(one.sql.find('\n'), std::string::npos);
}

TEST(OrmMigrate, AnIndexOfSomeRowsIsNone) {
    Description entity = plain();
    entity.index({1}, DBWAY_ORM_UNIQUE);
    Existing existing("public");
    existing.column("id", "bigint", false, 1)
        .column("name", "text")
        .index("a", {"name"}, true, "CREATE UNIQUE INDEX a ON public.t USING btree (name) WHERE (id > 0)")
        .index("b", {"name"}, false)
        .index("c", {nullptr}, true, "CREATE UNIQUE INDEX c ON public.t USING btree (lower(name))")
        .index("d", {"name", "id"}, true);
    EXPECT_THAT(texts(migrated(postgresql, entity, existing)),
                ElementsAre(R"(CREATE UNIQUE INDEX "uq_t__name" ON "t" ("name"))"));
    existing.index("e", {"name"}, true, "CREATE UNIQUE INDEX e ON public.t USING btree (name)");
    EXPECT_THAT(texts(migrated(postgresql, entity, existing)), IsEmpty());
}

TEST(OrmMigrate, TablesOfOtherSchemas) {
    Description entity = plain();
    Existing existing("a");
    existing.column("id", "bigint", false, 1).column("name", "text");
    existing.schema = "b";
    existing.column("id", "bigint", false, 1);
    EXPECT_EQ(migrated(postgresql, entity, existing).status, DBWAY_ERR_INVALID);
    entity.entity.schema = str("a");
    EXPECT_THAT(texts(migrated(postgresql, entity, existing)), IsEmpty());
    entity.entity.schema = str("b");
    EXPECT_THAT(texts(migrated(postgresql, entity, existing)),
                ElementsAre(R"(ALTER TABLE "b"."t" ADD COLUMN "name" text)"));
    entity.entity.schema = {};
    existing = Existing("attached");
    existing.column("id", "bigint", false, 1);
    EXPECT_THAT(texts(migrated(sqlite, entity, existing)),
                ElementsAre("ALTER TABLE `t` ADD COLUMN `name` text"));
    existing.schema = "main";
    existing.column("id", "bigint", false, 1).column("name", "text");
    EXPECT_THAT(texts(migrated(sqlite, entity, existing)), IsEmpty());
    existing.schema = "temp";
    existing.column("id", "bigint", false, 1);
    EXPECT_EQ(texts(migrated(sqlite, entity, existing)).size(), 1u);
    // MySQL's is the one that the connection uses.
    existing = Existing("a");
    existing.column("id", "bigint", false, 1).column("name", "text");
    existing.schema = "b";
    existing.column("id", "bigint", false, 1);
    dbway_conn_info server = server_info(10'011'000, "MariaDB");
    server.database = str("b");
    EXPECT_THAT(texts(migrated(mysql, entity, existing, &server)),
                ElementsAre("ALTER TABLE `t` ADD COLUMN `name` longtext NULL"));
    server.database = str("c");
    EXPECT_THAT(texts(migrated(mysql, entity, existing, &server)),
                ElementsAre(testing::StartsWith("CREATE TABLE `t`")));
}

TEST(OrmMigrate, AKeyColumnCannotBeAdded_O5) {
    Description entity = plain();
    Existing existing("public");
    existing.column("name", "text");
    const Planned planned = migrated(postgresql, entity, existing);
    EXPECT_EQ(planned.status, DBWAY_ERR_UNSUPPORTED);
    EXPECT_EQ(planned.column, "id");
    EXPECT_THAT(planned.statements, IsEmpty());
}

TEST(OrmMigrate, CellsOfAnotherAnswer_O5) {
    Description entity = plain();
    for (const std::size_t cell : {0u, 1u, 2u, 4u, 5u, 7u, 8u}) {
        Existing existing("public");
        existing.column("id", "bigint", false, 1);
        existing.columns[cell].type = DBWAY_T_F64;
        EXPECT_EQ(migrated(postgresql, entity, existing).status, DBWAY_ERR_INVALID) << cell;
    }
    Existing existing("public");
    existing.column("id", "bigint", false, 1);
    existing.columns[2].v.text = nullptr;
    EXPECT_EQ(migrated(postgresql, entity, existing).status, DBWAY_ERR_INVALID);
    Operation migrate(DBWAY_ORM_MIGRATE);
    EXPECT_EQ(plan(postgresql, entity, migrate).status, DBWAY_ERR_INVALID);
    dbway_orm_existing broken{};
    broken.struct_size = sizeof broken;
    broken.n_indexes = 1;
    migrate.existing = &broken;
    EXPECT_EQ(plan(postgresql, entity, migrate).status, DBWAY_ERR_INVALID);
}

}  // namespace
}  // namespace dbway::test::orm
