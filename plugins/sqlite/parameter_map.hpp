// parameter_map.hpp - from the numbers of $1, $2… to SQLite's own.
#pragma once

#include <dbway/sdk/sqlite_statement.hpp>

#include <sqlite3.h>

namespace dbway::sqlite {

using sdk::SqliteParameterMap;

inline SqliteParameterMap parameter_map_of(sqlite3_stmt* statement) {
    return SqliteParameterMap(sqlite3_bind_parameter_count(statement),
                              [statement](int i) { return sqlite3_bind_parameter_name(statement, i); });
}

}  // namespace dbway::sqlite
