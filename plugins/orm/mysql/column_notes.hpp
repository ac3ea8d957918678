// column_notes.hpp - types that MySQL has not got, kept in texts.
//
// A column declared with type_name() says so in its comment: "dbway:uuid", "dbway:interval", "dbway:array:2"
// with the type of the items. The provider `mysql` reads and writes the same.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace dbway::orm::mysql {

struct ColumnNote {
    std::uint32_t type = 0;  // DBWAY_T_*
    std::uint32_t item_type = 0;
};
using ColumnNotes = std::map<std::string, ColumnNote, std::less<>>;  // by the column's name

// Columns of a table that may have a note, as name, data type, comment, whether it is MariaDB's JSON.
std::string notes_query(std::string_view schema, std::string_view table, bool is_mariadb);
// Type 0 if there is none.
ColumnNote read_note(std::string_view data_type, std::string_view comment, bool is_json);

}  // namespace dbway::orm::mysql
