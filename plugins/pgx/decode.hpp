// From the binary form of a value that is not null to a cell of the ABI.
//
// Text, bytes, JSON and UUIDs stay where they are: the cell points into the message. Everything else lies in
// the cell itself or in the arena. A value that the ABI's type cannot hold becomes a TEXT cell with the
// server's rendering: arrays whose lower bounds are not 1, and timestamps after the year 294246.
#pragma once

#include "buffer.hpp"
#include "render.hpp"
#include "type.hpp"

#include <dbway/provider.h>
#include <dbway/sdk/row_batch.hpp>

#include <bit>
#include <cstdint>
#include <limits>
#include <span>

namespace dbway::pgx {

// Days and microseconds from the Unix epoch to PostgreSQL's, 2000-01-01.
inline constexpr std::int64_t epoch_days = 10'957;
inline constexpr std::int64_t epoch_micros = epoch_days * 86'400 * 1'000'000;

// Not thread-safe; one per connection, and cheap to make.
struct DecodeContext : RenderContext {
    explicit DecodeContext(sdk::Arena& memory, const TypeCatalog* types = nullptr,
                           std::int32_t scale = 2) noexcept
        : RenderContext{types, scale, 0}, arena(memory) {}

    sdk::Arena& arena;
    int array_depth = 0;  // of arrays as items of arrays, where decode() is now
};

namespace detail {

// Everything that the switch of decode() leaves over, wrong lengths among it.
[[gnu::noinline]] void decode_other(const Type& type, std::span<const std::uint8_t> data,
                                    DecodeContext& context, dbway_value& out);

inline void set_integer(dbway_value& out, std::uint8_t type, std::int64_t value) noexcept {
    out.v.i64 = value;
    out.len = 0;
    out.type = type;
    out.flags = 0;
    out.aux = 0;
}

inline void set_double(dbway_value& out, double value) noexcept {
    set_integer(out, DBWAY_T_F64, 0);
    out.v.f64 = value;
}

inline void set_bytes(dbway_value& out, std::uint8_t type, std::span<const std::uint8_t> data) noexcept {
    out.v.bytes = data.data();
    out.len = static_cast<std::uint32_t>(data.size());
    out.type = type;
    out.flags = 0;
    out.aux = 0;
}

// False for the last years of PostgreSQL's range, which lie behind that of the ABI.
inline bool unix_micros(std::int64_t micros, std::int64_t& out) noexcept {
    constexpr std::int64_t infinity = std::numeric_limits<std::int64_t>::max();
    if (micros >= infinity - epoch_micros) {
        out = micros;
        return micros == infinity;
    }
    out = micros == std::numeric_limits<std::int64_t>::min() ? micros : micros + epoch_micros;
    return true;
}

}  // namespace detail

// Throws sdk::Failure(DBWAY_ERR_INTERNAL) for bytes that are no value of the type, std::bad_alloc.
// `data` must outlive the cell. For Codec::textual the bytes are the text form.
inline void decode(const Type& type, std::span<const std::uint8_t> data, DecodeContext& context,
                   dbway_value& out) {
    switch (type.codec) {
        case Codec::text:
        case Codec::bytea:
        case Codec::json:
            detail::set_bytes(out, type.value_type, data);
            return;
        case Codec::jsonb:
            if (data.empty() || data[0] != 1) break;
            detail::set_bytes(out, DBWAY_T_JSON, data.subspan(1));
            return;
        case Codec::boolean:
            if (data.size() != 1) break;
            detail::set_integer(out, DBWAY_T_BOOL, data[0] != 0 ? 1 : 0);
            return;
        case Codec::int2:
            if (data.size() != 2) break;
            detail::set_integer(out, DBWAY_T_I64,
                                static_cast<std::int16_t>(load<std::uint16_t>(data.data())));
            return;
        case Codec::int4:
            if (data.size() != 4) break;
            detail::set_integer(out, DBWAY_T_I64,
                                static_cast<std::int32_t>(load<std::uint32_t>(data.data())));
            return;
        case Codec::int8:
            if (data.size() != 8) break;
            detail::set_integer(out, DBWAY_T_I64,
                                static_cast<std::int64_t>(load<std::uint64_t>(data.data())));
            return;
        case Codec::oid:
            if (data.size() != 4) break;
            detail::set_integer(out, DBWAY_T_I64, load<std::uint32_t>(data.data()));
            return;
        case Codec::float4:
            if (data.size() != 4) break;
            detail::set_double(out, double{std::bit_cast<float>(load<std::uint32_t>(data.data()))});
            return;
        case Codec::float8:
            if (data.size() != 8) break;
            detail::set_double(out, std::bit_cast<double>(load<std::uint64_t>(data.data())));
            return;
        case Codec::date: {
            if (data.size() != 4) break;
            const auto days = static_cast<std::int32_t>(load<std::uint32_t>(data.data()));
            std::int64_t value = days + epoch_days;
            if (days == std::numeric_limits<std::int32_t>::max())
                value = std::numeric_limits<std::int64_t>::max();
            if (days == std::numeric_limits<std::int32_t>::min())
                value = std::numeric_limits<std::int64_t>::min();
            detail::set_integer(out, DBWAY_T_DATE, value);
            return;
        }
        case Codec::time: {
            if (data.size() != 8) break;
            const auto micros = load<std::uint64_t>(data.data());
            if (micros > std::uint64_t{86'400} * 1'000'000) break;
            detail::set_integer(out, DBWAY_T_TIME, static_cast<std::int64_t>(micros));
            return;
        }
        case Codec::timestamp:
        case Codec::timestamptz: {
            std::int64_t micros = 0;
            if (data.size() != 8 ||
                !detail::unix_micros(static_cast<std::int64_t>(load<std::uint64_t>(data.data())), micros))
                break;
            detail::set_integer(out, type.value_type, micros);
            return;
        }
        case Codec::uuid:
            if (data.size() != 16) break;
            detail::set_bytes(out, DBWAY_T_UUID, data);
            return;
        default:
            break;
    }
    detail::decode_other(type, data, context, out);
}

}  // namespace dbway::pgx
