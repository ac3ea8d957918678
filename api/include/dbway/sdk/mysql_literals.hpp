// mysql_literals.hpp - a value as MySQL's text, and as a literal that means the same whatever the sql_mode
// says.
#pragma once

#include <dbway/provider.h>
#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/value_text.hpp>

#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace dbway::sdk {

namespace mysql_detail {

[[noreturn]] inline void refuse_value(dbway_status status, const char* sqlstate, const char* message) {
    Diagnostic diagnostic;
    diagnostic.status = status;
    diagnostic.flags = DBWAY_DIAG_NOT_EXECUTED;
    diagnostic.sqlstate = sqlstate;
    diagnostic.message = message;
    throw Failure(std::move(diagnostic));
}

}  // namespace mysql_detail

// The number itself. Throws Failure (DBWAY_ERR_DATA) for one that MySQL has not got.
inline double finite_mysql_number(double number) {
    if (!std::isfinite(number))
        mysql_detail::refuse_value(DBWAY_ERR_DATA, "22003", "MySQL has neither infinities nor NaN");
    return number;
}

namespace mysql_detail {

inline std::string_view characters(const dbway_value& value) {
    return value.len == 0 ? std::string_view() : std::string_view(value.v.text, value.len);
}

inline void append_sized(std::string& out, const char* buffer, std::size_t size, const char* what) {
    if (size == 0) refuse_value(DBWAY_ERR_DATA, "22008", what);
    out.append(buffer, size);
}

inline bool is_finite_time(const dbway_value& value) {
    return value.v.i64 != time_infinity && value.v.i64 != time_minus_infinity;
}

inline void append_hex(const dbway_value& value, std::string& out) {
    const std::size_t at = out.size();
    out.resize(at + blob_text_size(value.len));
    write_blob(out.data() + at, value.v.bytes, value.len);
    out[at] = 'X';
    out[at + 1] = '\'';
    out += '\'';
}

// A quote is doubled; what has a backslash goes as hexadecimal digits, since its meaning depends on a mode.
inline void append_quoted(std::string_view text, std::string& out) {
    if (text.find('\\') != std::string_view::npos) {
        dbway_value value{};
        value.v.text = text.data();
        value.len = static_cast<std::uint32_t>(text.size());
        out += "_utf8mb4 ";
        append_hex(value, out);
        return;
    }
    out += '\'';
    for (;;) {
        const std::size_t quote = text.find('\'');
        if (quote == std::string_view::npos) break;
        out.append(text.substr(0, quote + 1));
        out += '\'';
        text.remove_prefix(quote + 1);
    }
    out.append(text);
    out += '\'';
}

// As a literal without an exponent would be a decimal.
inline void append_double(double number, std::string& out) {
    char buffer[double_text_max];
    const std::string_view text(buffer, write_double(buffer, finite_mysql_number(number)));
    out.append(text);
    if (text.find('e') == std::string_view::npos) out += "e0";
}

}  // namespace mysql_detail

// The text of a value that is not NULL, in UTC. Throws Failure (DBWAY_ERR_DATA, DBWAY_ERR_UNSUPPORTED) for
// one that MySQL has no text of.
inline void append_mysql_text(const dbway_value& value, std::string& out) {
    char buffer[interval_text_max];
    switch (value.type) {
        case DBWAY_T_BOOL:
            out += value.v.i64 != 0 ? '1' : '0';
            return;
        case DBWAY_T_I64:
            out.append(buffer, write_integer(buffer, value.v.i64));
            return;
        case DBWAY_T_U64:
            out.append(buffer, write_unsigned(buffer, value.v.u64));
            return;
        case DBWAY_T_F64:
            out.append(buffer, write_double(buffer, finite_mysql_number(value.v.f64)));
            return;
        case DBWAY_T_DECIMAL:
            if (!is_canonical_decimal(mysql_detail::characters(value)) ||
                mysql_detail::characters(value).find_first_of("yN") != std::string_view::npos)
                mysql_detail::refuse_value(DBWAY_ERR_DATA, "22003", "MySQL's decimals are finite numbers");
            out.append(mysql_detail::characters(value));
            return;
        case DBWAY_T_TEXT:
        case DBWAY_T_JSON:
            out.append(mysql_detail::characters(value));
            return;
        case DBWAY_T_DATE:
            mysql_detail::append_sized(
                out, buffer, mysql_detail::is_finite_time(value) ? write_date(buffer, value.v.i64) : 0,
                "MySQL's dates go from 0001-01-01 to 9999-12-31");
            return;
        case DBWAY_T_TIME:
            mysql_detail::append_sized(out, buffer, write_time(buffer, value.v.i64),
                                       "a time of day goes from 00:00:00 to 24:00:00");
            return;
        // The session is set to UTC. MySQL before 8.0.19 and MariaDB know no offset in a text.
        case DBWAY_T_TIMESTAMP:
        case DBWAY_T_TIMESTAMPTZ:
            mysql_detail::append_sized(
                out, buffer, mysql_detail::is_finite_time(value) ? write_timestamp(buffer, value.v.i64) : 0,
                "MySQL's timestamps go from 0001-01-01 to 9999-12-31");
            return;
        case DBWAY_T_INTERVAL:
            out.append(buffer, write_interval(buffer, *value.v.interval));
            return;
        case DBWAY_T_UUID:
            out.append(buffer, write_uuid(buffer, value.v.bytes));
            return;
        case DBWAY_T_ARRAY:
            if (!format_value(value, out))
                mysql_detail::refuse_value(DBWAY_ERR_DATA, "22000",
                                           "an array holds a value that has no text");
            return;
        default:
            mysql_detail::refuse_value(DBWAY_ERR_UNSUPPORTED, "0A000",
                                       "a value in the server's own form cannot be a parameter");
    }
}

inline void append_mysql_literal(const dbway_value& value, std::string& out) {
    std::string text;
    switch (value.type) {
        case DBWAY_T_NULL:
            out += "NULL";
            return;
        case DBWAY_T_BOOL:
        case DBWAY_T_I64:
        case DBWAY_T_U64:
        case DBWAY_T_DECIMAL:
            append_mysql_text(value, out);
            return;
        case DBWAY_T_F64:
            mysql_detail::append_double(value.v.f64, out);
            return;
        case DBWAY_T_BLOB:
            mysql_detail::append_hex(value, out);
            return;
        case DBWAY_T_TEXT:
        case DBWAY_T_JSON:
            mysql_detail::append_quoted(mysql_detail::characters(value), out);
            return;
        default:
            append_mysql_text(value, text);
            mysql_detail::append_quoted(text, out);
            return;
    }
}

}  // namespace dbway::sdk
