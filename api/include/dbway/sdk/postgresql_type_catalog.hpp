// postgresql_type_catalog.hpp - what the types of a result's columns are called, and how their values are
// read.
#pragma once

#include <dbway/sdk/postgresql_cells.hpp>
#include <dbway/sdk/postgresql_types.hpp>
#include <dbway/sdk/provider.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace dbway::sdk {

// The types seen on one connection: built-in ones are known, others are looked up when they are first met.
// Not thread-safe.
class PostgresqlTypeCatalog {
  public:
    // Completes columns that have a name and a native type, and tells how to read each. What is unknown is
    // asked for by `ask(sql, add)`, which runs the query and calls `add(oid, name, item)` with the cells of
    // every row: two numbers of 32 bits with a text between them. What it throws is passed on.
    template <class Ask>
    void describe(std::vector<Column>& columns, std::vector<PostgresqlCellPlan>& plans, Ask&& ask) {
        const std::string unknown = add_known(columns);
        if (!unknown.empty()) learn(unknown, ask);
        plans.clear();
        for (Column& column : columns) {
            const Type& type = types_.at(static_cast<std::uint32_t>(column.native_type));
            column.native_name = type.name;
            column.type = type.plan.array ? std::uint32_t{DBWAY_T_ARRAY} : type.plan.type;
            if (type.plan.array) column.item_type = type.plan.type;
            plans.push_back(type.plan);
        }
    }

  private:
    struct Type {
        std::string name;
        PostgresqlCellPlan plan;
    };

    static PostgresqlCellPlan plan_of(const PostgresqlType& type, bool array) {
        PostgresqlCellPlan plan;
        plan.type = type.type;
        plan.array = array;
        plan.single = type.oid == postgresql_float4_oid;
        return plan;
    }

    static bool make_known(std::uint32_t oid, Type& type) {
        if (const PostgresqlType* const scalar = find_postgresql_type(oid)) {
            type = {std::string(scalar->name), plan_of(*scalar, false)};
            return true;
        }
        if (const PostgresqlType* const item = find_postgresql_item(oid)) {
            type = {std::string(item->name) + "[]", plan_of(*item, true)};
            return true;
        }
        return false;
    }

    // Gives every column an entry; those without a name are listed.
    std::string add_known(const std::vector<Column>& columns) {
        std::string unknown;
        for (const Column& column : columns) {
            const auto oid = static_cast<std::uint32_t>(column.native_type);
            if (types_.contains(oid)) continue;
            if (make_known(oid, types_[oid])) continue;
            unknown.append(unknown.empty() ? "" : ",").append(std::to_string(oid));
        }
        return unknown;
    }

    // Everything that is not built in arrives as text, arrays of it as arrays of texts; an array of a domain
    // as one of what the domain is made of.
    template <class Ask>
    void learn(const std::string& oids, Ask& ask) {
        try {
            ask("SELECT t.oid, pg_catalog.format_type(t.oid, NULL), CASE WHEN e.typarray = t.oid AND "
                "t.typdelim = ',' THEN COALESCE(NULLIF(e.typbasetype, 0), e.oid) ELSE 0 END "
                "FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem "
                "WHERE t.oid IN (" +
                    oids + ")",
                [this](std::uint32_t oid, std::string_view name, std::uint32_t item) {
                    Type& type = types_[oid];
                    type.name = name;
                    if (item == 0) return;
                    const PostgresqlType* const known = find_postgresql_type(item);
                    type.plan = known != nullptr ? plan_of(*known, true)
                                                 : PostgresqlCellPlan{DBWAY_T_TEXT, true, false};
                });
        } catch (...) {
            std::erase_if(types_, [](const auto& entry) { return entry.second.name.empty(); });
            throw;
        }
    }

    std::unordered_map<std::uint32_t, Type> types_;
};

}  // namespace dbway::sdk
