#include <session/value_copy.hpp>

#include <cstring>

namespace dbway::detail {

dbway_value copy_value(const dbway_value& value, sdk::Arena& arena) {
    dbway_value copy = value;
    switch (value.type) {
        case DBWAY_T_DECIMAL:
        case DBWAY_T_TEXT:
        case DBWAY_T_BLOB:
        case DBWAY_T_UUID:
        case DBWAY_T_JSON:
        case DBWAY_T_NATIVE: {
            std::uint8_t* bytes = arena.allocate(value.len);
            if (value.len != 0) std::memcpy(bytes, value.v.bytes, value.len);
            copy.v.bytes = bytes;
            break;
        }
        case DBWAY_T_INTERVAL: {
            void* place = arena.allocate_aligned(sizeof(dbway_interval));
            std::memcpy(place, value.v.interval, sizeof(dbway_interval));
            copy.v.interval = static_cast<const dbway_interval*>(place);
            break;
        }
        case DBWAY_T_ARRAY: {
            auto* items = static_cast<dbway_value*>(arena.allocate_aligned(value.len * sizeof(dbway_value)));
            copy_values(value.v.items, value.len, items, arena);
            copy.v.items = items;
            break;
        }
        default:
            break;  // the payload is the value
    }
    return copy;
}

}  // namespace dbway::detail
