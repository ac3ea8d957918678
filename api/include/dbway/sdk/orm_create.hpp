// orm_create.hpp - the table of an entity with its indexes and constraints as SQL.
#pragma once

#include <dbway/sdk/orm_statement.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dbway::sdk::orm {

class TableWriter {
  public:
    TableWriter(const SqlDialect& dialect, const Entity& entity) : dialect_(dialect), entity_(entity) {}

    Plan create(bool if_absent) const {
        const std::string absent = if_absent ? "IF NOT EXISTS " : "";
        std::string sql = "CREATE TABLE " + absent + table() + " (";
        for (std::uint32_t i = 0; i < entity_.columns.size(); ++i)
            sql.append(i == 0 ? "" : ", ").append(column(i));
        if (!entity_.key.empty() && !(entity_.generated && dialect_.generated_is_key()))
            sql += ", " + named(entity_.key_name) + "PRIMARY KEY (" + columns(entity_.key) + ")";
        Plan indexes;
        for (const Index& one : entity_.indexes) {
            if (one.of_column)
                sql += ", " + named(one.name) + "UNIQUE (" + columns(one.columns) + ")";
            else if (dialect_.indexes_in_table)
                sql += (one.unique ? ", UNIQUE INDEX " : ", INDEX ") + dialect_.quoted(one.name) + " (" +
                       columns(one.columns) + ")";
            else
                indexes.push_back({index(one, if_absent)});
        }
        for (const Check& one : entity_.checks) sql += ", " + check(one);
        for (const Reference& one : entity_.references) sql += ", " + reference(one);
        sql.append(")").append(dialect_.table_suffix);
        Plan plan;
        plan.push_back({std::move(sql)});
        for (Planned& one : indexes) plan.push_back(std::move(one));
        return plan;
    }

    std::string table() const { return dialect_.quoted(entity_.schema, entity_.table); }

    // A column of CREATE TABLE.
    std::string column(std::uint32_t number) const {
        const Column& one = entity_.columns[number];
        std::string sql = dialect_.quoted(one.name) + " " + dialect_.type_of(one);
        if (one.is(DBWAY_ORM_GENERATED)) return sql.append(" ").append(dialect_.generated_clause());
        sql += one.required() ? " NOT NULL" : dialect_.nullable;
        const std::string value = default_of(one);
        if (!value.empty()) sql += " DEFAULT " + value;
        return sql;
    }

    // Of rows that others insert; empty: none. Any expression may stand in parentheses.
    std::string default_of(const Column& one) const {
        if (!one.default_sql.empty()) return "(" + std::string(one.default_sql) + ")";
        if (one.is(DBWAY_ORM_VERSION)) return "1";
        if (one.is(DBWAY_ORM_CREATED | DBWAY_ORM_UPDATED)) return std::string(dialect_.now_default());
        return {};
    }

    std::string index(const Index& one, bool if_absent) const {
        std::string sql = one.unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ";
        if (if_absent) sql += "IF NOT EXISTS ";
        if (dialect_.index_has_schema)
            sql += dialect_.quoted(entity_.schema, one.name) + " ON " + dialect_.quoted(entity_.table);
        else
            sql += dialect_.quoted(one.name) + " ON " + table();
        return sql + " (" + columns(one.columns) + ")";
    }

    std::string check(const Check& one) const {
        return named(one.name) + "CHECK (" + std::string(one.sql) + ")";
    }

    std::string reference(const Reference& one) const {
        return named(one.name) + "FOREIGN KEY (" + columns(one.columns) + ") " + references(one);
    }

    std::string references(const Reference& one) const {
        std::string sql = "REFERENCES " + dialect_.quoted(one.schema, one.table) + " (";
        for (std::size_t i = 0; i < one.referenced.size(); ++i)
            sql.append(i == 0 ? "" : ", ").append(dialect_.quoted(one.referenced[i]));
        return sql + ")" + action(" ON DELETE ", one.on_delete) + action(" ON UPDATE ", one.on_update);
    }

    std::string named(std::string_view name) const { return "CONSTRAINT " + dialect_.quoted(name) + " "; }

  private:
    std::string columns(const Columns& numbers) const { return dialect_.quoted(entity_, numbers); }

    static std::string action(std::string_view event, std::uint32_t what) {
        switch (what) {
            case DBWAY_ORM_RESTRICT:
                return std::string(event) + "RESTRICT";
            case DBWAY_ORM_CASCADE:
                return std::string(event) + "CASCADE";
            case DBWAY_ORM_SET_NULL:
                return std::string(event) + "SET NULL";
            case DBWAY_ORM_SET_DEFAULT:
                return std::string(event) + "SET DEFAULT";
            default:
                return {};
        }
    }

    const SqlDialect& dialect_;
    const Entity& entity_;
};

}  // namespace dbway::sdk::orm
