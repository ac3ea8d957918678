// handle.hpp - owners of sqlite3's objects, and the few calls everything here needs.
#pragma once

#include <sqlite3.h>

#include <memory>
#include <string>
#include <string_view>

namespace dbway::sqlite {

struct CloseDatabase {
    void operator()(sqlite3* database) const noexcept { sqlite3_close_v2(database); }
};
struct FinalizeStatement {
    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};
using DatabaseHandle = std::unique_ptr<sqlite3, CloseDatabase>;
using StatementHandle = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

// Null if it cannot be prepared.
inline StatementHandle try_prepare(sqlite3* database, std::string_view sql) noexcept {
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(database, sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
    return StatementHandle(statement);
}

inline void bind_text(sqlite3_stmt* statement, int index, std::string_view text) noexcept {
    sqlite3_bind_text64(statement, index, text.empty() ? "" : text.data(), text.size(), SQLITE_TRANSIENT,
                        SQLITE_UTF8);
}

// Valid until the next step; empty for NULL.
inline std::string_view column_text(sqlite3_stmt* statement, int column) noexcept {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
    if (text == nullptr) return {};
    return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement, column))};
}

// A name as an SQL identifier, or a text as an SQL literal.
inline std::string quote(std::string_view text, char mark) {
    std::string result(1, mark);
    for (const char c : text) {
        if (c == mark) result += mark;
        result += c;
    }
    result += mark;
    return result;
}
inline std::string quote_identifier(std::string_view name) { return quote(name, '"'); }

}  // namespace dbway::sqlite
