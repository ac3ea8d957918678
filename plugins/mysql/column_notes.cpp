#include "column_notes.hpp"

#include "connect.hpp"

#include <dbway/sdk/option_text.hpp>

namespace dbway::mysql {

std::string notes_query(std::string_view schema, std::string_view table, bool is_mariadb) {
    std::string sql = "SELECT c.column_name, c.data_type, c.column_comment, ";
    sql += is_mariadb ? "k.check_clause IS NOT NULL" : "0";
    sql += " FROM information_schema.columns c";
    if (is_mariadb)
        sql +=
            " LEFT JOIN information_schema.check_constraints k ON k.constraint_schema = c.table_schema AND "
            "k.table_name = c.table_name AND k.constraint_name = c.column_name AND "
            "REPLACE(k.check_clause, '\"', '`') = CONCAT('json_valid(`', c.column_name, '`)')";
    sql += " WHERE c.table_schema = " + quote_literal(schema) + " AND c.table_name = " + quote_literal(table);
    sql += " AND (c.column_comment LIKE 'dbway:%' OR c.data_type IN ('uuid', 'longtext'))";
    return sql;
}

ColumnNote read_note(std::string_view data_type, std::string_view comment, bool is_json) {
    constexpr std::string_view array = "dbway:array:";
    if (comment == "dbway:uuid" || data_type == "uuid") return {CellKind::uuid, DBWAY_T_NULL};
    if (comment == "dbway:interval") return {CellKind::interval, DBWAY_T_NULL};
    if (comment.starts_with(array)) {
        const auto item = sdk::detail::parse_number<std::uint32_t>(comment.substr(array.size()));
        if (item && *item > DBWAY_T_NULL && *item < DBWAY_T_ARRAY) return {CellKind::array, *item};
    }
    if (is_json) return {CellKind::json, DBWAY_T_NULL};
    return {};
}

}  // namespace dbway::mysql
