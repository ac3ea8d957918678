#ifndef DBWAY_CONFORMANCE_OWNED_VALUE_HPP
#define DBWAY_CONFORMANCE_OWNED_VALUE_HPP

#include <dbway/provider.h>

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::conformance {

// A dbway_value that owns what it refers to, so that it outlives the call it came from. Not synchronised.
struct OwnedValue {
    std::uint8_t type = DBWAY_T_NULL;
    std::uint8_t flags = 0;
    std::uint16_t aux = 0;
    std::uint64_t bits = 0;         // i64, u64 or the bits of f64
    std::string bytes;              // DECIMAL, TEXT, BLOB, UUID, JSON, NATIVE
    dbway_interval interval{};      // INTERVAL
    std::vector<OwnedValue> items;  // ARRAY

    static OwnedValue null(std::uint16_t intended_type = DBWAY_T_NULL);
    static OwnedValue boolean(bool value);
    static OwnedValue i64(std::int64_t value) { return integer(DBWAY_T_I64, value); }
    static OwnedValue u64(std::uint64_t value);
    static OwnedValue f64(double value);
    static OwnedValue text(std::string value) { return string(DBWAY_T_TEXT, std::move(value)); }
    static OwnedValue blob(std::string value) { return string(DBWAY_T_BLOB, std::move(value)); }
    static OwnedValue decimal(std::string value) { return string(DBWAY_T_DECIMAL, std::move(value)); }
    static OwnedValue json(std::string value) { return string(DBWAY_T_JSON, std::move(value)); }
    static OwnedValue date(std::int64_t days) { return integer(DBWAY_T_DATE, days); }
    static OwnedValue time(std::int64_t micros) { return integer(DBWAY_T_TIME, micros); }
    static OwnedValue timestamp(std::int64_t micros) { return integer(DBWAY_T_TIMESTAMP, micros); }
    static OwnedValue timestamptz(std::int64_t micros) { return integer(DBWAY_T_TIMESTAMPTZ, micros); }
    static OwnedValue interval_of(std::int32_t months, std::int32_t days, std::int64_t micros);
    static OwnedValue uuid(std::string sixteen_bytes) {
        return string(DBWAY_T_UUID, std::move(sixteen_bytes));
    }
    static OwnedValue array(std::vector<OwnedValue> items);
    // The integer types and those that count days or microseconds.
    static OwnedValue integer(std::uint8_t type, std::int64_t value);
    // The types whose payload is text or bytes.
    static OwnedValue string(std::uint8_t type, std::string value);

    // Copies what the value refers to, arrays up to 8 levels deep; a type this header does not know keeps its
    // number and its 64 bits.
    static OwnedValue copy(const dbway_value& value);

    std::int64_t as_i64() const { return static_cast<std::int64_t>(bits); }
    double as_f64() const;
    bool is_null() const { return type == DBWAY_T_NULL; }

    // Same type and same payload, bit for bit: -0.0 differs from 0.0, a NaN equals itself.
    friend bool operator==(const OwnedValue& left, const OwnedValue& right);
};

using OwnedRow = std::vector<OwnedValue>;

// For messages: "I64 42", "TEXT 'abc'" (long payloads are cut).
std::string describe(const OwnedValue& value);
// "I64" for DBWAY_T_I64; "type 99" for a number without a name.
std::string type_label(std::uint32_t type);

// dbway_value cells over owned values. The owned values must outlive the cells. Not synchronised.
class CellBuffer {
  public:
    CellBuffer() = default;
    explicit CellBuffer(const OwnedRow& row) { append(row); }
    explicit CellBuffer(const std::vector<OwnedRow>& rows);

    void append(const OwnedRow& row);
    void clear();
    const dbway_value* data() const { return cells_.empty() ? nullptr : cells_.data(); }
    std::size_t size() const { return cells_.size(); }

  private:
    dbway_value view(const OwnedValue& value);

    std::vector<dbway_value> cells_;
    std::deque<std::vector<dbway_value>> items_;
};

inline dbway_str to_str(std::string_view text) { return {text.data(), text.size()}; }
inline std::string to_string(const dbway_str& text) {
    return text.ptr != nullptr ? std::string(text.ptr, text.len) : std::string();
}

}  // namespace dbway::conformance

#endif
