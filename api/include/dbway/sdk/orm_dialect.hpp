// orm_dialect.hpp - what the planner of "dbway.orm/1" must know of a database. One file describes one:
// orm_postgresql.hpp, orm_sqlite.hpp, orm_mysql.hpp.
#pragma once

#include <dbway/ext/orm.h>
#include <dbway/sdk/orm_entity.hpp>

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace dbway::sdk::orm {

// The server as far as it is known before a statement is planned; 0 and false: nothing is known.
struct Server {
    std::uint64_t version = 0;  // major * 1000000 + minor * 1000 + patch
    bool is_mariadb = false;
    std::string_view database;
};

// How the rows of an INSERT come back.
enum class Returning : std::uint8_t {
    rows,     // RETURNING
    last_id,  // the generated key of the first row, in the event
    none
};

// Stateless, [any].
class SqlDialect {
  public:
    const char* name = "";              // of the database, for messages
    std::uint32_t flags = 0;            // DBWAY_ORM_RETURNING...: what every server of it can do
    std::uint32_t max_params = 65'535;  // of a statement
    std::uint32_t max_name = 0;         // bytes of an identifier; 0: no limit
    char quote = '"';                   // of identifiers, doubled within them
    bool names_fold_case = false;       // tables and columns of the catalog are the same in any case
    bool adds_constraints = true;       // ALTER TABLE ... ADD CONSTRAINT
    bool indexes_in_table = false;      // CREATE TABLE (... INDEX ...): CREATE INDEX has no IF NOT EXISTS
    bool index_has_schema = false;      // CREATE INDEX schema.name ON table, not name ON schema.table
    bool references_schema = true;      // REFERENCES schema.table
    bool locks_rows = true;             // FOR UPDATE
    bool upserts_by_any_key = false;    // ON DUPLICATE KEY UPDATE, not ON CONFLICT (columns)
    bool sets_default = true;           // ON DELETE SET DEFAULT
    const char* nullable = "";          // behind the type of a column that may be NULL
    const char* without_limit = "";     // what OFFSET needs before it when there is no limit
    const char* table_suffix = "";      // behind CREATE TABLE (...)

    // How a column is declared, without NOT NULL and DEFAULT; empty: it cannot be.
    virtual std::string type_of(const Column& column) const = 0;
    // What follows the type of the GENERATED column.
    virtual std::string_view generated_clause() const = 0;
    // Does generated_clause() make it the primary key as well?
    virtual bool generated_is_key() const { return false; }
    // The server's time as a TIMESTAMPTZ, the same throughout a statement.
    virtual std::string_view now() const = 0;
    // The same as a DEFAULT.
    virtual std::string now_default() const { return std::string(now()); }
    // A condition; `column` is quoted, `value` a placeholder.
    virtual std::string like(const std::string& column, const std::string& value) const = 0;
    // Empty: there are no arrays.
    virtual std::string in_array(const std::string&, const std::string&) const { return {}; }
    // Can values of the column be compared and sorted?
    virtual bool compares(const Column&) const { return true; }
    // ORDER BY … NULLS FIRST
    virtual bool orders_nulls(const Server&) const { return true; }
    virtual Returning returning_insert(const Server&) const = 0;
    virtual bool returning_update(const Server&) const = 0;
    // "INSERT INTO t" + this: `rows` rows of nothing but defaults; empty: there is no way.
    virtual std::string default_rows(const Entity& entity, std::uint32_t rows) const = 0;

    // Migration. Are two types, as declared and as the catalog shows it, the same?
    virtual bool same_type(std::string_view declared, std::string_view existing) const = 0;
    // Does a column of that default number its rows?
    virtual bool numbers_rows(std::string_view type, std::string_view default_value) const = 0;
    // May a column that is added have this default when the table has rows?
    virtual bool adds_now_default() const { return true; }
    // Which of these schemas, that all have such a table, a name without a schema means; empty: not known.
    virtual std::string_view schema_of(const std::set<std::string_view>& schemas, const Server&) const {
        return schemas.size() == 1 ? *schemas.begin() : std::string_view();
    }

    std::string quoted(std::string_view text) const {
        std::string result(1, quote);
        for (const char c : text) {
            if (c == quote) result += c;
            result += c;
        }
        return result += quote;
    }
    std::string quoted(std::string_view schema, std::string_view table) const {
        return schema.empty() ? quoted(table) : quoted(schema) + "." + quoted(table);
    }
    std::string quoted(const Entity& entity, const Columns& columns) const {
        std::string result;
        for (const std::uint32_t column : columns)
            result.append(result.empty() ? "" : ", ").append(quoted(entity.columns[column].name));
        return result;
    }

  protected:
    ~SqlDialect() = default;
};

inline std::string placeholder(std::uint64_t ordinal) { return "$" + std::to_string(ordinal); }

}  // namespace dbway::sdk::orm
