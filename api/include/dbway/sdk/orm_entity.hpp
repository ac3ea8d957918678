// orm_entity.hpp - an entity of "dbway.orm/1" after it was checked: what the planner works on.
#pragma once

#include <dbway/ext/orm.h>
#include <dbway/sdk/failure.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dbway::sdk::orm {

// Numbers of columns of the entity, from 0.
using Columns = std::vector<std::uint32_t>;

struct Column {
    std::string_view name;
    std::uint32_t flags = 0;  // DBWAY_ORM_*
    std::uint32_t type = DBWAY_T_NULL;
    std::uint32_t item_type = DBWAY_T_NULL;
    std::int32_t precision = -1;
    std::int32_t scale = -1;
    std::string_view default_sql;
    std::string_view type_sql;
    bool keyed = false;  // of the primary key, an index, a unique or a foreign key

    bool is(std::uint32_t flag) const noexcept { return (flags & flag) != 0; }
    bool required() const noexcept { return is(DBWAY_ORM_NOT_NULL | DBWAY_ORM_PRIMARY | DBWAY_ORM_VERSION); }
};

struct Index {
    bool unique = false;
    Columns columns;
    std::string name;
    bool of_column = false;  // stands for DBWAY_ORM_UNIQUE of a column
};

struct Check {
    std::string name;
    std::string_view sql;
};

struct Reference {
    Columns columns;
    std::vector<std::string_view> referenced;
    std::string_view schema;
    std::string_view table;
    std::uint32_t on_delete = DBWAY_ORM_NO_ACTION;
    std::uint32_t on_update = DBWAY_ORM_NO_ACTION;
    std::string name;
};

// Borrows the texts of the description that it was made of.
struct Entity {
    std::string_view schema;
    std::string_view table;
    std::vector<Column> columns;
    std::vector<Index> indexes;  // those of DBWAY_ORM_UNIQUE columns first
    std::vector<Check> checks;
    std::vector<Reference> references;
    Columns key;
    std::string key_name;
    // The column of that role.
    std::optional<std::uint32_t> generated, version, created, updated, deleted;

    std::string text() const {
        std::string result = "entity \"";
        if (!schema.empty()) result.append(schema).append(".");
        return result.append(table).append("\"");
    }
};

// A refusal that names entity, column and reason (O5). `column` may be empty.
[[noreturn]] inline void refuse(dbway_status status, const Entity& entity, std::string_view column,
                                std::string_view reason) {
    Diagnostic diagnostic;
    diagnostic.status = status;
    diagnostic.flags = DBWAY_DIAG_NOT_EXECUTED;
    diagnostic.sqlstate = status == DBWAY_ERR_UNSUPPORTED ? "0A000" : "";
    diagnostic.message = entity.text();
    if (!column.empty()) diagnostic.message.append(", column \"").append(column).append("\"");
    diagnostic.message.append(": ").append(reason);
    diagnostic.schema_name = entity.schema;
    diagnostic.table_name = entity.table;
    diagnostic.column_name = column;
    throw Failure(std::move(diagnostic));
}

[[noreturn]] inline void refuse(const Entity& entity, std::string_view column, std::string_view reason) {
    refuse(DBWAY_ERR_INVALID, entity, column, reason);
}

}  // namespace dbway::sdk::orm
