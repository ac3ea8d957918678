// Rules O1 to O7 of dbway/ext/orm.h, for providers that plan entities.
#include <algorithm>
#include <array>
#include <cstring>

#include "conformance/orm_planner.hpp"

namespace dbway::conformance {
namespace {

// INSERT of `rows` texts.
struct Insert {
    Insert(const OrmPlanner& planner, std::uint32_t rows) : operation(planner.operation(DBWAY_ORM_INSERT)) {
        operation.n_set = 1;
        operation.set = &column;
        operation.n_rows = rows;
    }
    std::uint32_t column = 1;
    dbway_orm_operation operation;
};

// FIND by the text.
struct Find {
    explicit Find(const OrmPlanner& planner) : operation(planner.operation(DBWAY_ORM_FIND)) {
        operation.n_where = 1;
        operation.where = &node;
    }
    dbway_orm_node node{DBWAY_ORM_EQ, 1, 1, 0};
    dbway_orm_operation operation;
};

const OrmStatement& only(const std::vector<OrmStatement>& statements, const char* what) {
    expect(statements.size() == 1, std::string(what) + " is planned as " + std::to_string(statements.size()) +
                                       " statements, expected 1");
    return statements.front();
}

void plan_is_pure(Context& context) {
    OrmPlanner planner(context);
    const Insert insert(planner, 2);
    const Find find(planner);
    for (const dbway_orm_operation& operation :
         {planner.operation(DBWAY_ORM_CREATE), insert.operation, find.operation}) {
        const auto first = planner.planned(operation);
        expect(!first.empty(), "an operation gave no statement");
        expect(planner.planned(operation) == first,
               "the same operation gave other statements the second time");
    }
    const auto outcome = planner.connection().query("select count(*) from " + planner.table());
    expect_failed(outcome, "a query of a table that was planned and not created");
}

void values_are_parameters(Context& context) {
    OrmPlanner planner(context);
    planner.create_table();
    const Insert insert(planner, 2);
    const auto statements = planner.planned(insert.operation);
    const std::string hostile = "x'); drop table " + planner.table() + "; --";
    expect_done(
        planner.run(only(statements, "an INSERT"), {OwnedValue::text(hostile), OwnedValue::text("y\\")}),
        "the INSERT of two rows");
    const Find find(planner);
    const auto found =
        planner.run(only(planner.planned(find.operation), "a FIND"), {OwnedValue::text(hostile)});
    expect_done(found, "the FIND");
    const auto rows = found.rows();
    expect(rows.size() == 1 && rows[0].size() == 3 && rows[0][1] == OwnedValue::text(hostile),
           "the FIND gave " + describe_rows(rows) + ", expected the row that was inserted");
    expect(rows[0][2] == OwnedValue::i64(1),
           "the VERSION of a new row is " + describe(rows[0][2]) + ", expected 1");
}

void names_are_quoted(Context& context) {
    OrmPlanner planner(context);
    planner.create_table();
    const auto count = [&] {
        const auto outcome =
            planner.run(only(planner.planned(planner.operation(DBWAY_ORM_COUNT)), "a COUNT"));
        expect_done(outcome, "the COUNT");
        const auto rows = outcome.rows();
        expect(rows.size() == 1 && rows[0].size() == 1 && rows[0][0].type == DBWAY_T_I64,
               "the COUNT gave " + describe_rows(rows) + ", expected one row of one I64");
        return rows[0][0].as_i64();
    };
    expect(count() == 0, "there are rows in a new table");
    const Insert insert(planner, 3);
    const auto text = OwnedValue::text("t");
    expect_done(planner.run(only(planner.planned(insert.operation), "an INSERT"), {text, text, text}),
                "the INSERT of three rows");
    expect(count() == 3, "there are not three rows after three were inserted");
}

void sink_ends_the_plan(Context& context) {
    OrmPlanner planner(context);
    const auto create = planner.operation(DBWAY_ORM_CREATE);
    const auto result = planner.plan(&planner.entity(), &create, 1);
    expect(result.status == DBWAY_ERR_CANCELLED,
           "plan() answered " + status_label(result.status) + ", expected the CANCELLED of the sink");
    expect(result.statements.size() == 1, "statements followed one that the sink refused");
}

void nonsense_is_refused(Context& context) {
    OrmPlanner planner(context);
    const auto refused = [&](const char* what, const dbway_orm_entity* entity,
                             const dbway_orm_operation& operation, dbway_status status) {
        const auto result = planner.plan(entity, &operation);
        expect(result.status == status, std::string(what) + " was answered with " +
                                            status_label(result.status) + ", expected " +
                                            status_label(status));
        expect(result.statements.empty(), std::string(what) + " gave a statement");
        expect(!result.diags.empty() && !result.diags.front().message.empty(),
               std::string(what) + " was refused without a diagnostic");
    };
    const Find find(planner);
    refused("a null entity", nullptr, find.operation, DBWAY_ERR_INVALID);
    dbway_orm_entity empty = planner.entity();
    empty.n_columns = 0;
    refused("an entity without columns", &empty, find.operation, DBWAY_ERR_INVALID);
    dbway_orm_entity nameless = planner.entity();
    nameless.table = {};
    refused("an entity without a table", &nameless, find.operation, DBWAY_ERR_INVALID);
    Find beyond(planner);
    beyond.node.column = 3;
    refused("a condition on a column that there is not", &planner.entity(), beyond.operation,
            DBWAY_ERR_INVALID);
    Find gap(planner);
    gap.node.value = 2;
    refused("a value 2 without a value 1", &planner.entity(), gap.operation, DBWAY_ERR_INVALID);
    refused("an unknown operation", &planner.entity(), planner.operation(0x7fff'ffffu),
            DBWAY_ERR_UNSUPPORTED);
    auto flags = planner.operation(DBWAY_ORM_FIND);
    flags.flags = 0x4000'0000u;
    refused("an unknown flag", &planner.entity(), flags, DBWAY_ERR_TOO_NEW);
}

void migration_adds_what_is_missing(Context& context) {
    OrmPlanner planner(context);
    context.need(DBWAY_CAP_SCHEMA, "SCHEMA");
    planner.create_table();
    const auto answer = [&](std::uint32_t what) {
        Request request{DBWAY_R_SCHEMA};
        request.arg = what;
        request.names = {"", planner.table()};
        const auto outcome = planner.connection().run(request);
        expect_done(outcome, "a SCHEMA request");
        return outcome.rows();
    };
    const auto columns = answer(DBWAY_SCHEMA_COLUMNS);
    const auto indexes = answer(DBWAY_SCHEMA_INDEXES);
    const auto constraints = answer(DBWAY_SCHEMA_CONSTRAINTS);
    const CellBuffer column_cells(columns);
    const CellBuffer index_cells(indexes);
    const CellBuffer constraint_cells(constraints);
    dbway_orm_existing existing{};
    existing.struct_size = sizeof existing;
    existing.n_columns = static_cast<std::uint32_t>(columns.size());
    existing.n_indexes = static_cast<std::uint32_t>(indexes.size());
    existing.n_constraints = static_cast<std::uint32_t>(constraints.size());
    existing.columns = column_cells.data();
    existing.indexes = index_cells.data();
    existing.constraints = constraint_cells.data();
    auto migrate = planner.operation(DBWAY_ORM_MIGRATE);
    migrate.existing = &existing;
    for (const OrmStatement& statement : planner.planned(migrate))
        expect(false, "a table that was just created lacks something: " + statement.sql);
    existing.n_indexes = 0;
    const auto statements = planner.planned(migrate);
    expect((only(statements, "the migration of a table without its index").flags & DBWAY_ORM_REMARK) == 0,
           "an index that is missing is only remarked on: " + statements.front().sql);
}

void structs_grow(Context& context) {
    OrmPlanner planner(context);
    struct Grown {
        dbway_orm_operation operation;
        std::array<unsigned char, 32> tail;
    };
    Grown grown{planner.operation(DBWAY_ORM_FIND), {}};
    grown.operation.struct_size = sizeof grown;
    auto result = planner.plan(&planner.entity(), &grown.operation);
    expect(result.status == DBWAY_OK, "a newer operation with a zero tail was answered with " +
                                          status_label(result.status) + ", expected OK");
    grown.tail[7] = 1;
    result = planner.plan(&planner.entity(), &grown.operation);
    expect(result.status == DBWAY_ERR_TOO_NEW, "a newer operation with a tail in use was answered with " +
                                                   status_label(result.status) + ", expected TOO_NEW");
    expect(result.statements.empty(), "a newer operation with a tail in use gave a statement");
    auto small = planner.operation(DBWAY_ORM_FIND);
    small.struct_size = 4;
    result = planner.plan(&planner.entity(), &small);
    expect(result.status == DBWAY_ERR_INVALID, "an operation of four bytes was answered with " +
                                                   status_label(result.status) + ", expected INVALID");
}

}  // namespace

std::vector<Check> orm_checks() {
    return {
        {{"o1_plan_is_pure", {"O1"}, "plan() gives the same statements again and executes none"},
         plan_is_pure},
        {{"o2_values_are_parameters", {"O2"}, "values of an INSERT and a FIND are parameters"},
         values_are_parameters},
        {{"o3_names_are_quoted",
          {"O3"},
          "names with quotes, keywords and parameters in them mean themselves"},
         names_are_quoted},
        {{"o4_sink_ends_the_plan", {"O4"}, "a status of the sink ends plan()"}, sink_ends_the_plan},
        {{"o5_nonsense_is_refused", {"O5"}, "descriptions and operations that make no sense are refused"},
         nonsense_is_refused},
        {{"o6_migration_adds_what_is_missing",
          {"O6"},
          "MIGRATE of a table that is complete gives no statement"},
         migration_adds_what_is_missing},
        {{"o7_structs_grow", {"O7"}, "operations of newer headers are read, or refused if they say more"},
         structs_grow},
    };
}

}  // namespace dbway::conformance
