#include "parameter.hpp"

#include "time_text.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/value_text.hpp>

#include <cstring>
#include <string_view>
#include <utility>

namespace dbway::pq {
namespace {

[[noreturn]] void refuse(dbway_status status, const char* sqlstate, std::string what) {
    sdk::Diagnostic diagnostic;
    diagnostic.status = status;
    diagnostic.flags = DBWAY_DIAG_NOT_EXECUTED;
    diagnostic.sqlstate = sqlstate;
    diagnostic.message = std::move(what);
    throw sdk::Failure(std::move(diagnostic));
}

// The server keeps no NUL character in a text, and in the text format it would end the value.
void append_characters(const dbway_value& value, std::string& out) {
    if (value.len == 0) return;
    if (std::memchr(value.v.text, 0, value.len) != nullptr)
        refuse(DBWAY_ERR_DATA, "22021", "PostgreSQL cannot store a NUL character in a text");
    out.append(value.v.text, value.len);
}

void append_blob(const dbway_value& value, std::string& out) {
    const std::size_t at = out.size();
    out.resize(at + sdk::blob_text_size(value.len));
    sdk::write_blob(out.data() + at, value.v.bytes, value.len);
}

void append_time(std::int64_t micros, std::string& out) {
    char buffer[sdk::time_text_max];
    const std::size_t size = sdk::write_time(buffer, micros);
    if (size == 0) refuse(DBWAY_ERR_DATA, "22008", "a time outside 00:00:00 to 24:00:00");
    out.append(buffer, size);
}

void append_quoted(const dbway_value& item, std::string& out) {
    std::string text;
    append_text(item, text);
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    out += '"';
}

void append_array(const dbway_value& array, std::string& out, int depth) {
    if (depth > sdk::array_depth_max) refuse(DBWAY_ERR_DATA, "54000", "an array is nested too deeply");
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
                append_text(item, out);
                break;
            default:
                append_quoted(item, out);
                break;
        }
    }
    out += '}';
}

}  // namespace

void append_text(const dbway_value& value, std::string& out) {
    char buffer[sdk::interval_text_max];
    switch (value.type) {
        case DBWAY_T_NULL:
            return;
        case DBWAY_T_BOOL:
            out += value.v.i64 != 0 ? "true" : "false";
            return;
        case DBWAY_T_I64:
            out.append(buffer, sdk::write_integer(buffer, value.v.i64));
            return;
        case DBWAY_T_U64:
            out.append(buffer, sdk::write_unsigned(buffer, value.v.u64));
            return;
        case DBWAY_T_F64:
            out.append(buffer, sdk::write_double(buffer, value.v.f64));
            return;
        case DBWAY_T_DECIMAL:
        case DBWAY_T_TEXT:
        case DBWAY_T_JSON:
            append_characters(value, out);
            return;
        case DBWAY_T_BLOB:
            append_blob(value, out);
            return;
        case DBWAY_T_DATE:
            if (!append_date(value.v.i64, out))
                refuse(DBWAY_ERR_DATA, "22008", "a date that PostgreSQL cannot store");
            return;
        case DBWAY_T_TIME:
            append_time(value.v.i64, out);
            return;
        case DBWAY_T_TIMESTAMP:
        case DBWAY_T_TIMESTAMPTZ:
            if (!append_timestamp(value.v.i64, value.type == DBWAY_T_TIMESTAMPTZ, out))
                refuse(DBWAY_ERR_DATA, "22008", "a timestamp that PostgreSQL cannot store");
            return;
        case DBWAY_T_INTERVAL:
            out.append(buffer, sdk::write_interval(buffer, *value.v.interval));
            return;
        case DBWAY_T_UUID:
            out.append(buffer, sdk::write_uuid(buffer, value.v.bytes));
            return;
        case DBWAY_T_ARRAY:
            append_array(value, out, 1);
            return;
        default:
            refuse(DBWAY_ERR_UNSUPPORTED, "0A000",
                   "libpqxx sends parameters as text; a value in the server's own form is none");
    }
}

}  // namespace dbway::pq
