// From DataRow messages to a batch of cells.
#pragma once

#include "decode.hpp"
#include "message.hpp"
#include "shape.hpp"

#include <dbway/provider.h>
#include <dbway/sdk/row_batch.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>

namespace dbway::pgx {

// Cells point into the messages and into an arena, and are good until clear(). Not thread-safe.
class RowDecoder {
  public:
    // Rows of `shape` follow, at most `capacity` in a batch. `shape` must outlive them.
    void start(const Shape& shape, std::uint32_t capacity, const TypeCatalog& catalog,
               std::int32_t money_scale);
    void clear() noexcept {
        rows_ = 0;
        arena_.clear();
    }

    std::uint32_t rows() const noexcept { return rows_; }
    bool full() const noexcept { return rows_ >= capacity_ || arena_.used() >= byte_limit; }
    const dbway_value* cells() const noexcept { return cells_.get(); }

    // Adds a row; call only while !full(). Throws ProtocolError or sdk::Failure.
    void add(const Message& row) {
        const std::uint8_t* at = row.body;
        const std::uint8_t* const end = row.body + row.size;
        if (row.size < 2 || load<std::uint16_t>(at) != width_) wrong_width(row);
        at += 2;
        dbway_value* cell = cells_.get() + std::size_t{rows_} * width_;
        for (std::uint32_t i = 0; i < width_; ++i, ++cell) {
            if (end - at < 4) too_short();
            const std::uint32_t size = load<std::uint32_t>(at);
            at += 4;
            if (size == UINT32_MAX) {
                *cell = dbway_value{};
                continue;
            }
            if (static_cast<std::size_t>(end - at) < size) too_short();
            decode(*types_[i], {at, size}, context_, *cell);
            at += size;
        }
        ++rows_;
    }

  private:
    // A batch ends once what it has in the arena reaches this size, so that wide rows do not pile up.
    static constexpr std::size_t byte_limit = 1024 * 1024;
    // Cells of a batch, at most: 4 MiB, whatever the host asks for.
    static constexpr std::size_t cell_limit = 256 * 1024;

    [[noreturn]] void wrong_width(const Message& row) const;
    [[noreturn]] static void too_short();

    sdk::Arena arena_;
    DecodeContext context_{arena_};
    const Type* const* types_ = nullptr;
    std::unique_ptr<dbway_value[]> cells_;
    std::size_t cell_room_ = 0;
    std::uint32_t width_ = 0;
    std::uint32_t capacity_ = 0;
    std::uint32_t rows_ = 0;
};

}  // namespace dbway::pgx
