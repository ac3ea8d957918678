// mysql_dialect.hpp - the SQL of MySQL and MariaDB as their providers write it: quoting, the names of types,
// BEGIN, the names of tables; and the table of the extension "dbway.dialect/1".
#pragma once

#include <dbway/ext/dialect.h>
#include <dbway/provider.h>
#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/lexer.hpp>
#include <dbway/sdk/value_text_bytes.hpp>

#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dbway::sdk {

// In back-ticks, so that it means exactly this name.
inline std::string quote_mysql_identifier(std::string_view name) {
    std::string result = "`";
    for (const char c : name) {
        if (c == '`') result += '`';
        result += c;
    }
    return result += '`';
}

// As a literal, whatever the sql_mode: hexadecimal digits with the character set in front.
inline std::string quote_mysql_literal(std::string_view text) {
    std::string result(blob_text_size(text.size()), '\0');
    write_blob(result.data(), reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
    result.replace(0, 2, "_utf8mb4 X'");
    return result += '\'';
}

// How a column is declared that keeps every value of a DBWAY_T_* type; see dialect.h. Empty: there is no way.
// Types that MySQL has not got are texts with a comment that says so.
inline std::string mysql_type_name(std::uint32_t type, std::int32_t precision, std::int32_t scale) {
    switch (type) {
        case DBWAY_T_BOOL:
            return "tinyint(1)";
        case DBWAY_T_I64:
            return "bigint";
        case DBWAY_T_U64:
            return "bigint unsigned";
        case DBWAY_T_F64:
            return "double";
        case DBWAY_T_DECIMAL:
            // The most that MySQL has; MariaDB would take 38 digits after the point.
            if (precision <= 0 || precision > 65 || scale < 0 || scale > precision) return "decimal(65,30)";
            if (scale > 30) return "";
            return "decimal(" + std::to_string(precision) + "," + std::to_string(scale) + ")";
        case DBWAY_T_TEXT:
            return "longtext";
        case DBWAY_T_BLOB:
            return "longblob";
        case DBWAY_T_DATE:
            return "date";
        case DBWAY_T_TIME:
            return "time(6)";
        case DBWAY_T_TIMESTAMP:
            return "datetime(6)";
        // Keeps instants of 1970-01-01 00:00:01 to 2038-01-19 03:14:07, and refuses others.
        case DBWAY_T_TIMESTAMPTZ:
            return "timestamp(6)";
        case DBWAY_T_INTERVAL:
            return "varchar(80) comment 'dbway:interval'";
        case DBWAY_T_UUID:
            return "char(36) comment 'dbway:uuid'";
        case DBWAY_T_JSON:
            return "json";
        case DBWAY_T_ARRAY:
            if (precision <= DBWAY_T_NULL || precision >= DBWAY_T_ARRAY) return "";
            return "longtext comment 'dbway:array:" + std::to_string(precision) + "'";
        default:
            return "";
    }
}

// The statements that begin a transaction with these DBWAY_TX_* flags, in their order. InnoDB's REPEATABLE
// READ is snapshot isolation. DBWAY_TX_DEFERRABLE has no meaning here and is ignored; DBWAY_TX_WRITE_LOCK
// only says that the transaction writes.
inline std::vector<std::string> mysql_begin(std::uint32_t flags) {
    std::vector<std::string> statements;
    // Of the next transaction only.
    const auto isolate = [&statements](const char* level) {
        statements.push_back(std::string("SET TRANSACTION ISOLATION LEVEL ") + level);
    };
    switch (flags & 0xFu) {
        case DBWAY_TX_READ_UNCOMMITTED:
            isolate("READ UNCOMMITTED");
            break;
        case DBWAY_TX_READ_COMMITTED:
            isolate("READ COMMITTED");
            break;
        case DBWAY_TX_REPEATABLE_READ:
        case DBWAY_TX_SNAPSHOT:
            isolate("REPEATABLE READ");
            break;
        case DBWAY_TX_SERIALIZABLE:
            isolate("SERIALIZABLE");
            break;
        default:
            break;
    }
    const bool snapshot = (flags & 0xFu) == DBWAY_TX_SNAPSHOT;
    std::string begin = snapshot ? "START TRANSACTION WITH CONSISTENT SNAPSHOT" : "START TRANSACTION";
    const char* const separator = snapshot ? ", " : " ";
    if ((flags & DBWAY_TX_READ_ONLY) != 0) begin.append(separator).append("READ ONLY");
    if ((flags & (DBWAY_TX_READ_WRITE | DBWAY_TX_WRITE_LOCK)) != 0)
        begin.append(separator).append("READ WRITE");
    statements.push_back(std::move(begin));
    return statements;
}

// As they are, without quotes.
struct MysqlTableName {
    std::string schema;  // empty: none
    std::string table;

    std::string quoted() const {
        std::string result;
        if (!schema.empty()) result.append(quote_mysql_identifier(schema)).append(".");
        return result.append(quote_mysql_identifier(table));
    }
};

namespace detail {

// The name that a token stands for; empty if it is none. A text in double quotes is a name where the mode
// ANSI_QUOTES holds, and nothing that can stand in its place where it does not.
inline std::string mysql_name_of(const Token& token) {
    if (token.kind == TokenKind::word) return std::string(token.text);
    const bool quoted = token.kind == TokenKind::identifier ||
                        (token.kind == TokenKind::string && token.text.starts_with('"'));
    if (!quoted || token.text.size() < 2 || token.text.back() != token.text.front()) return {};
    std::string name;
    for (std::size_t i = 1; i + 1 < token.text.size(); ++i) {
        name += token.text[i];
        if (token.text[i] == token.text.front()) ++i;  // a doubled quote
    }
    return name;
}

// Reads "name" or "schema.name"; leaves the first token behind it in `token`. Without a table: there is no
// name.
inline MysqlTableName read_mysql_name(Lexer& lexer, Token& token) {
    MysqlTableName name;
    name.table = mysql_name_of(token);
    if (name.table.empty()) return name;
    token = lexer.next_significant();
    if (token.text != ".") return name;
    token = lexer.next_significant();
    name.schema = std::move(name.table);
    name.table = mysql_name_of(token);
    token = lexer.next_significant();
    return name;
}

}  // namespace detail

// The name of a table as an application writes it: t, db.t, `Odd name`. Throws Failure (DBWAY_ERR_INVALID)
// for anything else.
inline MysqlTableName parse_mysql_table(std::string_view text) {
    Lexer lexer(text, Dialect::mysql);
    Token token = lexer.next_significant();
    MysqlTableName name = detail::read_mysql_name(lexer, token);
    if (!name.table.empty() && token.kind == TokenKind::end) return name;
    Diagnostic diagnostic;
    diagnostic.status = DBWAY_ERR_INVALID;
    diagnostic.flags = DBWAY_DIAG_NOT_EXECUTED;
    diagnostic.sqlstate = "42602";
    diagnostic.message = "\"" + std::string(text) + "\" is not the name of a table";
    throw Failure(std::move(diagnostic));
}

namespace detail {

// The answers must outlive every call; there are few different ones.
inline const char* DBWAY_CALL mysql_type_name_c(dbway_provider*, std::uint32_t type, std::int32_t precision,
                                                std::int32_t scale) noexcept {
    static std::mutex mutex;
    static std::set<std::string> names;
    try {
        std::string name = mysql_type_name(type, precision, scale);
        const std::lock_guard lock(mutex);
        return names.insert(std::move(name)).first->c_str();
    } catch (...) {
        return "";
    }
}

}  // namespace detail

inline constexpr dbway_ext_dialect mysql_dialect = {
    sizeof(dbway_ext_dialect),
    DBWAY_PLACEHOLDER_QUESTION,
    DBWAY_UPSERT_ON_DUPLICATE,
    65'535,
    64,
    0,
    "mysql",
    "``",
    detail::mysql_type_name_c,
    nullptr,
};

}  // namespace dbway::sdk
