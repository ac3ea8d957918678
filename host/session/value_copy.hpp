// value_copy.hpp - deep copies of ABI values, for whatever outlives the call that it came with.
#pragma once

#include <dbway/provider.h>
#include <dbway/export.hpp>
#include <dbway/sdk/row_batch.hpp>

#include <cstddef>
#include <cstring>

namespace dbway::detail {

// `value` with its payload copied into `arena`.
DBWAY_API dbway_value copy_value(const dbway_value& value, sdk::Arena& arena);

// Points `to[0…count)` at copies of `from[0…count)`.
inline void copy_values(const dbway_value* from, std::size_t count, dbway_value* to, sdk::Arena& arena) {
    for (std::size_t i = 0; i < count; ++i) {
        switch (from[i].type) {
            case DBWAY_T_NULL:
            case DBWAY_T_BOOL:
            case DBWAY_T_I64:
            case DBWAY_T_U64:
            case DBWAY_T_F64:
            case DBWAY_T_DATE:
            case DBWAY_T_TIME:
            case DBWAY_T_TIMESTAMP:
            case DBWAY_T_TIMESTAMPTZ:
                to[i] = from[i];
                break;
            case DBWAY_T_TEXT: {
                std::uint8_t* bytes = arena.allocate(from[i].len);
                if (from[i].len != 0) std::memcpy(bytes, from[i].v.bytes, from[i].len);
                to[i] = from[i];
                to[i].v.bytes = bytes;
                break;
            }
            default:
                to[i] = copy_value(from[i], arena);
        }
    }
}

}  // namespace dbway::detail
