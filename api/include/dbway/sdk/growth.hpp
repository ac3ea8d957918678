// growth.hpp - rule R4: structs of another minor version, older or newer, in and out.
#pragma once

#include <dbway/provider.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace dbway::sdk::detail {

// Copies a struct that came in: fields the caller does not know are zero, a tail that we do not know must be.
// `minimum`: the bytes without which it makes no sense. DBWAY_ERR_INVALID, DBWAY_ERR_TOO_NEW or DBWAY_OK.
template <class T>
dbway_status read_struct(const T* from, std::size_t minimum, T& to) noexcept {
    if (from == nullptr || from->struct_size < minimum) return DBWAY_ERR_INVALID;
    const std::size_t given = from->struct_size;
    if (given == sizeof(T)) [[likely]] {
        std::memcpy(&to, from, sizeof(T));
        return DBWAY_OK;
    }
    if (dbway_check_tail(from, given, sizeof(T)) != DBWAY_OK) return DBWAY_ERR_TOO_NEW;
    std::memset(static_cast<void*>(&to), 0, sizeof(T));
    std::memcpy(&to, from, std::min(given, sizeof(T)));
    to.struct_size = sizeof(T);
    return DBWAY_OK;
}

// Hands `from` out: no more bytes than the receiver has room for, and struct_size is what was written.
template <class T>
void write_struct(const T& from, T* to) noexcept {
    const std::size_t size = std::min<std::size_t>(to->struct_size, sizeof(T));
    std::memcpy(static_cast<void*>(to), &from, size);
    to->struct_size = static_cast<std::uint32_t>(size);
}

}  // namespace dbway::sdk::detail
