// postgresql_large_object.hpp - PostgreSQL's large objects as the table of "dbway.large_object/1".
#pragma once

#include <dbway/ext/large_object.h>

#include <string_view>

namespace dbway::sdk {
namespace detail {

constexpr dbway_str constant_text(std::string_view text) noexcept { return {text.data(), text.size()}; }

}  // namespace detail

// INV_READ is 0x40000 and INV_WRITE 0x20000 (libpq/libpq-fs.h). lo_open() for writing allows reading, too.
inline constexpr dbway_ext_large_object postgresql_large_object = {
    sizeof(dbway_ext_large_object),
    0,
    std::uint64_t{4} << 40,
    // A value of the server is at most 1 GB, of which its text form may need twice as much.
    std::uint64_t{256} << 20,
    detail::constant_text(
        "SELECT pg_catalog.lo_create($1::pg_catalog.int8::pg_catalog.oid)::pg_catalog.int8"),
    detail::constant_text("SELECT pg_catalog.lo_unlink($1::pg_catalog.int8::pg_catalog.oid) = 1"),
    detail::constant_text("SELECT pg_catalog.lo_open($1::pg_catalog.int8::pg_catalog.oid, "
                          "((($2::pg_catalog.int8 & 1) << 18) | (($2::pg_catalog.int8 & 2) << 16))"
                          "::pg_catalog.int4)::pg_catalog.int8"),
    detail::constant_text("SELECT pg_catalog.lo_close($1::pg_catalog.int8::pg_catalog.int4) = 0"),
    detail::constant_text("SELECT pg_catalog.loread($1::pg_catalog.int8::pg_catalog.int4, "
                          "$2::pg_catalog.int8::pg_catalog.int4)"),
    detail::constant_text("SELECT pg_catalog.lowrite($1::pg_catalog.int8::pg_catalog.int4, "
                          "$2::pg_catalog.bytea)::pg_catalog.int8"),
    detail::constant_text("SELECT pg_catalog.lo_lseek64($1::pg_catalog.int8::pg_catalog.int4, "
                          "$2::pg_catalog.int8, $3::pg_catalog.int8::pg_catalog.int4)"),
    detail::constant_text("SELECT pg_catalog.lo_tell64($1::pg_catalog.int8::pg_catalog.int4)"),
    detail::constant_text("SELECT pg_catalog.lo_truncate64($1::pg_catalog.int8::pg_catalog.int4, "
                          "$2::pg_catalog.int8) = 0"),
};

}  // namespace dbway::sdk
