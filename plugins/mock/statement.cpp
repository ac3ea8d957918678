#include "statement.hpp"

#include "value.hpp"

#include <algorithm>
#include <utility>

namespace dbway::mock {
namespace {

bool same_columns(const std::vector<sdk::Column>& a, const std::vector<sdk::Column>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const sdk::Column& x, const sdk::Column& y) {
        return x.name == y.name && x.type == y.type && x.item_type == y.item_type &&
               x.native_type == y.native_type && x.precision == y.precision && x.scale == y.scale &&
               x.flags == y.flags && x.native_name == y.native_name && x.schema_name == y.schema_name &&
               x.table_name == y.table_name;
    });
}

std::uint64_t series_end(std::span<const dbway_value> values) {
    if (values.empty() || values[0].type != DBWAY_T_I64)
        throw sdk::Failure(DBWAY_ERR_DATA, "a series ends at the first parameter, which is no integer here");
    return values[0].v.i64 < 0 ? 0 : static_cast<std::uint64_t>(values[0].v.i64);
}

}  // namespace

MockStatement::MockStatement(Performer& performer, std::uint32_t kind, std::string text, sdk::Dialect dialect,
                             std::vector<sdk::Column> columns, bool fixed)
    : performer_(performer),
      kind_(kind),
      text_(std::move(text)),
      dialect_(dialect),
      columns_(std::move(columns)),
      fixed_(fixed) {}

void MockStatement::set_columns(const std::vector<sdk::Column>& columns) {
    if (same_columns(columns_, columns)) return;
    columns_ = columns;
    ++version_;
}

void MockStatement::execute(std::span<const dbway_value> values, const sdk::Request& request) {
    Arrival arrival;
    arrival.kind = kind_;
    arrival.text = text_;
    arrival.parameters = values;
    arrival.dialect = dialect_;
    answer_ = nullptr;
    row_ = 0;
    rows_ = 0;
    concluded_ = false;
    answer_ = performer_.perform(arrival, request, true);
    if (answer_ == nullptr) {
        if (!fixed_) set_columns({});
        return;
    }
    if (!answer_->columns.empty() || !fixed_) set_columns(answer_->columns);
    rows_ = answer_->series ? series_end(values) : std::uint64_t{answer_->rows} * answer_->repeat;
    // Without a row there is nothing to say before the failure, and nobody would ask for it.
    if (rows_ == 0) conclude();
}

bool MockStatement::fetch(sdk::RowBatch& batch) {
    for (; row_ < rows_; ++row_) {
        if (batch.full()) return true;
        dbway_value* const cells = batch.add_row();
        if (answer_->series) {
            cells->type = DBWAY_T_I64;
            cells->v.i64 = static_cast<std::int64_t>(row_ + 1);
            continue;
        }
        const std::size_t first = (row_ % answer_->rows) * columns_.size();
        for (std::size_t i = 0; i < columns_.size(); ++i)
            cells[i] = copy_value(answer_->cells[first + i], batch.arena());
    }
    if (answer_ == nullptr || concluded_) return false;
    // What is in the batch goes out before the failure that follows it.
    const bool fails = answer_->error || answer_->lost == Lost::after;
    if (fails && batch.rows() > 0) return true;
    conclude();
    return false;
}

void MockStatement::conclude() {
    concluded_ = true;
    performer_.conclude(*answer_);
}

void MockStatement::finish(bool ok, sdk::Outcome& outcome) {
    const std::shared_ptr<const Answer> answer = answer_;
    if (!ok || answer == nullptr) return;
    // Nobody wanted the rest of the rows; what follows them happens all the same.
    if (!concluded_) conclude();
    outcome.affected = answer->affected;
    outcome.last_id = answer->last_id;
    tag_ = answer->tag;
    outcome.tag = tag_;
}

}  // namespace dbway::mock
