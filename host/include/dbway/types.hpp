// types.hpp - the C++ types of database values that the standard library does not have.
#pragma once

#include <dbway/export.hpp>

#include <array>
#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dbway {

// An exact decimal number of any size, kept as its text: [-]digits[.digits], NaN, Infinity or -Infinity.
// Two values are equal when their texts are: 1.5 and 1.50 differ, as their scales do.
class DBWAY_API Decimal {
  public:
    Decimal() : text_("0") {}
    // Throws DataError unless `text` is a decimal as above.
    explicit Decimal(std::string text);
    explicit Decimal(std::int64_t value) : text_(std::to_string(value)) {}

    const std::string& str() const noexcept { return text_; }
    // The nearest double.
    double to_double() const;
    // Throws DataError when there is a fraction other than zeros, or the range is exceeded.
    std::int64_t to_int64() const;

    friend bool operator==(const Decimal&, const Decimal&) = default;

  private:
    std::string text_;
};

// 16 bytes in network order.
struct DBWAY_API Uuid {
    std::array<std::uint8_t, 16> bytes{};

    // Accepts the forms of RFC 9562: 8-4-4-4-12 hexadecimal digits of either case. Throws DataError
    // otherwise.
    static Uuid parse(std::string_view text);
    std::string str() const;  // lower case, with hyphens
    friend auto operator<=>(const Uuid&, const Uuid&) = default;
};

// JSON as text. dbway carries it; it does not parse it.
struct Json {
    std::string text;
    friend bool operator==(const Json&, const Json&) = default;
};

// Months, days and microseconds are kept apart: a month has no fixed number of days, a day none of hours.
struct Interval {
    std::int32_t months = 0;
    std::int32_t days = 0;
    std::int64_t micros = 0;
    friend bool operator==(const Interval&, const Interval&) = default;
};

using Blob = std::vector<std::byte>;
using BlobView = std::span<const std::byte>;

// Dates and times. The largest and smallest values of Date, Timestamp and TimestampTz are the infinities.
using Date = std::chrono::sys_days;
using Timestamp = std::chrono::local_time<std::chrono::microseconds>;  // without a zone
using TimestampTz = std::chrono::sys_time<std::chrono::microseconds>;  // a point in time, UTC
// Time of day: microseconds since midnight, 0 to 24:00:00 inclusive.
struct TimeOfDay {
    std::chrono::microseconds since_midnight{0};
    friend auto operator<=>(const TimeOfDay&, const TimeOfDay&) = default;
};

// A value of a type that dbway has no name for: its bytes in the server's own form.
struct Native {
    std::vector<std::byte> bytes;
    friend bool operator==(const Native&, const Native&) = default;
};

}  // namespace dbway
