// schema_rows.hpp - a statement whose rows are made in advance.
#pragma once

#include <dbway/sdk/provider.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace dbway::sqlite {

// NULL, TEXT, I64 or BOOL.
using SchemaField = std::variant<std::monostate, std::string, std::int64_t, bool>;
using SchemaRow = std::vector<SchemaField>;

// Empty text is NULL: SQLite has no such thing there.
inline SchemaField text_or_null(std::string text) {
    if (text.empty()) return std::monostate();
    return text;
}

class SchemaRows final : public sdk::Statement {
  public:
    explicit SchemaRows(std::vector<std::pair<const char*, std::uint32_t>> columns) {
        for (const auto& [name, type] : columns) {
            columns_.emplace_back();
            columns_.back().name = name;
            columns_.back().type = type;
        }
    }

    void add(SchemaRow row) { rows_.push_back(std::move(row)); }

    const std::vector<sdk::Column>& columns() const override { return columns_; }
    const std::vector<sdk::Column>& parameters() const override { return parameters_; }
    void execute(std::span<const dbway_value>, const sdk::Request&) override { next_ = 0; }
    bool fetch(sdk::RowBatch& batch) override {
        for (; next_ < rows_.size(); ++next_) {
            if (batch.full()) return true;
            dbway_value* cell = batch.add_row();
            for (const SchemaField& field : rows_[next_]) *cell++ = make_cell(field, batch);
        }
        return false;
    }
    void finish(bool, sdk::Outcome& outcome) override { outcome.affected = 0; }

  private:
    static dbway_value make_cell(const SchemaField& field, sdk::RowBatch& batch) {
        if (const auto* text = std::get_if<std::string>(&field)) return batch.copy_text(*text);
        dbway_value cell{};
        if (const auto* number = std::get_if<std::int64_t>(&field)) {
            cell.v.i64 = *number;
            cell.type = DBWAY_T_I64;
        } else if (const auto* flag = std::get_if<bool>(&field)) {
            cell.v.i64 = *flag ? 1 : 0;
            cell.type = DBWAY_T_BOOL;
        }
        return cell;
    }

    std::vector<sdk::Column> columns_;
    std::vector<sdk::Column> parameters_;
    std::vector<SchemaRow> rows_;
    std::size_t next_ = 0;
};

}  // namespace dbway::sqlite
