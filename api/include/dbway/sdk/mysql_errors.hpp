// mysql_errors.hpp - errors of MySQL and MariaDB as diagnostics. Their own SQLSTATEs are coarse, HY000 for
// much of what a caller must tell apart, so the native code decides and the SQLSTATE is the one that other
// providers give in the same case.
#pragma once

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/sqlstate.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

namespace dbway::sdk {

namespace mysql_detail {

struct Mapping {
    std::int32_t code;
    const char* sqlstate;
};

// By the codes of MySQL's and MariaDB's error reference (mysqld_error.h, errmsg.h), sorted.
inline constexpr Mapping mappings[] = {
    {1005, "42000"},  // can't create table
    {1007, "42P04"},  // database exists
    {1008, "3D000"},  // can't drop database, it does not exist
    {1020, "40001"},  // record has changed since last read (snapshot isolation)
    {1021, "53100"},  // disk full
    {1022, "23505"},  // duplicate key
    {1037, "53200"},  // out of memory
    {1038, "53200"},  // out of sort memory
    {1040, "53300"},  // too many connections
    {1041, "53200"},  // out of memory
    {1044, "42501"},  // access denied to database
    {1045, "28P01"},  // access denied for user
    {1046, "3D000"},  // no database selected
    {1047, "08S01"},  // unknown command; of Galera: the node is not ready
    {1048, "23502"},  // column cannot be null
    {1049, "3D000"},  // unknown database
    {1050, "42P07"},  // table exists
    {1051, "42P01"},  // unknown table (DROP)
    {1052, "42702"},  // ambiguous column
    {1053, "57P01"},  // server shutdown in progress
    {1054, "42703"},  // unknown column
    {1055, "42803"},  // not in GROUP BY
    {1060, "42701"},  // duplicate column name
    {1061, "42P07"},  // duplicate key name
    {1062, "23505"},  // duplicate entry
    {1064, "42601"},  // syntax
    {1065, "42601"},  // empty query
    {1066, "42712"},  // not unique table or alias
    {1068, "42P16"},  // multiple primary keys
    {1072, "42703"},  // key column does not exist
    {1091, "42704"},  // can't drop, does not exist
    {1109, "42P01"},  // unknown table
    {1110, "42701"},  // column specified twice
    {1111, "42803"},  // invalid use of a group function
    {1114, "53100"},  // table is full
    {1115, "42704"},  // unknown character set
    {1118, "54000"},  // row size too large
    {1129, "08004"},  // host is blocked
    {1130, "28000"},  // host is not allowed to connect
    {1136, "42601"},  // column count does not match value count
    {1142, "42501"},  // command denied on table
    {1143, "42501"},  // command denied on column
    {1146, "42P01"},  // table does not exist
    {1149, "42601"},  // syntax
    {1153, "54000"},  // packet larger than max_allowed_packet
    {1158, "08006"},  // network errors of the server
    {1159, "08006"}, {1160, "08006"}, {1161, "08006"}, {1169, "23505"},  // unique constraint
    {1176, "42704"},                                                     // key does not exist
    {1180, "40003"},                   // error during COMMIT; of Galera: no quorum
    {1184, "08006"},                   // aborting connection
    {1203, "53300"},                   // too many connections of this user
    {1205, "55P03"},                   // lock wait timeout; the statement is rolled back, not the transaction
    {1206, "53200"},                   // lock table is full
    {1213, "40P01"},                   // deadlock; the transaction is rolled back
    {1216, "23503"},                   // foreign key
    {1217, "23503"}, {1222, "42601"},  // SELECTs of a UNION differ in columns
    {1226, "53400"},                   // resource limit of the user
    {1227, "42501"},                   // a privilege is needed
    {1235, "0A000"},                   // not yet supported
    {1242, "21000"},                   // subquery returns more than one row
    {1243, "26000"},                   // unknown prepared statement
    {1248, "42601"},                   // derived table without an alias
    {1263, "23502"},                   // NULL supplied to NOT NULL column
    {1264, "22003"},                   // out of range
    {1265, "22000"},                   // data truncated
    {1267, "42P21"},                   // illegal mix of collations
    {1290, "25006"},                   // the server runs with --read-only
    {1292, "22007"},                   // incorrect value of a type
    {1295, "0A000"},                   // not in the prepared statement protocol
    {1298, "22023"},                   // unknown time zone
    {1300, "22021"},                   // invalid character string
    {1305, "42883"},                   // function or procedure does not exist; also a savepoint
    {1317, "57014"},                   // query execution was interrupted
    {1318, "42883"},                   // wrong number of arguments of a procedure
    {1364, "23502"},                   // field has no default value
    {1365, "22012"},                   // division by zero
    {1366, "22P02"},                   // incorrect value for column
    {1367, "22P02"},                   // illegal value found during parsing
    {1370, "42501"},                   // EXECUTE denied
    {1406, "22001"},                   // data too long
    {1411, "22007"},                   // incorrect value for a function
    {1425, "42611"},                   // scale too large
    {1426, "42611"},                   // precision too large
    {1451, "23503"},                   // foreign key: a child refers to the row
    {1452, "23503"},                   // foreign key: no such parent
    {1461, "53400"},                   // max_prepared_stmt_count
    {1557, "23503"},                   // foreign key would lead to a duplicate
    {1568, "25001"},                   // transaction characteristics while a transaction is in progress
    {1582, "42883"},                   // wrong number of arguments of a function
    {1586, "23505"},                   // duplicate entry
    {1630, "42883"},                   // function does not exist
    {1690, "22003"},                   // value out of range in an expression
    {1698, "28P01"},                   // access denied
    {1792, "25006"},                   // read-only transaction
    {1820, "28000"},                   // password must be changed
    {1836, "25006"},                   // read-only mode
    {1859, "23505"},                   // duplicate entry
    {1862, "28000"},                   // password has expired
    {1906, "428C9"},                   // value given for a generated column (MariaDB)
    {1927, "57P01"},                   // connection was killed
    {1969, "57014"},                   // max_statement_time
    {2002, "08001"},                   // can't connect
    {2003, "08001"}, {2005, "08001"},  // unknown host
    {2006, "08006"},                   // server has gone away
    {2013, "08006"},                   // lost connection
    {2014, "HY010"},                   // commands out of sync
    {2026, "08001"},                   // TLS error
    {2027, "08006"},                   // malformed packet
    {2055, "08006"},                   // lost connection
    {3024, "57014"},                   // max_execution_time
    {3105, "428C9"},                   // value given for a generated column
    {3140, "22032"},                   // invalid JSON text
    {3159, "28000"},                   // TLS is required by the server
    {3169, "57P01"},                   // session was killed
    {3572, "55P03"},                   // NOWAIT
    {3819, "23514"},                   // check constraint (MySQL)
    {4025, "23514"},                   // check constraint (MariaDB)
    {4031, "57P05"},                   // disconnected because of inactivity
    {4078, "42804"},                   // illegal parameter types for an operation
};

constexpr bool is_sorted() {
    for (std::size_t i = 1; i < std::size(mappings); ++i)
        if (mappings[i - 1].code >= mappings[i].code) return false;
    return true;
}
static_assert(is_sorted());

inline const char* find_sqlstate(std::int64_t code) {
    const auto* const found =
        std::lower_bound(std::begin(mappings), std::end(mappings), code,
                         [](const Mapping& mapping, std::int64_t wanted) { return mapping.code < wanted; });
    return found != std::end(mappings) && found->code == code ? found->sqlstate : nullptr;
}

// The text between the first `open` and the next `close`; empty if there is none.
inline std::string_view between(std::string_view text, std::string_view open, std::string_view close) {
    const std::size_t begin = text.find(open);
    if (begin == std::string_view::npos) return {};
    text.remove_prefix(begin + open.size());
    const std::size_t end = text.find(close);
    return end == std::string_view::npos ? std::string_view() : text.substr(0, end);
}

// "`schema`.`table`" at the beginning of `text`.
inline void take_table(std::string_view text, Diagnostic& diagnostic) {
    diagnostic.schema_name = between(text, "`", "`.`");
    diagnostic.table_name = between(text, "`.`", "`");
}

// "for column 'c'" or "for column `schema`.`table`.`c`"
inline void take_column(std::string_view message, Diagnostic& diagnostic) {
    const std::string_view full = between(message, "for column ", " at row ");
    if (full.starts_with('`') && full.find("`.`") != std::string_view::npos) {
        take_table(full, diagnostic);
        const std::size_t last = full.rfind("`.`");
        diagnostic.column_name = full.substr(last + 3, full.size() - last - 4);
    } else if (full.size() > 2 && full.front() == '\'') {
        diagnostic.column_name = full.substr(1, full.size() - 2);
    }
}

inline void take_key(std::string_view message, Diagnostic& diagnostic) {
    // The value that comes before it may contain anything.
    const std::size_t at = message.rfind(" for key '");
    if (at == std::string_view::npos) return;
    std::string_view key = message.substr(at + 10);
    key = key.substr(0, key.rfind('\''));
    // MySQL 8 puts the table before it.
    if (const std::size_t dot = key.find('.'); dot != std::string_view::npos) {
        diagnostic.table_name = key.substr(0, dot);
        key.remove_prefix(dot + 1);
    }
    diagnostic.constraint_name = key;
}

}  // namespace mysql_detail

// After this error nothing more comes over the connection.
inline bool is_mysql_connection_lost(std::int64_t code) noexcept {
    switch (code) {
        case 1053:
        case 1153:
        case 1158:
        case 1159:
        case 1160:
        case 1161:
        case 1184:
        case 1927:
        case 2002:
        case 2003:
        case 2006:
        case 2013:
        case 2014:
        case 2027:
        case 2055:
        case 3169:
        case 4031:
            return true;
        default:
            return false;
    }
}

// The names of schema, table, column and constraint, as far as the message of the error has them.
inline void add_mysql_names(Diagnostic& diagnostic) {
    // In the mode ANSI_QUOTES the definition of a foreign key is quoted in that way.
    const bool foreign_key = diagnostic.native_code == 1451 || diagnostic.native_code == 1452;
    std::string text = diagnostic.message;
    if (foreign_key) std::replace(text.begin(), text.end(), '"', '`');
    const std::string_view message = text;
    switch (diagnostic.native_code) {
        case 1022:
        case 1062:
        case 1169:
        case 1586:
        case 1859:
            mysql_detail::take_key(message, diagnostic);
            break;
        case 1048:
            diagnostic.column_name = mysql_detail::between(message, "Column '", "' cannot be null");
            break;
        case 1364:
            diagnostic.column_name = mysql_detail::between(message, "Field '", "' doesn't have a default");
            break;
        case 1264:
        case 1265:
        case 1292:
        case 1366:
        case 1406:
            mysql_detail::take_column(message, diagnostic);
            break;
        case 1216:
        case 1217:
        case 1451:
        case 1452:
            mysql_detail::take_table(mysql_detail::between(message, "constraint fails (", ", CONSTRAINT"),
                                     diagnostic);
            diagnostic.constraint_name = mysql_detail::between(message, "CONSTRAINT `", "`");
            break;
        case 3819:
            diagnostic.constraint_name =
                mysql_detail::between(message, "Check constraint '", "' is violated");
            break;
        case 4025:
            diagnostic.constraint_name = mysql_detail::between(message, "CONSTRAINT `", "` failed for");
            if (const std::size_t at = message.find("` failed for "); at != std::string_view::npos)
                mysql_detail::take_table(message.substr(at + 13), diagnostic);
            break;
        default:
            break;
    }
}

// The diagnostic of a native code with what the server said. `sqlstate` is the server's, for codes that have
// no better one.
inline Diagnostic make_mysql_diagnostic(std::int64_t code, std::string_view sqlstate,
                                        std::string_view message) {
    Diagnostic diagnostic;
    diagnostic.native_code = code;
    if (const char* better = mysql_detail::find_sqlstate(code)) sqlstate = better;
    // MariaDB and MySQL use one code for all that a column does not take.
    if (code == 1366 && message.starts_with("Incorrect string value")) sqlstate = "22021";
    if (code == 1305 && message.starts_with("SAVEPOINT")) sqlstate = "3B001";
    diagnostic.sqlstate = sqlstate;
    diagnostic.status = status_of_sqlstate(sqlstate);
    diagnostic.flags = diagnostic_flags_of_sqlstate(sqlstate) & ~std::uint32_t{DBWAY_DIAG_CONN_DEAD};
    if (is_mysql_connection_lost(code)) diagnostic.flags |= DBWAY_DIAG_CONN_DEAD;
    if (code == 1047) diagnostic.flags |= DBWAY_DIAG_RETRY | DBWAY_DIAG_NOT_EXECUTED;
    // A client library's own refusals have no code.
    if (code == 0 && sqlstate.empty()) diagnostic.status = DBWAY_ERR_INTERNAL;
    diagnostic.message = message;
    add_mysql_names(diagnostic);
    return diagnostic;
}

// "… near 'the rest of the statement, at most 80 characters' at line 2"
inline std::size_t find_mysql_error_place(std::string_view message, std::string_view sql) {
    const std::size_t begin = message.find(" near '");
    const std::size_t end = message.rfind("' at line ");
    if (begin == std::string_view::npos || end == std::string_view::npos || end < begin + 7)
        return std::string_view::npos;
    const std::string_view rest = message.substr(begin + 7, end - begin - 7);
    int line = 0;
    const std::string_view number = message.substr(end + 10);
    std::from_chars(number.data(), number.data() + number.size(), line);
    if (rest.empty()) return line == 0 ? std::string_view::npos : sql.size();
    constexpr std::size_t quoted_at_most = 80;
    if (rest.size() < quoted_at_most && sql.ends_with(rest)) return sql.size() - rest.size();
    std::size_t place = std::string_view::npos;
    for (std::size_t at = sql.find(rest); at != std::string_view::npos; at = sql.find(rest, at + 1)) {
        if (std::count(sql.begin(), sql.begin() + static_cast<std::ptrdiff_t>(at), '\n') + 1 != line)
            continue;
        if (place != std::string_view::npos) return std::string_view::npos;
        place = at;
    }
    return place;
}

}  // namespace dbway::sdk
