// O4, O5 and O7: descriptions and operations that make no sense, hostile ones, and those of other versions.
#include <cstring>
#include <functional>
#include <limits>

#include "orm_planner_fixture.hpp"

namespace dbway::test::orm {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// No statement, one diagnostic with the status returned, and it names the entity.
void expect_refused(const Planned& planned, dbway_status status, const std::string& reason,
                    const std::string& column = {}) {
    EXPECT_EQ(planned.status, status) << reason;
    EXPECT_THAT(planned.statements, IsEmpty()) << reason;
    EXPECT_EQ(planned.diagnostics, 1) << reason;
    EXPECT_THAT(planned.error, HasSubstr(reason));
    EXPECT_THAT(planned.error, HasSubstr("entity \""));
    EXPECT_EQ(planned.column, column) << reason;
    if (!column.empty()) {
        EXPECT_THAT(planned.error, HasSubstr("column \"" + column + "\""));
    }
}

struct BadEntity {
    const char* reason;
    const char* column;
    dbway_status status;
    std::function<void(Description&)> spoil;
};

const std::string long_name(64, 'n');

const BadEntity bad_entities[] = {
    {"it has no table", "", DBWAY_ERR_INVALID, [](Description& d) { d.entity.table = {}; }},
    {"the table's name is a null pointer", "", DBWAY_ERR_INVALID,
     [](Description& d) {
         d.entity.table = {nullptr, 3};
     }},
    {"the table's name contains a NUL", "", DBWAY_ERR_INVALID,
     [](Description& d) {
         d.entity.table = {"a\0b", 3};
     }},
    {"the table's name is not UTF-8", "", DBWAY_ERR_INVALID,
     [](Description& d) { d.entity.table = str("a\xC3"); }},
    {"longer than the 63 bytes", "", DBWAY_ERR_UNSUPPORTED,
     [](Description& d) { d.entity.table = str(long_name); }},
    {"longer than the 63 bytes", "", DBWAY_ERR_UNSUPPORTED,
     [](Description& d) { d.columns[1].name = str(long_name); }},
    {"it has no columns", "", DBWAY_ERR_INVALID, [](Description& d) { d.columns.clear(); }},
    {"column 1 has no name", "", DBWAY_ERR_INVALID, [](Description& d) { d.columns[1].name = {}; }},
    {"a second column of this name", "name", DBWAY_ERR_INVALID,
     [](Description& d) { d.column("NAME", DBWAY_T_TEXT); }},
    {"has a flag", "", DBWAY_ERR_TOO_NEW, [](Description& d) { d.columns[1].flags = 0x8000; }},
    {"an unknown type", "name", DBWAY_ERR_UNSUPPORTED, [](Description& d) { d.columns[1].type = 99; }},
    {"neither type nor type_sql", "name", DBWAY_ERR_INVALID, [](Description& d) { d.columns[1].type = 0; }},
    {"a native type", "name", DBWAY_ERR_INVALID, [](Description& d) { d.columns[1].type = DBWAY_T_NATIVE; }},
    {"an array needs", "name", DBWAY_ERR_INVALID, [](Description& d) { d.columns[1].type = DBWAY_T_ARRAY; }},
    {"a decimal with more", "name", DBWAY_ERR_INVALID,
     [](Description& d) {
         d.columns[1].type = DBWAY_T_DECIMAL;
         d.columns[1].precision = 3;
         d.columns[1].scale = 4;
     }},
    {"VERSION needs the type I64", "name", DBWAY_ERR_INVALID,
     [](Description& d) { d.columns[1].flags = DBWAY_ORM_VERSION; }},
    {"CREATED needs the type TIMESTAMPTZ", "name", DBWAY_ERR_INVALID,
     [](Description& d) { d.columns[1].flags = DBWAY_ORM_CREATED; }},
    {"a second column that is VERSION", "w", DBWAY_ERR_INVALID,
     [](Description& d) {
         d.column("v", DBWAY_T_I64, DBWAY_ORM_VERSION).column("w", DBWAY_T_I64, DBWAY_ORM_VERSION);
     }},
    {"CREATED and UPDATED at once", "v", DBWAY_ERR_INVALID,
     [](Description& d) { d.column("v", DBWAY_T_TIMESTAMPTZ, DBWAY_ORM_CREATED | DBWAY_ORM_UPDATED); }},
    {"cannot be of the primary key", "v", DBWAY_ERR_INVALID,
     [](Description& d) { d.column("v", DBWAY_T_I64, DBWAY_ORM_VERSION | DBWAY_ORM_PRIMARY); }},
    {"DELETED is NULL while", "v", DBWAY_ERR_INVALID,
     [](Description& d) { d.column("v", DBWAY_T_TIMESTAMPTZ, DBWAY_ORM_DELETED | DBWAY_ORM_NOT_NULL); }},
    {"GENERATED, but not PRIMARY", "v", DBWAY_ERR_INVALID,
     [](Description& d) { d.column("v", DBWAY_T_I64, DBWAY_ORM_GENERATED); }},
    {"not the only column", "v", DBWAY_ERR_INVALID,
     [](Description& d) { d.column("v", DBWAY_T_I64, DBWAY_ORM_GENERATED | DBWAY_ORM_PRIMARY); }},
    {"an index of no columns", "", DBWAY_ERR_INVALID, [](Description& d) { d.index({}); }},
    {"an index of column 7", "", DBWAY_ERR_INVALID, [](Description& d) { d.index({7}); }},
    {"an index that names it twice", "name", DBWAY_ERR_INVALID,
     [](Description& d) {
         d.index({1, 1});
     }},
    {"an index: a null pointer", "", DBWAY_ERR_INVALID,
     [](Description& d) { d.index({1}).indexes[0].columns = nullptr; }},
    {"an index has a flag", "", DBWAY_ERR_TOO_NEW, [](Description& d) { d.index({1}, 1); }},
    {"an index has a flag or field", "", DBWAY_ERR_TOO_NEW,
     [](Description& d) { d.index({1}).indexes[0].reserved = 1; }},
    {"two indexes or constraints are called", "", DBWAY_ERR_INVALID,
     [](Description& d) { d.index({1}).index({1}); }},
    {"a check without a condition", "", DBWAY_ERR_INVALID, [](Description& d) { d.check("c", ""); }},
    {"a reference to no table", "", DBWAY_ERR_INVALID, [](Description& d) { d.reference({1}, "", "id"); }},
    {"to a column without a name", "", DBWAY_ERR_INVALID, [](Description& d) { d.reference({1}, "o", ""); }},
    {"an unknown action", "", DBWAY_ERR_TOO_NEW,
     [](Description& d) { d.reference({1}, "o", "id").references[0].on_update = 9; }},
    {"sets NULL what must not be", "id", DBWAY_ERR_INVALID,
     [](Description& d) { d.reference({0}, "o", "id").references[0].on_delete = DBWAY_ORM_SET_NULL; }},
};

TEST(OrmErrors, OfEntities_O5) {
    for (const BadEntity& bad : bad_entities) {
        Description entity = plain();
        bad.spoil(entity);
        expect_refused(plan(postgresql, entity, Operation(DBWAY_ORM_FIND)), bad.status, bad.reason,
                       bad.column);
    }
}

struct BadOperation {
    const char* reason;
    dbway_status status;
    Operation operation;
};

Operation with(std::uint32_t kind, const std::function<void(Operation&)>& change, std::uint32_t flags = 0) {
    Operation operation(kind, flags);
    change(operation);
    return operation;
}
Operation finding(std::vector<dbway_orm_node> where) {
    return with(DBWAY_ORM_FIND, [&](Operation& o) { o.where = where; });
}

TEST(OrmErrors, OfOperations_O5) {
    std::vector<dbway_orm_node> deep(150, {DBWAY_ORM_NOT, 0, 0, 1});
    deep.push_back({DBWAY_ORM_IS_NULL, 0, 0, 0});
    constexpr std::uint32_t huge = std::numeric_limits<std::uint32_t>::max();
    const BadOperation cases[] = {
        {"without a kind", DBWAY_ERR_INVALID, Operation(0)},
        {"unknown kind 77", DBWAY_ERR_UNSUPPORTED, Operation(77)},
        {"a flag that this provider does not know", DBWAY_ERR_TOO_NEW, Operation(DBWAY_ORM_FIND, 0x100)},
        {"a flag that means nothing", DBWAY_ERR_INVALID, Operation(DBWAY_ORM_FIND, DBWAY_ORM_KEEP)},
        {"no DELETED column", DBWAY_ERR_INVALID, Operation(DBWAY_ORM_DELETE, DBWAY_ORM_SOFT)},
        {"several rows mean nothing", DBWAY_ERR_INVALID,
         with(DBWAY_ORM_FIND, [](Operation& o) { o.rows = 2; })},
        {"columns to set mean nothing", DBWAY_ERR_INVALID,
         with(DBWAY_ORM_FIND, [](Operation& o) { o.set = {1}; })},
        {"returned columns mean", DBWAY_ERR_INVALID,
         with(DBWAY_ORM_DELETE, [](Operation& o) { o.returned = {1}; })},
        {"conditions mean", DBWAY_ERR_INVALID,
         with(DBWAY_ORM_INSERT,
              [](Operation& o) {
                  o.where = {{DBWAY_ORM_IS_NULL, 0, 0, 0}};
              })},
        {"orders mean", DBWAY_ERR_INVALID,
         with(DBWAY_ORM_COUNT,
              [](Operation& o) {
                  o.orders = {{0, 0}};
              })},
        {"limit and offset mean", DBWAY_ERR_INVALID,
         with(DBWAY_ORM_COUNT, [](Operation& o) { o.limit = 1; })},
        {"versions mean", DBWAY_ERR_INVALID, with(DBWAY_ORM_FIND, [](Operation& o) { o.version = 1; })},
        {"no VERSION column", DBWAY_ERR_INVALID, with(DBWAY_ORM_DELETE, [](Operation& o) { o.version = 1; })},
        {"sets nothing", DBWAY_ERR_INVALID, Operation(DBWAY_ORM_UPDATE)},
        {"there is no column 5", DBWAY_ERR_INVALID,
         with(DBWAY_ORM_INSERT, [](Operation& o) { o.set = {5}; })},
        {"set: named twice", DBWAY_ERR_INVALID,
         with(DBWAY_ORM_INSERT,
              [](Operation& o) {
                  o.set = {1, 1};
              })},
        {"65536 values are more", DBWAY_ERR_UNSUPPORTED,
         with(DBWAY_ORM_INSERT,
              [](Operation& o) {
                  o.set = {0, 1};
                  o.rows = 32'768;
              })},
        {"too many rows", DBWAY_ERR_UNSUPPORTED, with(DBWAY_ORM_INSERT, [](Operation& o) { o.rows = huge; })},
        {"an UPSERT by it needs its value", DBWAY_ERR_INVALID,
         with(DBWAY_ORM_UPSERT, [](Operation& o) { o.set = {1}; })},
        {"neither the primary key nor", DBWAY_ERR_INVALID,
         with(DBWAY_ORM_UPSERT,
              [](Operation& o) {
                  o.set = {1};
                  o.conflict = {1};
              })},
        {"there is no column 9", DBWAY_ERR_INVALID, finding({{DBWAY_ORM_EQ, 9, 1, 0}})},
        {"unknown kind 99", DBWAY_ERR_UNSUPPORTED, finding({{99, 0, 1, 0}})},
        {"unknown kind 0", DBWAY_ERR_INVALID, finding({{0, 0, 1, 0}})},
        {"a condition is missing", DBWAY_ERR_INVALID, finding({{DBWAY_ORM_AND, 0, 0, 1}})},
        {"a condition is missing", DBWAY_ERR_INVALID, finding({{DBWAY_ORM_OR, 0, 0, huge}})},
        {"behind the end", DBWAY_ERR_INVALID,
         finding({{DBWAY_ORM_IS_NULL, 0, 0, 0}, {DBWAY_ORM_IS_NULL, 0, 0, 0}})},
        {"a NOT of several", DBWAY_ERR_INVALID, finding({{DBWAY_ORM_NOT, 0, 0, 2}})},
        {"nested too deeply", DBWAY_ERR_INVALID, finding(deep)},
        {"the ordinal 0", DBWAY_ERR_INVALID, finding({{DBWAY_ORM_EQ, 0, 0, 0}})},
        {"the value 1 is not used", DBWAY_ERR_INVALID, finding({{DBWAY_ORM_EQ, 0, 2, 0}})},
        {"values are more than", DBWAY_ERR_UNSUPPORTED, finding({{DBWAY_ORM_EQ, 0, huge, 0}})},
        {"values are more than", DBWAY_ERR_UNSUPPORTED, finding({{DBWAY_ORM_BETWEEN, 0, huge, 0}})},
        {"values are more than", DBWAY_ERR_UNSUPPORTED, finding({{DBWAY_ORM_IN, 0, huge, huge}})},
        {"LIKE is for texts", DBWAY_ERR_INVALID, finding({{DBWAY_ORM_LIKE, 0, 1, 0}})},
        {"an unknown flag of an order", DBWAY_ERR_TOO_NEW,
         with(DBWAY_ORM_FIND,
              [](Operation& o) {
                  o.orders = {{0, 64}};
              })},
        {"both first and last", DBWAY_ERR_INVALID,
         with(DBWAY_ORM_FIND,
              [](Operation& o) {
                  o.orders = {{0, DBWAY_ORM_NULLS_FIRST | DBWAY_ORM_NULLS_LAST}};
              })},
        // A value of `set` is no value of a condition.
        {"the ordinal 1 where one from 2", DBWAY_ERR_INVALID,
         with(DBWAY_ORM_UPDATE,
              [](Operation& o) {
                  o.set = {1};
                  o.where = {{DBWAY_ORM_EQ, 0, 1, 0}};
              })},
    };
    for (const BadOperation& bad : cases) {
        Description entity = plain();
        const Planned planned = plan(postgresql, entity, bad.operation);
        expect_refused(planned, bad.status, bad.reason, planned.column);
    }
}

TEST(OrmErrors, OfRoles_O5) {
    Description entity = users();
    Operation update(DBWAY_ORM_UPDATE);
    update.set = {version};
    expect_refused(plan(postgresql, entity, update), DBWAY_ERR_INVALID, "counts it by itself", "version");
    update = Operation(DBWAY_ORM_UPDATE, DBWAY_ORM_SOFT);
    update.set = {deleted};
    expect_refused(plan(postgresql, entity, update), DBWAY_ERR_INVALID, "reviving sets it", "deleted");
    // With a column to count there is something to update.
    EXPECT_EQ(plan(postgresql, entity, Operation(DBWAY_ORM_UPDATE)).status, DBWAY_OK);
}

TEST(OrmErrors, OfDatabases_O5) {
    Description entity = plain();
    entity.column("doc", DBWAY_T_JSON);
    const Operation in_array = finding({{DBWAY_ORM_IN_ARRAY, 0, 1, 0}});
    expect_refused(plan(sqlite, entity, in_array), DBWAY_ERR_UNSUPPORTED, "SQLite has no arrays", "id");
    expect_refused(plan(mysql, entity, in_array), DBWAY_ERR_UNSUPPORTED, "MySQL has no arrays", "id");
    const Operation equal = finding({{DBWAY_ORM_EQ, 2, 1, 0}});
    expect_refused(plan(postgresql, entity, equal), DBWAY_ERR_UNSUPPORTED, "cannot compare", "doc");
    EXPECT_EQ(plan(sqlite, entity, equal).status, DBWAY_OK);
    entity.columns.back().type_sql = str("jsonb");
    EXPECT_EQ(plan(postgresql, entity, equal).status, DBWAY_OK);
    Description numbered("t");
    numbered.column("id", DBWAY_T_I64, DBWAY_ORM_PRIMARY | DBWAY_ORM_GENERATED);
    numbered.columns[0].type_sql = str("smallint");
    EXPECT_EQ(plan(postgresql, numbered, Operation(DBWAY_ORM_CREATE)).status, DBWAY_OK);
    expect_refused(plan(sqlite, numbered, Operation(DBWAY_ORM_CREATE)), DBWAY_ERR_UNSUPPORTED, "no type",
                   "id");
    Description reference = plain();
    reference.reference({0}, "o", "id").references[0].on_delete = DBWAY_ORM_SET_DEFAULT;
    EXPECT_EQ(plan(mysql, reference, Operation(DBWAY_ORM_CREATE)).status, DBWAY_ERR_UNSUPPORTED);
    EXPECT_EQ(plan(postgresql, reference, Operation(DBWAY_ORM_CREATE)).status, DBWAY_OK);
}

TEST(OrmErrors, NullPointers_O5) {
    Description entity = plain();
    const Operation find(DBWAY_ORM_FIND);
    for (const dbway_ext_orm* database : databases) {
        expect_refused(plan(*database, nullptr, nullptr, find.abi()), DBWAY_ERR_INVALID, "null pointer");
        expect_refused(plan(*database, nullptr, entity.abi(), nullptr), DBWAY_ERR_INVALID, "null pointer");
    }
    dbway_orm_entity broken = *entity.abi();
    for (const auto member : {&dbway_orm_entity::n_indexes, &dbway_orm_entity::n_checks,
                              &dbway_orm_entity::n_references, &dbway_orm_entity::n_columns}) {
        dbway_orm_entity one = broken;
        one.indexes = nullptr;
        one.checks = nullptr;
        one.references = nullptr;
        one.columns = nullptr;
        one.*member = 1;
        expect_refused(plan(postgresql, nullptr, &one, find.abi()), DBWAY_ERR_INVALID, "");
    }
    const dbway_orm_column* none_there[] = {nullptr};
    broken.columns = none_there;
    broken.n_columns = 1;
    expect_refused(plan(postgresql, nullptr, &broken, find.abi()), DBWAY_ERR_INVALID, "column 0 is a null");
    broken.n_columns = std::numeric_limits<std::uint32_t>::max();
    expect_refused(plan(postgresql, nullptr, &broken, find.abi()), DBWAY_ERR_INVALID, "4096");
    for (const auto member :
         {&dbway_orm_operation::n_set, &dbway_orm_operation::n_returned, &dbway_orm_operation::n_where,
          &dbway_orm_operation::n_orders, &dbway_orm_operation::n_conflict}) {
        dbway_orm_operation one{};
        one.struct_size = sizeof one;
        one.kind = member == &dbway_orm_operation::n_where || member == &dbway_orm_operation::n_orders
                       ? DBWAY_ORM_FIND
                       : DBWAY_ORM_UPSERT;
        one.*member = 1;
        expect_refused(plan(postgresql, nullptr, entity.abi(), &one), DBWAY_ERR_INVALID, "null pointer");
    }
    // Without sinks.
    EXPECT_EQ(postgresql.plan(nullptr, entity.abi(), find.abi(), nullptr, nullptr), DBWAY_ERR_INVALID);
    const dbway_orm_sink no_function{};
    EXPECT_EQ(postgresql.plan(nullptr, entity.abi(), find.abi(), &no_function, nullptr), DBWAY_ERR_INVALID);
    const dbway_orm_sink sink{nullptr,
                              [](void*, const dbway_orm_statement*) noexcept { return dbway_status{0}; }};
    EXPECT_EQ(postgresql.plan(nullptr, nullptr, find.abi(), &sink, nullptr), DBWAY_ERR_INVALID);
    EXPECT_EQ(postgresql.plan(nullptr, entity.abi(), find.abi(), &sink, nullptr), DBWAY_OK);
}

TEST(OrmSink, EndsThePlan_O4) {
    Description entity = plain();
    entity.index({1}).index({1, 0});
    struct Count {
        int calls = 0;
        int last = 3;
    };
    const auto take = [](void* context, const dbway_orm_statement* one) noexcept -> dbway_status {
        Count& count = *static_cast<Count*>(context);
        if (one->struct_size != sizeof *one || one->reserved != 0) return DBWAY_ERR_INTERNAL;
        return ++count.calls == count.last ? DBWAY_ERR_CANCELLED : DBWAY_OK;
    };
    const Operation create(DBWAY_ORM_CREATE);
    for (const int last : {1, 2, 3}) {
        Count count{0, last};
        const dbway_orm_sink sink{&count, take};
        EXPECT_EQ(postgresql.plan(nullptr, entity.abi(), create.abi(), &sink, nullptr), DBWAY_ERR_CANCELLED);
        EXPECT_EQ(count.calls, last);
    }
}

TEST(OrmPlan, IsPure_O1) {
    Description entity = users();
    entity.index({name}).check("c", "true");
    for (const dbway_ext_orm* database : databases)
        for (const std::uint32_t kind : {DBWAY_ORM_CREATE, DBWAY_ORM_FIND, DBWAY_ORM_COUNT})
            EXPECT_EQ(sql(*database, entity, Operation(kind)), sql(*database, entity, Operation(kind)));
}

// A newer caller's struct with one more field.
template <class T>
struct Newer {
    T known;
    std::uint64_t added = 0;
};

template <class T>
Newer<T> newer(const T& from, std::uint64_t added) {
    Newer<T> result{from, added};
    result.known.struct_size = sizeof result;
    return result;
}

TEST(OrmGrowth, NewerStructs_O7) {
    Description entity = plain();
    entity.index({1}).check("c", "true").reference({0}, "o", "id");
    dbway_conn_info server = server_info(1, "PostgreSQL");
    for (const std::uint64_t added : {0u, 1u}) {
        const dbway_status expected = added == 0 ? DBWAY_OK : DBWAY_ERR_TOO_NEW;
        const dbway_orm_entity original = *entity.abi();
        const Operation find(DBWAY_ORM_FIND);
        const auto status = [&](const dbway_orm_entity& one, const dbway_orm_operation* operation) {
            const Planned planned = plan(postgresql, nullptr, &one, operation);
            EXPECT_EQ(planned.diagnostics, added == 0 ? 0 : 1);
            return planned.status;
        };
        const auto wide_entity = newer(original, added);
        EXPECT_EQ(status(wide_entity.known, find.abi()), expected);
        const auto wide_operation = newer(*find.abi(&server), added);
        EXPECT_EQ(status(original, &wide_operation.known), expected);
        const auto wide_server = newer(server, added);
        EXPECT_EQ(status(original, find.abi(&wide_server.known)), expected);

        const auto wide_column = newer(entity.columns[1], added);
        const dbway_orm_column* columns[] = {&entity.columns[0], &wide_column.known};
        const auto wide_index = newer(entity.indexes[0], added);
        const dbway_orm_index* indexes[] = {&wide_index.known};
        const auto wide_check = newer(entity.checks[0], added);
        const dbway_orm_check* checks[] = {&wide_check.known};
        const auto wide_reference = newer(entity.references[0], added);
        const dbway_orm_reference* references[] = {&wide_reference.known};
        dbway_orm_entity one = original;
        one.columns = columns;
        EXPECT_EQ(status(one, find.abi()), expected);
        one = original;
        one.indexes = indexes;
        EXPECT_EQ(status(one, find.abi()), expected);
        one = original;
        one.checks = checks;
        EXPECT_EQ(status(one, find.abi()), expected);
        one = original;
        one.references = references;
        EXPECT_EQ(status(one, find.abi()), expected);

        dbway_orm_existing existing{};
        existing.struct_size = sizeof existing;
        const auto wide_existing = newer(existing, added);
        Operation migrate(DBWAY_ORM_MIGRATE);
        migrate.existing = &wide_existing.known;
        EXPECT_EQ(status(original, migrate.abi()), expected);
    }
}

TEST(OrmGrowth, OlderStructs_O7) {
    Description entity = plain();
    entity.index({1});
    const std::string complete = one_sql(postgresql, entity, Operation(DBWAY_ORM_FIND));
    // What is behind the size is not looked at.
    entity.columns[1].default_sql = {nullptr, 99};
    entity.columns[1].struct_size = offsetof(dbway_orm_column, default_sql);
    entity.indexes[0].name = {nullptr, 99};
    entity.indexes[0].struct_size = offsetof(dbway_orm_index, name);
    const Operation find(DBWAY_ORM_FIND);
    dbway_orm_operation operation = *find.abi();
    operation.server = reinterpret_cast<const dbway_conn_info*>(8);
    operation.struct_size = offsetof(dbway_orm_operation, server);
    const Planned planned = plan(postgresql, nullptr, entity.abi(), &operation);
    ASSERT_EQ(planned.status, DBWAY_OK) << planned.error;
    EXPECT_EQ(planned.statements.at(0).sql, complete);

    // Too small to mean anything, and sizes that cut a pointer in two.
    for (const std::uint32_t size : {0u, 4u, 8u, 50u, 52u, 99u}) {
        dbway_orm_operation cut = *find.abi();
        cut.struct_size = size;
        expect_refused(plan(postgresql, nullptr, entity.abi(), &cut), DBWAY_ERR_INVALID, "struct_size");
        dbway_orm_entity small = *entity.abi();
        small.struct_size = size >= 56 ? 63 : size;
        expect_refused(plan(postgresql, nullptr, &small, find.abi()), DBWAY_ERR_INVALID, "struct_size");
    }
}

TEST(OrmTable, SaysWhatTheDatabaseCanDo) {
    EXPECT_EQ(postgresql.flags, DBWAY_ORM_RETURNING | DBWAY_ORM_RETURNING_UPDATE | DBWAY_ORM_ARRAYS);
    EXPECT_EQ(sqlite.flags, DBWAY_ORM_RETURNING | DBWAY_ORM_RETURNING_UPDATE);
    EXPECT_EQ(mysql.flags, 0u);
    EXPECT_EQ(postgresql.max_params, 65'535u);
    EXPECT_EQ(sqlite.max_params, 32'766u);
    EXPECT_EQ(sdk::orm_extension_of(sdk::postgresql_dialect), &postgresql);
    EXPECT_EQ(sdk::orm_extension_of(sdk::mysql_dialect), &mysql);
    dbway_ext_dialect other = sdk::postgresql_dialect;
    other.name = "unheard-of";
    EXPECT_EQ(sdk::orm_extension_of(other), nullptr);
    for (const dbway_ext_orm* database : databases) EXPECT_TRUE(DBWAY_HAS(dbway_ext_orm, database, plan));
}

}  // namespace
}  // namespace dbway::test::orm
