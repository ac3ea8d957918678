// error_text.hpp - what can be read from the wording of SQLite's messages: names, and the kind of a plain
// SQLITE_ERROR, for which there is no code.
#pragma once

#include <dbway/sdk/failure.hpp>

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dbway::sqlite {

// Status, SQLSTATE and names of an SQLITE_ERROR.
void diagnose_message(std::string_view message, bool preparing, sdk::Diagnostic& diagnostic);

// Table, column and constraint of an SQLITE_CONSTRAINT.
void name_constraint(int code, std::string_view message, sdk::Diagnostic& diagnostic);

// The index that "UNIQUE constraint failed: t.a, t.b" is about, if it has a name of its own.
std::string find_unique_index(sqlite3* database, std::string_view message);

// The 1-based character (code point) at a byte offset of a UTF-8 text.
std::uint32_t character_position(std::string_view text, std::size_t offset);

}  // namespace dbway::sqlite
