// cell.hpp - a value in MySQL's text protocol as a cell.
#pragma once

#include "mysql/library.hpp"

#include <dbway/provider.h>
#include <dbway/sdk/provider.hpp>
#include <dbway/sdk/row_batch.hpp>

#include <cstdint>
#include <string_view>

namespace dbway::orm::mysql {

// How to read a column, worked out once per result.
struct CellPlan {
    std::uint32_t type = DBWAY_T_TEXT;
    std::uint32_t item_type = DBWAY_T_NULL;
    bool bits = false;    // BIT(n): big-endian bytes
    bool single = false;  // FLOAT: rounded to a float, as the server stores it
};

// Fills what the result tells of a column. `tinyint1_is_bool`: TINYINT(1) is a truth value.
CellPlan describe_field(const MYSQL_FIELD& field, bool tinyint1_is_bool, sdk::Column& column);

// Reads `text`, which is not NULL, into `cell`, which is NULL before. Payloads lie in the arena. What the
// plan does not fit stays text, a date that no calendar has becomes NATIVE: no value is lost, and none is an
// error.
void read_cell(std::string_view text, const CellPlan& plan, dbway_value& cell, sdk::Arena& arena);

}  // namespace dbway::orm::mysql
