// cell.hpp - one parameter as SOCI binds it, one stored value as a cell. Cells are read from the statement
// itself: SOCI would ask it for the type of the column's declaration, and lose what does not fit that.
#pragma once

#include "sqlite/library.hpp"

#include <dbway/provider.h>
#include <dbway/sdk/row_batch.hpp>
#include <dbway/sdk/sqlite_values.hpp>
#include <dbway/sdk/value_text.hpp>

#include <string>

namespace dbway::orm::sqlite {

// Reads column `column` of the current row into `cell`, which is NULL before. The caller has the mutex of the
// database, with which the value of a column may be asked for its content: the connection's by SOCI is one
// that several threads may use, and each sqlite3_column_…() would take the mutex for itself.
void read_cell(sqlite_api::sqlite3_stmt* statement, int column, const sdk::SqliteCellPlan& plan,
               dbway_value& cell, sdk::Arena& arena);

// What a parameter is bound by; variable-size payloads are borrowed from the value or lie in `room`, alive
// until the execution ends. Throws Failure (DBWAY_ERR_DATA) for a value that SQLite cannot keep; `number` is
// for its message.
void bind_value(const dbway_value& value, std::size_t number, soci::sqlite3_column& column,
                std::string& room);

}  // namespace dbway::orm::sqlite
