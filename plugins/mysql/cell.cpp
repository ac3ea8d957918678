#include "cell.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/mysql_cells.hpp>
#include <dbway/sdk/value_text.hpp>

#include <cppconn/datatype.h>

#include <optional>
#include <string>
#include <string_view>

namespace dbway::mysql {
namespace {

using sql::DataType;

std::uint32_t type_of(CellKind kind) {
    switch (kind) {
        case CellKind::null:
        case CellKind::text:
            return DBWAY_T_TEXT;
        case CellKind::boolean:
            return DBWAY_T_BOOL;
        case CellKind::integer:
            return DBWAY_T_I64;
        case CellKind::unsigned_integer:
        case CellKind::bits:
            return DBWAY_T_U64;
        case CellKind::single:
        case CellKind::real:
            return DBWAY_T_F64;
        case CellKind::decimal:
            return DBWAY_T_DECIMAL;
        case CellKind::blob:
            return DBWAY_T_BLOB;
        case CellKind::date:
            return DBWAY_T_DATE;
        case CellKind::time:
            return DBWAY_T_TIME;
        case CellKind::timestamp:
            return DBWAY_T_TIMESTAMP;
        case CellKind::timestamptz:
            return DBWAY_T_TIMESTAMPTZ;
        case CellKind::json:
            return DBWAY_T_JSON;
        case CellKind::native:
            return DBWAY_T_NATIVE;
        case CellKind::uuid:
            return DBWAY_T_UUID;
        case CellKind::interval:
            return DBWAY_T_INTERVAL;
        case CellKind::array:
            return DBWAY_T_ARRAY;
    }
    return DBWAY_T_TEXT;
}

CellKind kind_of(sql::ResultSetMetaData& metadata, unsigned index, const ConnectOptions& options) {
    switch (metadata.getColumnType(index)) {
        case DataType::BIT:
            return metadata.getColumnDisplaySize(index) == 1 ? CellKind::boolean : CellKind::bits;
        case DataType::TINYINT:
            if (options.tinyint1_is_bool && metadata.getColumnDisplaySize(index) == 1 &&
                metadata.isSigned(index))
                return CellKind::boolean;
            return metadata.isSigned(index) ? CellKind::integer : CellKind::unsigned_integer;
        case DataType::SMALLINT:
        case DataType::MEDIUMINT:
        case DataType::INTEGER:
        case DataType::YEAR:
            return CellKind::integer;
        case DataType::BIGINT:
            return metadata.isSigned(index) ? CellKind::integer : CellKind::unsigned_integer;
        case DataType::REAL:
            return CellKind::single;
        case DataType::DOUBLE:
            return CellKind::real;
        case DataType::DECIMAL:
        case DataType::NUMERIC:
            return CellKind::decimal;
        case DataType::BINARY:
        case DataType::VARBINARY:
        case DataType::LONGVARBINARY:
            return CellKind::blob;
        case DataType::TIMESTAMP:
            return metadata.getColumnTypeName(index) == "TIMESTAMP" ? CellKind::timestamptz
                                                                    : CellKind::timestamp;
        case DataType::DATE:
            return CellKind::date;
        case DataType::TIME:
            return CellKind::time;
        case DataType::GEOMETRY:
        case DataType::UNKNOWN:
            return CellKind::native;
        case DataType::SQLNULL:
            return CellKind::null;
        case DataType::JSON:
            return CellKind::json;
        default:
            return CellKind::text;
    }
}

CellKind kind_of(const sdk::MysqlColumnNote& note) {
    switch (note.type) {
        case DBWAY_T_UUID:
            return CellKind::uuid;
        case DBWAY_T_INTERVAL:
            return CellKind::interval;
        case DBWAY_T_ARRAY:
            return CellKind::array;
        case DBWAY_T_JSON:
            return CellKind::json;
        default:
            return CellKind::text;
    }
}

// The connector gives a decimal 64 bytes of room, and reads beyond them.
constexpr unsigned largest_binary_decimal = 63;

dbway_value number(std::uint8_t type, std::int64_t payload) {
    dbway_value cell{};
    cell.v.i64 = payload;
    cell.type = type;
    return cell;
}

dbway_value zero_date(std::string_view text, ZeroDates policy, sdk::RowBatch& batch) {
    if (policy == ZeroDates::null) return {};
    if (policy == ZeroDates::native) return batch.copy(DBWAY_T_NATIVE, text.data(), text.size());
    sdk::Diagnostic diagnostic;
    diagnostic.status = DBWAY_ERR_DATA;
    diagnostic.sqlstate = "22007";
    diagnostic.message = "the date " + std::string(text) + " is in no calendar";
    diagnostic.hint = "set the option zero_dates to \"null\" or \"native\"";
    throw sdk::Failure(std::move(diagnostic));
}

// Text of the server that is not what its type promises stays text.
dbway_value time_cell(CellKind kind, std::string_view text, ZeroDates policy, sdk::RowBatch& batch) {
    switch (kind) {
        case CellKind::date:
            if (const auto days = sdk::parse_date(text)) return number(DBWAY_T_DATE, *days);
            // From a prepared result the connector writes the year 1 as "01-01-01".
            if (text.size() < sdk::date_text_max)
                return time_cell(kind, std::string(sdk::date_text_max - text.size(), '0').append(text),
                                 policy, batch);
            break;
        case CellKind::timestamp:
            if (const auto micros = sdk::parse_timestamp(text)) return number(DBWAY_T_TIMESTAMP, *micros);
            break;
        default:
            if (const auto micros = sdk::parse_timestamp(text)) return number(DBWAY_T_TIMESTAMPTZ, *micros);
            break;
    }
    if (sdk::is_mysql_zero_date(text)) return zero_date(text, policy, batch);
    return batch.copy_text(text);
}

// Text that is no value of its type stays text.
dbway_value value_or_text(const std::optional<dbway_value>& value, std::string_view text,
                          sdk::RowBatch& batch) {
    return value ? *value : batch.copy_text(text);
}

dbway_value text_cell(const CellPlan& plan, std::string_view text, ZeroDates policy, sdk::RowBatch& batch) {
    switch (plan.kind) {
        case CellKind::decimal:
            return value_or_text(sdk::read_mysql_decimal(text, batch.arena()), text, batch);
        case CellKind::blob:
            return batch.copy(DBWAY_T_BLOB, text.data(), text.size());
        case CellKind::json:
            return batch.copy(DBWAY_T_JSON, text.data(), text.size());
        case CellKind::native:
            return batch.copy(DBWAY_T_NATIVE, text.data(), text.size());
        case CellKind::date:
        case CellKind::timestamp:
        case CellKind::timestamptz:
            return time_cell(plan.kind, text, policy, batch);
        case CellKind::time:
            return value_or_text(sdk::read_mysql_time(text, batch.arena()), text, batch);
        case CellKind::uuid:
        case CellKind::interval:
        case CellKind::array:
            return value_or_text(sdk::parse_value(type_of(plan.kind), text, batch.arena(), plan.item_type),
                                 text, batch);
        default:
            return batch.copy_text(text);
    }
}

dbway_value real_cell(sql::ResultSet& result, unsigned index, bool binary) {
    dbway_value cell{};
    cell.type = DBWAY_T_F64;
    if (binary) {
        cell.v.f64 = static_cast<double>(result.getDouble(index));
        return cell;
    }
    // The connector's own conversion is not exact.
    const sql::SQLString text = result.getString(index);
    const std::string& digits = text.asStdString();
    cell.v.f64 = sdk::parse_double(digits).value_or(0);
    return cell;
}

}  // namespace

std::vector<sdk::Column> describe_columns(sql::ResultSetMetaData& metadata, const ConnectOptions& options,
                                          std::vector<CellPlan>& plans) {
    const unsigned count = metadata.getColumnCount();
    std::vector<sdk::Column> columns(count);
    plans.assign(count, {});
    for (unsigned i = 0; i < count; ++i) {
        const unsigned index = i + 1;
        sdk::Column& column = columns[i];
        CellPlan& plan = plans[i];
        plan.kind = kind_of(metadata, index, options);
        column.name = metadata.getColumnLabel(index).asStdString();
        column.type = type_of(plan.kind);
        column.native_type = static_cast<std::uint64_t>(metadata.getColumnType(index));
        column.native_name = metadata.getColumnTypeName(index).asStdString();
        column.schema_name = metadata.getSchemaName(index).asStdString();
        column.table_name = metadata.getTableName(index).asStdString();
        if (metadata.isNullable(index) == sql::ResultSetMetaData::columnNoNulls)
            column.flags |= DBWAY_COL_NOT_NULL;
        const unsigned size = plan.kind == CellKind::native ? 0 : metadata.getColumnDisplaySize(index);
        if (plan.kind == CellKind::decimal) {
            column.scale = static_cast<std::int32_t>(metadata.getScale(index));
            const unsigned sign = metadata.isSigned(index) ? 1 : 0, point = column.scale > 0 ? 1 : 0;
            column.precision = size > sign + point ? static_cast<std::int32_t>(size - sign - point) : -1;
            plan.fits_binary = size + 1 <= largest_binary_decimal;
        }
        if (plan.kind == CellKind::native) plan.fits_binary = false;
    }
    return columns;
}

void apply_note(const sdk::MysqlColumnNote& note, sdk::Column& column, CellPlan& plan) {
    plan.kind = kind_of(note);
    plan.item_type = note.item_type;
    column.type = note.type;
    column.item_type = note.item_type;
}

bool same_columns(sql::ResultSetMetaData& metadata, const std::vector<sdk::Column>& columns) {
    if (metadata.getColumnCount() != columns.size()) return false;
    for (unsigned i = 0; i < columns.size(); ++i) {
        if (static_cast<std::uint64_t>(metadata.getColumnType(i + 1)) != columns[i].native_type) return false;
        if (metadata.getColumnLabel(i + 1).asStdString() != columns[i].name) return false;
    }
    return true;
}

void read_cell(sql::ResultSet& result, unsigned index, const CellPlan& plan, bool binary,
               ZeroDates zero_dates, dbway_value& cell, sdk::RowBatch& batch) {
    switch (plan.kind) {
        case CellKind::null:
            return;
        case CellKind::boolean:
        case CellKind::integer: {
            const std::int64_t value = result.getInt64(index);
            if (value == 0 && result.isNull(index)) return;
            // A column that is taken for a truth value may hold other numbers as well.
            const bool truth = plan.kind == CellKind::boolean && (value == 0 || value == 1);
            cell = number(truth ? DBWAY_T_BOOL : DBWAY_T_I64, value);
            return;
        }
        case CellKind::unsigned_integer:
        case CellKind::bits: {
            const std::uint64_t value = result.getUInt64(index);
            if (value == 0 && result.isNull(index)) return;
            cell.v.u64 = value;
            cell.type = DBWAY_T_U64;
            return;
        }
        case CellKind::single:
        case CellKind::real:
            if (!result.isNull(index)) cell = real_cell(result, index, binary);
            return;
        default:
            break;
    }
    const sql::SQLString text = result.getString(index);
    const std::string& bytes = text.asStdString();
    if (bytes.empty() && result.isNull(index)) return;
    cell = text_cell(plan, bytes, zero_dates, batch);
}

}  // namespace dbway::mysql
