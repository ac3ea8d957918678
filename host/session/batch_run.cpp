#include <session/batch_run.hpp>

#include <dbway/error.hpp>
#include <session/cursor_extras.hpp>
#include <session/value_copy.hpp>

#include <utility>

namespace dbway::detail {

BatchResults BatchRun::run() {
    send();
    if (begin_id_ != 0) read_command(begin_id_);
    for (Progress& progress : progress_) read(progress, results_.emplace_back());
    if (begin_id_ != 0) read_command(session_.requests_.back().id);
    session_.guard_ = nullptr;
    if (first_error_) {
        if (begin_id_ != 0 && session_.in_transaction() && !session_.dead())
            session_.command(DBWAY_R_ROLLBACK);
        std::rethrow_exception(first_error_);
    }
    return std::move(results_);
}

BatchRun::~BatchRun() {
    session_.guard_ = nullptr;
    if (!shared_.empty()) session_.running_sql_ = {};
    for (const Progress& progress : progress_)
        if (progress.prepare_id != 0 && !progress.statement->prepared) drop(progress);
    for (const Progress* progress : stale_) drop(*progress);
}

void BatchRun::read_command(std::uint64_t id) {
    if (expect(id) || session_.event_.kind == DBWAY_E_SKIPPED) return;
    try {
        session_.fail(session_.event_.status);
    } catch (...) {
        if (!first_error_) first_error_ = std::current_exception();
    }
}

void BatchRun::read(Progress& progress, BatchResult& result) {
    error_ = nullptr;
    session_.guard_ = guard_of(progress);
    if (!shared_.empty()) {
        session_.running_kind_ = DBWAY_R_QUERY;
        session_.running_sql_ = batch_.items()[progress.item].sql;
    }
    if (progress.prepare_id != 0) read_prepare(progress);
    if (progress.refusal) {
        result.error_ = progress.refusal;
        return;
    }
    Cursor& cursor = result.rows_.cursor();
    cursor.request_id_ = progress.execute_id;
    if (progress.statement != nullptr && progress.statement->columns)
        cursor.begin_set(progress.statement->columns);
    session_.running_statement_ = progress.statement != nullptr ? progress.statement->id : 0;
    while (!cursor.final_) {
        session_.next_event();
        if (session_.event_.request_id == progress.execute_id && session_.event_.kind == DBWAY_E_SKIPPED) {
            check_final();
            cursor.final_ = true;
        } else if (session_.event_.request_id == progress.execute_id &&
                   session_.event_.kind == DBWAY_E_FAILED) {
            session_.finish_event(cursor.outcome_);
            cursor.final_ = true;
            if (!error_)
                keep_error(progress);
            else
                session_.diagnostics_.clear();
        } else if (first_rows(cursor)) {
            take_first_rows(cursor);
        } else {
            const bool rows = session_.event_.kind == DBWAY_E_COLUMNS || session_.event_.kind == DBWAY_E_ROWS;
            session_.take_event(cursor, rows ? &cursor.extras().buffer : nullptr);
            session_.guard_ = guard_of(progress);
        }
    }
    // The columns are there to be asked for before the first row is read.
    if (!cursor.set_open_ && cursor.extras_ && !cursor.extras_->buffer.empty()) cursor.receive();
    result.affected_ = error_ ? -1 : cursor.outcome_.affected;
    result.error_ = error_;
}

void BatchRun::read_prepare(Progress& progress) {
    session_.next_event();
    if (session_.event_.request_id == progress.prepare_id && session_.event_.kind == DBWAY_E_COLUMNS) {
        if (session_.event_.n_columns != 0) progress.statement->columns = session_.read_columns();
        expect(progress.prepare_id);
    } else {
        if (session_.event_.request_id != progress.prepare_id)
            session_.broken("events out of order in a batch");
        check_final();
        Outcome ignored;
        session_.finish_event(ignored);
    }
    if (session_.event_.kind == DBWAY_E_DONE)
        progress.statement->prepared = true;
    else if (session_.event_.kind == DBWAY_E_FAILED)
        keep_error(progress);
}

bool BatchRun::expect(std::uint64_t id) {
    do {
        session_.next_event();
        if (session_.event_.request_id != id) session_.broken("events out of order in a batch");
    } while (session_.event_.kind == DBWAY_E_COLUMNS);
    check_final();
    Outcome ignored;
    session_.finish_event(ignored);
    return session_.event_.kind == DBWAY_E_DONE;
}

void BatchRun::check_final() {
    switch (session_.event_.kind) {
        case DBWAY_E_DONE:
        case DBWAY_E_FAILED:
            return;
        case DBWAY_E_SKIPPED:
            if (error_ || first_error_) return;
            session_.broken("it skipped a statement, and none before it had failed");
        default:
            session_.broken("event " + std::to_string(session_.event_.kind) + " in a batch");
    }
}

bool BatchRun::first_rows(const Cursor& cursor) const noexcept {
    const dbway_event& event = session_.event_;
    return event.kind == DBWAY_E_ROWS && (event.flags & DBWAY_EF_SET) == 0 && event.n_rows != 0 &&
           event.request_id == cursor.request_id_ && cursor.set_open_ && cursor.width_ != 0 &&
           cursor.pending_rows_ == 0 && !cursor.extras_;
}

void BatchRun::take_first_rows(Cursor& cursor) {
    const dbway_event& event = session_.event_;
    session_.check_rows(cursor.arriving_width_);
    if (!memory_) memory_ = std::make_shared<sdk::Arena>();
    const std::size_t count = static_cast<std::size_t>(event.n_rows) * event.n_columns;
    auto* cells = static_cast<dbway_value*>(memory_->allocate_aligned(count * sizeof(dbway_value)));
    copy_values(event.cells, count, cells, *memory_);
    cursor.memory_ = memory_;
    cursor.take_rows(cells, event.n_rows);
    if ((event.flags & DBWAY_EF_FINAL) == 0) return;
    session_.finish_event(cursor.outcome_);
    cursor.final_ = true;
}

void BatchRun::keep_error(Progress& progress) {
    ErrorDetails details = session_.take_error(session_.event_.status);
    if (session_.event_.request_id == progress.prepare_id)
        progress.prepare_error = std::make_unique<ErrorDetails>(details);
    else if (const ErrorDetails* cause = prepare_error(progress.statement))
        details = *cause;
    // Statements that were sent already cannot be prepared again; the next run of this text can.
    if (progress.statement != nullptr && session_.stale_statement(details)) {
        stale_.push_back(&progress);
        progress.again = true;
    }
    judge_cancel(details, progress);
    name_item(details, progress.item);
    try {
        session_.throw_details(std::move(details));
    } catch (...) {
        error_ = std::current_exception();
        if (!batch_.is_independent() && !first_error_) first_error_ = error_;
    }
}

const ErrorDetails* BatchRun::prepare_error(const CachedStatement* statement) const {
    if (statement == nullptr) return nullptr;
    for (const Progress& progress : progress_)
        if (progress.statement == statement && progress.prepare_error) return progress.prepare_error.get();
    return nullptr;
}

void BatchRun::name_item(ErrorDetails& details, std::size_t index) const {
    if (!shared_.empty()) return;
    details.batch_index = static_cast<std::int64_t>(index);
    details.message = "statement " + std::to_string(index + 1) + " of the batch: " + details.message;
}

BatchResults Session::run_batch(const Batch& batch, const QueryOptions& options) {
    if (active_ != nullptr) buffer_active();
    require_usable();
    if (batch.empty()) return {};
    return BatchRun(*this, batch, options).run();
}

}  // namespace dbway::detail
