// sqlite_errors.hpp - SQLite's result codes and messages as diagnostics. Free of <sqlite3.h>, which some
// libraries put into a namespace of their own.
#pragma once

#include <dbway/sdk/failure.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::sdk {

// SQLite's result codes (https://www.sqlite.org/rescode.html), as far as they are told apart here.
namespace sqlite_code {
inline constexpr int error = 1;
inline constexpr int internal = 2;
inline constexpr int perm = 3;
inline constexpr int abort = 4;
inline constexpr int busy = 5;
inline constexpr int busy_snapshot = 517;
inline constexpr int locked = 6;
inline constexpr int nomem = 7;
inline constexpr int readonly = 8;
inline constexpr int interrupt = 9;
inline constexpr int ioerr = 10;
inline constexpr int ioerr_nomem = 3082;
inline constexpr int corrupt = 11;
inline constexpr int full = 13;
inline constexpr int cantopen = 14;
inline constexpr int protocol = 15;
inline constexpr int schema = 17;
inline constexpr int toobig = 18;
inline constexpr int constraint = 19;
inline constexpr int constraint_check = 275;
inline constexpr int constraint_foreignkey = 787;
inline constexpr int constraint_notnull = 1299;
inline constexpr int constraint_primarykey = 1555;
inline constexpr int constraint_unique = 2067;
inline constexpr int constraint_rowid = 2579;
inline constexpr int constraint_datatype = 3091;
inline constexpr int mismatch = 20;
inline constexpr int misuse = 21;
inline constexpr int nolfs = 22;
inline constexpr int auth = 23;
inline constexpr int range = 25;
inline constexpr int notadb = 26;
}  // namespace sqlite_code

// What was being done when the error arose; it decides what may be promised about retrying.
struct SqliteErrorContext {
    bool preparing = false;
    bool committing = false;
    bool in_transaction = false;  // when the failing call began
    bool read_only_transaction = false;
    bool cancelled = false;
    bool timed_out = false;
    std::string_view sql;  // for the position of a syntax error
};

namespace detail {

enum class SqliteNames : std::uint8_t { none, table, column };

struct SqliteWording {
    const char* prefix;  // or, with `anywhere`, a part
    bool anywhere;
    dbway_status status;
    const char* sqlstate;
    SqliteNames rest;  // what stands behind the prefix
};

inline constexpr SqliteWording sqlite_wordings[] = {
    {"no such table: ", false, DBWAY_ERR_SYNTAX, "42P01", SqliteNames::table},
    {"no such view: ", false, DBWAY_ERR_SYNTAX, "42P01", SqliteNames::table},
    {"no such column: ", false, DBWAY_ERR_SYNTAX, "42703", SqliteNames::column},
    {" has no column named ", true, DBWAY_ERR_SYNTAX, "42703", SqliteNames::column},
    {"no such function: ", false, DBWAY_ERR_SYNTAX, "42883", SqliteNames::none},
    {"wrong number of arguments", false, DBWAY_ERR_SYNTAX, "42883", SqliteNames::none},
    {"no such savepoint: ", false, DBWAY_ERR_INVALID, "3B001", SqliteNames::none},
    {"no such ", false, DBWAY_ERR_SYNTAX, "42704", SqliteNames::none},
    {"ambiguous column name: ", false, DBWAY_ERR_SYNTAX, "42702", SqliteNames::column},
    {"duplicate column name: ", false, DBWAY_ERR_SYNTAX, "42701", SqliteNames::column},
    {" already exists", true, DBWAY_ERR_SYNTAX, "42P07", SqliteNames::none},
    {": syntax error", true, DBWAY_ERR_SYNTAX, "42601", SqliteNames::none},
    {"incomplete input", false, DBWAY_ERR_SYNTAX, "42601", SqliteNames::none},
    {"unrecognized token", false, DBWAY_ERR_SYNTAX, "42601", SqliteNames::none},
    {" values for ", true, DBWAY_ERR_SYNTAX, "42601", SqliteNames::none},
    {" values were supplied", true, DBWAY_ERR_SYNTAX, "42601", SqliteNames::none},
    {"cannot start a transaction within", false, DBWAY_ERR_INVALID, "25001", SqliteNames::none},
    {"cannot commit - no transaction", false, DBWAY_ERR_INVALID, "25P01", SqliteNames::none},
    {"cannot rollback - no transaction", false, DBWAY_ERR_INVALID, "25P01", SqliteNames::none},
    {" may not be modified", true, DBWAY_ERR_PERMISSION, "42501", SqliteNames::none},
    {"integer overflow", false, DBWAY_ERR_DATA, "22003", SqliteNames::none},
    {"malformed JSON", false, DBWAY_ERR_DATA, "22P02", SqliteNames::none},
};

// The part of "name", "t.name", "schema.t.name" behind the last point.
inline std::string_view last_sqlite_part(std::string_view name) { return name.substr(name.rfind('.') + 1); }

// "t.a, t.b" of "… constraint failed: t.a, t.b".
struct SqliteFailedColumns {
    std::string table;
    std::vector<std::string> columns;
};

inline SqliteFailedColumns failed_sqlite_columns(std::string_view message) {
    SqliteFailedColumns result;
    const std::size_t colon = message.find(": ");
    if (colon == std::string_view::npos) return result;
    std::string_view rest = message.substr(colon + 2);
    while (!rest.empty()) {
        const std::size_t comma = rest.find(", ");
        const std::string_view item = rest.substr(0, comma);
        const std::size_t point = item.find('.');
        if (point == std::string_view::npos) return {};
        result.table = item.substr(0, point);
        result.columns.emplace_back(item.substr(point + 1));
        rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 2);
    }
    return result;
}

struct SqliteCodeMapping {
    int code;  // extended, or primary for all of its family
    dbway_status status;
    const char* sqlstate;
    std::uint32_t flags;
};

// The first entry that matches counts, so extended codes stand before their primary code.
inline constexpr SqliteCodeMapping sqlite_code_mappings[] = {
    {sqlite_code::busy_snapshot, DBWAY_ERR_CONFLICT, "40001", DBWAY_DIAG_RETRY_TX | DBWAY_DIAG_NOT_EXECUTED},
    {sqlite_code::busy, DBWAY_ERR_CONFLICT, "55P03", DBWAY_DIAG_RETRY | DBWAY_DIAG_NOT_EXECUTED},
    {sqlite_code::locked, DBWAY_ERR_CONFLICT, "55P03", DBWAY_DIAG_RETRY | DBWAY_DIAG_NOT_EXECUTED},
    {sqlite_code::constraint_unique, DBWAY_ERR_CONSTRAINT, "23505", 0},
    {sqlite_code::constraint_primarykey, DBWAY_ERR_CONSTRAINT, "23505", 0},
    {sqlite_code::constraint_rowid, DBWAY_ERR_CONSTRAINT, "23505", 0},
    {sqlite_code::constraint_foreignkey, DBWAY_ERR_CONSTRAINT, "23503", 0},
    {sqlite_code::constraint_notnull, DBWAY_ERR_CONSTRAINT, "23502", 0},
    {sqlite_code::constraint_check, DBWAY_ERR_CONSTRAINT, "23514", 0},
    {sqlite_code::constraint_datatype, DBWAY_ERR_DATA, "42804", 0},
    {sqlite_code::constraint, DBWAY_ERR_CONSTRAINT, "23000", 0},
    {sqlite_code::readonly, DBWAY_ERR_PERMISSION, "25006", DBWAY_DIAG_NOT_EXECUTED},
    {sqlite_code::perm, DBWAY_ERR_PERMISSION, "42501", DBWAY_DIAG_NOT_EXECUTED},
    {sqlite_code::auth, DBWAY_ERR_PERMISSION, "42501", DBWAY_DIAG_NOT_EXECUTED},
    {sqlite_code::full, DBWAY_ERR_RESOURCE, "53100", 0},
    {sqlite_code::nomem, DBWAY_ERR_NOMEM, "53200", 0},
    {sqlite_code::ioerr_nomem, DBWAY_ERR_NOMEM, "53200", 0},
    {sqlite_code::ioerr, DBWAY_ERR_DATABASE, "58030", 0},
    {sqlite_code::corrupt, DBWAY_ERR_DATABASE, "XX001", 0},
    {sqlite_code::notadb, DBWAY_ERR_DATABASE, "XX001", DBWAY_DIAG_NOT_EXECUTED},
    {sqlite_code::cantopen, DBWAY_ERR_CONNECTION, "08001", DBWAY_DIAG_NOT_EXECUTED},
    {sqlite_code::toobig, DBWAY_ERR_DATA, "54000", DBWAY_DIAG_NOT_EXECUTED},
    {sqlite_code::mismatch, DBWAY_ERR_DATA, "42804", 0},
    {sqlite_code::range, DBWAY_ERR_INVALID, "42P02", DBWAY_DIAG_NOT_EXECUTED},
    {sqlite_code::abort, DBWAY_ERR_CONFLICT, "40000", DBWAY_DIAG_RETRY_TX},
    {sqlite_code::protocol, DBWAY_ERR_CONFLICT, "55P03", DBWAY_DIAG_RETRY | DBWAY_DIAG_NOT_EXECUTED},
    {sqlite_code::schema, DBWAY_ERR_CONFLICT, "40001", DBWAY_DIAG_RETRY | DBWAY_DIAG_NOT_EXECUTED},
    {sqlite_code::nolfs, DBWAY_ERR_RESOURCE, "54000", 0},
    {sqlite_code::misuse, DBWAY_ERR_INTERNAL, "XX000", 0},
    {sqlite_code::internal, DBWAY_ERR_INTERNAL, "XX000", 0},
};

inline const SqliteCodeMapping* find_sqlite_code(int code) {
    for (const SqliteCodeMapping& mapping : sqlite_code_mappings)
        if (mapping.code == code || (mapping.code <= 0xFF && mapping.code == (code & 0xFF))) return &mapping;
    return nullptr;
}

inline void diagnose_sqlite_interrupt(const SqliteErrorContext& context, Diagnostic& diagnostic) {
    diagnostic.status = context.timed_out ? DBWAY_ERR_TIMEOUT : DBWAY_ERR_CANCELLED;
    diagnostic.sqlstate = "57014";
    diagnostic.message =
        context.timed_out ? "the request was stopped at its deadline" : "the request was cancelled";
}

inline void explain_sqlite_code(int code, const SqliteErrorContext& context, Diagnostic& diagnostic) {
    switch (code & 0xFF) {
        case sqlite_code::busy:
            if (code == sqlite_code::busy_snapshot) {
                diagnostic.message = "another connection has written since this transaction began to read";
                diagnostic.hint =
                    "roll back and run the whole transaction again; one that begins as a write "
                    "transaction does not meet this";
            } else {
                diagnostic.hint = "another connection holds the lock; try again, or raise busy_timeout";
            }
            break;
        case sqlite_code::readonly:
            if (context.read_only_transaction) {
                diagnostic.message = "cannot write in a read-only transaction";
            } else {
                diagnostic.hint =
                    "the database was opened read-only, or its file or directory is not writable";
            }
            break;
        case sqlite_code::full:
            diagnostic.hint = "free space on the disk, or raise max_page_count, and try again";
            break;
        case sqlite_code::corrupt:
            diagnostic.hint =
                "the file is damaged: restore a backup, or save what is left with "
                "\"sqlite3 FILE .recover\"";
            break;
        case sqlite_code::notadb:
            diagnostic.hint = "the file is of another kind, or encrypted, or overwritten";
            break;
        default:
            break;
    }
}

}  // namespace detail

// Status, SQLSTATE and names of an SQLITE_ERROR, for which there is no code, from its wording.
inline void diagnose_sqlite_message(std::string_view message, bool preparing, Diagnostic& diagnostic) {
    diagnostic.status = preparing ? DBWAY_ERR_SYNTAX : DBWAY_ERR_DATABASE;
    diagnostic.sqlstate = preparing ? "42000" : "";
    for (const detail::SqliteWording& wording : detail::sqlite_wordings) {
        const std::string_view part = wording.prefix;
        const std::size_t at =
            wording.anywhere ? message.find(part) : (message.starts_with(part) ? 0 : message.npos);
        if (at == message.npos) continue;
        diagnostic.status = wording.status;
        diagnostic.sqlstate = wording.sqlstate;
        const std::string_view rest = message.substr(at + part.size());
        if (wording.rest == detail::SqliteNames::table)
            diagnostic.table_name = detail::last_sqlite_part(rest);
        if (wording.rest == detail::SqliteNames::column)
            diagnostic.column_name = detail::last_sqlite_part(rest);
        if (wording.anywhere && wording.rest == detail::SqliteNames::column && message.starts_with("table "))
            diagnostic.table_name = message.substr(6, at - 6);
        break;
    }
    if (preparing) diagnostic.flags |= DBWAY_DIAG_NOT_EXECUTED;
}

// Table, column and constraint of an SQLITE_CONSTRAINT.
inline void name_sqlite_constraint(int code, std::string_view message, Diagnostic& diagnostic) {
    constexpr std::string_view by_index = "UNIQUE constraint failed: index '";
    constexpr std::string_view by_check = "CHECK constraint failed: ";
    if (message.starts_with(by_index) && message.ends_with('\'')) {
        diagnostic.constraint_name = message.substr(by_index.size(), message.size() - by_index.size() - 1);
    } else if (message.starts_with(by_check)) {
        diagnostic.constraint_name = message.substr(by_check.size());
    } else if (code == sqlite_code::constraint_datatype) {
        const std::string_view name = message.substr(message.rfind(' ') + 1);
        const std::size_t point = name.find('.');
        if (point == std::string_view::npos) return;
        diagnostic.table_name = name.substr(0, point);
        diagnostic.column_name = name.substr(point + 1);
    } else {
        const detail::SqliteFailedColumns failed = detail::failed_sqlite_columns(message);
        if (failed.columns.empty()) return;
        diagnostic.table_name = failed.table;
        diagnostic.column_name = failed.columns.front();
    }
}

// The 1-based character (code point) at a byte offset of a UTF-8 text.
inline std::uint32_t character_position(std::string_view text, std::size_t offset) {
    text = text.substr(0, std::min(offset, text.size()));
    return 1 + static_cast<std::uint32_t>(std::count_if(text.begin(), text.end(), [](char c) {
               return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
           }));
}

// The diagnostic of an (extended) result code and SQLite's message for it.
inline Diagnostic diagnose_sqlite(int code, std::string_view message, const SqliteErrorContext& context) {
    Diagnostic diagnostic;
    diagnostic.native_code = code;
    diagnostic.message = message;
    const int primary = code & 0xFF;
    // A wait that was given up because of a cancel or the deadline ends as SQLITE_BUSY.
    if (primary == sqlite_code::interrupt ||
        ((primary == sqlite_code::busy || primary == sqlite_code::locked) &&
         code != sqlite_code::busy_snapshot && (context.timed_out || context.cancelled))) {
        detail::diagnose_sqlite_interrupt(context, diagnostic);
        return diagnostic;
    }
    if (primary == sqlite_code::error) {
        diagnose_sqlite_message(message, context.preparing, diagnostic);
        return diagnostic;
    }
    if (const detail::SqliteCodeMapping* mapping = detail::find_sqlite_code(code)) {
        diagnostic.status = mapping->status;
        diagnostic.sqlstate = mapping->sqlstate;
        diagnostic.flags = mapping->flags;
        if ((mapping->flags & DBWAY_DIAG_RETRY) != 0 && context.in_transaction && !context.committing)
            diagnostic.flags |= DBWAY_DIAG_RETRY_TX;
    }
    if (primary == sqlite_code::constraint) name_sqlite_constraint(code, message, diagnostic);
    detail::explain_sqlite_code(code, context, diagnostic);
    if (context.committing && primary == sqlite_code::ioerr)
        diagnostic.detail = "whether the transaction was committed is not known";
    return diagnostic;
}

}  // namespace dbway::sdk
