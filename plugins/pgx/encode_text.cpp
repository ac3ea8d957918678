#include "calendar.hpp"
#include "codec_traits.hpp"
#include "decode.hpp"
#include "encode_parts.hpp"
#include "render_parts.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/value_text.hpp>

namespace dbway::pgx {

namespace {

bool is(const Type* type, Codec codec) noexcept { return type != nullptr && type->codec == codec; }

bool is_json(const Type* type) noexcept { return is(type, Codec::json) || is(type, Codec::jsonb); }

// Whether an array as an item is no further dimension but a value of the item's type.
bool is_vector_value(const Type* item, const dbway_value& array) noexcept {
    return item != nullptr && is_vector(*item) && (array.len == 0 || array.v.items[0].type != DBWAY_T_ARRAY);
}

const Type* item_type(const Type* type) noexcept {
    return type != nullptr && type->value_type == DBWAY_T_ARRAY ? type->item : nullptr;
}

void append_array(const Type* item, const dbway_value& array, std::string& out, int depth) {
    if (depth > sdk::array_depth_max)
        throw sdk::Failure(DBWAY_ERR_DATA, "An array is nested deeper than PostgreSQL allows.");
    const char delimiter = item != nullptr ? item->delimiter : ',';
    out += '{';
    for (std::uint32_t i = 0; i < array.len; ++i) {
        if (i != 0) out += delimiter;
        const dbway_value& value = array.v.items[i];
        if (value.type == DBWAY_T_NULL) {
            out += "NULL";
        } else if (value.type == DBWAY_T_ARRAY && !is_json(item) && !is_vector_value(item, value)) {
            append_array(item, value, out, depth + 1);
        } else {
            const std::size_t from = out.size();
            append_server_text(item, value, out);
            quote(out, from, Quoting::item, delimiter);
        }
    }
    out += '}';
}

void append_vector(const Type& type, const dbway_value& array, std::string& out) {
    for (std::uint32_t i = 0; i < array.len; ++i) {
        if (i != 0) out += ' ';
        const dbway_value& item = array.v.items[i];
        if (item.type != DBWAY_T_I64 && item.type != DBWAY_T_U64) refuse(type, array);
        append_server_text(type.item, item, out);
    }
}

void append_days(const Type* type, const dbway_value& value, std::string& out) {
    const std::int64_t days = value.v.i64;
    if ((days < server_date_min || days > server_date_max) && days != sdk::time_infinity &&
        days != sdk::time_minus_infinity)
        throw sdk::Failure(DBWAY_ERR_DATA, "A date lies outside the calendar of PostgreSQL.", "22008");
    const bool finite = days != sdk::time_infinity && days != sdk::time_minus_infinity;
    if (!finite || !is(type, Codec::timestamptz)) {
        append_date(out, days);
        return;
    }
    if (days - epoch_days >= server_timestamp_end / sdk::micros_per_day) refuse_range(*type, value);
    append_timestamp(out, (days - epoch_days) * sdk::micros_per_day, true);
}

void append_micros(const Type* type, const dbway_value& value, std::string& out) {
    std::int64_t micros = value.v.i64;
    if (micros != sdk::time_infinity && micros != sdk::time_minus_infinity) {
        if (micros < server_timestamp_min)
            throw sdk::Failure(DBWAY_ERR_DATA, "A timestamp lies outside the calendar of PostgreSQL.",
                               "22008");
        micros -= epoch_micros;
    }
    append_timestamp(out, micros, value.type == DBWAY_T_TIMESTAMPTZ || is(type, Codec::timestamptz));
}

}  // namespace

void append_server_text(const Type* type, const dbway_value& value, std::string& out) {
    switch (value.type) {
        case DBWAY_T_BOOL:
            // The input of boolean reads the words too; text and JSON have no shorter ones.
            if (is(type, Codec::boolean))
                out += value.v.i64 != 0 ? 't' : 'f';
            else
                out += value.v.i64 != 0 ? "true" : "false";
            return;
        case DBWAY_T_DATE:
            append_days(type, value, out);
            return;
        case DBWAY_T_TIMESTAMP:
        case DBWAY_T_TIMESTAMPTZ:
            append_micros(type, value, out);
            return;
        case DBWAY_T_ARRAY:
            if (type != nullptr && is_vector(*type)) {
                append_vector(*type, value, out);
                return;
            }
            if (!is_json(type)) {
                append_array(item_type(type), value, out, 1);
                return;
            }
            break;
        default:
            break;
    }
    if (!sdk::format_value(value, out)) {
        std::string message = "A value has no text that PostgreSQL could read; its type has the number ";
        message += std::to_string(unsigned{value.type});
        message += ".";
        throw sdk::Failure(DBWAY_ERR_DATA, std::move(message));
    }
    if (value.type == DBWAY_T_TIME && is(type, Codec::timetz)) out += "+00";
}

}  // namespace dbway::pgx
