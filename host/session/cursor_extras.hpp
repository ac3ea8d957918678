// cursor_extras.hpp - the parts of a Cursor that few results need.
#pragma once

#include <session/row_buffer.hpp>
#include <session/stop_guard.hpp>

#include <exception>
#include <memory>
#include <vector>

namespace dbway::detail {

struct CursorExtras {
    RowBuffer buffer;
    RowBuffer::Chunk current;  // the batch being read when it was buffered
    std::exception_ptr error;  // what the statement failed with after the buffered rows
    std::unique_ptr<StopGuard> stop;
    std::shared_ptr<const ColumnSet> next_columns;  // of the result set that set_pending_ announces
    std::vector<dbway_value> blank;                 // cells of rows without columns
};

}  // namespace dbway::detail
