// orm_planner.hpp - the extension "dbway.orm/1" for a provider of SQL: plan(), and the table of a dialect.
//
// A provider offers entities by one line in its lookup of extensions, for the database that its
// dbway.dialect/1 names:
//   if (id == DBWAY_EXT_ORM) return &sdk::orm_extension<sdk::orm::Postgresql>;
//   if (id == DBWAY_EXT_ORM) return sdk::orm_extension_of(dialect);
// A database that is not among them gets a class like those of orm_postgresql.hpp, orm_sqlite.hpp and
// orm_mysql.hpp.
#pragma once

#include <dbway/ext/dialect.h>
#include <dbway/ext/orm.h>
#include <dbway/sdk/diagnostics.hpp>
#include <dbway/sdk/lexer.hpp>
#include <dbway/sdk/orm_check.hpp>
#include <dbway/sdk/orm_create.hpp>
#include <dbway/sdk/orm_insert.hpp>
#include <dbway/sdk/orm_migrate.hpp>
#include <dbway/sdk/orm_mysql.hpp>
#include <dbway/sdk/orm_operation.hpp>
#include <dbway/sdk/orm_postgresql.hpp>
#include <dbway/sdk/orm_sqlite.hpp>
#include <dbway/sdk/orm_statement.hpp>

#include <cstdint>

namespace dbway::sdk::orm {

inline Plan plan_operation(const SqlDialect& dialect, const Entity& entity, const Operation& operation) {
    switch (operation.kind) {
        case DBWAY_ORM_CREATE:
            return TableWriter(dialect, entity).create(operation.is(DBWAY_ORM_IF_ABSENT));
        case DBWAY_ORM_MIGRATE:
            return Migration(dialect, entity, operation).plan();
        case DBWAY_ORM_INSERT:
        case DBWAY_ORM_UPSERT:
            return {InsertWriter(dialect, entity, operation).plan()};
        case DBWAY_ORM_FIND:
            return {plan_find(dialect, entity, operation)};
        case DBWAY_ORM_UPDATE:
            return {plan_update(dialect, entity, operation)};
        case DBWAY_ORM_DELETE:
            return {plan_delete(dialect, entity, operation)};
        case DBWAY_ORM_COUNT:
            return {plan_count(dialect, entity, operation)};
        default:
            return {plan_exists(dialect, entity, operation)};
    }
}

// dbway_ext_orm::plan. Needs nothing of the provider.
inline dbway_status plan(const SqlDialect& dialect, const dbway_orm_entity* given_entity,
                         const dbway_orm_operation* given_operation, const dbway_orm_sink* sink,
                         const dbway_diag_sink* diag) noexcept {
    const detail::DiagnosticSink reports(diag == nullptr ? dbway_diag_sink{} : *diag);
    if (sink == nullptr || sink->statement == nullptr) {
        reports.report(DBWAY_ERR_INVALID, "plan() needs a sink for its statements");
        return DBWAY_ERR_INVALID;
    }
    Plan statements;
    try {
        const Entity entity = EntityReader(dialect).read(given_entity);
        statements = plan_operation(dialect, entity, OperationReader(dialect, entity).read(given_operation));
    } catch (...) {
        return reports.report_current_exception({}).status;
    }
    for (const Planned& planned : statements) {
        dbway_orm_statement statement{};
        statement.struct_size = sizeof statement;
        statement.flags = planned.flags;
        statement.n_params = static_cast<std::uint32_t>(planned.n_params);
        statement.sql = detail::to_str(planned.sql);
        const dbway_status status = sink->statement(sink->ctx, &statement);
        if (status != DBWAY_OK) return status;
    }
    return DBWAY_OK;
}

template <class Dialect>
inline constexpr Dialect dialect_of{};

template <class Dialect>
dbway_status DBWAY_CALL plan_in(dbway_provider*, const dbway_orm_entity* entity,
                                const dbway_orm_operation* operation, const dbway_orm_sink* sink,
                                const dbway_diag_sink* diag) noexcept {
    return plan(dialect_of<Dialect>, entity, operation, sink, diag);
}

}  // namespace dbway::sdk::orm

namespace dbway::sdk {

template <class Dialect>
inline constexpr dbway_ext_orm orm_extension = {
    sizeof(dbway_ext_orm), orm::dialect_of<Dialect>.flags, orm::dialect_of<Dialect>.max_params, 0,
    orm::plan_in<Dialect>,
};

// Null: nothing is known of a database of that name.
inline const dbway_ext_orm* orm_extension_of(const dbway_ext_dialect& dialect) noexcept {
    switch (dialect_by_name(dialect.name)) {
        case Dialect::postgresql:
            return &orm_extension<orm::Postgresql>;
        case Dialect::sqlite:
            return &orm_extension<orm::Sqlite>;
        case Dialect::mysql:
            return &orm_extension<orm::Mysql>;
        default:
            return nullptr;
    }
}

}  // namespace dbway::sdk
