#include "errors.hpp"

#include "error_text.hpp"

#include <string>

namespace dbway::sqlite {

sdk::Diagnostic diagnose_last(sqlite3* database, int code, const ErrorContext& context) {
    // What sqlite3_errmsg() points to is gone with the next statement, that of find_unique_index() among
    // them.
    const std::string message = sqlite3_errmsg(database);
    const int offset = sqlite3_error_offset(database);
    sdk::Diagnostic diagnostic = sdk::diagnose_sqlite(code, message, context);
    if (offset >= 0)
        diagnostic.position = sdk::character_position(context.sql, static_cast<std::size_t>(offset));
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
