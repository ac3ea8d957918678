// The text of binary values, as the server itself prints them with DateStyle ISO, IntervalStyle postgres,
// TimeZone UTC, bytea_output hex and extra_float_digits 1.
//
// Two kinds of values are printed otherwise, since their text depends on more than their bytes: regproc and
// its like as the number of the object, money as with lc_monetary C. Fields of an anonymous record whose type
// the catalog does not know are printed as bytea is.
#pragma once

#include "type.hpp"

#include <cstdint>
#include <span>
#include <string>

namespace dbway::pgx {

class TypeCatalog;

// What the meaning of bytes depends on besides their type.
struct RenderContext {
    const TypeCatalog* catalog =
        nullptr;                   // the types that values name themselves: fields of records, anyarray
    std::int32_t money_scale = 2;  // digits behind the point that the server's lc_monetary has
    Oid undescribed = 0;           // out: a type that a value named and the catalog does not know
};

// Appends the text of a value that is not null. Throws sdk::Failure(DBWAY_ERR_INTERNAL) for bytes that are no
// value of the type; what was appended by then stays.
void render(const Type& type, std::span<const std::uint8_t> data, RenderContext& context, std::string& out);

}  // namespace dbway::pgx
