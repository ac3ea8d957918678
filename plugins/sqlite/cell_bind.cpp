// Parameters whose stored form is not SQLite's own: the canonical text of value_text.hpp.
#include "cell.hpp"

#include <dbway/sdk/failure.hpp>

#include <string>

namespace dbway::sqlite {
namespace {

[[noreturn]] void refuse(int index, const char* sqlstate, const std::string& what) {
    throw sdk::Failure(DBWAY_ERR_DATA, "parameter $" + std::to_string(index) + ": " + what, sqlstate);
}

int bind_written(sqlite3_stmt* statement, int index, const char* room, std::size_t size, const char* what) {
    if (size == 0) refuse(index, "22008", std::string("a ") + what + " outside the years 0001 to 9999");
    return sqlite3_bind_text(statement, index, room, static_cast<int>(size), SQLITE_STATIC);
}

// Up to 2^63-1 an integer, beyond that 20 digits as text, which sort after every integer and among
// themselves.
int bind_unsigned(sqlite3_stmt* statement, int index, std::uint64_t number, char* room) {
    if (number <= static_cast<std::uint64_t>(INT64_MAX))
        return sqlite3_bind_int64(statement, index, static_cast<sqlite3_int64>(number));
    for (int i = 20; i-- > 0; number /= 10) room[i] = static_cast<char>('0' + number % 10);
    return sqlite3_bind_text(statement, index, room, 20, SQLITE_STATIC);
}

}  // namespace

int bind_other(sqlite3_stmt* statement, int index, const dbway_value& value, char* room) {
    switch (value.type) {
        case DBWAY_T_BOOL:
            return sqlite3_bind_int(statement, index, value.v.i64 != 0 ? 1 : 0);
        case DBWAY_T_U64:
            return bind_unsigned(statement, index, value.v.u64, room);
        case DBWAY_T_F64:
            refuse(index, "22003", "SQLite cannot store NaN, it would become NULL");
        case DBWAY_T_BLOB:
            if (value.len > INT32_MAX) return SQLITE_TOOBIG;
            // A null pointer, or no bytes, would be NULL.
            if (value.len == 0) return sqlite3_bind_zeroblob(statement, index, 0);
            return sqlite3_bind_blob(statement, index, value.v.bytes, static_cast<int>(value.len),
                                     SQLITE_STATIC);
        case DBWAY_T_DATE:
            return bind_written(statement, index, room, sdk::write_date(room, value.v.i64), "date");
        case DBWAY_T_TIME:
            if (value.v.i64 < 0 || value.v.i64 > sdk::micros_per_day)
                refuse(index, "22008", "a time outside 00:00:00 to 24:00:00");
            return bind_written(statement, index, room, sdk::write_time(room, value.v.i64), "time");
        case DBWAY_T_TIMESTAMP:
            return bind_written(statement, index, room, sdk::write_timestamp(room, value.v.i64), "timestamp");
        case DBWAY_T_TIMESTAMPTZ:
            return bind_written(statement, index, room, sdk::write_timestamptz(room, value.v.i64),
                                "timestamp");
        case DBWAY_T_INTERVAL:
            return bind_written(statement, index, room, sdk::write_interval(room, *value.v.interval),
                                "interval");
        case DBWAY_T_UUID:
            return bind_written(statement, index, room, sdk::write_uuid(room, value.v.bytes), "UUID");
        case DBWAY_T_ARRAY: {
            std::string text;
            if (!sdk::format_value(value, text))
                refuse(index, "22000", "an array with an item that has no text");
            return sqlite3_bind_text64(statement, index, text.data(), text.size(), SQLITE_TRANSIENT,
                                       SQLITE_UTF8);
        }
        default:
            refuse(index, "0A000", "SQLite has no place for a value of type " + std::to_string(value.type));
    }
}

}  // namespace dbway::sqlite
