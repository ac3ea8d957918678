#include "sqlite/cell.hpp"

#include "refusal.hpp"

#include <cstdint>
#include <new>
#include <string_view>

namespace dbway::orm::sqlite {
namespace {

std::string_view bytes_of(sqlite3_value* value, bool text) {
    const void* bytes =
        text ? static_cast<const void*>(sqlite3_value_text(value)) : sqlite3_value_blob(value);
    const auto size = static_cast<std::size_t>(sqlite3_value_bytes(value));
    if (bytes == nullptr && (text || size != 0)) throw std::bad_alloc();
    return {static_cast<const char*>(bytes), size};
}

[[noreturn]] void refuse_value(std::size_t number, const char* sqlstate, const std::string& what) {
    throw sdk::Failure(DBWAY_ERR_DATA, "parameter $" + std::to_string(number) + ": " + what, sqlstate);
}

void bind_bytes(soci::data_type type, const char* bytes, std::size_t size, std::size_t number,
                soci::sqlite3_column& column) {
    if (size > INT32_MAX) refuse_value(number, "54000", "SQLite's values end at 2 GiB");
    column.type_ = type;
    // A null pointer would be NULL.
    column.buffer_.constData_ = size == 0 ? "" : bytes;
    column.buffer_.size_ = size;
}

// Up to 2^63-1 an integer, beyond that 20 digits as text, which sort after every integer and among
// themselves.
void bind_unsigned(std::uint64_t value, std::size_t number, soci::sqlite3_column& column, std::string& room) {
    if (value <= static_cast<std::uint64_t>(INT64_MAX)) {
        column.type_ = soci::dt_long_long;
        column.int64_ = static_cast<std::int64_t>(value);
        return;
    }
    room = std::to_string(value);
    room.insert(0, 20 - room.size(), '0');
    bind_bytes(soci::dt_string, room.data(), room.size(), number, column);
}

const char* time_name(std::uint8_t type) {
    return type == DBWAY_T_DATE ? "date" : type == DBWAY_T_TIME ? "time" : "timestamp";
}

}  // namespace

void read_cell(sqlite3_stmt* statement, int column, const sdk::SqliteCellPlan& plan, dbway_value& cell,
               sdk::Arena& arena) {
    sqlite3_value* const value = sqlite3_column_value(statement, column);
    switch (sqlite3_value_type(value)) {
        case SQLITE_INTEGER: {
            const std::int64_t number = sqlite3_value_int64(value);
            if (plan.type != DBWAY_T_I64 && plan.type != DBWAY_T_NULL) [[unlikely]]
                return sdk::read_sqlite_integer(number, plan, cell, arena);
            cell.v.i64 = number;
            cell.type = DBWAY_T_I64;
            return;
        }
        case SQLITE_FLOAT: {
            const double number = sqlite3_value_double(value);
            if (plan.type != DBWAY_T_F64 && plan.type != DBWAY_T_NULL) [[unlikely]]
                return sdk::read_sqlite_real(number, plan, cell, arena);
            cell.v.f64 = number;
            cell.type = DBWAY_T_F64;
            return;
        }
        case SQLITE_TEXT: {
            const std::string_view text = bytes_of(value, true);
            if (plan.type != DBWAY_T_TEXT && plan.type != DBWAY_T_NULL)
                return sdk::read_sqlite_text(text, plan, cell, arena);
            return sdk::copy_sqlite_bytes(DBWAY_T_TEXT, text, cell, arena);
        }
        case SQLITE_BLOB:
            return sdk::read_sqlite_blob(bytes_of(value, false), plan, cell, arena);
        default:
            return;
    }
}

void bind_value(const dbway_value& value, std::size_t number, soci::sqlite3_column& column,
                std::string& room) {
    column.isNull_ = value.type == DBWAY_T_NULL;
    switch (value.type) {
        case DBWAY_T_NULL:
            return;
        case DBWAY_T_BOOL:
        case DBWAY_T_I64:
            column.type_ = soci::dt_long_long;
            column.int64_ = value.type == DBWAY_T_I64 ? value.v.i64 : value.v.i64 != 0 ? 1 : 0;
            return;
        case DBWAY_T_F64:
            if (value.v.f64 != value.v.f64)
                refuse_value(number, "22003", "SQLite cannot store NaN, it would become NULL");
            column.type_ = soci::dt_double;
            column.double_ = value.v.f64;
            return;
        case DBWAY_T_TEXT:
        case DBWAY_T_JSON:
        case DBWAY_T_DECIMAL:
            return bind_bytes(soci::dt_string, value.v.text, value.len, number, column);
        case DBWAY_T_BLOB:
            return bind_bytes(soci::dt_blob, value.v.text, value.len, number, column);
        case DBWAY_T_U64:
            return bind_unsigned(value.v.u64, number, column, room);
        case DBWAY_T_NATIVE:
            refuse_value(number, "0A000", "SQLite has no values in a form of its own");
        default:
            break;
    }
    room.clear();
    if (value.type == DBWAY_T_TIME && (value.v.i64 < 0 || value.v.i64 > sdk::micros_per_day))
        refuse_value(number, "22008", "a time outside 00:00:00 to 24:00:00");
    if (!sdk::format_value(value, room)) {
        if (value.type == DBWAY_T_ARRAY)
            refuse_value(number, "22000", "an array with an item that has no text");
        refuse_value(number, "22008",
                     std::string("a ") + time_name(value.type) + " outside the years 0001 to 9999");
    }
    bind_bytes(soci::dt_string, room.data(), room.size(), number, column);
}

}  // namespace dbway::orm::sqlite
