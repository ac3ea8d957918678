#include "conformance/orm_planner.hpp"

namespace dbway::conformance {
namespace {

// Of every kind of quote, what ends a statement, and what looks like a parameter.
constexpr std::string_view odd_text_name = "a\"b`c'; -- $1 ?";
constexpr std::string_view odd_version_name = "select";

struct Collector {
    Sink& sink;
    OrmPlan& plan;
    std::size_t stop_at;
};

dbway_status DBWAY_CALL collect(void* context, const dbway_orm_statement* statement) noexcept {
    const Collector& collector = *static_cast<Collector*>(context);
    collector.sink.check_thread("the sink of plan()");
    collector.plan.statements.push_back({to_string(statement->sql), statement->flags, statement->n_params});
    return collector.plan.statements.size() == collector.stop_at ? DBWAY_ERR_CANCELLED : DBWAY_OK;
}

}  // namespace

OrmPlanner::OrmPlanner(Context& context) : context_(context), sink_(context.environment()) {
    context.need_tables();
    orm_ = context.provider().extension<dbway_ext_orm>(DBWAY_EXT_ORM);
    connection_ = context.connect();
    if (orm_ == nullptr && DBWAY_HAS(dbway_conn_api, &connection_->api(), get_extension))
        orm_ = static_cast<const dbway_ext_orm*>(
            connection_->api().get_extension(connection_->raw(), DBWAY_EXT_ORM));
    if (orm_ == nullptr) skip("the provider has no " DBWAY_EXT_ORM);
    expect(DBWAY_HAS(dbway_ext_orm, orm_, plan), DBWAY_EXT_ORM " without plan()");
    server_ = connection_->info();
    // The connection's texts live until its next call.
    const auto keep = [](dbway_str& text, std::string& copy) {
        copy = to_string(text);
        text = to_str(copy);
    };
    keep(server_.product, product_);
    keep(server_.version, version_);
    keep(server_.database, database_);
    server_.user = {};

    table_ = context.unique_name();
    for (dbway_orm_column& column : columns_) {
        column.struct_size = sizeof column;
        column.precision = column.scale = -1;
        column.type = DBWAY_T_I64;
        column_pointers_[&column - columns_] = &column;
    }
    columns_[0].name = to_str("id");
    columns_[0].flags = DBWAY_ORM_PRIMARY | DBWAY_ORM_GENERATED;
    columns_[1].name = to_str(odd_text_name);
    columns_[1].type = DBWAY_T_TEXT;
    columns_[1].precision = 100;
    columns_[2].name = to_str(odd_version_name);
    columns_[2].flags = DBWAY_ORM_VERSION;
    index_columns_[0] = 1;
    index_columns_[1] = 2;
    index_.struct_size = sizeof index_;
    index_.n_columns = 2;
    index_.columns = index_columns_;
    index_pointers_[0] = &index_;
    entity_.struct_size = sizeof entity_;
    entity_.n_columns = 3;
    entity_.n_indexes = 1;
    entity_.columns = column_pointers_;
    entity_.indexes = index_pointers_;
    entity_.table = to_str(table_);
}

OrmPlanner::~OrmPlanner() {
    if (!created_) return;
    try {
        connection_->query("drop table " + table_);
    } catch (...) {
        // The check has failed by then.
    }
}

dbway_orm_operation OrmPlanner::operation(std::uint32_t kind) const {
    dbway_orm_operation operation{};
    operation.struct_size = sizeof operation;
    operation.kind = kind;
    operation.server = &server_;
    return operation;
}

OrmPlan OrmPlanner::plan(const dbway_orm_entity* entity, const dbway_orm_operation* operation,
                         std::size_t stop_at) {
    OrmPlan result;
    Collector collector{sink_, result, stop_at};
    const dbway_orm_sink statements{&collector, collect};
    const dbway_diag_sink diag = sink_.abi();
    {
        const Sink::Call call(sink_, "plan()");
        result.status = orm_->plan(context_.provider().raw(), entity, operation, &statements, &diag);
    }
    result.diags = sink_.take();
    return result;
}

std::vector<OrmStatement> OrmPlanner::planned(const dbway_orm_operation& operation) {
    OrmPlan result = plan(&entity_, &operation);
    expect(result.status == DBWAY_OK,
           "plan() of an operation of kind " + std::to_string(operation.kind) + " answered " +
               status_label(result.status) +
               (result.diags.empty() ? std::string() : ": " + result.diags.front().message));
    return std::move(result.statements);
}

void OrmPlanner::create_table() {
    for (const OrmStatement& statement : planned(operation(DBWAY_ORM_CREATE))) {
        expect_done(run(statement), statement.sql);
        created_ = true;
    }
    expect(created_, "CREATE gave no statement");
}

Outcome OrmPlanner::run(const OrmStatement& statement, OwnedRow values) {
    expect(statement.n_params == values.size(), statement.sql + " takes " +
                                                    std::to_string(statement.n_params) +
                                                    " values, expected " + std::to_string(values.size()));
    return connection_->query(statement.sql, std::move(values));
}

}  // namespace dbway::conformance
