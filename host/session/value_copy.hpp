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
    constexpr std::uint32_t plain = 1U << DBWAY_T_NULL | 1U << DBWAY_T_BOOL | 1U << DBWAY_T_I64 |
                                    1U << DBWAY_T_U64 | 1U << DBWAY_T_F64 | 1U << DBWAY_T_DATE |
                                    1U << DBWAY_T_TIME | 1U << DBWAY_T_TIMESTAMP | 1U << DBWAY_T_TIMESTAMPTZ;
    for (std::size_t i = 0; i < count; ++i) {
        to[i] = from[i];
        if (from[i].type <= DBWAY_T_TIMESTAMPTZ && (plain >> from[i].type & 1) != 0) continue;
        if (from[i].type != DBWAY_T_TEXT) {
            to[i] = copy_value(from[i], arena);
            continue;
        }
        std::uint8_t* bytes = arena.allocate(from[i].len);
        if (from[i].len != 0) std::memcpy(bytes, from[i].v.bytes, from[i].len);
        to[i].v.bytes = bytes;
    }
}

}  // namespace dbway::detail
