#include "recording_copy.hpp"

#include <dbway/sdk/diagnostics.hpp>

#include <utility>

namespace dbway::mock {

RecordingCopyIn::RecordingCopyIn(RecordedConnection& connection, const sdk::CopyTarget& target,
                                 const sdk::Request& request)
    : connection_(connection) {
    recorded_.kind = DBWAY_R_COPY_IN;
    recorded_.text = target.table;
    columns_.assign(target.columns.begin(), target.columns.end());
    for (const std::string& column : columns_) names_.push_back(sdk::detail::to_str(column));
    source_.struct_size = sizeof source_;
    source_.n_columns = target.column_count;
    source_.ctx = this;
    source_.pull = pull;
    dbway_request copy = connection_.inner->make(DBWAY_R_COPY_IN, request);
    copy.flags = (target.is_sql ? DBWAY_RF_SQL : 0) | (target.raw ? DBWAY_RF_RAW : 0);
    copy.sql = sdk::detail::to_str(recorded_.text);
    copy.names = names_.data();
    copy.n_names = static_cast<std::uint32_t>(names_.size());
    copy.source = &source_;
    try {
        connection_.inner->submit(copy);
    } catch (const sdk::Failure&) {
        connection_.fail(recorded_);
    }
    running_ = true;
}

RecordingCopyIn::~RecordingCopyIn() {
    if (!running_) return;
    // It leaves nothing behind when its source says no.
    when_empty_ = DBWAY_ERR_CANCELLED;
    rows_ = 0;
    try {
        drive();
    } catch (const std::exception&) {
        // As intended; whoever destroys an unfinished load knows its failure.
    }
}

dbway_status RecordingCopyIn::pull(void* self, const dbway_value** cells, std::uint32_t* rows) noexcept {
    auto& copy = *static_cast<RecordingCopyIn*>(self);
    if (copy.rows_ == 0) return copy.when_empty_;
    *cells = copy.cells_;
    *rows = std::exchange(copy.rows_, 0);
    return DBWAY_OK;
}

void RecordingCopyIn::drive() {
    dbway_event event{};
    try {
        if (!connection_.inner->next(event)) return;
    } catch (const sdk::Failure&) {
        running_ = false;
        connection_.fail(recorded_);
    }
    running_ = false;
    recorded_.affected = event.affected;
    recorded_.tag = sdk::detail::to_view(event.tag);
}

void RecordingCopyIn::write(const dbway_value* cells, std::uint32_t rows) {
    cells_ = cells;
    rows_ = rows;
    while (running_ && rows_ != 0) drive();
}

void RecordingCopyIn::finish(sdk::Outcome& outcome) {
    when_empty_ = DBWAY_END;
    while (running_) drive();
    outcome.affected = recorded_.affected;
    tag_ = recorded_.tag;
    outcome.tag = tag_;
    connection_.write(recorded_);
}

}  // namespace dbway::mock
