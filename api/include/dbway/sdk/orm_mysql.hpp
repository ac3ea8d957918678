// orm_mysql.hpp - MySQL, 8.0.16 and later, and MariaDB, 10.5 and later, for the planner of entities.
//
// What differs by server is known only when an operation names its `server`: without it, nothing is returned
// but generated keys.
#pragma once

#include <dbway/sdk/mysql_dialect.hpp>
#include <dbway/sdk/orm_dialect.hpp>
#include <dbway/sdk/orm_types.hpp>

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace dbway::sdk::orm {

class Mysql final : public SqlDialect {
  public:
    constexpr Mysql() {
        name = "MySQL";
        flags = 0;
        max_params = 65'535;
        max_name = 64;
        quote = '`';
        names_fold_case = true;
        indexes_in_table = true;
        upserts_by_any_key = true;
        sets_default = false;
        nullable = " NULL";  // an old server takes a TIMESTAMP for NOT NULL otherwise
        without_limit = " LIMIT 18446744073709551615";
        // Transactions and foreign keys; texts that differ in case or accents differ, as elsewhere.
        table_suffix = " ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";
    }

    // InnoDB cannot index a text without a limit: 255 characters, or as many as `precision` says.
    std::string type_of(const Column& column) const override {
        if (!column.type_sql.empty()) return std::string(column.type_sql);
        const bool text = column.type == DBWAY_T_TEXT;
        if (text || column.type == DBWAY_T_BLOB) {
            if (!column.keyed && (column.precision <= 0 || column.precision > 16'000))
                return mysql_type_name(column.type, -1, -1);
            const std::int32_t size = column.precision > 0 ? column.precision : 255;
            return (text ? "varchar(" : "varbinary(") + std::to_string(size) + ")";
        }
        if (column.type == DBWAY_T_ARRAY)
            return mysql_type_name(column.type, static_cast<std::int32_t>(column.item_type), -1);
        return mysql_type_name(column.type, column.precision, column.scale);
    }
    std::string_view generated_clause() const override { return "NOT NULL AUTO_INCREMENT"; }
    std::string_view now() const override { return "CURRENT_TIMESTAMP(6)"; }
    // The parameter's collation rules, whatever that of the column is. The escape character as a number: as a
    // literal it would depend on sql_mode.
    std::string like(const std::string& column, const std::string& value) const override {
        return column + " LIKE " + value + " COLLATE utf8mb4_bin ESCAPE _utf8mb4 0x5C";
    }
    bool orders_nulls(const Server&) const override { return false; }
    Returning returning_insert(const Server& server) const override {
        return server.is_mariadb && server.version >= 10'005'000 ? Returning::rows : Returning::last_id;
    }
    bool returning_update(const Server&) const override { return false; }
    std::string default_rows(const Entity&, std::uint32_t rows) const override {
        std::string result = " () VALUES ()";
        for (std::uint32_t i = 1; i < rows; ++i) result += ", ()";
        return result;
    }

    bool same_type(std::string_view declared, std::string_view existing) const override {
        return full_name(declared) == full_name(existing);
    }
    bool numbers_rows(std::string_view, std::string_view default_value) const override {
        return default_value == "AUTO_INCREMENT";
    }
    // A name without a schema is of the database that the connection uses, and of no other.
    std::string_view schema_of(const std::set<std::string_view>& schemas,
                               const Server& server) const override {
        return server.database.empty() ? SqlDialect::schema_of(schemas, server) : server.database;
    }

  private:
    // As information_schema writes it, without what differs between the servers: MariaDB shows the width of
    // integers, and its JSON is a LONGTEXT.
    static std::string full_name(std::string_view type) {
        static constexpr TypeAlias aliases[] = {
            {"bool", "tinyint"},
            {"boolean", "tinyint"},
            {"integer", "int"},
            {"json", "longtext"},
            {"numeric", "decimal"},
            {"dec", "decimal"},
            {"double precision", "double"},
            {"character varying", "varchar"},
        };
        TypeParts parts = split_type(type.substr(0, split_type_end(type)));
        std::string name = parts.name;
        bool is_unsigned = false;
        if (name.ends_with(" unsigned")) {
            name.resize(name.size() - 9);
            is_unsigned = true;
        }
        parts.name = without_alias(name, aliases);
        if (parts.name.ends_with("int")) parts.size.clear();
        if (is_unsigned) parts.name += " unsigned";
        return parts.text();
    }
    // Before " comment '...'", which type names bring along.
    static std::size_t split_type_end(std::string_view type) {
        for (std::size_t i = 0; i + 9 <= type.size(); ++i) {
            std::string word(type.substr(i, 9));
            for (char& c : word)
                if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
            if (word == " comment ") return i;
        }
        return type.size();
    }
};

}  // namespace dbway::sdk::orm
