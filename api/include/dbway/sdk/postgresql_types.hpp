// postgresql_types.hpp - PostgreSQL's built-in types by their OIDs (pg_type.dat, the same in every server)
// and the ABI types their values arrive as.
#pragma once

#include <dbway/provider.h>

#include <cstdint>
#include <string_view>

namespace dbway::sdk {

struct PostgresqlType {
    std::uint32_t oid;
    std::uint32_t array_oid;
    std::uint32_t type;     // DBWAY_T_*
    std::string_view name;  // as format_type() words it
};

// The types that have an ABI type of their own, and the commonest of those that arrive as text.
inline constexpr PostgresqlType postgresql_types[] = {
    {16, 1000, DBWAY_T_BOOL, "boolean"},
    {17, 1001, DBWAY_T_BLOB, "bytea"},
    {18, 1002, DBWAY_T_TEXT, "\"char\""},
    {19, 1003, DBWAY_T_TEXT, "name"},
    {20, 1016, DBWAY_T_I64, "bigint"},
    {21, 1005, DBWAY_T_I64, "smallint"},
    {23, 1007, DBWAY_T_I64, "integer"},
    {25, 1009, DBWAY_T_TEXT, "text"},
    {26, 1028, DBWAY_T_I64, "oid"},
    {114, 199, DBWAY_T_JSON, "json"},
    {142, 143, DBWAY_T_TEXT, "xml"},
    {650, 651, DBWAY_T_TEXT, "cidr"},
    {700, 1021, DBWAY_T_F64, "real"},
    {701, 1022, DBWAY_T_F64, "double precision"},
    {790, 791, DBWAY_T_TEXT, "money"},
    {829, 1040, DBWAY_T_TEXT, "macaddr"},
    {869, 1041, DBWAY_T_TEXT, "inet"},
    {1042, 1014, DBWAY_T_TEXT, "character"},
    {1043, 1015, DBWAY_T_TEXT, "character varying"},
    {1082, 1182, DBWAY_T_DATE, "date"},
    {1083, 1183, DBWAY_T_TIME, "time without time zone"},
    {1114, 1115, DBWAY_T_TIMESTAMP, "timestamp without time zone"},
    {1184, 1185, DBWAY_T_TIMESTAMPTZ, "timestamp with time zone"},
    {1186, 1187, DBWAY_T_INTERVAL, "interval"},
    {1266, 1270, DBWAY_T_TEXT, "time with time zone"},
    {1700, 1231, DBWAY_T_DECIMAL, "numeric"},
    {2950, 2951, DBWAY_T_UUID, "uuid"},
    {3802, 3807, DBWAY_T_JSON, "jsonb"},
};

inline constexpr std::uint32_t postgresql_float4_oid = 700;
inline constexpr std::uint32_t postgresql_bytea_oid = 17;

// Null for any other OID, arrays among them.
constexpr const PostgresqlType* find_postgresql_type(std::uint32_t oid) noexcept {
    for (const PostgresqlType& type : postgresql_types)
        if (type.oid == oid) return &type;
    return nullptr;
}

// The type of the items of an array; null for anything else.
constexpr const PostgresqlType* find_postgresql_item(std::uint32_t array_oid) noexcept {
    for (const PostgresqlType& type : postgresql_types)
        if (type.array_oid == array_oid) return &type;
    return nullptr;
}

}  // namespace dbway::sdk
