#include "type.hpp"

#include "codec_traits.hpp"

#include <array>
#include <cstddef>

namespace dbway::pgx {

namespace {

struct Entry {
    std::uint16_t oid;
    std::uint16_t array;  // 0: there is none
    Codec codec;
    const char* name;
    std::uint16_t item = 0;  // ranges and vectors
    char delimiter = ',';
};

// pg_catalog.pg_type of PostgreSQL 15, without the row types of its tables and without those pseudo-types
// that no result can have. "char" is textual since one byte 0 is its empty text; the last five have functions
// that send them, but none that receives them.
constexpr Entry entries[] = {
    {16, 1000, Codec::boolean, "boolean"},
    {17, 1001, Codec::bytea, "bytea"},
    {18, 1002, Codec::textual, "\"char\""},
    {19, 1003, Codec::text, "name"},
    {20, 1016, Codec::int8, "bigint"},
    {21, 1005, Codec::int2, "smallint"},
    {22, 1006, Codec::array, "int2vector", 21},
    {23, 1007, Codec::int4, "integer"},
    {24, 1008, Codec::oid, "regproc"},
    {25, 1009, Codec::text, "text"},
    {26, 1028, Codec::oid, "oid"},
    {27, 1010, Codec::tid, "tid"},
    {28, 1011, Codec::oid, "xid"},
    {29, 1012, Codec::oid, "cid"},
    {30, 1013, Codec::array, "oidvector", 26},
    {114, 199, Codec::json, "json"},
    {142, 143, Codec::text, "xml"},
    {194, 0, Codec::text, "pg_node_tree"},
    {600, 1017, Codec::point, "point"},
    {601, 1018, Codec::line_segment, "lseg"},
    {602, 1019, Codec::path, "path"},
    {603, 1020, Codec::box, "box", 0, ';'},
    {604, 1027, Codec::polygon, "polygon"},
    {628, 629, Codec::line, "line"},
    {650, 651, Codec::inet, "cidr"},
    {700, 1021, Codec::float4, "real"},
    {701, 1022, Codec::float8, "double precision"},
    {705, 0, Codec::text, "unknown"},
    {718, 719, Codec::circle, "circle"},
    {774, 775, Codec::macaddr8, "macaddr8"},
    {790, 791, Codec::money, "money"},
    {829, 1040, Codec::macaddr, "macaddr"},
    {869, 1041, Codec::inet, "inet"},
    {1033, 1034, Codec::textual, "aclitem"},
    {1042, 1014, Codec::text, "character"},
    {1043, 1015, Codec::text, "character varying"},
    {1082, 1182, Codec::date, "date"},
    {1083, 1183, Codec::time, "time without time zone"},
    {1114, 1115, Codec::timestamp, "timestamp without time zone"},
    {1184, 1185, Codec::timestamptz, "timestamp with time zone"},
    {1186, 1187, Codec::interval, "interval"},
    {1266, 1270, Codec::timetz, "time with time zone"},
    {1560, 1561, Codec::bits, "bit"},
    {1562, 1563, Codec::bits, "bit varying"},
    {1700, 1231, Codec::numeric, "numeric"},
    {1790, 2201, Codec::text, "refcursor"},
    {2202, 2207, Codec::oid, "regprocedure"},
    {2203, 2208, Codec::oid, "regoper"},
    {2204, 2209, Codec::oid, "regoperator"},
    {2205, 2210, Codec::oid, "regclass"},
    {2206, 2211, Codec::oid, "regtype"},
    {2249, 2287, Codec::record, "record"},
    {2275, 1263, Codec::text, "cstring"},
    {2277, 0, Codec::array, "anyarray"},
    {2278, 0, Codec::text, "void"},
    {2950, 2951, Codec::uuid, "uuid"},
    {2970, 2949, Codec::snapshot, "txid_snapshot"},
    {3220, 3221, Codec::lsn, "pg_lsn"},
    {3614, 3643, Codec::tsvector, "tsvector"},
    {3615, 3645, Codec::tsquery, "tsquery"},
    {3642, 3644, Codec::textual, "gtsvector"},
    {3734, 3735, Codec::oid, "regconfig"},
    {3769, 3770, Codec::oid, "regdictionary"},
    {3802, 3807, Codec::jsonb, "jsonb"},
    {3904, 3905, Codec::range, "int4range", 23},
    {3906, 3907, Codec::range, "numrange", 1700},
    {3908, 3909, Codec::range, "tsrange", 1114},
    {3910, 3911, Codec::range, "tstzrange", 1184},
    {3912, 3913, Codec::range, "daterange", 1082},
    {3926, 3927, Codec::range, "int8range", 20},
    {4072, 4073, Codec::jsonpath, "jsonpath"},
    {4089, 4090, Codec::oid, "regnamespace"},
    {4096, 4097, Codec::oid, "regrole"},
    {4191, 4192, Codec::oid, "regcollation"},
    {4451, 6150, Codec::multirange, "int4multirange", 23},
    {4532, 6151, Codec::multirange, "nummultirange", 1700},
    {4533, 6152, Codec::multirange, "tsmultirange", 1114},
    {4534, 6153, Codec::multirange, "tstzmultirange", 1184},
    {4535, 6155, Codec::multirange, "datemultirange", 1082},
    {4536, 6157, Codec::multirange, "int8multirange", 20},
    {5038, 5039, Codec::snapshot, "pg_snapshot"},
    {5069, 271, Codec::xid8, "xid8"},
    {5078, 0, Codec::array, "anycompatiblearray"},
    {3361, 0, Codec::textual, "pg_ndistinct"},
    {3402, 0, Codec::textual, "pg_dependencies"},
    {4600, 0, Codec::textual, "pg_brin_bloom_summary"},
    {4601, 0, Codec::textual, "pg_brin_minmax_multi_summary"},
    {5017, 0, Codec::textual, "pg_mcv_list"},
};

constexpr std::size_t n_entries = sizeof entries / sizeof entries[0];
constexpr Oid oid_end = 6158;

class BuiltinTypes {
  public:
    BuiltinTypes() {
        for (const Entry& entry : entries) {
            Type& type = add(entry.oid);
            type.codec = entry.codec;
            type.value_type = value_type_of(entry.codec);
            type.delimiter = entry.delimiter;
            type.name = entry.name;
        }
        for (const Entry& entry : entries) {
            Type& type = types_[index_[entry.oid] - 1U];
            if (entry.item != 0) type.item = find(entry.item);
            if (entry.array == 0) continue;
            Type& array = add(entry.array);
            array.codec = entry.codec == Codec::textual ? Codec::textual : Codec::array;
            array.value_type = DBWAY_T_ARRAY;
            array.delimiter = entry.delimiter;
            array.item = &type;
            array.name = type.name + "[]";
            type.array = &array;
        }
    }

    const Type* find(Oid oid) const noexcept {
        if (oid >= oid_end || index_[oid] == 0) return nullptr;
        return &types_[index_[oid] - 1U];
    }

  private:
    Type& add(Oid oid) noexcept {
        Type& type = types_[n_types_];
        type.oid = oid;
        index_[oid] = static_cast<std::uint8_t>(++n_types_);
        return type;
    }

    static_assert(2 * n_entries <= 255, "the index is one byte wide");
    std::array<Type, 2 * n_entries> types_;
    std::array<std::uint8_t, oid_end> index_{};  // by OID: the place in types_, counted from 1; 0: no type
    std::size_t n_types_ = 0;
};

}  // namespace

const Type* builtin_type(Oid oid) noexcept {
    static const BuiltinTypes types;
    return types.find(oid);
}

const Type& undescribed_type() noexcept {
    static const Type type;
    return type;
}

std::uint8_t value_type_of(Codec codec) noexcept {
    switch (codec) {
        case Codec::unknown:
            return DBWAY_T_NATIVE;
        case Codec::boolean:
            return DBWAY_T_BOOL;
        case Codec::int2:
        case Codec::int4:
        case Codec::int8:
        case Codec::oid:
            return DBWAY_T_I64;
        case Codec::xid8:
            return DBWAY_T_U64;
        case Codec::float4:
        case Codec::float8:
            return DBWAY_T_F64;
        case Codec::numeric:
        case Codec::money:
            return DBWAY_T_DECIMAL;
        case Codec::bytea:
            return DBWAY_T_BLOB;
        case Codec::date:
            return DBWAY_T_DATE;
        case Codec::time:
            return DBWAY_T_TIME;
        case Codec::timestamp:
            return DBWAY_T_TIMESTAMP;
        case Codec::timestamptz:
            return DBWAY_T_TIMESTAMPTZ;
        case Codec::interval:
            return DBWAY_T_INTERVAL;
        case Codec::uuid:
            return DBWAY_T_UUID;
        case Codec::json:
        case Codec::jsonb:
            return DBWAY_T_JSON;
        case Codec::array:
            return DBWAY_T_ARRAY;
        default:
            return DBWAY_T_TEXT;
    }
}

}  // namespace dbway::pgx
