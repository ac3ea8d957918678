#include "postgresql/type_catalog.hpp"

#include "postgresql/session.hpp"

#include <dbway/sdk/option_text.hpp>
#include <dbway/sdk/postgresql_types.hpp>

#include <algorithm>

namespace dbway::orm::postgresql {
namespace {

sdk::PostgresqlCellPlan plan_of(const sdk::PostgresqlType& type, bool array) {
    sdk::PostgresqlCellPlan plan;
    plan.type = type.type;
    plan.array = array;
    plan.single = type.oid == sdk::postgresql_float4_oid;
    return plan;
}

}  // namespace

bool TypeCatalog::make_known(std::uint32_t oid, Type& type) {
    if (const sdk::PostgresqlType* const scalar = sdk::find_postgresql_type(oid)) {
        type = {std::string(scalar->name), plan_of(*scalar, false)};
        return true;
    }
    if (const sdk::PostgresqlType* const item = sdk::find_postgresql_item(oid)) {
        type = {std::string(item->name) + "[]", plan_of(*item, true)};
        return true;
    }
    return false;
}

// Everything that is not built in arrives as text, arrays of it as arrays of texts; an array of a domain as
// one of what the domain is made of.
void TypeCatalog::learn(Session& session, const std::vector<sdk::Column>& columns) {
    std::string unknown;
    for (const sdk::Column& column : columns) {
        const auto oid = static_cast<std::uint32_t>(column.native_type);
        if (types_.contains(oid)) continue;
        Type& type = types_[oid];
        if (make_known(oid, type)) continue;
        unknown.append(unknown.empty() ? "" : ",").append(std::to_string(oid));
    }
    if (unknown.empty()) return;
    try {
        const SociStatement statement = session.run(
            "SELECT t.oid, pg_catalog.format_type(t.oid, NULL), CASE WHEN e.typarray = t.oid AND "
            "t.typdelim = ',' THEN COALESCE(NULLIF(e.typbasetype, 0), e.oid) ELSE 0 END "
            "FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem "
            "WHERE t.oid IN (" +
            unknown + ")");
        const PGresult* const rows = result_of(*statement);
        const auto number = [rows](int row, int column) {
            return sdk::detail::parse_number<std::uint32_t>(PQgetvalue(rows, row, column)).value_or(0);
        };
        for (int row = 0; row < PQntuples(rows); ++row) {
            Type& type = types_[number(row, 0)];
            type.name = PQgetvalue(rows, row, 1);
            const std::uint32_t item = number(row, 2);
            if (item == 0) continue;
            const sdk::PostgresqlType* const known = sdk::find_postgresql_type(item);
            type.plan =
                known != nullptr ? plan_of(*known, true) : sdk::PostgresqlCellPlan{DBWAY_T_TEXT, true, false};
        }
    } catch (...) {
        std::erase_if(types_, [](const auto& entry) { return entry.second.name.empty(); });
        throw;
    }
}

void TypeCatalog::describe(Session& session, std::vector<sdk::Column>& columns,
                           std::vector<sdk::PostgresqlCellPlan>& plans) {
    learn(session, columns);
    plans.clear();
    for (sdk::Column& column : columns) {
        const Type& type = types_.at(static_cast<std::uint32_t>(column.native_type));
        column.native_name = type.name;
        column.type = type.plan.array ? std::uint32_t{DBWAY_T_ARRAY} : type.plan.type;
        if (type.plan.array) column.item_type = type.plan.type;
        plans.push_back(type.plan);
    }
}

}  // namespace dbway::orm::postgresql
