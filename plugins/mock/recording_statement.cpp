#include "recording_statement.hpp"

#include "value.hpp"

#include <dbway/sdk/diagnostics.hpp>

#include <algorithm>
#include <tuple>
#include <utility>

namespace dbway::mock {
namespace {

using sdk::detail::to_view;

sdk::Column to_column(const dbway_column& from) {
    sdk::Column column;
    column.name = to_view(from.name);
    column.type = from.type;
    column.item_type = from.item_type;
    column.native_type = from.native_type;
    column.precision = from.precision;
    column.scale = from.scale;
    column.flags = from.flags;
    column.native_name = to_view(from.native_name);
    column.schema_name = to_view(from.schema_name);
    column.table_name = to_view(from.table_name);
    return column;
}

std::vector<sdk::Column> to_columns(const dbway_column* const* from, std::uint32_t count) {
    std::vector<sdk::Column> columns;
    for (std::uint32_t i = 0; i < count; ++i) columns.push_back(to_column(*from[i]));
    return columns;
}

bool same(const sdk::Column& a, const sdk::Column& b) noexcept {
    const auto all = [](const sdk::Column& of) {
        return std::tie(of.name, of.type, of.item_type, of.native_type, of.precision, of.scale, of.flags,
                        of.native_name, of.schema_name, of.table_name);
    };
    return all(a) == all(b);
}

std::uint32_t recorded_kind(std::uint32_t kind) noexcept {
    return kind == DBWAY_R_QUERY || kind == DBWAY_R_EXECUTE ? DBWAY_MOCK_STATEMENT : kind;
}

}  // namespace

void RecordedConnection::fail(RecordedRequest& request) {
    try {
        throw;
    } catch (const sdk::Failure& failure) {
        request.error = failure.diagnostic();
        // The ABI tells this of a connection in more ways than one.
        if (inner->dead()) request.error->flags |= DBWAY_DIAG_CONN_DEAD;
        write(request);
        throw;
    }
}

RecordingStatement::RecordingStatement(RecordedConnection& connection, const dbway_request& request,
                                       std::string text)
    : connection_(connection), request_(request), text_(std::move(text)) {
    // What the SDK holds only for the request that made this statement must not be looked at later.
    request_.sql = {text_.data(), text_.size()};
}

RecordingStatement::RecordingStatement(RecordedConnection& connection, std::string_view sql,
                                       std::span<const dbway_value> parameter_types)
    : connection_(connection), text_(sql) {
    request_.kind = DBWAY_R_EXECUTE;
    request_.stmt = ++connection.last_statement;
    InnerConnection& inner = *connection_.inner;
    dbway_request prepare = inner.make(DBWAY_R_PREPARE, {});
    prepare.stmt = request_.stmt;
    prepare.sql = {text_.data(), text_.size()};
    prepare.params = parameter_types.data();
    prepare.n_params = static_cast<std::uint32_t>(parameter_types.size());
    try {
        inner.submit(prepare);
        dbway_event event{};
        for (;;) {
            inner.next(event);
            if (event.kind == DBWAY_E_DONE) break;
            if (event.kind != DBWAY_E_COLUMNS) continue;
            set_columns(event);
            parameters_ = to_columns(event.params, event.n_params);
        }
    } catch (const sdk::Failure&) {
        // It will be found by its text alone: its values were not sent.
        RecordedRequest recorded;
        recorded.text = text_;
        for (std::size_t i = 0; i < parameter_types.size(); ++i)
            recorded.parameters.emplace_back("{ any = true }");
        connection_.fail(recorded);
    }
}

RecordingStatement::~RecordingStatement() {
    InnerConnection& inner = *connection_.inner;
    if (request_.kind != DBWAY_R_EXECUTE || inner.dead()) return;
    try {
        dbway_request unprepare = inner.make(DBWAY_R_UNPREPARE, {});
        unprepare.stmt = request_.stmt;
        inner.submit(unprepare);
        inner.finish();
    } catch (const std::exception&) {
        // A failed PREPARE has left nothing, and a lost connection neither.
    }
}

void RecordingStatement::set_columns(const dbway_event& event) {
    std::vector<sdk::Column> columns = to_columns(event.columns, event.n_columns);
    // The recorded provider tells them at each execution.
    if (std::equal(columns.begin(), columns.end(), columns_.begin(), columns_.end(), same)) return;
    columns_ = std::move(columns);
    hidden_.clear();
    for (const sdk::Column& column : columns_)
        hidden_.push_back(connection_.recording->redaction().hides(column.name));
    ++version_;
}

void RecordingStatement::execute(std::span<const dbway_value> values, const sdk::Request& request) {
    InnerConnection& inner = *connection_.inner;
    recorded_ = {};
    recorded_.kind = recorded_kind(request_.kind);
    recorded_.text = text_;
    const bool hidden = connection_.recording->redaction().hides(text_);
    for (const dbway_value& value : values) recorded_.parameters.push_back(parameter_toml(value, hidden));
    dbway_request execute = inner.make(request_.kind, request);
    execute.stmt = request_.stmt;
    execute.sql = request_.kind == DBWAY_R_EXECUTE ? dbway_str{} : request_.sql;
    execute.arg = request_.arg;
    execute.flags = request_.flags;
    execute.names = request_.names;
    execute.n_names = request_.n_names;
    execute.params = values.data();
    execute.n_params = static_cast<std::uint32_t>(values.size());
    try {
        inner.submit(execute);
        running_ = true;
        next_event();
    } catch (const sdk::Failure&) {
        running_ = connection_.inner->running();
        connection_.fail(recorded_);
    }
}

void RecordingStatement::next_event() {
    do {
        event_ = {};
        row_ = 0;
        connection_.inner->next(event_);
        take(event_);
    } while (running_ && event_.kind != DBWAY_E_ROWS);
}

void RecordingStatement::take(const dbway_event& event) {
    const bool rows = event.kind == DBWAY_E_ROWS;
    const bool announces = event.kind == DBWAY_E_COLUMNS || (rows && (event.flags & DBWAY_EF_SET) != 0);
    if (announces) {
        if (!recorded_.rows.empty())
            throw sdk::Failure(DBWAY_ERR_UNSUPPORTED, "a statement with several results cannot be recorded");
        set_columns(event);
    }
    if (event.kind != DBWAY_E_DONE && !(rows && (event.flags & DBWAY_EF_FINAL) != 0)) return;
    running_ = false;
    recorded_.affected = event.affected;
    if (event.last_id != nullptr && event.last_id->type == DBWAY_T_I64)
        recorded_.last_id = event.last_id->v.i64;
    recorded_.tag = to_view(event.tag);
}

bool RecordingStatement::fetch(sdk::RowBatch& batch) {
    try {
        for (;;) {
            for (; row_ < event_.n_rows; ++row_) {
                if (batch.full()) return true;
                const dbway_value* const from = event_.cells + std::size_t{row_} * event_.n_columns;
                dbway_value* const to = batch.add_row();
                for (std::size_t i = 0; i < columns_.size(); ++i) to[i] = copy_value(from[i], batch.arena());
                append_row(recorded_.rows.end(), {from, columns_.size()}, columns_, hidden_);
                recorded_.rows.settle(connection_.recording->file());
            }
            if (!running_) return false;
            if (batch.rows() > 0) return true;
            next_event();
        }
    } catch (const sdk::Failure&) {
        // A failure of the recording itself leaves the request to be ended.
        running_ = connection_.inner->running();
        recorded_.columns = columns_;
        connection_.fail(recorded_);
    }
}

void RecordingStatement::finish(bool ok, sdk::Outcome& outcome) {
    if (std::exchange(running_, false)) {
        // Nobody wants the rest.
        connection_.inner->discard();
        try {
            const dbway_event last = connection_.inner->finish();
            if (ok) take(last);
        } catch (const sdk::Failure&) {
            if (ok) connection_.fail(recorded_);
        }
    }
    event_ = {};
    if (!ok) return;
    recorded_.columns = columns_;
    outcome.affected = recorded_.affected;
    outcome.last_id = recorded_.last_id;
    tag_ = recorded_.tag;
    outcome.tag = tag_;
    connection_.write(recorded_);
}

}  // namespace dbway::mock
