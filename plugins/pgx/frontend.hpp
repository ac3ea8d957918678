// Messages to the server: the frontend half of the extended query protocol (PostgreSQL documentation, 55.7).
#pragma once

#include "buffer.hpp"
#include "type.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace dbway::pgx {

inline std::size_t begin_message(Buffer& out, char type) {
    out.put_u8(static_cast<std::uint8_t>(type));
    return out.hold();
}
inline void end_message(Buffer& out, std::size_t at) noexcept { out.fill(at, 4); }

// A statement's name is empty for the unnamed one. `types`: OIDs of the first parameters, 0 for "infer".
inline void put_parse(Buffer& out, std::string_view name, std::string_view sql, std::span<const Oid> types) {
    const std::size_t at = begin_message(out, 'P');
    out.put_string(name);
    out.put_string(sql);
    out.put_u16(static_cast<std::uint16_t>(types.size()));
    for (const Oid type : types) out.put_u32(type);
    end_message(out, at);
}

// `what`: 'S' a statement, 'P' a portal.
inline void put_describe(Buffer& out, char what, std::string_view name) {
    const std::size_t at = begin_message(out, 'D');
    out.put_u8(static_cast<std::uint8_t>(what));
    out.put_string(name);
    end_message(out, at);
}

inline void put_close(Buffer& out, std::string_view statement) {
    const std::size_t at = begin_message(out, 'C');
    out.put_u8('S');
    out.put_string(statement);
    end_message(out, at);
}

// All rows of the unnamed portal.
inline constexpr std::size_t execute_size = 10;
inline void put_execute(Buffer& out) {
    static constexpr std::uint8_t message[execute_size] = {'E', 0, 0, 0, 9, 0, 0, 0, 0, 0};
    out.put(message, sizeof message);
}

inline void put_sync(Buffer& out) {
    static constexpr std::uint8_t message[] = {'S', 0, 0, 0, 4};
    out.put(message, sizeof message);
}

inline void put_flush(Buffer& out) {
    static constexpr std::uint8_t message[] = {'H', 0, 0, 0, 4};
    out.put(message, sizeof message);
}

inline void put_query(Buffer& out, std::string_view sql) {
    const std::size_t at = begin_message(out, 'Q');
    out.put_string(sql);
    end_message(out, at);
}

inline void put_copy_done(Buffer& out) {
    static constexpr std::uint8_t message[] = {'c', 0, 0, 0, 4};
    out.put(message, sizeof message);
}

inline void put_copy_fail(Buffer& out, std::string_view reason) {
    const std::size_t at = begin_message(out, 'f');
    out.put_string(reason);
    end_message(out, at);
}

}  // namespace dbway::pgx
