// dialect.hpp - extension dbway.dialect/1.
#pragma once

#include <dbway/ext/dialect.h>

namespace dbway::sqlite {

extern const dbway_ext_dialect dialect_extension;

}  // namespace dbway::sqlite
