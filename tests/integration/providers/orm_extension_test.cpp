// The raw extension dbway.orm/1: statements planned by the provider, executed by its server.
#include <deque>

#include "provider_test.hpp"
#include "support/orm_description.hpp"

namespace dbway::test {
namespace {

using namespace orm;

// Cells of SCHEMA with their texts.
struct Catalog {
    explicit Catalog(Rows rows) {
        for (const Row row : rows) {
            ++count;
            for (std::size_t i = 0; i < row.size(); ++i) {
                dbway_value cell = row.cell(i);
                if (cell.type == DBWAY_T_TEXT)
                    cell.v.text = texts.emplace_back(cell.v.text, cell.len).c_str();
                cells.push_back(cell);
            }
        }
    }
    std::vector<dbway_value> cells;
    std::deque<std::string> texts;
    std::uint32_t count = 0;
};

// users: id, name, email, age, score, version, created, updated, deleted
enum UserColumn : std::uint32_t { id, name, email, age, score, version, created, updated, deleted };

class OrmExtension : public ProviderTest {
  protected:
    const dbway_ext_orm& extension() {
        return *static_cast<const dbway_ext_orm*>(db().require_extension(DBWAY_EXT_ORM));
    }

    std::vector<Statement> plan(Description& description, const Operation& from) {
        const ServerInfo info = db().connection().info();
        dbway_conn_info server{};
        server.struct_size = sizeof server;
        server.server_version = info.version_number;
        server.product = str(info.product);
        server.version = str(info.version);
        server.database = str(info.database);
        const Planned planned =
            orm::plan(extension(), db().native_provider(), description.abi(), from.abi(&server));
        if (planned.status != DBWAY_OK) throw std::runtime_error(planned.error);
        return planned.statements;
    }

    // Plans one statement and runs it.
    Rows run(Description& description, const Operation& operation,
             const std::vector<dbway_value>& values = {}) {
        const std::vector<Statement> statements = plan(description, operation);
        EXPECT_EQ(statements.size(), 1u);
        EXPECT_EQ(statements.at(0).n_params, values.size()) << statements[0].sql;
        return db().query_values({}, statements[0].sql, values);
    }
    std::int64_t changed(Description& description, const Operation& operation,
                         const std::vector<dbway_value>& values = {}) {
        Rows rows = run(description, operation, values);
        for ([[maybe_unused]] const Row row : rows) ADD_FAILURE() << "a row";
        return rows.affected();
    }
    void create(Description& description, std::uint32_t flags = 0) {
        for (const Statement& one : plan(description, Operation(DBWAY_ORM_CREATE, flags)))
            db().execute(one.sql);
    }
    // What a migration is made of; executes all but the remarks.
    std::vector<Statement> migrate(Description& description) {
        const std::string table(description.entity.table.ptr, description.entity.table.len);
        const Catalog columns(db().schema(SchemaKind::columns, {}, table));
        const Catalog indexes(db().schema(SchemaKind::indexes, {}, table));
        const Catalog constraints(db().schema(SchemaKind::constraints, {}, table));
        dbway_orm_existing existing{};
        existing.struct_size = sizeof existing;
        existing.n_columns = columns.count;
        existing.n_indexes = indexes.count;
        existing.n_constraints = constraints.count;
        existing.columns = columns.cells.data();
        existing.indexes = indexes.cells.data();
        existing.constraints = constraints.cells.data();
        Operation operation(DBWAY_ORM_MIGRATE);
        operation.existing = &existing;
        std::vector<Statement> statements = plan(description, operation);
        for (const Statement& one : statements)
            if ((one.flags & DBWAY_ORM_REMARK) == 0) db().execute(one.sql);
        return statements;
    }
    static std::vector<std::string> texts(const std::vector<Statement>& statements) {
        std::vector<std::string> result;
        for (const Statement& one : statements) result.push_back(one.sql);
        return result;
    }

    static Description users() {
        Description users("users");
        users.column("id", DBWAY_T_I64, DBWAY_ORM_PRIMARY | DBWAY_ORM_GENERATED)
            .column("name", DBWAY_T_TEXT, DBWAY_ORM_NOT_NULL)
            .column("email", DBWAY_T_TEXT, DBWAY_ORM_UNIQUE, 100)
            .column("age", DBWAY_T_I64)
            .column("score", DBWAY_T_DECIMAL, none, 10, 2)
            .column("version", DBWAY_T_I64, DBWAY_ORM_VERSION)
            .column("created", DBWAY_T_TIMESTAMPTZ, DBWAY_ORM_CREATED | DBWAY_ORM_NOT_NULL)
            .column("updated", DBWAY_T_TIMESTAMPTZ, DBWAY_ORM_UPDATED)
            .column("deleted", DBWAY_T_TIMESTAMPTZ, DBWAY_ORM_DELETED)
            .index({age, score})
            .check("ck_users__age", "age >= 0");
        return users;
    }
    // With these people, ids from 1.
    Description populated() {
        Description description = users();
        create(description);
        const struct {
            const char *name, *email;
            std::int64_t age;
        } people[] = {{"Ada", "ada@x", 36}, {"Bob", "bob@x", 20}, {"ada", "low@x", 50}, {"C%_\\", "c@x", 70}};
        Operation insert(DBWAY_ORM_INSERT);
        insert.rows = 4;
        insert.set = {name, email, age};
        std::vector<dbway_value> values;
        for (const auto& one : people) {
            values.push_back(text(one.name));
            values.push_back(text(one.email));
            values.push_back(integer(one.age));
        }
        EXPECT_EQ(changed(description, insert, values), 4);
        return description;
    }
    // The ids of the rows that a condition finds, in their order.
    std::string found(Description& description, std::vector<dbway_orm_node> where,
                      const std::vector<dbway_value>& values) {
        Operation find(DBWAY_ORM_FIND);
        find.where = std::move(where);
        find.returned = {id};
        find.orders = {{id, 0}};
        std::string ids;
        for (const Row row : run(description, find, values)) ids += std::to_string(row.get<std::int64_t>(0));
        return ids;
    }
};

DBWAY_FOR_ALL_PROVIDERS(OrmExtension);

TEST_P(OrmExtension, CreatesWhatItsMigrationFindsComplete) {
    Description users = OrmExtension::users();
    create(users);
    create(users, DBWAY_ORM_IF_ABSENT);
    EXPECT_THAT(texts(migrate(users)), IsEmpty());
    Description posts("posts");
    posts.column("author_id", DBWAY_T_I64, DBWAY_ORM_PRIMARY)
        .column("number", DBWAY_T_I64, DBWAY_ORM_PRIMARY)
        .column("title", DBWAY_T_TEXT, DBWAY_ORM_NOT_NULL, 50)
        .index({2}, DBWAY_ORM_UNIQUE)
        .reference({0}, "users", "id");
    const std::vector<Statement> first = migrate(posts);
    ASSERT_FALSE(first.empty());
    EXPECT_THAT(first[0].sql, testing::StartsWith("CREATE TABLE "));
    EXPECT_THAT(texts(migrate(posts)), IsEmpty());
}

TEST_P(OrmExtension, EveryTypeIsTheSameWhenItIsReadBack) {
    Description all("all_types");
    all.column("id", DBWAY_T_I64, DBWAY_ORM_PRIMARY);
    std::deque<std::string> names;
    for (std::uint32_t type = DBWAY_T_BOOL; type <= DBWAY_T_JSON; ++type)
        all.column(names.emplace_back("c" + std::to_string(type)), type);
    all.column("d1", DBWAY_T_DECIMAL, none, 12, 3).column("d2", DBWAY_T_DECIMAL, none, 30, 0);
    create(all);
    EXPECT_THAT(texts(migrate(all)), IsEmpty());
}

TEST_P(OrmExtension, MigrationAddsWhatIsMissing) {
    Description parent("parents");
    parent.column("id", DBWAY_T_I64, DBWAY_ORM_PRIMARY);
    create(parent);
    Description old("things");
    old.column("id", DBWAY_T_I64, DBWAY_ORM_PRIMARY | DBWAY_ORM_GENERATED)
        .column("name", DBWAY_T_TEXT, none, 20);
    create(old);
    Operation insert(DBWAY_ORM_INSERT);
    insert.set = {1};
    changed(old, insert, {text("one")});

    Description now("things");
    now.column("id", DBWAY_T_I64, DBWAY_ORM_PRIMARY | DBWAY_ORM_GENERATED)
        .column("name", DBWAY_T_TEXT, DBWAY_ORM_UNIQUE, 20)
        .column("size", DBWAY_T_I64, DBWAY_ORM_NOT_NULL)
        .with_default("7")
        .column("needed", DBWAY_T_I64, DBWAY_ORM_NOT_NULL)
        .column("version", DBWAY_T_I64, DBWAY_ORM_VERSION)
        .column("created", DBWAY_T_TIMESTAMPTZ, DBWAY_ORM_CREATED)
        .column("parent_id", DBWAY_T_I64)
        .index({2, 3})
        .check("ck_size", "size > 0")
        .reference({6}, "parents", "id");
    const std::vector<Statement> first = migrate(now);
    EXPECT_GT(first.size(), 6u);
    Operation find(DBWAY_ORM_FIND);
    for (const Row row : run(now, find)) {
        EXPECT_EQ(row.get<std::string>("name"), "one");
        EXPECT_EQ(row.get<std::int64_t>("size"), 7);
        EXPECT_TRUE(row.is_null("needed"));
        EXPECT_EQ(row.get<std::int64_t>("version"), 1);
    }
    // Only what the database or the rows do not allow is left to say.
    for (const Statement& one : migrate(now)) {
        EXPECT_EQ(one.flags, DBWAY_ORM_REMARK) << one.sql;
        EXPECT_THAT(one.sql, testing::AnyOf(HasSubstr("\"needed\": may be NULL"),
                                            HasSubstr("\"ck_size\" is missing")));
    }
}

TEST_P(OrmExtension, MigrationRemarksOnWhatDiffers) {
    Description old("things");
    old.column("id", DBWAY_T_I64, DBWAY_ORM_PRIMARY)
        .column("a", DBWAY_T_I64)
        .column("b", DBWAY_T_I64, DBWAY_ORM_NOT_NULL)
        .column("extra", DBWAY_T_I64, DBWAY_ORM_NOT_NULL);
    create(old);
    Description now("things");
    now.column("id", DBWAY_T_I64, DBWAY_ORM_PRIMARY)
        .column("a", DBWAY_T_F64, DBWAY_ORM_NOT_NULL)
        .column("b", DBWAY_T_I64);
    const std::vector<Statement> statements = migrate(now);
    for (const Statement& one : statements) EXPECT_EQ(one.flags, DBWAY_ORM_REMARK) << one.sql;
    EXPECT_THAT(texts(statements),
                testing::ElementsAre(HasSubstr("column \"a\": the table has the type bigint"),
                                     HasSubstr("column \"a\": may be NULL"),
                                     HasSubstr("column \"b\": may not be NULL"),
                                     HasSubstr("column \"extra\": the table requires a value")));
}

TEST_P(OrmExtension, InsertGivesKeysAndDefaultsBack) {
    Description users = OrmExtension::users();
    create(users);
    Operation insert(DBWAY_ORM_INSERT);
    insert.set = {name, email, age};
    insert.returned = {id, version, created};
    insert.rows = 3;
    const std::vector<dbway_value> values = {text("a"),  text("a@x"), integer(1),  text("b"),    text("b@x"),
                                             integer(2), text("c"),   text("c@x"), dbway_value{}};
    const std::vector<Statement> planned = plan(users, insert);
    ASSERT_EQ(planned.size(), 1u);
    Rows rows = db().query_values({}, planned[0].sql, values);
    std::int64_t next = 1;
    if ((planned[0].flags & DBWAY_ORM_ROWS) != 0) {
        for (const Row row : rows) {
            EXPECT_EQ(row.get<std::int64_t>(0), next++);
            EXPECT_EQ(row.get<std::int64_t>(1), 1);
            EXPECT_EQ(row.cell(2).type, DBWAY_T_TIMESTAMPTZ);
        }
        EXPECT_EQ(next, 4);
    } else {
        ASSERT_EQ(planned[0].flags, DBWAY_ORM_LAST_ID);
        for ([[maybe_unused]] const Row row : rows) ADD_FAILURE();
        EXPECT_EQ(rows.cursor().outcome().last_id, 1);
    }
    Operation find(DBWAY_ORM_FIND);
    find.orders = {{id, 0}};
    std::string names;
    for (const Row row : run(users, find)) {
        names += row.get<std::string>("name");
        EXPECT_EQ(row.cell(created).type, DBWAY_T_TIMESTAMPTZ);
        EXPECT_EQ(row.cell(updated).type, DBWAY_T_TIMESTAMPTZ);
        EXPECT_NEAR(static_cast<double>(row.cell(created).v.i64) / 1e6,
                    static_cast<double>(std::chrono::duration_cast<std::chrono::seconds>(
                                            std::chrono::system_clock::now().time_since_epoch())
                                            .count()),
                    600.0);
        EXPECT_TRUE(row.is_null("deleted"));
    }
    EXPECT_EQ(names, "abc");
}

TEST_P(OrmExtension, InsertsRowsOfDefaults) {
    Description counters("counters");
    counters.column("id", DBWAY_T_I64, DBWAY_ORM_PRIMARY | DBWAY_ORM_GENERATED)
        .column("n", DBWAY_T_I64)
        .with_default("5");
    create(counters);
    Operation insert(DBWAY_ORM_INSERT);
    EXPECT_EQ(changed(counters, insert), 1);
    insert.rows = 3;
    EXPECT_EQ(changed(counters, insert), 3);
    std::int64_t sum = 0;
    for (const Row row : run(counters, Operation(DBWAY_ORM_FIND)))
        sum += 10 * row.get<std::int64_t>("id") + row.get<std::int64_t>("n");
    EXPECT_EQ(sum, 120);
}

TEST_P(OrmExtension, UpsertUpdatesOrKeeps) {
    Description users = populated();
    Operation upsert(DBWAY_ORM_UPSERT);
    upsert.set = {name, email, age};
    upsert.conflict = {email};
    upsert.rows = 2;
    changed(users, upsert,
            {text("Bobby"), text("bob@x"), integer(21), text("New"), text("new@x"), integer(1)});
    upsert.flags = DBWAY_ORM_KEEP;
    upsert.rows = 1;
    changed(users, upsert, {text("nobody"), text("ada@x"), integer(0)});
    EXPECT_EQ(found(users, {{DBWAY_ORM_EQ, name, 1, 0}}, {text("Bobby")}), "2");
    EXPECT_EQ(found(users, {{DBWAY_ORM_EQ, name, 1, 0}}, {text("New")}).size(), 1u);
    EXPECT_EQ(found(users, {{DBWAY_ORM_EQ, name, 1, 0}}, {text("nobody")}), "");
    EXPECT_EQ(found(users, {{DBWAY_ORM_EQ, version, 1, 0}}, {integer(2)}), "2");
}

TEST_P(OrmExtension, FindsByEveryCondition) {
    Description users = populated();
    const auto one = [&](std::uint32_t kind, std::uint32_t column, std::vector<dbway_value> values,
                         std::uint32_t count = 0) {
        return found(users, {{kind, column, values.empty() ? 0u : 1u, count}}, values);
    };
    EXPECT_EQ(one(DBWAY_ORM_EQ, age, {integer(20)}), "2");
    EXPECT_EQ(one(DBWAY_ORM_NE, age, {integer(20)}), "134");
    EXPECT_EQ(one(DBWAY_ORM_LT, age, {integer(36)}), "2");
    EXPECT_EQ(one(DBWAY_ORM_LE, age, {integer(36)}), "12");
    EXPECT_EQ(one(DBWAY_ORM_GT, age, {integer(36)}), "34");
    EXPECT_EQ(one(DBWAY_ORM_GE, age, {integer(36)}), "134");
    EXPECT_EQ(one(DBWAY_ORM_BETWEEN, age, {integer(20), integer(36)}), "12");
    EXPECT_EQ(one(DBWAY_ORM_IN, age, {integer(20), integer(70)}, 2), "24");
    EXPECT_EQ(one(DBWAY_ORM_IN, age, {}, 0), "");
    EXPECT_EQ(one(DBWAY_ORM_IS_NULL, score, {}), "1234");
    EXPECT_EQ(one(DBWAY_ORM_IS_NOT_NULL, score, {}), "");
    EXPECT_EQ(one(DBWAY_ORM_EQ, name, {text("ada")}), "3");
    EXPECT_EQ(one(DBWAY_ORM_EQ, name, {text("x' OR '1'='1")}), "");
    EXPECT_EQ(found(users, {}, {}), "1234");
    EXPECT_EQ(found(users, {{DBWAY_ORM_AND, 0, 0, 0}}, {}), "1234");
    EXPECT_EQ(found(users, {{DBWAY_ORM_OR, 0, 0, 0}}, {}), "");
    EXPECT_EQ(found(users, {{DBWAY_ORM_NOT, 0, 0, 1}, {DBWAY_ORM_IN, age, 0, 0}}, {}), "1234");
    EXPECT_EQ(found(users,
                    {{DBWAY_ORM_OR, 0, 0, 2},
                     {DBWAY_ORM_AND, 0, 0, 2},
                     {DBWAY_ORM_GT, age, 1, 0},
                     {DBWAY_ORM_NOT, 0, 0, 1},
                     {DBWAY_ORM_EQ, name, 2, 0},
                     {DBWAY_ORM_EQ, id, 3, 0}},
                    {integer(40), text("ada"), integer(1)}),
              "14");
    if ((extension().flags & DBWAY_ORM_ARRAYS) != 0) {
        const dbway_value ages[] = {integer(36), integer(50)};
        dbway_value array{};
        array.v.items = ages;
        array.len = 2;
        array.type = DBWAY_T_ARRAY;
        EXPECT_EQ(one(DBWAY_ORM_IN_ARRAY, age, {array}), "13");
    }
}

TEST_P(OrmExtension, LikeIsTheSameEverywhere) {
    Description users = populated();
    const auto like = [&](std::string_view pattern) {
        return found(users, {{DBWAY_ORM_LIKE, name, 1, 0}}, {text(pattern)});
    };
    EXPECT_EQ(like("A%"), "1");
    EXPECT_EQ(like("%d%"), "13");
    EXPECT_EQ(like("_ob"), "2");
    EXPECT_EQ(like("%\\%%"), "4");
    EXPECT_EQ(like("C\\%\\_\\\\"), "4");
    EXPECT_EQ(like("%\\\\"), "4");
    EXPECT_EQ(like("[A]*"), "");
    EXPECT_EQ(like("%"), "1234");
}

TEST_P(OrmExtension, AThousandConditions) {
    Description users = populated();
    std::vector<dbway_orm_node> where = {{DBWAY_ORM_OR, 0, 0, 1500}};
    std::vector<dbway_value> values;
    for (std::uint32_t i = 0; i < 1500; ++i) {
        where.push_back({DBWAY_ORM_EQ, age, i + 1, 0});
        values.push_back(integer(i % 40));
    }
    EXPECT_EQ(found(users, where, values), "12");
}

TEST_P(OrmExtension, OrdersLimitsAndSkips) {
    Description users = populated();
    Operation update(DBWAY_ORM_UPDATE);
    update.set = {age};
    update.where = {{DBWAY_ORM_EQ, id, 2, 0}};
    EXPECT_EQ(changed(users, update, {dbway_value{}, integer(1)}), 1);
    const auto ids = [&](dbway_orm_order order, std::uint32_t limit, std::uint32_t offset,
                         std::vector<dbway_value> values) {
        Operation find(DBWAY_ORM_FIND, DBWAY_ORM_FOR_UPDATE);
        find.returned = {id};
        find.orders = {order};
        find.limit = limit;
        find.offset = offset;
        std::string result;
        for (const Row row : run(users, find, values)) result += std::to_string(row.get<std::int64_t>(0));
        return result;
    };
    EXPECT_EQ(ids({age, DBWAY_ORM_NULLS_FIRST}, 0, 0, {}), "1234");
    EXPECT_EQ(ids({age, DBWAY_ORM_NULLS_LAST}, 0, 0, {}), "2341");
    EXPECT_EQ(ids({age, DBWAY_ORM_NULLS_LAST | DBWAY_ORM_DESCENDING}, 0, 0, {}), "4321");
    EXPECT_EQ(ids({age, DBWAY_ORM_NULLS_FIRST | DBWAY_ORM_DESCENDING}, 0, 0, {}), "1432");
    EXPECT_EQ(ids({id, 0}, 1, 0, {integer(2)}), "12");
    EXPECT_EQ(ids({id, 0}, 0, 1, {integer(3)}), "4");
    EXPECT_EQ(ids({id, DBWAY_ORM_DESCENDING}, 2, 1, {integer(1), integer(2)}), "32");
}

TEST_P(OrmExtension, VersionsAreComparedAndCounted) {
    Description users = populated();
    Operation update(DBWAY_ORM_UPDATE);
    update.set = {name};
    update.where = {{DBWAY_ORM_EQ, id, 2, 0}};
    update.version = 3;
    EXPECT_EQ(changed(users, update, {text("first"), integer(1), integer(1)}), 1);
    EXPECT_EQ(changed(users, update, {text("second"), integer(1), integer(1)}), 0);
    EXPECT_EQ(changed(users, update, {text("third"), integer(1), integer(2)}), 1);
    EXPECT_EQ(found(users, {{DBWAY_ORM_EQ, version, 1, 0}}, {integer(3)}), "1");
    EXPECT_EQ(found(users, {{DBWAY_ORM_EQ, name, 1, 0}}, {text("third")}), "1");
    if ((extension().flags & DBWAY_ORM_RETURNING_UPDATE) == 0) return;
    update.version = 0;
    update.returned = {version, name};
    for (const Row row : run(users, update, {text("fourth"), integer(1)})) {
        EXPECT_EQ(row.get<std::int64_t>(0), 4);
        EXPECT_EQ(row.get<std::string>(1), "fourth");
    }
}

TEST_P(OrmExtension, SoftDeletedRowsAreOutOfSight) {
    Description users = populated();
    Operation remove(DBWAY_ORM_DELETE, DBWAY_ORM_SOFT);
    remove.where = {{DBWAY_ORM_EQ, id, 1, 0}};
    EXPECT_EQ(changed(users, remove, {integer(2)}), 1);
    EXPECT_EQ(changed(users, remove, {integer(2)}), 0) << "it was deleted already";
    EXPECT_EQ(found(users, {}, {}), "134");
    const auto number = [&](std::uint32_t kind, std::uint32_t flags) {
        Operation operation(kind, flags);
        operation.where = {{DBWAY_ORM_LT, age, 1, 0}};
        std::int64_t result = -1;
        for (const Row row : run(users, operation, {integer(30)})) {
            const dbway_value& cell = row.cell(0);
            EXPECT_TRUE(cell.type == DBWAY_T_I64 || (kind == DBWAY_ORM_EXISTS && cell.type == DBWAY_T_BOOL));
            result = cell.v.i64;
        }
        return result;
    };
    EXPECT_EQ(number(DBWAY_ORM_COUNT, 0), 0);
    EXPECT_EQ(number(DBWAY_ORM_EXISTS, 0), 0);
    EXPECT_EQ(number(DBWAY_ORM_COUNT, DBWAY_ORM_WITH_DELETED), 1);
    EXPECT_EQ(number(DBWAY_ORM_EXISTS, DBWAY_ORM_WITH_DELETED), 1);

    Operation revive(DBWAY_ORM_UPDATE, DBWAY_ORM_SOFT);
    revive.where = {{DBWAY_ORM_EQ, id, 1, 0}};
    EXPECT_EQ(changed(users, revive, {integer(2)}), 1);
    EXPECT_EQ(found(users, {}, {}), "1234");
    remove.flags = 0;
    EXPECT_EQ(changed(users, remove, {integer(2)}), 1);
    EXPECT_EQ(number(DBWAY_ORM_COUNT, DBWAY_ORM_WITH_DELETED), 0) << "really gone";
}

TEST_P(OrmExtension, NamesAndValuesMeanThemselves) {
    const std::string_view evil = "x\"; drop table users; --";
    Description odd("ta\"b`le; drop 'table' users");
    odd.column("id", DBWAY_T_I64, DBWAY_ORM_PRIMARY | DBWAY_ORM_GENERATED)
        .column("sel\"ect", DBWAY_T_TEXT, DBWAY_ORM_UNIQUE, 60)
        .column("$1 ? :name", DBWAY_T_TEXT)
        .column("gr`oup", DBWAY_T_I64, DBWAY_ORM_VERSION)
        .index({3, 0});
    create(odd);
    EXPECT_THAT(texts(migrate(odd)), IsEmpty());
    Operation upsert(DBWAY_ORM_UPSERT);
    upsert.set = {1, 2};
    upsert.conflict = {1};
    changed(odd, upsert, {text(evil), text("'; drop table users; --")});
    changed(odd, upsert, {text(evil), text("\\' OR 1=1")});
    Operation find(DBWAY_ORM_FIND);
    find.where = {{DBWAY_ORM_EQ, 1, 1, 0}};
    int rows = 0;
    for (const Row row : run(odd, find, {text(evil)})) {
        ++rows;
        EXPECT_EQ(row.get<std::string>(1), evil);
        EXPECT_EQ(row.get<std::string>(2), "\\' OR 1=1");
        EXPECT_EQ(row.get<std::int64_t>(3), 2);
    }
    EXPECT_EQ(rows, 1);
    EXPECT_EQ(found(odd, {{DBWAY_ORM_EQ, 2, 1, 0}}, {text("x' OR '1'='1")}), "");
}

TEST_P(OrmExtension, AColumnThatIsMissingIsAnError) {
    Description users = populated();
    Description more("users");
    more.column("id", DBWAY_T_I64, DBWAY_ORM_PRIMARY).column("nick", DBWAY_T_TEXT);
    EXPECT_EQ(error_of([&] {
                  for ([[maybe_unused]] const Row row : run(more, Operation(DBWAY_ORM_FIND))) {
                  }
              }).category(),
              Category::syntax);
    EXPECT_THAT(texts(migrate(more)).at(0), HasSubstr("ADD COLUMN"));
}

}  // namespace
}  // namespace dbway::test
