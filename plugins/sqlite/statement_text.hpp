// statement_text.hpp - what the text of a statement tells that sqlite3_stmt does not.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dbway::sqlite {

enum class StatementKind : std::uint8_t { select, insert, update, erase, other };

struct StatementText {
    StatementKind kind = StatementKind::other;
    std::string keyword;  // upper case: "INSERT", "CREATE"
    std::string schema;   // of an INSERT's target; empty if it names none
    std::string table;
};

// Of one statement. The kind of WITH … INSERT is insert.
StatementText read_statement_text(std::string_view sql);

// A possibly schema-qualified, possibly quoted name.
struct TableName {
    std::string schema;  // empty: none
    std::string table;   // empty: the text is no name
};
TableName parse_table_name(std::string_view text);

}  // namespace dbway::sqlite
