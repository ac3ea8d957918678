#include "conformance/owned_value.hpp"

#include <array>
#include <bit>
#include <cstdio>
#include <utility>

namespace dbway::conformance {
namespace {

constexpr int max_array_depth = 8;
constexpr std::size_t longest_shown = 60;

bool has_bytes(std::uint8_t type) {
    switch (type) {
        case DBWAY_T_DECIMAL:
        case DBWAY_T_TEXT:
        case DBWAY_T_BLOB:
        case DBWAY_T_UUID:
        case DBWAY_T_JSON:
        case DBWAY_T_NATIVE:
            return true;
        default:
            return false;
    }
}

OwnedValue copy_value(const dbway_value& value, int depth) {
    OwnedValue owned;
    owned.type = value.type;
    owned.flags = value.flags;
    owned.aux = value.aux;
    if (has_bytes(value.type)) {
        if (value.v.bytes != nullptr) owned.bytes.assign(value.v.text, value.len);
    } else if (value.type == DBWAY_T_INTERVAL) {
        if (value.v.interval != nullptr) owned.interval = *value.v.interval;
    } else if (value.type == DBWAY_T_ARRAY) {
        if (value.v.items != nullptr && depth < max_array_depth)
            for (std::uint32_t i = 0; i < value.len; ++i)
                owned.items.push_back(copy_value(value.v.items[i], depth + 1));
    } else if (value.type != DBWAY_T_NULL) {
        owned.bits = value.v.u64;
    }
    return owned;
}

std::string escape(std::string_view bytes) {
    std::string shown;
    for (unsigned char byte : bytes.substr(0, longest_shown)) {
        if (byte >= 0x20 && byte < 0x7f) {
            shown += static_cast<char>(byte);
        } else {
            char code[5];
            std::snprintf(code, sizeof code, "\\x%02x", static_cast<unsigned>(byte));
            shown += code;
        }
    }
    if (bytes.size() > longest_shown) shown += "... (" + std::to_string(bytes.size()) + " bytes)";
    return shown;
}

}  // namespace

OwnedValue OwnedValue::null(std::uint16_t intended_type) {
    OwnedValue value;
    value.aux = intended_type;
    return value;
}

OwnedValue OwnedValue::integer(std::uint8_t type, std::int64_t value) {
    OwnedValue owned;
    owned.type = type;
    owned.bits = static_cast<std::uint64_t>(value);
    return owned;
}

OwnedValue OwnedValue::string(std::uint8_t type, std::string value) {
    OwnedValue owned;
    owned.type = type;
    owned.bytes = std::move(value);
    return owned;
}

OwnedValue OwnedValue::boolean(bool value) { return integer(DBWAY_T_BOOL, value ? 1 : 0); }

OwnedValue OwnedValue::u64(std::uint64_t value) {
    return integer(DBWAY_T_U64, static_cast<std::int64_t>(value));
}

OwnedValue OwnedValue::f64(double value) { return integer(DBWAY_T_F64, std::bit_cast<std::int64_t>(value)); }

OwnedValue OwnedValue::interval_of(std::int32_t months, std::int32_t days, std::int64_t micros) {
    OwnedValue owned;
    owned.type = DBWAY_T_INTERVAL;
    owned.interval = {months, days, micros};
    return owned;
}

OwnedValue OwnedValue::array(std::vector<OwnedValue> items) {
    OwnedValue owned;
    owned.type = DBWAY_T_ARRAY;
    owned.items = std::move(items);
    return owned;
}

OwnedValue OwnedValue::copy(const dbway_value& value) { return copy_value(value, 0); }

double OwnedValue::as_f64() const { return std::bit_cast<double>(bits); }

bool operator==(const OwnedValue& left, const OwnedValue& right) {
    if (left.type != right.type) return false;
    if (left.type == DBWAY_T_NULL) return true;
    return left.bits == right.bits && left.bytes == right.bytes && left.items == right.items &&
           left.interval.months == right.interval.months && left.interval.days == right.interval.days &&
           left.interval.micros == right.interval.micros;
}

std::string type_label(std::uint32_t type) {
    static constexpr std::array<const char*, 17> names = {
        "NULL", "BOOL",      "I64",         "U64",      "F64",  "DECIMAL", "TEXT",  "BLOB",  "DATE",
        "TIME", "TIMESTAMP", "TIMESTAMPTZ", "INTERVAL", "UUID", "JSON",    "ARRAY", "NATIVE"};
    return type < names.size() ? names[type] : "type " + std::to_string(type);
}

std::string describe(const OwnedValue& value) {
    std::string label = type_label(value.type);
    switch (value.type) {
        case DBWAY_T_NULL:
            return label;
        case DBWAY_T_U64:
            return label + " " + std::to_string(value.bits);
        case DBWAY_T_F64: {
            char number[40];
            std::snprintf(number, sizeof number, "%.17g", value.as_f64());
            return label + " " + number;
        }
        case DBWAY_T_INTERVAL:
            return label + " " + std::to_string(value.interval.months) + " months " +
                   std::to_string(value.interval.days) + " days " + std::to_string(value.interval.micros) +
                   " us";
        case DBWAY_T_ARRAY: {
            std::string shown = label + " [";
            for (std::size_t i = 0; i < value.items.size() && i < 8; ++i)
                shown += (i == 0 ? "" : ", ") + describe(value.items[i]);
            return shown + (value.items.size() > 8 ? ", ...]" : "]");
        }
        default:
            if (has_bytes(value.type)) return label + " '" + escape(value.bytes) + "'";
            return label + " " + std::to_string(value.as_i64());
    }
}

CellBuffer::CellBuffer(const std::vector<OwnedRow>& rows) {
    for (const auto& row : rows) append(row);
}

void CellBuffer::append(const OwnedRow& row) {
    for (const auto& value : row) cells_.push_back(view(value));
}

void CellBuffer::clear() {
    cells_.clear();
    items_.clear();
}

dbway_value CellBuffer::view(const OwnedValue& value) {
    dbway_value cell{};
    cell.type = value.type;
    cell.flags = value.flags;
    cell.aux = value.aux;
    if (has_bytes(value.type)) {
        cell.v.text = value.bytes.data();
        cell.len = static_cast<std::uint32_t>(value.bytes.size());
    } else if (value.type == DBWAY_T_INTERVAL) {
        cell.v.interval = &value.interval;
    } else if (value.type == DBWAY_T_ARRAY) {
        std::vector<dbway_value> children;
        children.reserve(value.items.size());
        for (const auto& item : value.items) children.push_back(view(item));
        items_.push_back(std::move(children));
        cell.v.items = items_.back().data();
        cell.len = static_cast<std::uint32_t>(value.items.size());
    } else {
        cell.v.u64 = value.bits;
    }
    return cell;
}

}  // namespace dbway::conformance
