// orm_check.hpp - reads the description of an entity and refuses what makes no sense (O5).
#pragma once

#include <dbway/sdk/orm_dialect.hpp>
#include <dbway/sdk/orm_input.hpp>
#include <dbway/sdk/orm_names.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dbway::sdk::orm {

// For one entity and one database; read() once.
class EntityReader {
  public:
    explicit EntityReader(const SqlDialect& dialect) noexcept : dialect_(dialect) {}

    Entity read(const dbway_orm_entity* given) {
        const auto from = orm::read(given, sizeof *given, entity_, "the entity");
        if (from.reserved != 0) too_new("the entity");
        entity_.table = read_name(from.table, dialect_.max_name, entity_, {}, "the table's name");
        entity_.schema = read_name(from.schema, dialect_.max_name, entity_, {}, "the schema's name");
        if (entity_.table.empty()) refuse(entity_, {}, "it has no table");
        check_list(from.columns, from.n_columns, max_items, entity_, "columns");
        check_list(from.indexes, from.n_indexes, max_items, entity_, "indexes");
        check_list(from.checks, from.n_checks, max_items, entity_, "checks");
        check_list(from.references, from.n_references, max_items, entity_, "references");
        if (from.n_columns == 0) refuse(entity_, {}, "it has no columns");

        for (std::uint32_t i = 0; i < from.n_columns; ++i) read_column(from.columns[i], i);
        check_column_names();
        check_key();
        for (std::uint32_t i = 0; i < from.n_columns; ++i)
            if (entity_.columns[i].is(DBWAY_ORM_UNIQUE) && entity_.key != Columns{i}) add_unique(i);
        for (std::uint32_t i = 0; i < from.n_indexes; ++i) read_index(from.indexes[i]);
        for (std::uint32_t i = 0; i < from.n_checks; ++i) read_check(from.checks[i]);
        for (std::uint32_t i = 0; i < from.n_references; ++i) read_reference(from.references[i]);
        check_derived_names();
        for (const Column& column : entity_.columns)
            if (dialect_.type_of(column).empty())
                refuse(DBWAY_ERR_UNSUPPORTED, entity_, column.name,
                       std::string(dialect_.name) + " has no type for it; name one in type_sql");
        return std::move(entity_);
    }

  private:
    [[noreturn]] void too_new(const std::string& what) const {
        refuse(DBWAY_ERR_TOO_NEW, entity_, {},
               what + " has a flag or field that this provider does not know");
    }

    void read_column(const dbway_orm_column* given, std::uint32_t number) {
        constexpr std::uint32_t known = DBWAY_ORM_PRIMARY | DBWAY_ORM_NOT_NULL | DBWAY_ORM_GENERATED |
                                        DBWAY_ORM_VERSION | DBWAY_ORM_CREATED | DBWAY_ORM_UPDATED |
                                        DBWAY_ORM_DELETED | DBWAY_ORM_UNIQUE;
        const std::string place = "column " + std::to_string(number);
        const auto from = orm::read(given, offsetof(dbway_orm_column, default_sql), entity_, place);
        if ((from.flags & ~known) != 0) too_new(place);
        Column& column = entity_.columns.emplace_back();
        column.name = read_name(from.name, dialect_.max_name, entity_, {}, place + ": its name");
        if (column.name.empty()) refuse(entity_, {}, place + " has no name");
        column.flags = from.flags;
        column.type = from.type;
        column.item_type = from.item_type;
        column.precision = from.precision;
        column.scale = from.scale;
        column.default_sql = read_text(from.default_sql, entity_, column.name, "its default_sql");
        column.type_sql = read_text(from.type_sql, entity_, column.name, "its type_sql");
        check_type(column);
        check_role(column, number);
    }

    void check_type(const Column& column) const {
        if (column.type > DBWAY_T_NATIVE)
            refuse(DBWAY_ERR_UNSUPPORTED, entity_, column.name, "an unknown type");
        if (!column.type_sql.empty()) return;
        if (column.type == DBWAY_T_NULL) refuse(entity_, column.name, "it has neither type nor type_sql");
        if (column.type == DBWAY_T_NATIVE) refuse(entity_, column.name, "a native type needs its type_sql");
        if (column.type == DBWAY_T_ARRAY &&
            (column.item_type == DBWAY_T_NULL || column.item_type >= DBWAY_T_ARRAY))
            refuse(entity_, column.name, "an array needs the type of its items, which is no array");
        if (column.type == DBWAY_T_DECIMAL && column.precision > 0 && column.scale > column.precision)
            refuse(entity_, column.name, "a decimal with more digits after the point than it has");
    }

    void check_role(const Column& column, std::uint32_t number) {
        struct Role {
            std::uint32_t flag;
            const char* name;
            std::uint32_t type;
            std::optional<std::uint32_t> Entity::*column;
        };
        static constexpr Role roles[] = {
            {DBWAY_ORM_GENERATED, "GENERATED", DBWAY_T_I64, &Entity::generated},
            {DBWAY_ORM_VERSION, "VERSION", DBWAY_T_I64, &Entity::version},
            {DBWAY_ORM_CREATED, "CREATED", DBWAY_T_TIMESTAMPTZ, &Entity::created},
            {DBWAY_ORM_UPDATED, "UPDATED", DBWAY_T_TIMESTAMPTZ, &Entity::updated},
            {DBWAY_ORM_DELETED, "DELETED", DBWAY_T_TIMESTAMPTZ, &Entity::deleted},
        };
        const Role* found = nullptr;
        for (const Role& role : roles) {
            if (!column.is(role.flag)) continue;
            if (found != nullptr)
                refuse(entity_, column.name,
                       std::string("it is ") + found->name + " and " + role.name + " at once");
            found = &role;
            if (column.type != role.type)
                refuse(entity_, column.name,
                       std::string(role.name) + " needs the type " +
                           (role.type == DBWAY_T_I64 ? "I64" : "TIMESTAMPTZ"));
            if (entity_.*role.column)
                refuse(entity_, column.name, std::string("a second column that is ") + role.name);
            entity_.*role.column = number;
        }
        if (found == nullptr) return;
        if (column.is(DBWAY_ORM_GENERATED)) {
            if (!column.is(DBWAY_ORM_PRIMARY)) refuse(entity_, column.name, "GENERATED, but not PRIMARY");
            if (!column.default_sql.empty()) refuse(entity_, column.name, "GENERATED with a default_sql");
        } else if (column.is(DBWAY_ORM_PRIMARY)) {
            refuse(entity_, column.name, std::string(found->name) + " cannot be of the primary key");
        }
        if (column.is(DBWAY_ORM_DELETED) && column.is(DBWAY_ORM_NOT_NULL))
            refuse(entity_, column.name,
                   "DELETED is NULL while a row is alive, so that it cannot be NOT_NULL");
    }

    // Two columns that differ in case only are one in SQLite and MySQL.
    void check_column_names() const {
        std::vector<std::string> names;
        for (const Column& column : entity_.columns) names.push_back(folded(column.name));
        std::sort(names.begin(), names.end());
        const auto twice = std::adjacent_find(names.begin(), names.end());
        if (twice != names.end()) refuse(entity_, *twice, "there is a second column of this name");
    }

    void check_key() {
        for (std::uint32_t i = 0; i < entity_.columns.size(); ++i)
            if (entity_.columns[i].is(DBWAY_ORM_PRIMARY)) entity_.key.push_back(i);
        if (entity_.generated && entity_.key.size() != 1)
            refuse(entity_, entity_.columns[*entity_.generated].name,
                   "GENERATED, but not the only column of the primary key");
        for (const std::uint32_t column : entity_.key) entity_.columns[column].keyed = true;
        entity_.key_name = derived_name("pk", {entity_.table});
    }

    void add_unique(std::uint32_t column) {
        entity_.columns[column].keyed = true;
        entity_.indexes.push_back({true, {column}, derived_name("uq", parts({column})), true});
    }

    // Table and columns, for derived_name().
    std::vector<std::string_view> parts(const Columns& columns) const {
        std::vector<std::string_view> result{entity_.table};
        for (const std::uint32_t column : columns) result.push_back(entity_.columns[column].name);
        return result;
    }

    Columns read_columns(const std::uint32_t* given, std::uint32_t count, const std::string& what) {
        check_list(given, count, max_items, entity_, what);
        if (count == 0) refuse(entity_, {}, what + " of no columns");
        Columns columns;
        for (std::uint32_t i = 0; i < count; ++i) {
            if (given[i] >= entity_.columns.size())
                refuse(entity_, {}, what + " of column " + std::to_string(given[i]) + ", which there is not");
            if (std::find(columns.begin(), columns.end(), given[i]) != columns.end())
                refuse(entity_, entity_.columns[given[i]].name, what + " that names it twice");
            entity_.columns[given[i]].keyed = true;
            columns.push_back(given[i]);
        }
        return columns;
    }

    void read_index(const dbway_orm_index* given) {
        const auto from = orm::read(given, offsetof(dbway_orm_index, name), entity_, "an index");
        if ((from.flags & ~DBWAY_ORM_UNIQUE) != 0 || from.reserved != 0) too_new("an index");
        Index index;
        index.unique = (from.flags & DBWAY_ORM_UNIQUE) != 0;
        index.columns = read_columns(from.columns, from.n_columns, "an index");
        index.name = read_name(from.name, dialect_.max_name, entity_, {}, "an index's name");
        if (index.name.empty()) index.name = derived_name(index.unique ? "uq" : "ix", parts(index.columns));
        entity_.indexes.push_back(std::move(index));
    }

    void read_check(const dbway_orm_check* given) {
        const auto from = orm::read(given, sizeof *given, entity_, "a check");
        if (from.reserved != 0) too_new("a check");
        Check check;
        check.name = read_name(from.name, dialect_.max_name, entity_, {}, "a check's name");
        check.sql = read_text(from.sql, entity_, {}, "a check's sql");
        if (check.sql.empty()) refuse(entity_, {}, "a check without a condition");
        if (check.name.empty()) check.name = derived_name("ck", {entity_.table, hash_of_parts({check.sql})});
        entity_.checks.push_back(std::move(check));
    }

    void read_reference(const dbway_orm_reference* given) {
        const auto from = orm::read(given, offsetof(dbway_orm_reference, name), entity_, "a reference");
        Reference reference;
        reference.table = read_name(from.table, dialect_.max_name, entity_, {}, "a referenced table's name");
        if (reference.table.empty()) refuse(entity_, {}, "a reference to no table");
        const std::string what = "the reference to \"" + std::string(reference.table) + "\"";
        reference.schema = read_name(from.schema, dialect_.max_name, entity_, {}, what + ": its schema");
        reference.columns = read_columns(from.columns, from.n_columns, what);
        check_list(from.referenced, from.n_columns, max_items, entity_, what);
        for (std::uint32_t i = 0; i < from.n_columns; ++i) {
            reference.referenced.push_back(
                read_name(from.referenced[i], dialect_.max_name, entity_, {}, what + ": a column"));
            if (reference.referenced.back().empty())
                refuse(entity_, {}, what + " to a column without a name");
        }
        reference.on_delete = check_action(from.on_delete, reference, what);
        reference.on_update = check_action(from.on_update, reference, what);
        if (!dialect_.references_schema) {
            if (!reference.schema.empty() && !same_name(reference.schema, entity_.schema, true))
                refuse(DBWAY_ERR_UNSUPPORTED, entity_, {},
                       what + " is to another schema, which " + dialect_.name + " has not got");
            reference.schema = {};
        }
        reference.name = read_name(from.name, dialect_.max_name, entity_, {}, what + ": its name");
        if (reference.name.empty()) reference.name = derived_name("fk", parts(reference.columns));
        entity_.references.push_back(std::move(reference));
    }

    std::uint32_t check_action(std::uint32_t action, const Reference& reference,
                               const std::string& what) const {
        if (action > DBWAY_ORM_SET_DEFAULT)
            refuse(DBWAY_ERR_TOO_NEW, entity_, {}, what + " has an unknown action");
        if (action == DBWAY_ORM_SET_DEFAULT && !dialect_.sets_default)
            refuse(DBWAY_ERR_UNSUPPORTED, entity_, {}, what + ": " + dialect_.name + " has no SET DEFAULT");
        if (action == DBWAY_ORM_SET_NULL)
            for (const std::uint32_t column : reference.columns)
                if (entity_.columns[column].required())
                    refuse(entity_, entity_.columns[column].name, what + " sets NULL what must not be");
        return action;
    }

    // Indexes and constraints share one space of names in some database or other.
    void check_derived_names() const {
        std::vector<std::string> names;
        if (!entity_.key.empty()) names.push_back(folded(entity_.key_name));
        for (const Index& index : entity_.indexes) names.push_back(folded(index.name));
        for (const Check& check : entity_.checks) names.push_back(folded(check.name));
        for (const Reference& reference : entity_.references) names.push_back(folded(reference.name));
        std::sort(names.begin(), names.end());
        const auto twice = std::adjacent_find(names.begin(), names.end());
        if (twice != names.end())
            refuse(entity_, {}, "two indexes or constraints are called \"" + *twice + "\"");
    }

    static std::string folded(std::string_view name) {
        std::string result(name);
        for (char& c : result)
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
        return result;
    }

    const SqlDialect& dialect_;
    Entity entity_;
};

}  // namespace dbway::sdk::orm
