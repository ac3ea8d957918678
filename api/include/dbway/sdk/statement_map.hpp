// statement_map.hpp - the host's integer names of prepared statements.
#pragma once

#include <dbway/sdk/column_table.hpp>
#include <dbway/sdk/provider.hpp>

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace dbway::sdk::detail {

// A statement and the columns the host knows of it.
struct PreparedStatement {
    std::unique_ptr<Statement> statement;
    std::unique_ptr<ColumnTable> columns;     // as announced last
    std::unique_ptr<ColumnTable> parameters;  // as announced by PREPARE
    std::uint32_t parameter_count = 0;
    std::uint64_t version = 0;  // Statement::version() that `columns` belongs to
};

// Open addressing with linear probing, at most half full; found in a few instructions. A PreparedStatement
// stays where it is until it is erased. Not thread-safe.
class StatementMap {
  public:
    PreparedStatement* find(std::uint64_t name) const noexcept {
        if (cells_.empty()) return nullptr;
        for (std::size_t i = home(name);; i = (i + 1) & mask())
            if (cells_[i].name == name || cells_[i].value == nullptr) return cells_[i].value.get();
    }

    // `name` must not be there yet. Strong exception guarantee.
    PreparedStatement& insert(std::uint64_t name, std::unique_ptr<PreparedStatement> value) {
        if ((count_ + 1) * 2 > cells_.size()) grow();
        ++count_;
        return place(name, std::move(value));
    }

    bool erase(std::uint64_t name) noexcept {
        if (find(name) == nullptr) return false;
        std::size_t hole = home(name);
        while (cells_[hole].name != name || cells_[hole].value == nullptr) hole = (hole + 1) & mask();
        const std::unique_ptr<PreparedStatement> doomed = std::move(cells_[hole].value);
        // Moves back what probing would no longer find beyond the hole.
        for (std::size_t i = (hole + 1) & mask(); cells_[i].value != nullptr; i = (i + 1) & mask()) {
            const std::size_t distance_to_home = (i - home(cells_[i].name)) & mask();
            const std::size_t distance_to_hole = (i - hole) & mask();
            if (distance_to_home < distance_to_hole) continue;
            cells_[hole] = std::move(cells_[i]);
            hole = i;
        }
        --count_;
        return true;
    }

    std::size_t size() const noexcept { return count_; }

  private:
    struct Cell {
        std::uint64_t name = 0;
        std::unique_ptr<PreparedStatement> value;  // null: the cell is free
    };

    std::size_t mask() const noexcept { return mask_; }
    std::size_t home(std::uint64_t name) const noexcept {
        return static_cast<std::size_t>((name * 0x9E3779B97F4A7C15U) >> 32) & mask();
    }

    PreparedStatement& place(std::uint64_t name, std::unique_ptr<PreparedStatement> value) noexcept {
        std::size_t i = home(name);
        while (cells_[i].value != nullptr) i = (i + 1) & mask();
        cells_[i].name = name;
        cells_[i].value = std::move(value);
        return *cells_[i].value;
    }

    void grow() {
        std::vector<Cell> old(cells_.empty() ? 16 : cells_.size() * 2);
        old.swap(cells_);
        mask_ = cells_.size() - 1;
        for (Cell& cell : old)
            if (cell.value != nullptr) place(cell.name, std::move(cell.value));
    }

    std::vector<Cell> cells_;  // a power of two
    std::size_t mask_ = 0;
    std::size_t count_ = 0;
};

}  // namespace dbway::sdk::detail
