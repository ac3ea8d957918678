#include "mysql/cell.hpp"

#include <dbway/sdk/mysql_cells.hpp>
#include <dbway/sdk/value_text.hpp>

#include <charconv>
#include <cstring>
#include <optional>
#include <string>

namespace dbway::orm::mysql {
namespace {

constexpr unsigned binary_charset = 63;

void set(std::uint32_t type, std::int64_t payload, dbway_value& cell) {
    cell.v.i64 = payload;
    cell.type = static_cast<std::uint8_t>(type);
}

void copy(std::uint32_t type, std::string_view text, dbway_value& cell, sdk::Arena& arena) {
    std::uint8_t* to = arena.allocate(text.size());
    if (!text.empty()) std::memcpy(to, text.data(), text.size());
    cell.v.bytes = to;
    cell.len = static_cast<std::uint32_t>(text.size());
    cell.type = static_cast<std::uint8_t>(type);
}

bool read_integer(std::string_view text, std::uint32_t type, dbway_value& cell) {
    if (type == DBWAY_T_U64) {
        const auto number = sdk::parse_unsigned(text);
        if (!number) return false;
        cell.v.u64 = *number;
        cell.type = DBWAY_T_U64;
        return true;
    }
    std::int64_t number = 0;
    const auto [last, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || last != text.data() + text.size()) {
        // ZEROFILL puts zeros in front, which from_chars() takes; nothing else is left.
        return false;
    }
    // A column that is taken for a truth value may hold other numbers as well.
    const bool truth = type == DBWAY_T_BOOL && (number == 0 || number == 1);
    set(truth ? DBWAY_T_BOOL : DBWAY_T_I64, number, cell);
    return true;
}

bool read_bits(std::string_view bytes, std::uint32_t type, dbway_value& cell) {
    if (bytes.size() > 8) return false;
    std::uint64_t number = 0;
    for (const char c : bytes) number = number << 8 | static_cast<unsigned char>(c);
    cell.v.u64 = number;
    cell.type = static_cast<std::uint8_t>(type);
    return true;
}

bool read_float(std::string_view text, bool single, dbway_value& cell) {
    double number = 0;
    float rounded = 0;
    const char* const end = text.data() + text.size();
    const auto [last, error] =
        single ? std::from_chars(text.data(), end, rounded) : std::from_chars(text.data(), end, number);
    if (error != std::errc() || last != end) return false;
    cell.v.f64 = single ? static_cast<double>(rounded) : number;
    cell.type = DBWAY_T_F64;
    return true;
}

bool read_date(std::string_view text, std::uint32_t type, dbway_value& cell, sdk::Arena& arena) {
    const auto value = type == DBWAY_T_DATE ? sdk::parse_date(text) : sdk::parse_timestamp(text);
    if (value) {
        set(type, *value, cell);
        return true;
    }
    if (!sdk::is_mysql_zero_date(text)) return false;
    copy(DBWAY_T_NATIVE, text, cell, arena);
    return true;
}

bool take(const std::optional<dbway_value>& value, dbway_value& cell) {
    if (value) cell = *value;
    return value.has_value();
}

bool read(std::string_view text, const CellPlan& plan, dbway_value& cell, sdk::Arena& arena) {
    if (plan.bits) return read_bits(text, plan.type, cell);
    switch (plan.type) {
        case DBWAY_T_BOOL:
        case DBWAY_T_I64:
        case DBWAY_T_U64:
            return read_integer(text, plan.type, cell);
        case DBWAY_T_F64:
            return read_float(text, plan.single, cell);
        case DBWAY_T_DECIMAL:
            return take(sdk::read_mysql_decimal(text, arena), cell);
        case DBWAY_T_DATE:
        case DBWAY_T_TIMESTAMP:
        case DBWAY_T_TIMESTAMPTZ:
            return read_date(text, plan.type, cell, arena);
        case DBWAY_T_TIME:
            return take(sdk::read_mysql_time(text, arena), cell);
        case DBWAY_T_UUID:
        case DBWAY_T_INTERVAL:
        case DBWAY_T_ARRAY:
            return take(sdk::parse_value(plan.type, text, arena, plan.item_type), cell);
        default:
            copy(plan.type, text, cell, arena);
            return true;
    }
}

struct FieldType {
    std::uint32_t type;
    const char* name;
};

FieldType type_of(const MYSQL_FIELD& field, bool tinyint1_is_bool) {
    const bool is_unsigned = (field.flags & UNSIGNED_FLAG) != 0;
    const bool binary = field.charsetnr == binary_charset;
    switch (field.type) {
        case MYSQL_TYPE_BIT:
            return {field.length == 1 ? std::uint32_t{DBWAY_T_BOOL} : std::uint32_t{DBWAY_T_U64}, "BIT"};
        case MYSQL_TYPE_TINY:
            if (tinyint1_is_bool && field.length == 1 && !is_unsigned) return {DBWAY_T_BOOL, "TINYINT"};
            return {is_unsigned ? std::uint32_t{DBWAY_T_U64} : std::uint32_t{DBWAY_T_I64}, "TINYINT"};
        case MYSQL_TYPE_SHORT:
            return {DBWAY_T_I64, "SMALLINT"};
        case MYSQL_TYPE_INT24:
            return {DBWAY_T_I64, "MEDIUMINT"};
        case MYSQL_TYPE_LONG:
            return {DBWAY_T_I64, "INT"};
        case MYSQL_TYPE_YEAR:
            return {DBWAY_T_I64, "YEAR"};
        case MYSQL_TYPE_LONGLONG:
            return {is_unsigned ? std::uint32_t{DBWAY_T_U64} : std::uint32_t{DBWAY_T_I64}, "BIGINT"};
        case MYSQL_TYPE_FLOAT:
            return {DBWAY_T_F64, "FLOAT"};
        case MYSQL_TYPE_DOUBLE:
            return {DBWAY_T_F64, "DOUBLE"};
        case MYSQL_TYPE_DECIMAL:
        case MYSQL_TYPE_NEWDECIMAL:
            return {DBWAY_T_DECIMAL, "DECIMAL"};
        case MYSQL_TYPE_DATE:
        case MYSQL_TYPE_NEWDATE:
            return {DBWAY_T_DATE, "DATE"};
        case MYSQL_TYPE_TIME:
            return {DBWAY_T_TIME, "TIME"};
        case MYSQL_TYPE_DATETIME:
            return {DBWAY_T_TIMESTAMP, "DATETIME"};
        case MYSQL_TYPE_TIMESTAMP:
            return {DBWAY_T_TIMESTAMPTZ, "TIMESTAMP"};
        case MYSQL_TYPE_JSON:
            return {DBWAY_T_JSON, "JSON"};
        case MYSQL_TYPE_GEOMETRY:
            return {DBWAY_T_NATIVE, "GEOMETRY"};
        case MYSQL_TYPE_NULL:
            return {DBWAY_T_TEXT, "NULL"};
        case MYSQL_TYPE_VARCHAR:
        case MYSQL_TYPE_VAR_STRING:
            return binary ? FieldType{DBWAY_T_BLOB, "VARBINARY"} : FieldType{DBWAY_T_TEXT, "VARCHAR"};
        case MYSQL_TYPE_STRING:
            if ((field.flags & ENUM_FLAG) != 0) return {DBWAY_T_TEXT, "ENUM"};
            if ((field.flags & SET_FLAG) != 0) return {DBWAY_T_TEXT, "SET"};
            return binary ? FieldType{DBWAY_T_BLOB, "BINARY"} : FieldType{DBWAY_T_TEXT, "CHAR"};
        case MYSQL_TYPE_TINY_BLOB:
        case MYSQL_TYPE_MEDIUM_BLOB:
        case MYSQL_TYPE_LONG_BLOB:
        case MYSQL_TYPE_BLOB:
            return binary ? FieldType{DBWAY_T_BLOB, "BLOB"} : FieldType{DBWAY_T_TEXT, "TEXT"};
        default:
            return {DBWAY_T_NATIVE, ""};
    }
}

std::string text_or_empty(const char* text) { return text == nullptr ? std::string() : text; }

}  // namespace

CellPlan describe_field(const MYSQL_FIELD& field, bool tinyint1_is_bool, sdk::Column& column) {
    const FieldType known = type_of(field, tinyint1_is_bool);
    column.name = text_or_empty(field.name);
    column.type = known.type;
    column.native_type = static_cast<std::uint64_t>(field.type);
    column.native_name = known.name;
    column.schema_name = text_or_empty(field.db);
    column.table_name = text_or_empty(field.org_table);
    if ((field.flags & UNSIGNED_FLAG) != 0 && known.type != DBWAY_T_NATIVE) column.native_name += " UNSIGNED";
    if ((field.flags & NOT_NULL_FLAG) != 0) column.flags |= DBWAY_COL_NOT_NULL;
    if ((field.flags & PRI_KEY_FLAG) != 0) column.flags |= DBWAY_COL_PRIMARY;
    if (known.type == DBWAY_T_DECIMAL) {
        column.scale = static_cast<std::int32_t>(field.decimals);
        const unsigned long other =
            ((field.flags & UNSIGNED_FLAG) != 0 ? 0 : 1) + (field.decimals != 0 ? 1 : 0);
        if (field.length > other) column.precision = static_cast<std::int32_t>(field.length - other);
    }
    CellPlan plan;
    plan.type = known.type;
    plan.bits = field.type == MYSQL_TYPE_BIT;
    plan.single = field.type == MYSQL_TYPE_FLOAT;
    return plan;
}

void read_cell(std::string_view text, const CellPlan& plan, dbway_value& cell, sdk::Arena& arena) {
    if (!read(text, plan, cell, arena)) [[unlikely]] {
        cell = dbway_value{};
        copy(DBWAY_T_TEXT, text, cell, arena);
    }
}

}  // namespace dbway::orm::mysql
