// errors.hpp - the errors of an open database as diagnostics.
#pragma once

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/sqlite_errors.hpp>

#include <sqlite3.h>

#include <string>
#include <string_view>

namespace dbway::sqlite {

using ErrorContext = sdk::SqliteErrorContext;

// As sdk::diagnose_sqlite() for the last error of `database`, and completed with what the database can tell:
// the position in the statement, the name of a unique index, its file, whether the transaction was rolled
// back.
sdk::Diagnostic diagnose_last(sqlite3* database, int code, const ErrorContext& context);

// Why a database file could not be opened, and what to do about it, from the state of the file system.
sdk::Diagnostic diagnose_open(sqlite3* database, int code, const std::string& path, bool read_only,
                              bool may_create);

}  // namespace dbway::sqlite
