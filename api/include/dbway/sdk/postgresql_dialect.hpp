// postgresql_dialect.hpp - PostgreSQL's SQL as its providers write it: quoting, the names of types, BEGIN,
// the names of tables, COPY; and the table of the extension "dbway.dialect/1".
#pragma once

#include <dbway/ext/dialect.h>
#include <dbway/provider.h>
#include <dbway/sdk/lexer.hpp>

#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace dbway::sdk {

// A name as an identifier that means exactly this name. The server knows no NUL character in names.
inline std::string quote_postgresql_identifier(std::string_view name) {
    std::string result;
    result.reserve(name.size() + 2);
    result += '"';
    for (const char c : name) {
        if (c == '"') result += '"';
        result += c;
    }
    result += '"';
    return result;
}

// A text as a literal, whatever standard_conforming_strings says.
inline std::string quote_postgresql_literal(std::string_view text) {
    std::string result;
    result.reserve(text.size() + 3);
    if (text.find('\\') != std::string_view::npos) result += " E";
    result += '\'';
    for (const char c : text) {
        if (c == '\'' || c == '\\') result += c;
        result += c;
    }
    result += '\'';
    return result;
}

// How a column is declared that keeps every value of a DBWAY_T_* type; see dialect.h. Empty: there is no way.
inline std::string postgresql_type_name(std::uint32_t type, std::int32_t precision, std::int32_t scale) {
    switch (type) {
        case DBWAY_T_BOOL:
            return "boolean";
        case DBWAY_T_I64:
            return "bigint";
        case DBWAY_T_U64:
            return "numeric(20,0)";
        case DBWAY_T_F64:
            return "double precision";
        case DBWAY_T_DECIMAL:
            if (precision <= 0 || precision > 1000 || scale < 0 || scale > precision) return "numeric";
            return "numeric(" + std::to_string(precision) + "," + std::to_string(scale) + ")";
        case DBWAY_T_TEXT:
            return "text";
        case DBWAY_T_BLOB:
            return "bytea";
        case DBWAY_T_DATE:
            return "date";
        case DBWAY_T_TIME:
            return "time";
        case DBWAY_T_TIMESTAMP:
            return "timestamp";
        case DBWAY_T_TIMESTAMPTZ:
            return "timestamptz";
        case DBWAY_T_INTERVAL:
            return "interval";
        case DBWAY_T_UUID:
            return "uuid";
        // jsonb would change the order of keys, drop doubles and normalise numbers.
        case DBWAY_T_JSON:
            return "json";
        case DBWAY_T_ARRAY: {
            if (precision <= DBWAY_T_NULL || precision >= DBWAY_T_ARRAY) return "";
            return postgresql_type_name(static_cast<std::uint32_t>(precision), -1, -1) + "[]";
        }
        default:
            return "";
    }
}

// The BEGIN of a transaction with these DBWAY_TX_* flags. PostgreSQL's REPEATABLE READ is snapshot isolation.
// DBWAY_TX_WRITE_LOCK has no meaning here and is ignored.
inline std::string postgresql_begin(std::uint32_t flags) {
    std::string sql = "BEGIN";
    switch (flags & 0xFu) {
        case DBWAY_TX_READ_UNCOMMITTED:
            sql += " ISOLATION LEVEL READ UNCOMMITTED";
            break;
        case DBWAY_TX_READ_COMMITTED:
            sql += " ISOLATION LEVEL READ COMMITTED";
            break;
        case DBWAY_TX_REPEATABLE_READ:
        case DBWAY_TX_SNAPSHOT:
            sql += " ISOLATION LEVEL REPEATABLE READ";
            break;
        case DBWAY_TX_SERIALIZABLE:
            sql += " ISOLATION LEVEL SERIALIZABLE";
            break;
        default:
            break;
    }
    if ((flags & DBWAY_TX_READ_ONLY) != 0) sql += " READ ONLY";
    if ((flags & DBWAY_TX_READ_WRITE) != 0) sql += " READ WRITE";
    if ((flags & DBWAY_TX_DEFERRABLE) != 0) sql += " DEFERRABLE";
    return sql;
}

// The name of a table as an application writes it (users, public.users, "My Table"), with every part quoted;
// nothing if the text is anything else. Unquoted parts are folded to lower case, as the server does.
inline std::optional<std::string> quote_postgresql_name(std::string_view text) {
    Lexer lexer(text, Dialect::postgresql);
    std::string result;
    for (int parts = 1;; ++parts) {
        const Token token = lexer.next_significant();
        if (token.kind == TokenKind::identifier && token.text.size() > 2 && token.text[0] == '"' &&
            token.text.back() == '"') {
            result += token.text;
        } else if (token.kind == TokenKind::word) {
            std::string folded(token.text);
            for (char& c : folded)
                if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
            result += quote_postgresql_identifier(folded);
        } else {
            return std::nullopt;
        }
        const Token next = lexer.next_significant();
        if (next.kind == TokenKind::end) return result;
        if (next.text != "." || parts == 3) return std::nullopt;
        result += '.';
    }
}

// "table" or "table (a, b)" for COPY; `table` is quoted already, the columns are names as they are.
inline std::string postgresql_copy_target(std::string_view table, std::span<const std::string_view> columns) {
    std::string result(table);
    for (std::size_t i = 0; i < columns.size(); ++i)
        result.append(i == 0 ? " (" : ", ").append(quote_postgresql_identifier(columns[i]));
    if (!columns.empty()) result += ')';
    return result;
}

namespace detail {

// The answers must outlive every call; there are few different ones.
inline const char* DBWAY_CALL postgresql_type_name_c(dbway_provider*, std::uint32_t type,
                                                     std::int32_t precision, std::int32_t scale) noexcept {
    static std::mutex mutex;
    static std::set<std::string> names;
    try {
        std::string name = postgresql_type_name(type, precision, scale);
        const std::lock_guard lock(mutex);
        return names.insert(std::move(name)).first->c_str();
    } catch (...) {
        return "";
    }
}

}  // namespace detail

inline constexpr dbway_ext_dialect postgresql_dialect = {
    sizeof(dbway_ext_dialect),
    DBWAY_PLACEHOLDER_DOLLAR,
    DBWAY_UPSERT_ON_CONFLICT,
    65'535,
    63,
    0,
    "postgresql",
    "\"\"",
    detail::postgresql_type_name_c,
    nullptr,
};

}  // namespace dbway::sdk
