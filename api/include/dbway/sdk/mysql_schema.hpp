// mysql_schema.hpp - the queries behind DBWAY_R_SCHEMA on MySQL and MariaDB.
#pragma once

#include <dbway/provider.h>
#include <dbway/sdk/mysql_dialect.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dbway::sdk {

// The types are those that the ABI names, whatever those of information_schema are. Without SQL: there is no
// such request.
struct MysqlSchemaQuery {
    std::vector<std::pair<const char*, std::uint32_t>> columns;
    std::string sql;
};

namespace mysql_detail {

// A condition on a schema and a table, for columns of these names.
inline std::string where(std::string_view schema, std::string_view table, const std::string& schema_column,
                         const std::string& table_column) {
    std::string sql = " WHERE ";
    sql += schema.empty()
               ? schema_column + " NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys')"
               : schema_column + " = " + quote_mysql_literal(schema);
    if (!table.empty()) sql += " AND " + table_column + " = " + quote_mysql_literal(table);
    return sql;
}

inline MysqlSchemaQuery schemas(std::string_view schema) {
    return {{{"schema", DBWAY_T_TEXT}},
            "SELECT schema_name FROM information_schema.schemata" + where(schema, "", "schema_name", "") +
                " ORDER BY schema_name"};
}

inline MysqlSchemaQuery tables(std::string_view schema, std::string_view table) {
    return {
        {{"schema", DBWAY_T_TEXT},
         {"table", DBWAY_T_TEXT},
         {"kind", DBWAY_T_TEXT},
         {"definition", DBWAY_T_TEXT}},
        "SELECT t.table_schema, t.table_name, CASE t.table_type WHEN 'BASE TABLE' THEN 'table' WHEN "
        "'SYSTEM VERSIONED' THEN 'table' ELSE LOWER(t.table_type) END, v.view_definition FROM "
        "information_schema.tables t LEFT JOIN information_schema.views v ON v.table_schema = t.table_schema "
        "AND v.table_name = t.table_name" +
            where(schema, table, "t.table_schema", "t.table_name") +
            " ORDER BY t.table_schema, t.table_name"};
}

// MariaDB writes NULL as a word where there is no default, and MySQL an empty expression where there is none.
inline MysqlSchemaQuery columns(std::string_view schema, std::string_view table) {
    return {
        {{"schema", DBWAY_T_TEXT},
         {"table", DBWAY_T_TEXT},
         {"column", DBWAY_T_TEXT},
         {"position", DBWAY_T_I64},
         {"type", DBWAY_T_TEXT},
         {"nullable", DBWAY_T_BOOL},
         {"default_value", DBWAY_T_TEXT},
         {"primary_key", DBWAY_T_I64},
         {"generated", DBWAY_T_BOOL}},
        "SELECT c.table_schema, c.table_name, c.column_name, c.ordinal_position, c.column_type, "
        "c.is_nullable = 'YES', CASE WHEN COALESCE(c.generation_expression, '') <> '' THEN NULL WHEN c.extra "
        "LIKE '%auto_increment%' THEN 'AUTO_INCREMENT' ELSE NULLIF(c.column_default, 'NULL') END, "
        "COALESCE(k.seq_in_index, 0), COALESCE(c.generation_expression, '') <> '' FROM "
        "information_schema.columns c LEFT JOIN information_schema.statistics k ON k.table_schema = "
        "c.table_schema AND k.table_name = c.table_name AND k.column_name = c.column_name AND k.index_name = "
        "'PRIMARY'" +
            where(schema, table, "c.table_schema", "c.table_name") +
            " ORDER BY c.table_schema, c.table_name, c.ordinal_position"};
}

inline MysqlSchemaQuery indexes(std::string_view schema, std::string_view table) {
    return {
        {{"schema", DBWAY_T_TEXT},
         {"table", DBWAY_T_TEXT},
         {"index", DBWAY_T_TEXT},
         {"position", DBWAY_T_I64},
         {"column", DBWAY_T_TEXT},
         {"unique", DBWAY_T_BOOL},
         {"definition", DBWAY_T_TEXT}},
        "SELECT table_schema, table_name, index_name, seq_in_index, column_name, non_unique = 0, NULL FROM "
        "information_schema.statistics" +
            where(schema, table, "table_schema", "table_name") +
            " ORDER BY table_schema, table_name, index_name, seq_in_index"};
}

// Names of checks are unique in a table in MariaDB, in a schema in MySQL, whose catalog tells no table.
inline MysqlSchemaQuery constraints(std::string_view schema, std::string_view table, bool is_mariadb) {
    const std::string same_table = is_mariadb ? " AND h.table_name = c.table_name" : "";
    return {
        {{"schema", DBWAY_T_TEXT},
         {"table", DBWAY_T_TEXT},
         {"constraint", DBWAY_T_TEXT},
         {"kind", DBWAY_T_TEXT},
         {"position", DBWAY_T_I64},
         {"column", DBWAY_T_TEXT},
         {"referenced_table", DBWAY_T_TEXT},
         {"referenced_column", DBWAY_T_TEXT},
         {"definition", DBWAY_T_TEXT}},
        "SELECT c.table_schema, c.table_name, c.constraint_name, LOWER(c.constraint_type), "
        "COALESCE(k.ordinal_position, 1), k.column_name, k.referenced_table_name, k.referenced_column_name, "
        "h.check_clause FROM information_schema.table_constraints c LEFT JOIN "
        "information_schema.key_column_usage k ON k.constraint_schema = c.constraint_schema AND "
        "k.table_schema = c.table_schema AND k.table_name = c.table_name AND k.constraint_name = "
        "c.constraint_name AND c.constraint_type <> 'CHECK' LEFT JOIN information_schema.check_constraints h "
        "ON "
        "c.constraint_type = 'CHECK' AND h.constraint_schema = c.constraint_schema AND h.constraint_name = "
        "c.constraint_name" +
            same_table + where(schema, table, "c.table_schema", "c.table_name") +
            " ORDER BY c.table_schema, c.table_name, c.constraint_name, k.ordinal_position"};
}

}  // namespace mysql_detail

// Empty filters match everything but the server's own schemas.
inline MysqlSchemaQuery mysql_schema_query(std::uint32_t kind, std::string_view schema,
                                           std::string_view table, bool is_mariadb) {
    switch (kind) {
        case DBWAY_SCHEMA_SCHEMAS:
            return mysql_detail::schemas(schema);
        case DBWAY_SCHEMA_TABLES:
            return mysql_detail::tables(schema, table);
        case DBWAY_SCHEMA_COLUMNS:
            return mysql_detail::columns(schema, table);
        case DBWAY_SCHEMA_INDEXES:
            return mysql_detail::indexes(schema, table);
        case DBWAY_SCHEMA_CONSTRAINTS:
            return mysql_detail::constraints(schema, table, is_mariadb);
        default:
            return {};
    }
}

}  // namespace dbway::sdk
