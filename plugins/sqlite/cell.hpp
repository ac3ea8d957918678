// cell.hpp - one stored value as a cell, one parameter as a stored value.
#pragma once

#include <dbway/provider.h>
#include <dbway/sdk/inlining.hpp>
#include <dbway/sdk/row_batch.hpp>
#include <dbway/sdk/sqlite_values.hpp>
#include <dbway/sdk/value_text.hpp>

#include <sqlite3.h>

#include <cstdint>
#include <cstring>
#include <new>

namespace dbway::sqlite {

using CellPlan = sdk::SqliteCellPlan;

inline std::string_view bytes_of(sqlite3_value* value, bool text) {
    const void* bytes =
        text ? static_cast<const void*>(sqlite3_value_text(value)) : sqlite3_value_blob(value);
    const auto size = static_cast<std::size_t>(sqlite3_value_bytes(value));
    if (bytes == nullptr && (text || size != 0)) throw std::bad_alloc();
    return {static_cast<const char*>(bytes), size};
}

// Reads column `column` of the current row into `cell`, which is NULL before. What the declared type does not
// fit keeps the type of its storage: no value is lost, and none is an error.
//
// The "unprotected" value of sqlite3_column_value() may be asked for its content here because the connection
// is opened without a mutex and one thread at a time uses it; it saves two thirds of the calls.
DBWAY_SDK_HOT inline void read_cell(sqlite3_stmt* statement, int column, const CellPlan& plan,
                                    dbway_value& cell, sdk::Arena& arena) {
    sqlite3_value* value = sqlite3_column_value(statement, column);
    switch (sqlite3_value_type(value)) {
        case SQLITE_INTEGER:
            cell.v.i64 = sqlite3_value_int64(value);
            if (plan.type == DBWAY_T_I64 || plan.type == DBWAY_T_NULL) [[likely]]
                cell.type = DBWAY_T_I64;
            else
                sdk::read_sqlite_integer(cell.v.i64, plan, cell, arena);
            return;
        case SQLITE_FLOAT:
            cell.v.f64 = sqlite3_value_double(value);
            if (plan.type == DBWAY_T_F64 || plan.type == DBWAY_T_NULL) [[likely]]
                cell.type = DBWAY_T_F64;
            else
                sdk::read_sqlite_real(cell.v.f64, plan, cell, arena);
            return;
        case SQLITE_TEXT: {
            const std::string_view text = bytes_of(value, true);
            if (plan.type == DBWAY_T_TEXT || plan.type == DBWAY_T_NULL) [[likely]]
                sdk::copy_sqlite_bytes(DBWAY_T_TEXT, text, cell, arena);
            else
                sdk::read_sqlite_text(text, plan, cell, arena);
            return;
        }
        case SQLITE_BLOB: {
            const std::string_view bytes = bytes_of(value, false);
            if (plan.type == DBWAY_T_UUID)
                sdk::read_sqlite_blob(bytes, plan, cell, arena);
            else
                sdk::copy_sqlite_bytes(DBWAY_T_BLOB, bytes, cell, arena);
            return;
        }
        default:
            return;
    }
}

// Room that bind_cell() needs for the text of one value, alive as long as the binding.
inline constexpr std::size_t bind_room = sdk::interval_text_max;

int bind_other(sqlite3_stmt* statement, int index, const dbway_value& value, char* room);

// Binds parameter `index`; variable-size payloads are borrowed until the statement is reset. An SQLite result
// code; throws Failure (DBWAY_ERR_DATA) for a value that SQLite cannot keep.
inline int bind_cell(sqlite3_stmt* statement, int index, const dbway_value& value, char* room) {
    switch (value.type) {
        case DBWAY_T_NULL:
            return sqlite3_bind_null(statement, index);
        case DBWAY_T_I64:
            return sqlite3_bind_int64(statement, index, value.v.i64);
        case DBWAY_T_TEXT:
        case DBWAY_T_JSON:
        case DBWAY_T_DECIMAL:
            if (value.len > INT32_MAX) return SQLITE_TOOBIG;
            return sqlite3_bind_text(statement, index, value.len == 0 ? "" : value.v.text,
                                     static_cast<int>(value.len), SQLITE_STATIC);
        case DBWAY_T_F64:
            if (value.v.f64 == value.v.f64) [[likely]]
                return sqlite3_bind_double(statement, index, value.v.f64);
            [[fallthrough]];
        default:
            return bind_other(statement, index, value, room);
    }
}

}  // namespace dbway::sqlite
