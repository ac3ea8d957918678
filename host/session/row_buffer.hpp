// row_buffer.hpp - rows kept in the host's own memory: what is left of a result when a second statement
// starts on its connection, and the results of a batch.
#pragma once

#include <dbway/cursor.hpp>
#include <dbway/sdk/row_batch.hpp>
#include <session/value_copy.hpp>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace dbway::detail {

// A queue of result sets and their rows. Not thread-safe.
class RowBuffer {
  public:
    struct Chunk {
        std::shared_ptr<const ColumnSet> columns;  // set: a result set begins
        std::vector<dbway_value> cells;
        std::uint32_t rows = 0;
        std::size_t bytes = 0;
        std::unique_ptr<sdk::Arena> arena;
    };

    void add_columns(std::shared_ptr<const ColumnSet> columns) {
        Chunk chunk;
        chunk.columns = std::move(columns);
        chunks_.push_back(std::move(chunk));
    }

    // Copies `rows` rows of `width` cells each; there may be none.
    void add_rows(const dbway_value* cells, std::uint32_t rows, std::uint32_t width) {
        Chunk chunk;
        chunk.rows = rows;
        chunk.arena = std::make_unique<sdk::Arena>();
        chunk.cells.resize(static_cast<std::size_t>(rows) * width);
        copy_values(cells, chunk.cells.size(), chunk.cells.data(), *chunk.arena);
        chunk.bytes = chunk.cells.size() * sizeof(dbway_value) + chunk.arena->used();
        size_ += chunk.bytes;
        chunks_.push_back(std::move(chunk));
    }

    bool empty() const noexcept { return chunks_.empty(); }
    std::size_t size() const noexcept { return size_; }  // bytes of the rows in it

    // The oldest chunk; its rows live until the next call.
    const Chunk& pop() {
        current_ = take();
        return current_;
    }
    // The oldest chunk, for the caller to keep.
    Chunk take() {
        Chunk chunk = std::move(chunks_.front());
        chunks_.pop_front();
        size_ -= chunk.bytes;
        return chunk;
    }

  private:
    std::deque<Chunk> chunks_;
    Chunk current_;
    std::size_t size_ = 0;
};

}  // namespace dbway::detail
