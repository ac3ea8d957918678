// mysql_column_notes.hpp - what columns of texts hold beside texts: types that MySQL or MariaDB has not got,
// or that the result of a query does not tell (MariaDB's UUID, and its JSON, which is a LONGTEXT with a
// check).
//
// A column declared with mysql_type_name() says so in its comment: "dbway:uuid", "dbway:interval",
// "dbway:array:6" with the type of the items (DBWAY_T_*).
#pragma once

#include <dbway/provider.h>
#include <dbway/sdk/mysql_catalog.hpp>
#include <dbway/sdk/mysql_dialect.hpp>
#include <dbway/sdk/option_text.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::sdk {

struct MysqlColumnNote {
    std::uint32_t type = DBWAY_T_TEXT;  // which says nothing
    std::uint32_t item_type = DBWAY_T_NULL;
};

// By the names of the columns.
using MysqlColumnNotes = std::map<std::string, MysqlColumnNote, std::less<>>;

namespace mysql_detail {

// Rows of name, data type, comment, and whether the column is checked to be JSON. In the mode ANSI_QUOTES
// MariaDB quotes the check in that way.
inline std::string notes_query(std::string_view schema, std::string_view table, bool is_mariadb) {
    std::string sql = "SELECT c.column_name, c.data_type, c.column_comment, ";
    sql += is_mariadb ? "k.check_clause IS NOT NULL" : "0";
    sql += " FROM information_schema.columns c";
    if (is_mariadb)
        sql +=
            " LEFT JOIN information_schema.check_constraints k ON k.constraint_schema = c.table_schema AND "
            "k.table_name = c.table_name AND k.constraint_name = c.column_name AND "
            "REPLACE(k.check_clause, '\"', '`') = CONCAT('json_valid(`', c.column_name, '`)')";
    sql += " WHERE c.table_schema = " + quote_mysql_literal(schema) +
           " AND c.table_name = " + quote_mysql_literal(table);
    sql += " AND (c.column_comment LIKE 'dbway:%' OR c.data_type IN ('uuid', 'longtext'))";
    return sql;
}

inline MysqlColumnNote read_note(std::string_view data_type, std::string_view comment, bool is_json) {
    constexpr std::string_view array = "dbway:array:";
    if (comment == "dbway:uuid" || data_type == "uuid") return {DBWAY_T_UUID, DBWAY_T_NULL};
    if (comment == "dbway:interval") return {DBWAY_T_INTERVAL, DBWAY_T_NULL};
    if (comment.starts_with(array)) {
        const auto item = detail::parse_number<std::uint32_t>(comment.substr(array.size()));
        if (item && *item > DBWAY_T_NULL && *item < DBWAY_T_ARRAY) return {DBWAY_T_ARRAY, *item};
    }
    if (is_json) return {DBWAY_T_JSON, DBWAY_T_NULL};
    return {};
}

}  // namespace mysql_detail

// Of the columns of a table. Throws what `catalog` throws.
inline MysqlColumnNotes read_mysql_column_notes(std::string_view schema, std::string_view table,
                                                bool is_mariadb, const MysqlCatalog& catalog) {
    MysqlColumnNotes notes;
    for (const MysqlTextRow& row : catalog(mysql_detail::notes_query(schema, table, is_mariadb))) {
        const MysqlColumnNote note =
            mysql_detail::read_note(row.at(1).value_or(""), row.at(2).value_or(""), row.at(3) == "1");
        if (note.type != DBWAY_T_TEXT) notes.emplace(row[0].value_or(""), note);
    }
    return notes;
}

}  // namespace dbway::sdk
