// dialect.hpp - extension dbway.dialect/1.
#pragma once

#include <dbway/ext/dialect.h>

#include <cstdint>
#include <string>

namespace dbway::mysql {

// How a column is declared that keeps every value of a DBWAY_T_* type; see dialect.h. Empty: there is no way.
std::string type_name(std::uint32_t type, std::int32_t precision, std::int32_t scale);

extern const dbway_ext_dialect dialect_extension;

}  // namespace dbway::mysql
