#include "errors.hpp"

#include "error_text.hpp"

#include <string>

namespace dbway::sqlite {
namespace {

using sdk::Diagnostic;

struct Mapping {
    int code;  // extended, or primary for all of its family
    dbway_status status;
    const char* sqlstate;
    std::uint32_t flags;
};

// The first entry that matches counts, so extended codes stand before their primary code.
constexpr Mapping mappings[] = {
    {SQLITE_BUSY_SNAPSHOT, DBWAY_ERR_CONFLICT, "40001", DBWAY_DIAG_RETRY_TX | DBWAY_DIAG_NOT_EXECUTED},
    {SQLITE_BUSY, DBWAY_ERR_CONFLICT, "55P03", DBWAY_DIAG_RETRY | DBWAY_DIAG_NOT_EXECUTED},
    {SQLITE_LOCKED, DBWAY_ERR_CONFLICT, "55P03", DBWAY_DIAG_RETRY | DBWAY_DIAG_NOT_EXECUTED},
    {SQLITE_CONSTRAINT_UNIQUE, DBWAY_ERR_CONSTRAINT, "23505", 0},
    {SQLITE_CONSTRAINT_PRIMARYKEY, DBWAY_ERR_CONSTRAINT, "23505", 0},
    {SQLITE_CONSTRAINT_ROWID, DBWAY_ERR_CONSTRAINT, "23505", 0},
    {SQLITE_CONSTRAINT_FOREIGNKEY, DBWAY_ERR_CONSTRAINT, "23503", 0},
    {SQLITE_CONSTRAINT_NOTNULL, DBWAY_ERR_CONSTRAINT, "23502", 0},
    {SQLITE_CONSTRAINT_CHECK, DBWAY_ERR_CONSTRAINT, "23514", 0},
    {SQLITE_CONSTRAINT_DATATYPE, DBWAY_ERR_DATA, "42804", 0},
    {SQLITE_CONSTRAINT, DBWAY_ERR_CONSTRAINT, "23000", 0},
    {SQLITE_READONLY, DBWAY_ERR_PERMISSION, "25006", DBWAY_DIAG_NOT_EXECUTED},
    {SQLITE_PERM, DBWAY_ERR_PERMISSION, "42501", DBWAY_DIAG_NOT_EXECUTED},
    {SQLITE_AUTH, DBWAY_ERR_PERMISSION, "42501", DBWAY_DIAG_NOT_EXECUTED},
    {SQLITE_FULL, DBWAY_ERR_RESOURCE, "53100", 0},
    {SQLITE_NOMEM, DBWAY_ERR_NOMEM, "53200", 0},
    {SQLITE_IOERR_NOMEM, DBWAY_ERR_NOMEM, "53200", 0},
    {SQLITE_IOERR, DBWAY_ERR_DATABASE, "58030", 0},
    {SQLITE_CORRUPT, DBWAY_ERR_DATABASE, "XX001", 0},
    {SQLITE_NOTADB, DBWAY_ERR_DATABASE, "XX001", DBWAY_DIAG_NOT_EXECUTED},
    {SQLITE_CANTOPEN, DBWAY_ERR_CONNECTION, "08001", DBWAY_DIAG_NOT_EXECUTED},
    {SQLITE_TOOBIG, DBWAY_ERR_DATA, "54000", DBWAY_DIAG_NOT_EXECUTED},
    {SQLITE_MISMATCH, DBWAY_ERR_DATA, "42804", 0},
    {SQLITE_RANGE, DBWAY_ERR_INVALID, "42P02", DBWAY_DIAG_NOT_EXECUTED},
    {SQLITE_ABORT, DBWAY_ERR_CONFLICT, "40000", DBWAY_DIAG_RETRY_TX},
    {SQLITE_PROTOCOL, DBWAY_ERR_CONFLICT, "55P03", DBWAY_DIAG_RETRY | DBWAY_DIAG_NOT_EXECUTED},
    {SQLITE_SCHEMA, DBWAY_ERR_CONFLICT, "40001", DBWAY_DIAG_RETRY | DBWAY_DIAG_NOT_EXECUTED},
    {SQLITE_NOLFS, DBWAY_ERR_RESOURCE, "54000", 0},
    {SQLITE_MISUSE, DBWAY_ERR_INTERNAL, "XX000", 0},
    {SQLITE_INTERNAL, DBWAY_ERR_INTERNAL, "XX000", 0},
};

const Mapping* find_mapping(int code) {
    for (const Mapping& mapping : mappings)
        if (mapping.code == code || (mapping.code <= 0xFF && mapping.code == (code & 0xFF))) return &mapping;
    return nullptr;
}

void diagnose_interrupt(const ErrorContext& context, Diagnostic& diagnostic) {
    diagnostic.status = context.timed_out ? DBWAY_ERR_TIMEOUT : DBWAY_ERR_CANCELLED;
    diagnostic.sqlstate = "57014";
    diagnostic.message =
        context.timed_out ? "the request was stopped at its deadline" : "the request was cancelled";
}

void explain(int code, const ErrorContext& context, Diagnostic& diagnostic) {
    switch (code & 0xFF) {
        case SQLITE_BUSY:
            if (code == SQLITE_BUSY_SNAPSHOT) {
                diagnostic.message = "another connection has written since this transaction began to read";
                diagnostic.hint =
                    "roll back and run the whole transaction again; one that begins as a write "
                    "transaction does not meet this";
            } else {
                diagnostic.hint = "another connection holds the lock; try again, or raise busy_timeout";
            }
            break;
        case SQLITE_READONLY:
            if (context.read_only_transaction) {
                diagnostic.message = "cannot write in a read-only transaction";
            } else {
                diagnostic.hint =
                    "the database was opened read-only, or its file or directory is not writable";
            }
            break;
        case SQLITE_FULL:
            diagnostic.hint = "free space on the disk, or raise max_page_count, and try again";
            break;
        case SQLITE_CORRUPT:
            diagnostic.hint =
                "the file is damaged: restore a backup, or save what is left with "
                "\"sqlite3 FILE .recover\"";
            break;
        case SQLITE_NOTADB:
            diagnostic.hint = "the file is of another kind, or encrypted, or overwritten";
            break;
        default:
            break;
    }
}

}  // namespace

Diagnostic diagnose(int code, std::string_view message, const ErrorContext& context) {
    Diagnostic diagnostic;
    diagnostic.native_code = code;
    diagnostic.message = message;
    const int primary = code & 0xFF;
    // A wait that was given up because of a cancel or the deadline ends as SQLITE_BUSY.
    if (primary == SQLITE_INTERRUPT ||
        ((primary == SQLITE_BUSY || primary == SQLITE_LOCKED) && code != SQLITE_BUSY_SNAPSHOT &&
         (context.timed_out || context.cancelled))) {
        diagnose_interrupt(context, diagnostic);
        return diagnostic;
    }
    if (primary == SQLITE_ERROR) {
        diagnose_message(message, context.preparing, diagnostic);
        return diagnostic;
    }
    if (const Mapping* mapping = find_mapping(code)) {
        diagnostic.status = mapping->status;
        diagnostic.sqlstate = mapping->sqlstate;
        diagnostic.flags = mapping->flags;
        if ((mapping->flags & DBWAY_DIAG_RETRY) != 0 && context.in_transaction && !context.committing)
            diagnostic.flags |= DBWAY_DIAG_RETRY_TX;
    }
    if (primary == SQLITE_CONSTRAINT) name_constraint(code, message, diagnostic);
    explain(code, context, diagnostic);
    if (context.committing && primary == SQLITE_IOERR)
        diagnostic.detail = "whether the transaction was committed is not known";
    return diagnostic;
}

Diagnostic diagnose_last(sqlite3* database, int code, const ErrorContext& context) {
    // What sqlite3_errmsg() points to is gone with the next statement, that of find_unique_index() among
    // them.
    const std::string message = sqlite3_errmsg(database);
    const int offset = sqlite3_error_offset(database);
    Diagnostic diagnostic = diagnose(code, message, context);
    if (offset >= 0) diagnostic.position = character_position(context.sql, static_cast<std::size_t>(offset));
    if (code == SQLITE_CONSTRAINT_UNIQUE && diagnostic.constraint_name.empty())
        diagnostic.constraint_name = find_unique_index(database, message);
    const int primary = code & 0xFF;
    if (primary == SQLITE_FULL || primary == SQLITE_IOERR || primary == SQLITE_CORRUPT ||
        primary == SQLITE_NOTADB || (primary == SQLITE_READONLY && !context.read_only_transaction)) {
        const char* file = sqlite3_db_filename(database, "main");
        if (file != nullptr && *file != '\0') diagnostic.message.append(" (").append(file).append(")");
    }
    if (context.in_transaction && sqlite3_get_autocommit(database) != 0) {
        if (!diagnostic.detail.empty()) diagnostic.detail += "; ";
        diagnostic.detail += "SQLite has rolled back the transaction";
    }
    return diagnostic;
}

}  // namespace dbway::sqlite
