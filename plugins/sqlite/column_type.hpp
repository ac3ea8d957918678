// column_type.hpp - from a declared column type to the type of its values. SQLite keeps the declaration as
// text and stores what it likes; the declaration is what the author of the table meant.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dbway::sqlite {

struct ColumnType {
    std::uint32_t type = 0;       // DBWAY_T_*; NULL: no declaration, each value is as it is stored
    std::uint32_t item_type = 0;  // of an array
    std::int32_t precision = -1;
    std::int32_t scale = -1;
};

ColumnType parse_declared_type(std::string_view declared);

// The declaration under which every value of a type survives SQLite's affinity rules (dbway.dialect/1); "" if
// there is none. `precision` and `scale` of a decimal, -1 unknown; for an array `precision` is the items'
// type.
std::string declared_type_for(std::uint32_t type, std::int32_t precision, std::int32_t scale);

}  // namespace dbway::sqlite
