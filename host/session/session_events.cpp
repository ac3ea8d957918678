// Receiving: from events to rows, outcomes and errors. A provider's events are checked before they are
// believed.
#include <dbway/error.hpp>
#include <session/cursor_extras.hpp>
#include <session/session.hpp>

#include <poll.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace dbway::detail {

namespace {

std::string to_string(const dbway_str& text) {
    return text.ptr == nullptr ? std::string() : std::string(text.ptr, text.len);
}

Column to_column(const dbway_column& given) {
    dbway_column whole{};
    whole.precision = -1;
    whole.scale = -1;
    std::memcpy(&whole, &given, std::min<std::size_t>(given.struct_size, sizeof whole));
    Column column;
    column.name = to_string(whole.name);
    column.type = whole.type;
    column.item_type = whole.item_type;
    column.native_type = whole.native_type;
    column.precision = whole.precision;
    column.scale = whole.scale;
    column.native_name = to_string(whole.native_name);
    column.table_name = to_string(whole.table_name);
    column.schema_name = to_string(whole.schema_name);
    column.not_null = (whole.flags & DBWAY_COL_NOT_NULL) != 0;
    column.primary_key = (whole.flags & DBWAY_COL_PRIMARY) != 0;
    column.generated = (whole.flags & DBWAY_COL_GENERATED) != 0;
    return column;
}

}  // namespace

[[gnu::hot]] void Session::next_event() {
    while (true) {
        event_ = dbway_event{};
        event_.struct_size = sizeof event_;
        const dbway_status status = api_->next(connection_, &event_);
        if (status == DBWAY_OK) [[likely]] {
            if (event_.kind != DBWAY_E_NOTIFY) [[likely]]
                return;
            take_notification();
        } else if (status == DBWAY_AGAIN) {
            wait_for_provider();
        } else if (status == DBWAY_END) {
            broken("it ended a request without an answer");
        } else {
            dead_ = true;
            fail(status);
        }
    }
}

void Session::wait_for_provider() {
    const std::optional<dbway_wait> wait = wait_info();
    if (!wait) broken("next() answers AGAIN, wait_info() does not say for what");
    if (wait->fd < 0 && wait->timeout_ns == 0) broken("next() answers AGAIN with nothing to wait for");
    const int timeout =
        wait->timeout_ns == 0
            ? -1
            : static_cast<int>(std::min<std::uint64_t>(wait->timeout_ns / 1000000 + 1, 60000));
    short events = 0;
    if (wait->interest & DBWAY_WAIT_READ) events |= POLLIN;
    if (wait->interest & DBWAY_WAIT_WRITE) events |= POLLOUT;
    pollfd descriptor{static_cast<int>(wait->fd), events, 0};
    poll(&descriptor, wait->fd < 0 ? 0 : 1, timeout);
}

[[gnu::hot]] void Session::finish_event(Outcome& outcome) {
    if (event_.kind == DBWAY_E_FAILED) check_failure();
    // A dying connection takes its transaction with it; what was lost is judged by the state before.
    if (event_.tx_state != DBWAY_TX_STATE_UNKNOWN && !dead()) transaction_state_ = event_.tx_state;
    outcome.affected = event_.affected;
    if (event_.last_id != nullptr &&
        (event_.last_id->type == DBWAY_T_I64 || event_.last_id->type == DBWAY_T_U64)) {
        outcome.last_id = event_.last_id->v.i64;
        outcome.has_last_id = true;
    }
}

std::shared_ptr<const ColumnSet> Session::read_columns() {
    if (event_.columns == nullptr && event_.n_columns != 0) broken("columns announced, none given");
    auto set = std::make_shared<ColumnSet>();
    set->reserve(event_.n_columns);
    for (std::uint32_t i = 0; i < event_.n_columns; ++i) set->push_back(to_column(*event_.columns[i]));
    return set;
}

// Answers to the requests ahead of the last one: UNPREPARE of evicted statements, PREPARE of `statement`.
void Session::read_answers_before(CachedStatement* statement) {
    for (std::size_t i = 0; i + 1 < requests_.size(); ++i) {
        const dbway_request& request = requests_[i];
        do {
            next_event();
            if (event_.request_id != request.id)
                broken("an event for request " + std::to_string(event_.request_id));
            if (event_.kind == DBWAY_E_COLUMNS && request.kind == DBWAY_R_PREPARE && event_.n_columns != 0)
                statement->columns = read_columns();
        } while (event_.kind == DBWAY_E_COLUMNS);
        Outcome ignored;
        finish_event(ignored);
        if (event_.kind == DBWAY_E_DONE) {
            if (request.kind == DBWAY_R_PREPARE) statement->prepared = true;
        } else if (event_.kind != DBWAY_E_FAILED) {
            broken("event " + std::to_string(event_.kind) + " as the answer to PREPARE");
        } else if (request.kind == DBWAY_R_UNPREPARE) {
            diagnostics_.clear();  // there was nothing to free
        } else {
            ErrorDetails details = take_error(event_.status);
            cache_.erase(std::string(statement->text));
            running_sql_ = {};
            if (!dead()) {
                next_event();
                if (event_.request_id != requests_.back().id || event_.kind != DBWAY_E_SKIPPED)
                    broken("a request chained to a failed one was not skipped");
            }
            throw_details(std::move(details));
        }
    }
}

// A statement that the server no longer knows, or whose result has changed: 26000 is PostgreSQL's invalid
// statement name, 0A000 with that text its "cached plan must not change result type". Inside a transaction
// the error stands, since it has ended the transaction.
bool Session::stale_statement(const ErrorDetails& error) const {
    if (in_transaction() || dead_) return false;
    return error.sqlstate == "26000" ||
           (error.sqlstate == "0A000" && error.message.find("cached plan") != std::string::npos);
}

// Rows without columns are all right.
void Session::check_unusual_rows(std::optional<std::uint32_t> announced) {
    if (!announced && event_.n_columns != 0) broken("ROWS before its columns");
    if (announced.value_or(0) != event_.n_columns)
        broken("ROWS of " + std::to_string(event_.n_columns) + " columns after " +
               std::to_string(*announced) + " were announced");
    if (event_.cells == nullptr && event_.n_columns != 0) broken("ROWS without cells");
}

[[gnu::hot]] bool Session::take_event(Cursor& cursor, RowBuffer* buffer) {
    if (event_.request_id != cursor.request_id_)
        broken("an event for request " + std::to_string(event_.request_id));
    const bool announces =
        event_.kind == DBWAY_E_COLUMNS || (event_.kind == DBWAY_E_ROWS && (event_.flags & DBWAY_EF_SET));
    if (announces) [[unlikely]] {
        std::shared_ptr<const ColumnSet> columns = read_columns();
        cursor.arriving_width_ = static_cast<std::uint32_t>(columns->size());
        if (running_statement_ != 0) {
            // The columns of a prepared statement may have changed, before its rows have begun.
            if (CachedStatement* statement = cache_.find_id(running_statement_)) statement->columns = columns;
            if (!cursor.rows_seen_) cursor.set_open_ = false;
        }
        if (buffer != nullptr)
            buffer->add_columns(std::move(columns));
        else
            cursor.take_columns(std::move(columns));
    }
    switch (event_.kind) {
        case DBWAY_E_COLUMNS:
            return false;
        case DBWAY_E_ROWS:
            check_rows(cursor.arriving_width_);
            // Rows of a set that the reader has not asked for yet wait in the buffer, too.
            if (buffer == nullptr && cursor.set_pending_) buffer = &cursor.extras().buffer;
            if (buffer == nullptr)
                cursor.take_rows(event_.cells, event_.n_rows);
            else if (event_.n_rows != 0)
                buffer->add_rows(event_.cells, event_.n_rows, event_.n_columns);
            if (!(event_.flags & DBWAY_EF_FINAL)) return false;
            break;
        case DBWAY_E_DONE:
            break;
        case DBWAY_E_FAILED: {
            finish_event(cursor.outcome_);
            cursor.final_ = true;
            ErrorDetails details = take_error(event_.status);
            guard_ = nullptr;
            throw_details(std::move(details));
        }
        default:
            broken("event " + std::to_string(event_.kind) + " in a result");
    }
    finish_event(cursor.outcome_);
    cursor.final_ = true;
    guard_ = nullptr;
    return true;
}

[[gnu::hot]] bool Session::receive(Cursor& cursor) {
    try {
        next_event();
        take_event(cursor, nullptr);
    } catch (...) {
        cursor.final_ = true;
        cursor.finish();
        throw;
    }
    return true;
}

void Session::abandon(Cursor& cursor) noexcept {
    if (!cursor.final_ && !dead()) {
        try {
            if (DBWAY_HAS(dbway_conn_api, api_, discard)) api_->discard(connection_);
            do {
                next_event();
                if (event_.request_id != cursor.request_id_) broken("an event of another request");
            } while (!(event_.kind == DBWAY_E_DONE || event_.kind == DBWAY_E_FAILED ||
                       event_.kind == DBWAY_E_SKIPPED ||
                       (event_.kind == DBWAY_E_ROWS && (event_.flags & DBWAY_EF_FINAL))));
            finish_event(cursor.outcome_);
        } catch (...) {
            // Only reading the end of an unwanted result failed; if that was the connection, dead_ is set.
        }
        diagnostics_.clear();
    }
    cursor.final_ = true;
    guard_ = nullptr;
    active_ = nullptr;
}

void Session::buffer_active() {
    Cursor& cursor = *active_;
    CursorExtras& extras = cursor.extras();
    RowBuffer& buffer = extras.buffer;
    // The rows at hand first, the one being read included: they are in memory that the next call reuses.
    if (cursor.row_ != nullptr && cursor.width_ != 0) {
        RowBuffer at_hand;
        at_hand.add_rows(cursor.row_,
                         static_cast<std::uint32_t>((cursor.end_ - cursor.row_) / cursor.stride_),
                         cursor.stride_);
        extras.current = at_hand.take();
        cursor.row_ = extras.current.cells.data();
        cursor.end_ = cursor.row_ + extras.current.cells.size();
    } else if (cursor.pending_rows_ != 0 && cursor.width_ != 0) {
        buffer.add_rows(cursor.pending_, cursor.pending_rows_, cursor.stride_);
        cursor.pending_rows_ = 0;
    }
    while (!cursor.final_) {
        if (buffer.size() > environment_.options.buffer_limit) {
            ErrorDetails details;
            details.category = Category::invalid;
            details.message =
                "more than " + std::to_string(environment_.options.buffer_limit) +
                " bytes of another result are still to be read on this connection; read it first, use "
                "a second connection, or raise `buffer_limit`";
            details.not_executed = true;
            throw_details(std::move(details));
        }
        try {
            next_event();
            take_event(cursor, &buffer);
        } catch (...) {
            // The error belongs to the reader of that result, once it gets there.
            cursor.final_ = true;
            extras.error = std::current_exception();
        }
    }
    extras.stop.reset();
    active_ = nullptr;
    cursor.session_ = nullptr;  // nothing of it is needed any more
}

void Session::take_notification() {
    if (event_.cells == nullptr || event_.n_columns < 3) broken("a notification without its three cells");
    Notification note;
    const auto text = [](const dbway_value& cell) {
        return cell.type == DBWAY_T_TEXT ? std::string(cell.v.text, cell.len) : std::string();
    };
    note.channel = text(event_.cells[0]);
    note.payload = text(event_.cells[1]);
    note.sender = event_.cells[2].type == DBWAY_T_I64 ? event_.cells[2].v.i64 : 0;
    notifications_.push_back(std::move(note));
}

bool Session::wait_readable(Clock::time_point deadline, const std::stop_token& stop) {
    const std::optional<dbway_wait> wait = wait_info();
    if (!wait || wait->fd < 0) broken("it declares notifications and wait_info() gives nothing to wait for");
    // A stop request is looked for this often.
    constexpr auto slice = std::chrono::milliseconds(50);
    while (!stop.stop_requested()) {
        const auto now = Clock::now();
        if (now >= deadline) return false;
        auto pause = std::chrono::ceil<std::chrono::milliseconds>(deadline - now);
        if (pause > std::chrono::hours(1)) pause = std::chrono::hours(1);
        if (stop.stop_possible() && pause > slice) pause = slice;
        pollfd descriptor{static_cast<int>(wait->fd), POLLIN, 0};
        if (poll(&descriptor, 1, static_cast<int>(pause.count())) > 0) return true;
    }
    return false;
}

std::optional<Notification> Session::next_notification(Clock::time_point deadline,
                                                       const std::stop_token& stop) {
    require_usable();
    while (true) {
        if (!notifications_.empty()) {
            Notification note = std::move(notifications_.front());
            notifications_.pop_front();
            return note;
        }
        event_ = dbway_event{};
        event_.struct_size = sizeof event_;
        const dbway_status status = api_->next(connection_, &event_);
        if (status == DBWAY_OK) {
            if (event_.kind != DBWAY_E_NOTIFY)
                broken("event " + std::to_string(event_.kind) + " on an idle connection");
            take_notification();
        } else if (status < 0) {
            dead_ = true;
            fail(status);
        } else if (!wait_readable(deadline, stop)) {
            return std::nullopt;
        }
    }
}

}  // namespace dbway::detail
