// cell.hpp - a value in PostgreSQL's text format as a cell.
#pragma once

#include <dbway/provider.h>
#include <dbway/sdk/row_batch.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace dbway::pq {

// How to read a column, worked out once per result.
struct CellPlan {
    std::uint32_t type = DBWAY_T_TEXT;  // DBWAY_T_*; of an array's items if `array`
    bool array = false;
    bool single = false;  // real: rounded to a float, as the server stores it
};

// Room that arrays need while they are read. One per statement; not thread-safe.
struct ArrayScratch {
    std::vector<dbway_value> items;
};

// Reads `text`, which is not NULL, into `cell`, which is NULL before. Payloads lie in the arena. A text that
// the plan does not fit (the session has changed DateStyle, a timestamp is too far off) becomes TEXT: no
// value is lost, and none is an error.
void read_cell(std::string_view text, const CellPlan& plan, dbway_value& cell, sdk::Arena& arena,
               ArrayScratch& scratch);

// A value that is no array. False if it does not fit; the cell is then NULL.
bool read_scalar(std::string_view text, const CellPlan& plan, dbway_value& cell, sdk::Arena& arena);

// "{1,NULL,{…}}". False if it is none, or has bounds of its own ("[0:2]={…}"), or is nested too deeply.
bool read_array(std::string_view text, const CellPlan& plan, dbway_value& cell, sdk::Arena& arena,
                ArrayScratch& scratch);

}  // namespace dbway::pq
