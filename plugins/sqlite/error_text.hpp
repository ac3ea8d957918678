// error_text.hpp - what a message of SQLite is about, where the database must be asked.
#pragma once

#include <sqlite3.h>

#include <string>
#include <string_view>

namespace dbway::sqlite {

// The index that "UNIQUE constraint failed: t.a, t.b" is about, if it has a name of its own.
std::string find_unique_index(sqlite3* database, std::string_view message);

}  // namespace dbway::sqlite
