// errors.hpp - SQLite's result codes and messages as diagnostics.
#pragma once

#include <dbway/sdk/failure.hpp>

#include <sqlite3.h>

#include <string>
#include <string_view>

namespace dbway::sqlite {

// What was being done when the error arose; it decides what may be promised about retrying.
struct ErrorContext {
    bool preparing = false;
    bool committing = false;
    bool in_transaction = false;  // when the failing call began
    bool read_only_transaction = false;
    bool cancelled = false;
    bool timed_out = false;
    std::string_view sql;  // for the position of a syntax error
};

// The diagnostic of an (extended) result code and SQLite's message for it. Pure: `database` is not asked.
sdk::Diagnostic diagnose(int code, std::string_view message, const ErrorContext& context);

// As diagnose() for the last error of `database`, and completed with what the database can tell: the position
// in the statement, the name of a unique index, its file, whether the transaction was rolled back.
sdk::Diagnostic diagnose_last(sqlite3* database, int code, const ErrorContext& context);

// Why a database file could not be opened, and what to do about it, from the state of the file system.
sdk::Diagnostic diagnose_open(sqlite3* database, int code, const std::string& path, bool read_only,
                              bool may_create);

}  // namespace dbway::sqlite
