#ifndef DBWAY_TESTS_UNIT_KIT_PLANNER_FIXTURE_HPP
#define DBWAY_TESTS_UNIT_KIT_PLANNER_FIXTURE_HPP

#include <dbway/ext/orm.h>
#include <dbway/kit.hpp>

#include <string>
#include <utility>
#include <vector>

#include "unit/host/session_fixture.hpp"

namespace dbway::test {

// What plan() was asked, copied.
struct SeenOperation {
    std::string table;
    std::uint32_t kind = 0;
    std::uint32_t flags = 0;
    std::uint32_t rows = 0;
    std::vector<std::uint32_t> set, returned, conflict;
    std::vector<dbway_orm_node> where;
    std::uint32_t version_value = 0;
    std::string product;  // of the server, as far as it was told
};

// The extension dbway.orm/1 of a database that does not exist: the text of a statement is its kind and its
// table, "3 things".
class FakePlanner {
  public:
    FakePlanner(std::uint32_t flags, std::uint32_t max_params) {
        current = this;
        table = {sizeof table, flags, max_params, 0, &plan};
    }
    ~FakePlanner() { current = nullptr; }
    FakePlanner(const FakePlanner&) = delete;
    FakePlanner& operator=(const FakePlanner&) = delete;

    dbway_ext_orm table{};
    std::vector<SeenOperation> seen;
    std::uint32_t statement_flags = DBWAY_ORM_ROWS;  // of INSERT
    std::string refuse;                              // with this message

  private:
    static inline FakePlanner* current = nullptr;

    static std::vector<std::uint32_t> copy(const std::uint32_t* columns, std::uint32_t n) {
        return n == 0 ? std::vector<std::uint32_t>() : std::vector<std::uint32_t>(columns, columns + n);
    }
    static dbway_status DBWAY_CALL plan(dbway_provider*, const dbway_orm_entity* entity,
                                        const dbway_orm_operation* operation, const dbway_orm_sink* sink,
                                        const dbway_diag_sink* diag) noexcept {
        SeenOperation seen;
        seen.table.assign(entity->table.ptr, entity->table.len);
        seen.kind = operation->kind;
        seen.flags = operation->flags;
        seen.rows = operation->n_rows == 0 ? 1 : operation->n_rows;
        seen.set = copy(operation->set, operation->n_set);
        seen.returned = copy(operation->returned, operation->n_returned);
        seen.conflict = copy(operation->conflict, operation->n_conflict);
        if (operation->n_where != 0)
            seen.where.assign(operation->where, operation->where + operation->n_where);
        seen.version_value = operation->version_value;
        if (operation->server != nullptr)
            seen.product.assign(operation->server->product.ptr, operation->server->product.len);
        if (!current->refuse.empty()) {
            dbway_diag diagnostic{};
            diagnostic.struct_size = sizeof diagnostic;
            diagnostic.status = DBWAY_ERR_INVALID;
            diagnostic.message = {current->refuse.data(), current->refuse.size()};
            diag->report(diag->ctx, &diagnostic);
            return DBWAY_ERR_INVALID;
        }
        std::uint32_t params = seen.rows * operation->n_set;
        for (const dbway_orm_node& node : seen.where)
            if (node.value != 0)
                params += node.kind == DBWAY_ORM_IN ? node.count : node.kind == DBWAY_ORM_BETWEEN ? 2 : 1;
        for (const std::uint32_t value :
             {operation->version_value, operation->limit_value, operation->offset_value})
            params += value != 0 ? 1 : 0;
        const std::string sql = std::to_string(seen.kind) + " " + seen.table;
        dbway_orm_statement statement{};
        statement.struct_size = sizeof statement;
        statement.flags =
            seen.kind == DBWAY_ORM_INSERT && operation->n_returned != 0 ? current->statement_flags : 0;
        statement.n_params = params;
        statement.sql = {sql.data(), sql.size()};
        current->seen.push_back(std::move(seen));
        return sink->statement(sink->ctx, &statement);
    }
};

}  // namespace dbway::test

#endif
