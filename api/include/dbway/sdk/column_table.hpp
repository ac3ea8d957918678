// column_table.hpp - an author's columns in the form of the ABI.
#pragma once

#include <dbway/provider.h>
#include <dbway/sdk/diagnostics.hpp>
#include <dbway/sdk/provider.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace dbway::sdk::detail {

// Columns or parameters as stable arrays that own their strings. Immutable; not copyable, because the arrays
// point into it.
class ColumnTable {
  public:
    explicit ColumnTable(const std::vector<Column>& from) {
        std::size_t bytes = 0;
        for (const Column& column : from)
            bytes += column.name.size() + column.native_name.size() + column.schema_name.size() +
                     column.table_name.size();
        size_ = static_cast<std::uint32_t>(from.size());
        text_.reserve(bytes);  // so that nothing moves below
        columns_.reserve(from.size());
        pointers_.reserve(from.size());
        for (const Column& column : from) {
            dbway_column to{};
            to.struct_size = sizeof to;
            to.flags = column.flags;
            to.type = column.type;
            to.item_type = column.item_type;
            to.native_type = column.native_type;
            to.precision = column.precision;
            to.scale = column.scale;
            to.name = keep(column.name);
            to.native_name = keep(column.native_name);
            to.schema_name = keep(column.schema_name);
            to.table_name = keep(column.table_name);
            columns_.push_back(to);
            pointers_.push_back(&columns_.back());
        }
    }
    ColumnTable(const ColumnTable&) = delete;
    ColumnTable& operator=(const ColumnTable&) = delete;

    std::uint32_t size() const noexcept { return size_; }
    const dbway_column* const* data() const noexcept { return pointers_.data(); }

  private:
    dbway_str keep(const std::string& text) {
        const std::size_t begin = text_.size();
        text_.append(text);
        return {text_.data() + begin, text.size()};
    }

    std::uint32_t size_ = 0;
    std::string text_;
    std::vector<dbway_column> columns_;
    std::vector<const dbway_column*> pointers_;
};

}  // namespace dbway::sdk::detail
