// codec.hpp - C++ types to and from the 16-byte value of the provider ABI.
//
// encode: the value borrows from the C++ object, which must live until the call it is passed to returns.
// decode: exact or an error. Numbers convert among each other when nothing is lost (but a decimal to double
// and a double to float round); std::string takes the text form of any value; NULL needs std::optional. To
// add a type of your own, specialise dbway::Codec<T> with the two functions.
#pragma once

#include <dbway/provider.h>
#include <dbway/error.hpp>
#include <dbway/export.hpp>
#include <dbway/types.hpp>

#include <chrono>
#include <cmath>
#include <concepts>
#include <cstring>
#include <limits>
#include <optional>
#include <ratio>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace dbway {

template <typename T>
struct Codec;

namespace detail {

[[noreturn]] DBWAY_API void throw_null(const char* wanted);
[[noreturn]] DBWAY_API void throw_conversion(const dbway_value& value, const char* wanted);

// The text form of any value, as `dbway query` prints it.
DBWAY_API std::string value_to_string(const dbway_value& value);

DBWAY_API std::int64_t slow_to_int64(const dbway_value& value, const char* wanted);
DBWAY_API std::uint64_t slow_to_uint64(const dbway_value& value);
DBWAY_API double slow_to_double(const dbway_value& value);
DBWAY_API bool slow_to_bool(const dbway_value& value);
DBWAY_API std::int64_t to_timestamp(const dbway_value& value, std::uint8_t type, const char* wanted);

inline dbway_value make_value(std::uint8_t type) noexcept {
    dbway_value value{};
    value.type = type;
    return value;
}
inline dbway_value make_int(std::uint8_t type, std::int64_t v) noexcept {
    dbway_value value = make_value(type);
    value.v.i64 = v;
    return value;
}
DBWAY_API dbway_value make_bytes(std::uint8_t type, const void* bytes, std::size_t size);

inline dbway_value make_null(std::uint8_t intended = DBWAY_T_NULL) noexcept {
    dbway_value value = make_value(DBWAY_T_NULL);
    value.aux = intended;
    return value;
}

inline std::string_view as_text(const dbway_value& value) noexcept { return {value.v.text, value.len}; }

inline bool is_textual(std::uint8_t type) noexcept {
    return type == DBWAY_T_TEXT || type == DBWAY_T_DECIMAL || type == DBWAY_T_JSON;
}

}  // namespace detail

template <>
struct Codec<bool> {
    static constexpr std::uint8_t type = DBWAY_T_BOOL;
    static dbway_value encode(bool v) noexcept { return detail::make_int(type, v ? 1 : 0); }
    static bool decode(const dbway_value& v) {
        return v.type == DBWAY_T_BOOL ? v.v.i64 != 0 : detail::slow_to_bool(v);
    }
};

template <std::signed_integral T>
struct Codec<T> {
    static constexpr std::uint8_t type = DBWAY_T_I64;
    static dbway_value encode(T v) noexcept { return detail::make_int(type, v); }
    static T decode(const dbway_value& v) {
        const std::int64_t wide = v.type == DBWAY_T_I64 ? v.v.i64 : detail::slow_to_int64(v, "an integer");
        if constexpr (sizeof(T) < sizeof(std::int64_t))
            if (wide < std::numeric_limits<T>::min() || wide > std::numeric_limits<T>::max())
                detail::throw_conversion(v, sizeof(T) == 4   ? "a 32-bit integer"
                                            : sizeof(T) == 2 ? "a 16-bit integer"
                                                             : "an 8-bit integer");
        return static_cast<T>(wide);
    }
};

template <std::unsigned_integral T>
requires(!std::same_as<T, bool>) struct Codec<T> {
    // A value that fits goes as the signed type that every server has.
    static constexpr std::uint8_t type = DBWAY_T_I64;
    static dbway_value encode(T v) noexcept {
        if constexpr (sizeof(T) == sizeof(std::uint64_t))
            if (v > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
                dbway_value value = detail::make_value(DBWAY_T_U64);
                value.v.u64 = v;
                return value;
            }
        return detail::make_int(DBWAY_T_I64, static_cast<std::int64_t>(v));
    }
    static T decode(const dbway_value& v) {
        const std::uint64_t wide = v.type == DBWAY_T_I64 && v.v.i64 >= 0 ? static_cast<std::uint64_t>(v.v.i64)
                                                                         : detail::slow_to_uint64(v);
        if (wide > std::numeric_limits<T>::max())
            detail::throw_conversion(v, "an unsigned integer of this size");
        return static_cast<T>(wide);
    }
};

template <std::floating_point T>
struct Codec<T> {
    static constexpr std::uint8_t type = DBWAY_T_F64;
    static dbway_value encode(T v) noexcept {
        dbway_value value = detail::make_value(type);
        value.v.f64 = static_cast<double>(v);
        return value;
    }
    static T decode(const dbway_value& v) {
        const double wide = v.type == DBWAY_T_F64 ? v.v.f64 : detail::slow_to_double(v);
        if constexpr (sizeof(T) < sizeof(double))
            if (std::isfinite(wide) && std::abs(wide) > static_cast<double>(std::numeric_limits<T>::max()))
                detail::throw_conversion(v, "a float");
        return static_cast<T>(wide);
    }
};

// The view is valid until the next row is read or another statement starts on the connection.
template <>
struct Codec<std::string_view> {
    static constexpr std::uint8_t type = DBWAY_T_TEXT;
    static dbway_value encode(std::string_view v) { return detail::make_bytes(type, v.data(), v.size()); }
    static std::string_view decode(const dbway_value& v) {
        if (!detail::is_textual(v.type))
            detail::throw_conversion(v, "a view of text (std::string takes any value)");
        return detail::as_text(v);
    }
};

template <>
struct Codec<std::string> {
    static constexpr std::uint8_t type = DBWAY_T_TEXT;
    static dbway_value encode(const std::string& v) { return detail::make_bytes(type, v.data(), v.size()); }
    static std::string decode(const dbway_value& v) {
        return detail::is_textual(v.type) ? std::string(detail::as_text(v)) : detail::value_to_string(v);
    }
};

template <>
struct Codec<const char*> {
    static constexpr std::uint8_t type = DBWAY_T_TEXT;
    static dbway_value encode(const char* v) {
        return v == nullptr ? detail::make_null(type) : detail::make_bytes(type, v, std::strlen(v));
    }
};

template <>
struct Codec<BlobView> {
    static constexpr std::uint8_t type = DBWAY_T_BLOB;
    static dbway_value encode(BlobView v) { return detail::make_bytes(type, v.data(), v.size()); }
    static BlobView decode(const dbway_value& v) {
        if (v.type != DBWAY_T_BLOB && v.type != DBWAY_T_NATIVE) detail::throw_conversion(v, "a blob");
        return {reinterpret_cast<const std::byte*>(v.v.bytes), v.len};
    }
};

template <>
struct Codec<Blob> {
    static constexpr std::uint8_t type = DBWAY_T_BLOB;
    static dbway_value encode(const Blob& v) { return detail::make_bytes(type, v.data(), v.size()); }
    static Blob decode(const dbway_value& v) {
        const BlobView view = Codec<BlobView>::decode(v);
        return {view.begin(), view.end()};
    }
};

template <>
struct Codec<Decimal> {
    static constexpr std::uint8_t type = DBWAY_T_DECIMAL;
    static dbway_value encode(const Decimal& v) {
        return detail::make_bytes(type, v.str().data(), v.str().size());
    }
    static Decimal decode(const dbway_value& v) {
        if (v.type == DBWAY_T_I64) return Decimal(v.v.i64);
        if (v.type == DBWAY_T_U64 || v.type == DBWAY_T_DECIMAL) return Decimal(detail::value_to_string(v));
        detail::throw_conversion(v, "a decimal");
    }
};

template <>
struct Codec<Uuid> {
    static constexpr std::uint8_t type = DBWAY_T_UUID;
    static dbway_value encode(const Uuid& v) {
        return detail::make_bytes(type, v.bytes.data(), v.bytes.size());
    }
    static Uuid decode(const dbway_value& v) {
        if (v.type == DBWAY_T_TEXT) return Uuid::parse(detail::as_text(v));
        if (v.type != DBWAY_T_UUID || v.len != 16) detail::throw_conversion(v, "a UUID");
        Uuid uuid;
        std::memcpy(uuid.bytes.data(), v.v.bytes, 16);
        return uuid;
    }
};

template <>
struct Codec<Json> {
    static constexpr std::uint8_t type = DBWAY_T_JSON;
    static dbway_value encode(const Json& v) {
        return detail::make_bytes(type, v.text.data(), v.text.size());
    }
    static Json decode(const dbway_value& v) {
        if (v.type != DBWAY_T_JSON && v.type != DBWAY_T_TEXT) detail::throw_conversion(v, "JSON");
        return {std::string(detail::as_text(v))};
    }
};

template <>
struct Codec<Interval> {
    static constexpr std::uint8_t type = DBWAY_T_INTERVAL;
    static dbway_value encode(const Interval& v) noexcept {
        static_assert(sizeof(Interval) == sizeof(dbway_interval));
        dbway_value value = detail::make_value(type);
        value.v.interval = reinterpret_cast<const dbway_interval*>(&v);
        return value;
    }
    static Interval decode(const dbway_value& v) {
        if (v.type != DBWAY_T_INTERVAL) detail::throw_conversion(v, "an interval");
        return {v.v.interval->months, v.v.interval->days, v.v.interval->micros};
    }
};

template <>
struct Codec<TimeOfDay> {
    static constexpr std::uint8_t type = DBWAY_T_TIME;
    static dbway_value encode(TimeOfDay v) noexcept {
        return detail::make_int(type, v.since_midnight.count());
    }
    static TimeOfDay decode(const dbway_value& v) {
        if (v.type != DBWAY_T_TIME) detail::throw_conversion(v, "a time of day");
        return {std::chrono::microseconds(v.v.i64)};
    }
};

template <>
struct Codec<Date> {
    static constexpr std::uint8_t type = DBWAY_T_DATE;
    static dbway_value encode(Date v) noexcept {
        const auto days = v.time_since_epoch().count();
        using Limits = std::numeric_limits<Date::rep>;
        if (days == Limits::max()) return detail::make_int(type, std::numeric_limits<std::int64_t>::max());
        if (days == Limits::min()) return detail::make_int(type, std::numeric_limits<std::int64_t>::min());
        return detail::make_int(type, days);
    }
    static Date decode(const dbway_value& v) {
        if (v.type != DBWAY_T_DATE) detail::throw_conversion(v, "a date");
        using Limits = std::numeric_limits<Date::rep>;
        if (v.v.i64 == std::numeric_limits<std::int64_t>::max())
            return Date(std::chrono::days(Limits::max()));
        if (v.v.i64 == std::numeric_limits<std::int64_t>::min())
            return Date(std::chrono::days(Limits::min()));
        return Date(std::chrono::days(v.v.i64));
    }
};

template <>
struct Codec<std::chrono::year_month_day> {
    static constexpr std::uint8_t type = DBWAY_T_DATE;
    static dbway_value encode(std::chrono::year_month_day v) {
        if (!v.ok()) throw_error(Category::data, "the parameter is not a day of the calendar");
        return Codec<Date>::encode(Date(v));
    }
    // The infinities are not days of the calendar: read those as a Date.
    static std::chrono::year_month_day decode(const dbway_value& v) {
        using namespace std::chrono;
        const Date date = Codec<Date>::decode(v);
        if (date < sys_days(year::min() / 1 / 1) || date > sys_days(year::max() / 12 / 31))
            detail::throw_conversion(v, "a day of the calendar");
        return date;
    }
};

namespace detail {

// Durations to and from microseconds, which are exact or an error, but that what is finer is cut off on the
// way to the database. A duration's own extremes stand for the infinities.
template <typename Duration>
std::int64_t to_micros(Duration since) {
    using std::chrono::microseconds;
    using Limits = std::numeric_limits<std::int64_t>;
    if (since == Duration::max()) return Limits::max();
    if (since == Duration::min()) return Limits::min();
    // Coarser ones may be out of range; a long double has the precision to tell.
    using Wide = std::chrono::duration<long double, std::micro>;
    if constexpr (std::ratio_greater_v<typename Duration::period, std::micro>)
        if (Wide(since) >= Wide(microseconds::max()) || Wide(since) <= Wide(microseconds::min()))
            throw_error(Category::data, "a point in time is out of the range of 64-bit microseconds");
    return std::chrono::floor<microseconds>(since).count();
}

template <typename Duration>
Duration from_micros(std::int64_t micros, const dbway_value& value) {
    using std::chrono::microseconds;
    using Limits = std::numeric_limits<std::int64_t>;
    if (micros == Limits::max()) return Duration::max();
    if (micros == Limits::min()) return Duration::min();
    if constexpr (std::chrono::treat_as_floating_point_v<typename Duration::rep>) {
        return std::chrono::duration_cast<Duration>(microseconds(micros));
    } else if constexpr (std::ratio_less_v<typename Duration::period, std::micro>) {
        constexpr auto highest = std::chrono::floor<microseconds>(Duration::max()).count();
        constexpr auto lowest = std::chrono::ceil<microseconds>(Duration::min()).count();
        if (micros > highest || micros < lowest)
            throw_conversion(value, "a point in time of this precision's range");
        return microseconds(micros);
    } else {
        const auto result = std::chrono::floor<Duration>(microseconds(micros));
        if (microseconds(result) != microseconds(micros))
            throw_conversion(value, "a point in time of this precision");
        return result;
    }
}

}  // namespace detail

// Points of the system clock of any precision are instants; finer than a microsecond is cut off.
template <typename Duration>
requires(!std::same_as<Duration, std::chrono::days>) struct Codec<std::chrono::sys_time<Duration>> {
    using Value = std::chrono::sys_time<Duration>;
    static constexpr std::uint8_t type = DBWAY_T_TIMESTAMPTZ;
    static dbway_value encode(Value v) {
        return detail::make_int(type, detail::to_micros(v.time_since_epoch()));
    }
    static Value decode(const dbway_value& v) {
        const std::int64_t micros =
            v.type == type ? v.v.i64 : detail::to_timestamp(v, type, "a timestamp with time zone");
        return Value(detail::from_micros<Duration>(micros, v));
    }
};

template <typename Duration>
struct Codec<std::chrono::local_time<Duration>> {
    using Value = std::chrono::local_time<Duration>;
    static constexpr std::uint8_t type = DBWAY_T_TIMESTAMP;
    static dbway_value encode(Value v) {
        return detail::make_int(type, detail::to_micros(v.time_since_epoch()));
    }
    static Value decode(const dbway_value& v) {
        const std::int64_t micros = v.type == type ? v.v.i64 : detail::to_timestamp(v, type, "a timestamp");
        return Value(detail::from_micros<Duration>(micros, v));
    }
};

template <>
struct Codec<Native> {
    static constexpr std::uint8_t type = DBWAY_T_NATIVE;
    static dbway_value encode(const Native& v) {
        return detail::make_bytes(type, v.bytes.data(), v.bytes.size());
    }
    static Native decode(const dbway_value& v) {
        const BlobView view = Codec<BlobView>::decode(v);
        return {{view.begin(), view.end()}};
    }
};

template <typename T>
requires std::is_enum_v<T>
struct Codec<T> {
    using Integer = std::underlying_type_t<T>;
    static constexpr std::uint8_t type = Codec<Integer>::type;
    static dbway_value encode(T v) noexcept { return Codec<Integer>::encode(static_cast<Integer>(v)); }
    static T decode(const dbway_value& v) { return static_cast<T>(Codec<Integer>::decode(v)); }
};

template <>
struct Codec<std::nullptr_t> {
    static constexpr std::uint8_t type = DBWAY_T_NULL;
    static dbway_value encode(std::nullptr_t) noexcept { return detail::make_null(); }
};
template <>
struct Codec<std::nullopt_t> {
    static constexpr std::uint8_t type = DBWAY_T_NULL;
    static dbway_value encode(std::nullopt_t) noexcept { return detail::make_null(); }
};

template <typename T>
struct Codec<std::optional<T>> {
    static constexpr std::uint8_t type = Codec<T>::type;
    static dbway_value encode(const std::optional<T>& v) {
        return v ? Codec<T>::encode(*v) : detail::make_null(type);
    }
    static std::optional<T> decode(const dbway_value& v) {
        if (v.type == DBWAY_T_NULL) return std::nullopt;
        return Codec<T>::decode(v);
    }
};

// An ABI value passes through as it is.
template <>
struct Codec<dbway_value> {
    static constexpr std::uint8_t type = DBWAY_T_NULL;
    static dbway_value encode(const dbway_value& v) noexcept { return v; }
};

namespace detail {

template <typename T>
struct is_optional : std::false_type {};
template <typename T>
struct is_optional<std::optional<T>> : std::true_type {};

template <typename T>
struct is_array : std::false_type {};
template <typename T>
requires(!std::same_as<T, std::byte>) struct is_array<std::vector<T>> : std::true_type {
};

}  // namespace detail

// Arrays: std::vector of any type here but std::byte (a blob). encode needs room for the items, which the
// parameter pack provides (see ParameterPack); decode copies.
template <typename T>
requires(!std::same_as<T, std::byte>) struct Codec<std::vector<T>> {
    static constexpr std::uint8_t type = DBWAY_T_ARRAY;
    static std::vector<T> decode(const dbway_value& v) {
        if (v.type != DBWAY_T_ARRAY) detail::throw_conversion(v, "an array");
        std::vector<T> items;
        items.reserve(v.len);
        for (std::uint32_t i = 0; i < v.len; ++i) {
            const dbway_value& item = v.v.items[i];
            if constexpr (!detail::is_optional<T>::value)
                if (item.type == DBWAY_T_NULL) detail::throw_null("an array item");
            items.push_back(Codec<T>::decode(item));
        }
        return items;
    }
};

namespace detail {

// Room for the items of array parameters; nothing is allocated without one.
class ItemStore {
  public:
    dbway_value* add(std::size_t count) {
        blocks_.emplace_back(count);
        return blocks_.back().data();
    }

  private:
    std::vector<std::vector<dbway_value>> blocks_;
};

template <typename T>
dbway_value encode_parameter(const T& value, ItemStore& store) {
    if constexpr (is_array<T>::value) {
        dbway_value array = make_value(DBWAY_T_ARRAY);
        dbway_value* items = store.add(value.size());
        std::size_t i = 0;
        for (const auto& item : value)
            items[i++] = encode_parameter<std::remove_cvref_t<decltype(item)>>(item, store);
        array.v.items = items;
        if (value.size() > std::numeric_limits<std::uint32_t>::max())
            throw_error(Category::data, "an array parameter has more than 2^32-1 items");
        array.len = static_cast<std::uint32_t>(value.size());
        return array;
    } else if constexpr (is_optional<T>::value) {
        if (!value) return make_null(Codec<typename T::value_type>::type);
        return encode_parameter<typename T::value_type>(*value, store);
    } else if constexpr (std::is_same_v<T, std::nullptr_t>) {
        return make_null();  // which would convert to a string_view
    } else if constexpr (std::is_same_v<T, const char*> || std::is_same_v<T, char*>) {
        return Codec<const char*>::encode(value);
    } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
        return Codec<std::string_view>::encode(value);
    } else {
        return Codec<T>::encode(value);
    }
}

// One cell to one C++ value.
template <typename T>
T decode_cell(const dbway_value& value) {
    if constexpr (!is_optional<T>::value)
        if (value.type == DBWAY_T_NULL) [[unlikely]]
            throw_null("a value that is not NULL (use std::optional)");
    return Codec<T>::decode(value);
}

}  // namespace detail

}  // namespace dbway
