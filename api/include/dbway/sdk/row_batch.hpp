// row_batch.hpp - where an author's statement puts its rows: one block of 16-byte cells and an arena for the
// bytes they point to. Both are reused from batch to batch, so that a row costs no allocation.
#pragma once

#include <dbway/provider.h>
#include <dbway/sdk/inlining.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>
#include <vector>

namespace dbway::sdk {

// Bump allocator for the payloads of one batch. Not thread-safe.
class Arena {
  public:
    // Uninitialised bytes that live until clear().
    std::uint8_t* allocate(std::size_t size) {
        if (size > left_) grow(size);
        std::uint8_t* result = next_;
        next_ += size;
        left_ -= size;
        return result;
    }

    // Like allocate(), aligned for any object of dbway (8 bytes).
    void* allocate_aligned(std::size_t size) {
        if (size + 7 > left_) grow(size + 7);  // first, since the padding depends on the block
        const std::size_t pad = (8 - reinterpret_cast<std::uintptr_t>(next_) % 8) % 8;
        return allocate(size + pad) + pad;
    }

    // Forgets everything; keeps one block, of the largest size used, and drops it when it was huge.
    DBWAY_SDK_HOT void clear() noexcept {
        if (blocks_.empty()) return;
        if (blocks_.size() > 1 || blocks_.back().size > keep_limit) [[unlikely]] {
            drop_blocks();
            if (blocks_.empty()) return;
        }
        next_ = blocks_.back().bytes.get();
        left_ = blocks_.back().size;
    }

    // Bytes handed out since clear().
    std::size_t used() const noexcept {
        return used_before_ + (blocks_.empty() ? 0 : blocks_.back().size - left_);
    }

  private:
    static constexpr std::size_t first_block = 16 * 1024;
    static constexpr std::size_t keep_limit = 4 * 1024 * 1024;

    struct Block {
        std::unique_ptr<std::uint8_t[]> bytes;
        std::size_t size = 0;
    };

    DBWAY_SDK_COLD void drop_blocks() noexcept {
        Block last = std::move(blocks_.back());
        blocks_.clear();
        if (last.size <= keep_limit) blocks_.push_back(std::move(last));
        next_ = nullptr;
        left_ = 0;
        used_before_ = 0;
    }

    DBWAY_SDK_COLD void grow(std::size_t size) {
        used_before_ = used();
        std::size_t want = blocks_.empty() ? first_block : blocks_.back().size * 2;
        if (want > keep_limit) want = keep_limit;
        if (want < size + 8) want = size + 8;
        blocks_.push_back({std::unique_ptr<std::uint8_t[]>(new std::uint8_t[want]), want});
        next_ = blocks_.back().bytes.get();
        left_ = want;
    }

    std::vector<Block> blocks_;
    std::uint8_t* next_ = nullptr;
    std::size_t left_ = 0;
    std::size_t used_before_ = 0;
};

// Not thread-safe. The SDK makes one per connection and empties it before each fetch().
class RowBatch {
  public:
    std::uint32_t capacity() const noexcept { return capacity_; }  // rows the host asked for
    std::uint32_t rows() const noexcept { return rows_; }
    std::uint32_t columns() const noexcept { return columns_; }
    bool full() const noexcept { return rows_ >= capacity_ || arena_.used() >= byte_limit; }

    // The cells of a new row, `columns()` of them, all NULL. Call only while !full().
    dbway_value* add_row() {
        dbway_value* row = cells_.get() + static_cast<std::size_t>(rows_) * columns_;
        std::memset(static_cast<void*>(row), 0, columns_ * sizeof(dbway_value));
        ++rows_;
        return row;
    }
    // Takes the last row back, for an author who finds no row after add_row().
    void drop_row() noexcept { --rows_; }

    Arena& arena() noexcept { return arena_; }

    // Copies bytes into the batch and makes a cell of them. `type`: any DBWAY_T_* whose payload is bytes.
    dbway_value copy(std::uint8_t type, const void* bytes, std::size_t size) {
        std::uint8_t* to = arena_.allocate(size);
        if (size != 0) std::memcpy(to, bytes, size);
        dbway_value cell{};
        cell.v.bytes = to;
        cell.len = static_cast<std::uint32_t>(size);
        cell.type = type;
        return cell;
    }
    dbway_value copy_text(std::string_view text) { return copy(DBWAY_T_TEXT, text.data(), text.size()); }

    // For the SDK: makes room for `capacity` rows of `columns` cells and forgets what was there.
    DBWAY_SDK_HOT void start(std::uint32_t columns, std::uint32_t capacity) {
        const std::size_t need = static_cast<std::size_t>(columns) * capacity;
        if (need > room_) grow(need);
        columns_ = columns;
        capacity_ = capacity;
        rows_ = 0;
        arena_.clear();
    }
    const dbway_value* cells() const noexcept { return cells_.get(); }

  private:
    // A batch ends early once its payloads reach this size, so that wide rows do not pile up in memory.
    static constexpr std::size_t byte_limit = 1024 * 1024;

    DBWAY_SDK_COLD void grow(std::size_t need) {
        cells_.reset(new dbway_value[need]);
        room_ = need;
    }

    std::unique_ptr<dbway_value[]> cells_;
    std::size_t room_ = 0;
    std::uint32_t columns_ = 0;
    std::uint32_t capacity_ = 0;
    std::uint32_t rows_ = 0;
    Arena arena_;
};

}  // namespace dbway::sdk
