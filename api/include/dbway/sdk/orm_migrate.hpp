// orm_migrate.hpp - what a table lacks of its entity, as SQL (O6). What it has stays as it is: where that
// differs, a remark says so. Indexes and foreign keys are known by their columns, checks by their names.
#pragma once

#include <dbway/sdk/orm_create.hpp>
#include <dbway/sdk/orm_existing.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dbway::sdk::orm {

class Migration {
  public:
    Migration(const SqlDialect& dialect, const Entity& entity, const Operation& operation)
        : dialect_(dialect),
          entity_(entity),
          writer_(dialect, entity),
          existing_(ExistingReader(dialect, entity, operation).read()),
          if_absent_(operation.is(DBWAY_ORM_IF_ABSENT)) {}

    Plan plan() {
        if (existing_.columns.empty()) return writer_.create(if_absent_);
        added_references_.assign(entity_.references.size(), false);
        for (std::uint32_t i = 0; i < entity_.columns.size(); ++i) {
            if (const ExistingColumn* column = find_column(entity_.columns[i].name))
                compare_column(entity_.columns[i], *column);
            else
                add_column(i);
        }
        compare_key();
        remark_on_unknown_columns();
        for (const Index& index : entity_.indexes) add_index(index);
        for (const Check& check : entity_.checks) add_check(check);
        for (std::size_t i = 0; i < entity_.references.size(); ++i)
            if (!added_references_[i]) add_reference(entity_.references[i]);
        for (Planned& remark : remarks_) plan_.push_back(std::move(remark));
        return std::move(plan_);
    }

  private:
    bool same(std::string_view a, std::string_view b) const {
        return same_name(a, b, dialect_.names_fold_case);
    }

    const ExistingColumn* find_column(std::string_view name) const {
        for (const ExistingColumn& column : existing_.columns)
            if (same(column.name, name)) return &column;
        return nullptr;
    }

    void add(std::string sql) { plan_.push_back({std::move(sql)}); }
    // A comment of SQL, so that a dry run can be kept as a script.
    void remark(std::string_view column, std::string_view text) {
        std::string sql = "-- " + entity_.text();
        if (!column.empty()) sql.append(", column \"").append(column).append("\"");
        sql.append(": ").append(text);
        std::replace_if(
            sql.begin(), sql.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
        remarks_.push_back({std::move(sql), DBWAY_ORM_REMARK});
    }

    // Rows that exist have no value for a column that must have one: it is added as nullable.
    void add_column(std::uint32_t number) {
        const Column& column = entity_.columns[number];
        if (column.is(DBWAY_ORM_PRIMARY))
            refuse(DBWAY_ERR_UNSUPPORTED, entity_, column.name,
                   "a table that exists gets no further column of its primary key; add it by hand");
        std::string value = writer_.default_of(column);
        const bool keeps_now = column.is(DBWAY_ORM_CREATED | DBWAY_ORM_UPDATED) && column.default_sql.empty();
        if (keeps_now && !dialect_.adds_now_default()) value.clear();
        std::string sql = "ALTER TABLE " + writer_.table() + " ADD COLUMN " + dialect_.quoted(column.name) +
                          " " + dialect_.type_of(column);
        const bool required = column.required() && !value.empty();
        sql += required ? " NOT NULL" : dialect_.nullable;
        if (!value.empty()) sql += " DEFAULT " + value;
        if (column.required() && !required)
            remark(column.name,
                   "added as nullable, since rows that exist have no value for it; fill it, then make it NOT "
                   "NULL");
        // The only way to a foreign key of a table that exists.
        if (!dialect_.adds_constraints && value.empty()) {
            for (std::size_t i = 0; i < entity_.references.size(); ++i) {
                const Reference& reference = entity_.references[i];
                if (reference.columns != Columns{number}) continue;
                sql += " " + writer_.named(reference.name) + writer_.references(reference);
                added_references_[i] = true;
            }
        }
        add(std::move(sql));
    }

    void compare_column(const Column& column, const ExistingColumn& existing) {
        const std::string declared = dialect_.type_of(column);
        if (!dialect_.same_type(declared, existing.type))
            remark(column.name, "the table has the type " + std::string(existing.type) + ", not " + declared);
        if (column.required() && existing.nullable) remark(column.name, "may be NULL in the table");
        if (!column.required() && !existing.nullable) remark(column.name, "may not be NULL in the table");
        if (column.is(DBWAY_ORM_GENERATED) && !dialect_.numbers_rows(existing.type, existing.default_value))
            remark(column.name, "the table does not number its rows");
    }

    void compare_key() {
        std::vector<std::pair<std::int64_t, std::string_view>> key;
        for (const ExistingColumn& column : existing_.columns)
            if (column.in_key != 0) key.emplace_back(column.in_key, column.name);
        std::sort(key.begin(), key.end());
        const bool equal = std::equal(key.begin(), key.end(), entity_.key.begin(), entity_.key.end(),
                                      [&](const auto& one, std::uint32_t column) {
                                          return same(one.second, entity_.columns[column].name);
                                      });
        if (equal) return;
        std::string names;
        for (const auto& [position, name] : key) names.append(names.empty() ? "" : ", ").append(name);
        remark({}, names.empty() ? "the table has no primary key"
                                 : "the table has the primary key (" + names + ")");
    }

    void remark_on_unknown_columns() {
        for (const ExistingColumn& column : existing_.columns) {
            const bool known = std::any_of(entity_.columns.begin(), entity_.columns.end(),
                                           [&](const Column& one) { return same(one.name, column.name); });
            if (!known && !column.nullable && column.default_value.empty() && !column.computed)
                remark(column.name, "the table requires a value for it, which the entity has not got");
        }
    }

    bool same_columns(const Columns& columns, const std::vector<std::string_view>& names) const {
        return std::equal(columns.begin(), columns.end(), names.begin(), names.end(),
                          [&](std::uint32_t column, std::string_view name) {
                              return same(entity_.columns[column].name, name);
                          });
    }

    // The order of the columns does not matter to what is unique, but to what can be found by it.
    void add_index(const Index& index) {
        bool taken = false;
        for (const ExistingIndex& one : existing_.indexes) {
            if (!one.partial && (one.unique || !index.unique) && same_columns(index.columns, one.columns))
                return;
            taken = taken || same_name(one.name, index.name, true);
        }
        if (!taken) return add(writer_.index(index, if_absent_ && !dialect_.indexes_in_table));
        remark({}, "the index \"" + index.name + "\" of the table is another one");
    }

    void add_check(const Check& check) {
        for (const ExistingConstraint& one : existing_.constraints)
            if (same_name(one.name, check.name, true)) return;
        add_constraint(writer_.check(check), "the check \"" + check.name + "\"");
    }

    void add_reference(const Reference& reference) {
        for (const ExistingConstraint& one : existing_.constraints)
            if (one.kind == "foreign key" && same_columns(reference.columns, one.columns) &&
                same_table(reference, one.referenced_table) &&
                std::equal(reference.referenced.begin(), reference.referenced.end(), one.referenced.begin(),
                           one.referenced.end(),
                           [&](std::string_view a, std::string_view b) { return same(a, b); }))
                return;
        add_constraint(writer_.reference(reference), "the foreign key \"" + reference.name + "\"");
    }

    // A table of another schema is shown with it, quoted where it must be.
    bool same_table(const Reference& reference, std::string_view shown) const {
        if (same(shown, reference.table)) return true;
        const auto quoted_if = [&](std::string_view name, bool quotes) {
            return quotes ? dialect_.quoted(name) : std::string(name);
        };
        for (const bool schema_quotes : {false, true})
            for (const bool table_quotes : {false, true}) {
                const std::string table = quoted_if(reference.table, table_quotes);
                if (reference.schema.empty()
                        ? shown.ends_with("." + table)
                        : same(shown, quoted_if(reference.schema, schema_quotes) + "." + table))
                    return true;
            }
        return false;
    }

    void add_constraint(const std::string& sql, const std::string& what) {
        if (dialect_.adds_constraints) return add("ALTER TABLE " + writer_.table() + " ADD " + sql);
        remark({}, what + " is missing, which " + dialect_.name + " cannot add to a table that exists");
    }

    const SqlDialect& dialect_;
    const Entity& entity_;
    TableWriter writer_;
    ExistingTable existing_;
    bool if_absent_;
    std::vector<bool> added_references_;  // with their columns
    Plan plan_;
    Plan remarks_;
};

}  // namespace dbway::sdk::orm
