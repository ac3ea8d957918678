// orm_statement.hpp - FIND, UPDATE, DELETE, COUNT and EXISTS as SQL.
#pragma once

#include <dbway/sdk/orm_condition.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::sdk::orm {

struct Planned {
    std::string sql;
    std::uint32_t flags = 0;  // DBWAY_ORM_ROWS...
    std::uint64_t n_params = 0;
};
using Plan = std::vector<Planned>;

inline std::string order_clause(const SqlDialect& dialect, const Entity& entity, const Operation& operation) {
    std::string result;
    for (const dbway_orm_order& order : operation.orders) {
        const std::string column = dialect.quoted(entity.columns[order.column].name);
        const bool first = (order.flags & DBWAY_ORM_NULLS_FIRST) != 0;
        const bool last = (order.flags & DBWAY_ORM_NULLS_LAST) != 0;
        const bool native = dialect.orders_nulls(operation.server);
        result.append(result.empty() ? " ORDER BY " : ", ");
        if ((first || last) && !native) result += column + (first ? " IS NULL DESC, " : " IS NULL, ");
        result += column;
        if ((order.flags & DBWAY_ORM_DESCENDING) != 0) result += " DESC";
        if ((first || last) && native) result += first ? " NULLS FIRST" : " NULLS LAST";
    }
    return result;
}

inline std::string limit_clause(const SqlDialect& dialect, const Operation& operation) {
    std::string result;
    if (operation.limit_value != 0) result = " LIMIT " + placeholder(operation.limit_value);
    if (operation.offset_value != 0) {
        if (result.empty()) result = dialect.without_limit;
        result += " OFFSET " + placeholder(operation.offset_value);
    }
    return result;
}

inline std::string returning_clause(const SqlDialect& dialect, const Entity& entity, const Columns& columns) {
    return " RETURNING " + dialect.quoted(entity, columns);
}

inline Planned plan_find(const SqlDialect& dialect, const Entity& entity, const Operation& operation) {
    Columns columns = operation.returned;
    if (columns.empty())
        for (std::uint32_t i = 0; i < entity.columns.size(); ++i) columns.push_back(i);
    std::string sql = "SELECT " + dialect.quoted(entity, columns) + " FROM " +
                      dialect.quoted(entity.schema, entity.table) + where_clause(dialect, entity, operation) +
                      order_clause(dialect, entity, operation) + limit_clause(dialect, operation);
    if (operation.is(DBWAY_ORM_FOR_UPDATE) && dialect.locks_rows) sql += " FOR UPDATE";
    return {std::move(sql), DBWAY_ORM_ROWS, operation.n_params};
}

// UPDATE, and a DELETE that is soft.
inline Planned plan_update(const SqlDialect& dialect, const Entity& entity, const Operation& operation) {
    std::string set;
    const auto assign = [&](std::uint32_t column, std::string_view value) {
        set.append(set.empty() ? "" : ", ").append(dialect.quoted(entity.columns[column].name));
        set.append(" = ").append(value);
    };
    for (std::size_t i = 0; i < operation.set.size(); ++i) assign(operation.set[i], placeholder(i + 1));
    if (operation.is(DBWAY_ORM_SOFT))
        assign(*entity.deleted, operation.kind == DBWAY_ORM_DELETE ? dialect.now() : "NULL");
    if (entity.version)
        assign(*entity.version, dialect.quoted(entity.columns[*entity.version].name) + " + 1");
    if (entity.updated &&
        std::find(operation.set.begin(), operation.set.end(), *entity.updated) == operation.set.end())
        assign(*entity.updated, dialect.now());

    std::string sql = "UPDATE " + dialect.quoted(entity.schema, entity.table) + " SET " + set +
                      where_clause(dialect, entity, operation);
    if (operation.returned.empty()) return {std::move(sql), 0, operation.n_params};
    if (!dialect.returning_update(operation.server))
        refuse(DBWAY_ERR_UNSUPPORTED, entity, {},
               std::string("an UPDATE of this ") + dialect.name + " returns no rows; find them afterwards");
    sql += returning_clause(dialect, entity, operation.returned);
    return {std::move(sql), DBWAY_ORM_ROWS, operation.n_params};
}

inline Planned plan_delete(const SqlDialect& dialect, const Entity& entity, const Operation& operation) {
    if (operation.is(DBWAY_ORM_SOFT)) return plan_update(dialect, entity, operation);
    return {"DELETE FROM " + dialect.quoted(entity.schema, entity.table) +
                where_clause(dialect, entity, operation),
            0, operation.n_params};
}

inline Planned plan_count(const SqlDialect& dialect, const Entity& entity, const Operation& operation) {
    return {"SELECT count(*) FROM " + dialect.quoted(entity.schema, entity.table) +
                where_clause(dialect, entity, operation),
            DBWAY_ORM_ROWS, operation.n_params};
}

inline Planned plan_exists(const SqlDialect& dialect, const Entity& entity, const Operation& operation) {
    return {"SELECT EXISTS (SELECT 1 FROM " + dialect.quoted(entity.schema, entity.table) +
                where_clause(dialect, entity, operation) + ")",
            DBWAY_ORM_ROWS, operation.n_params};
}

}  // namespace dbway::sdk::orm
