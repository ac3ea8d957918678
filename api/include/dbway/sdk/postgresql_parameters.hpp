// postgresql_parameters.hpp - a value as PostgreSQL's text, as it takes parameters.
#pragma once

#include <dbway/provider.h>
#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/postgresql_time_text.hpp>
#include <dbway/sdk/value_text.hpp>

#include <cstring>
#include <string>
#include <utility>

namespace dbway::sdk {

// Appends the text of a value that is not NULL. Throws Failure (DBWAY_ERR_DATA, DBWAY_ERR_UNSUPPORTED) for
// one that PostgreSQL has no text of.
inline void append_postgresql_text(const dbway_value& value, std::string& out);

namespace postgresql_detail {

[[noreturn]] inline void refuse_value(dbway_status status, const char* sqlstate, std::string what) {
    Diagnostic diagnostic;
    diagnostic.status = status;
    diagnostic.flags = DBWAY_DIAG_NOT_EXECUTED;
    diagnostic.sqlstate = sqlstate;
    diagnostic.message = std::move(what);
    throw Failure(std::move(diagnostic));
}

// The server keeps no NUL character in a text, and in the text format it would end the value.
inline void append_characters(const dbway_value& value, std::string& out) {
    if (value.len == 0) return;
    if (std::memchr(value.v.text, 0, value.len) != nullptr)
        refuse_value(DBWAY_ERR_DATA, "22021", "PostgreSQL cannot store a NUL character in a text");
    out.append(value.v.text, value.len);
}

inline void append_blob(const dbway_value& value, std::string& out) {
    const std::size_t at = out.size();
    out.resize(at + blob_text_size(value.len));
    write_blob(out.data() + at, value.v.bytes, value.len);
}

inline void append_time(std::int64_t micros, std::string& out) {
    char buffer[time_text_max];
    const std::size_t size = write_time(buffer, micros);
    if (size == 0) refuse_value(DBWAY_ERR_DATA, "22008", "a time outside 00:00:00 to 24:00:00");
    out.append(buffer, size);
}

inline void append_quoted(const dbway_value& item, std::string& out) {
    std::string text;
    append_postgresql_text(item, text);
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    out += '"';
}

inline void append_array(const dbway_value& array, std::string& out, int depth) {
    if (depth > array_depth_max) refuse_value(DBWAY_ERR_DATA, "54000", "an array is nested too deeply");
    out += '{';
    for (std::uint32_t i = 0; i < array.len; ++i) {
        const dbway_value& item = array.v.items[i];
        if (i != 0) out += ',';
        switch (item.type) {
            case DBWAY_T_NULL:
                out += "NULL";
                break;
            case DBWAY_T_ARRAY:
                append_array(item, out, depth + 1);
                break;
            case DBWAY_T_BOOL:
            case DBWAY_T_I64:
            case DBWAY_T_U64:
            case DBWAY_T_F64:
                append_postgresql_text(item, out);
                break;
            default:
                append_quoted(item, out);
                break;
        }
    }
    out += '}';
}

}  // namespace postgresql_detail

inline void append_postgresql_text(const dbway_value& value, std::string& out) {
    char buffer[interval_text_max];
    switch (value.type) {
        case DBWAY_T_NULL:
            return;
        case DBWAY_T_BOOL:
            out += value.v.i64 != 0 ? "true" : "false";
            return;
        case DBWAY_T_I64:
            out.append(buffer, write_integer(buffer, value.v.i64));
            return;
        case DBWAY_T_U64:
            out.append(buffer, write_unsigned(buffer, value.v.u64));
            return;
        case DBWAY_T_F64:
            out.append(buffer, write_double(buffer, value.v.f64));
            return;
        case DBWAY_T_DECIMAL:
        case DBWAY_T_TEXT:
        case DBWAY_T_JSON:
            postgresql_detail::append_characters(value, out);
            return;
        case DBWAY_T_BLOB:
            postgresql_detail::append_blob(value, out);
            return;
        case DBWAY_T_DATE:
            if (!append_postgresql_date(value.v.i64, out))
                postgresql_detail::refuse_value(DBWAY_ERR_DATA, "22008",
                                                "a date that PostgreSQL cannot store");
            return;
        case DBWAY_T_TIME:
            postgresql_detail::append_time(value.v.i64, out);
            return;
        case DBWAY_T_TIMESTAMP:
        case DBWAY_T_TIMESTAMPTZ:
            if (!append_postgresql_timestamp(value.v.i64, value.type == DBWAY_T_TIMESTAMPTZ, out))
                postgresql_detail::refuse_value(DBWAY_ERR_DATA, "22008",
                                                "a timestamp that PostgreSQL cannot store");
            return;
        case DBWAY_T_INTERVAL:
            out.append(buffer, write_interval(buffer, *value.v.interval));
            return;
        case DBWAY_T_UUID:
            out.append(buffer, write_uuid(buffer, value.v.bytes));
            return;
        case DBWAY_T_ARRAY:
            postgresql_detail::append_array(value, out, 1);
            return;
        default:
            postgresql_detail::refuse_value(
                DBWAY_ERR_UNSUPPORTED, "0A000",
                "parameters are sent as text; a value in the server's own form is none");
    }
}

}  // namespace dbway::sdk
