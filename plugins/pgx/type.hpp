// What the provider knows of a PostgreSQL type: how its binary form is laid out, and what becomes of it.
#pragma once

#include <dbway/provider.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::pgx {

using Oid = std::uint32_t;

// The binary forms of PostgreSQL 15, named after the *send functions that write them.
enum class Codec : std::uint8_t {
    unknown,  // not described yet: bytes are kept as they are (DBWAY_T_NATIVE)
    boolean,
    int2,
    int4,
    int8,
    oid,  // oid, xid, cid, regproc and its like: 32 bits without sign
    xid8,
    float4,
    float8,
    numeric,
    text,  // the text family, xml, unknown, enums: the bytes are the text
    bytea,
    date,
    time,
    timetz,
    timestamp,
    timestamptz,
    interval,
    uuid,
    json,
    jsonb,
    inet,  // and cidr
    macaddr,
    macaddr8,
    bits,  // bit and varbit
    money,
    point,
    line_segment,
    path,
    box,
    polygon,
    line,
    circle,
    tsvector,
    tsquery,
    lsn,
    tid,
    range,
    multirange,
    array,
    record,
    snapshot,  // txid_snapshot, pg_snapshot
    jsonpath,
    textual,  // no binary form: always asked for, and sent, as text
};

// Immutable once it has been published in a catalog; lives as long as the provider.
struct Type {
    Oid oid = 0;
    Codec codec = Codec::unknown;
    std::uint8_t value_type = DBWAY_T_NATIVE;  // DBWAY_T_* of the cells
    char delimiter = ',';                      // between the items of an array of this type, in text
    const Type* item = nullptr;                // array: its items; range, multirange: the bounds' type
    const Type* array = nullptr;               // the array of this type, when there is one
    std::string name;    // as format_type() says it without modifiers: "timestamp with time zone"
    std::string schema;  // empty for pg_catalog
};

// The base types of PostgreSQL 15 and their arrays; null for any other OID. [any]
const Type* builtin_type(Oid oid) noexcept;

}  // namespace dbway::pgx
