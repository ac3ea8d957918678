// column_notes.hpp - what columns of texts hold beside texts: types that MySQL or MariaDB has not got, or
// that the result of a query does not tell (MariaDB's UUID, and its JSON, which is a LONGTEXT with a check).
//
// A column declared with the provider's type_name() says so in its comment: "dbway:uuid", "dbway:interval",
// "dbway:array:6" with the type of the items (DBWAY_T_*).
#pragma once

#include "cell.hpp"

#include <map>
#include <string>
#include <string_view>

namespace dbway::mysql {

struct ColumnNote {
    CellKind kind = CellKind::text;
    std::uint32_t item_type = DBWAY_T_NULL;
};

// By the names of the columns.
using ColumnNotes = std::map<std::string, ColumnNote, std::less<>>;

// The query for the notes of a table: rows of name, data type, comment, and whether it is checked to be JSON.
std::string notes_query(std::string_view schema, std::string_view table, bool is_mariadb);
// What a row of it says; a note of the kind text says nothing.
ColumnNote read_note(std::string_view data_type, std::string_view comment, bool is_json);

}  // namespace dbway::mysql
