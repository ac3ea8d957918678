// orm_sqlite.hpp - SQLite for the planner of entities.
#pragma once

#include <dbway/sdk/orm_dialect.hpp>
#include <dbway/sdk/orm_types.hpp>
#include <dbway/sdk/sqlite_types.hpp>

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace dbway::sdk::orm {

class Sqlite final : public SqlDialect {
  public:
    constexpr Sqlite() {
        name = "SQLite";
        flags = DBWAY_ORM_RETURNING | DBWAY_ORM_RETURNING_UPDATE;
        max_params = 32'766;
        quote = '`';  // "x" would be a text if there is no column x
        names_fold_case = true;
        adds_constraints = false;
        index_has_schema = true;
        references_schema = false;
        locks_rows = false;  // one transaction writes at a time
        without_limit = " LIMIT -1";
    }

    std::string type_of(const Column& column) const override {
        // Only this very type makes the column the rowid, which is what numbers the rows.
        if (column.is(DBWAY_ORM_GENERATED))
            return column.type_sql.empty() || split_type(column.type_sql).text() == "integer" ? "INTEGER"
                                                                                              : "";
        if (!column.type_sql.empty()) return std::string(column.type_sql);
        if (column.type == DBWAY_T_ARRAY)
            return sqlite_type_name(column.type, static_cast<std::int32_t>(column.item_type), -1);
        return sqlite_type_name(column.type, column.precision, column.scale);
    }
    // AUTOINCREMENT: the number of a deleted row is not used again, as on other databases.
    std::string_view generated_clause() const override { return "PRIMARY KEY AUTOINCREMENT"; }
    bool generated_is_key() const override { return true; }
    // As the provider writes a TIMESTAMPTZ, so that texts sort as times do: a fraction of six digits, or none
    // when it is zero. SQLite's clock has milliseconds.
    std::string_view now() const override {
        return "replace(strftime('%Y-%m-%d %H:%M:%f000+00', 'now'), '.000000+00', '+00')";
    }
    std::string now_default() const override { return "(" + std::string(now()) + ")"; }
    // SQLite's LIKE takes a and A for the same, and a setting of the connection may change that. GLOB does
    // not; the pattern is translated by the statement. U+FDD0 to U+FDD2 are no characters, and stand for \\,
    // \% and
    // \_ meanwhile.
    std::string like(const std::string& column, const std::string& value) const override {
        static constexpr const char* steps[][2] = {
            {"'\\\\'", "char(64976)"},
            {"'\\%'", "char(64977)"},
            {"'\\_'", "char(64978)"},
            {"'\\'", "''"},
            {"'['", "'[[]'"},
            {"'*'", "'[*]'"},
            {"'?'", "'[?]'"},
            {"'%'", "'*'"},
            {"'_'", "'?'"},
            {"char(64976)", "'\\'"},
            {"char(64977)", "'%'"},
            {"char(64978)", "'_'"},
        };
        std::string pattern = value;
        for (const auto& step : steps) {
            pattern.insert(0, "replace(");
            pattern.append(", ").append(step[0]).append(", ").append(step[1]).append(")");
        }
        return column + " GLOB " + pattern;
    }
    bool orders_nulls(const Server& server) const override { return since(server, 3'030'000); }
    Returning returning_insert(const Server& server) const override {
        return since(server, 3'035'000) ? Returning::rows : Returning::none;
    }
    bool returning_update(const Server& server) const override { return since(server, 3'035'000); }
    std::string default_rows(const Entity& entity, std::uint32_t rows) const override {
        if (rows == 1) return " DEFAULT VALUES";
        if (!entity.generated) return {};
        std::string result = " (" + quoted(entity.columns[*entity.generated].name) + ") VALUES (NULL)";
        for (std::uint32_t i = 1; i < rows; ++i) result += ", (NULL)";
        return result;
    }

    bool same_type(std::string_view declared, std::string_view existing) const override {
        return split_type(declared).text() == split_type(existing).text();
    }
    bool numbers_rows(std::string_view type, std::string_view) const override {
        return split_type(type).text() == "integer";
    }
    bool adds_now_default() const override { return false; }
    // SQLite looks for it in this order, then in the databases that are attached.
    std::string_view schema_of(const std::set<std::string_view>& schemas,
                               const Server& server) const override {
        for (const std::string_view schema : {"temp", "main"})
            if (schemas.contains(schema)) return schema;
        return SqlDialect::schema_of(schemas, server);
    }

  private:
    static bool since(const Server& server, std::uint64_t version) {
        return server.version == 0 || server.version >= version;
    }
};

}  // namespace dbway::sdk::orm
