// What follows from a codec alone, and the OIDs that the codecs must tell apart.
#pragma once

#include "type.hpp"

#include <cstdint>

namespace dbway::pgx {

inline constexpr Oid char_oid = 18;  // "char", one byte that is no character
inline constexpr Oid int2vector_oid = 22;
inline constexpr Oid oidvector_oid = 30;
inline constexpr Oid xml_oid = 142;

// The DBWAY_T_* of the cells that decode() makes.
std::uint8_t value_type_of(Codec codec) noexcept;

// A type of which nothing is known.
const Type& undescribed_type() noexcept;

// An array whose text is "1 2 3" and whose lower bound is 0.
inline bool is_vector(const Type& type) noexcept {
    return type.oid == int2vector_oid || type.oid == oidvector_oid;
}

// regclass and its like: their text is the name of an object, their bytes are its number.
inline bool names_objects(const Type& type) noexcept {
    return type.codec == Codec::oid && type.schema.empty() && type.name.starts_with("reg");
}

}  // namespace dbway::pgx
