// statement_text.hpp - what the text of a statement tells that the connector does not.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::mysql {

// What a statement does to the transaction, beside its own work.
enum class Effect : std::uint8_t {
    none,
    begins,
    ends,
    ends_and_begins,  // COMMIT AND CHAIN
    commits_first,    // most changes of the schema: the server commits before and after them
    depends           // a procedure, a setting: only the server can tell
};

struct StatementText {
    std::string keyword;  // upper case: "INSERT", "CREATE"; of WITH … SELECT it is SELECT
    std::string schema;   // of what INSERT, REPLACE, UPDATE and DELETE change; empty if none is named
    std::string table;
    std::vector<std::string> columns;  // that an INSERT names
    bool plain_insert = false;         // neither IGNORE nor ON DUPLICATE KEY UPDATE: each row is new
    bool returning = false;
    bool changes = false;      // INSERT, REPLACE, UPDATE, DELETE
    bool yields_rows = false;  // SELECT and its like, RETURNING: can be prepared, gives one result
    Effect effect = Effect::none;
};

StatementText read_statement_text(std::string_view sql);

// A possibly schema-qualified, possibly quoted name: each part as it is, without quotes. Empty: no name.
std::vector<std::string> parse_name(std::string_view text);

// In back-ticks, so that it means exactly this name.
std::string quote_identifier(std::string_view name);
// parse_name() and quote_identifier(); throws Failure for what is no name of a table.
std::string quote_table(std::string_view text);

}  // namespace dbway::mysql
