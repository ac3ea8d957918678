// The ABI side of ScriptedProvider: plays answers as events.

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <set>

#include "support/scripted_state.hpp"

namespace dbway::test::detail {
namespace {

using conformance::CellBuffer;
using conformance::to_str;
using conformance::to_string;
using Step = Answer::Step;
using namespace std::chrono_literals;

struct ScriptedInstance {
    dbway_provider base{};
    std::shared_ptr<ScriptState> script;
    const dbway_host* host = nullptr;
    std::atomic<int> open_connections = 0;

    std::uint64_t now_ns() const {
        if (host != nullptr && DBWAY_HAS(dbway_host, host, now_ns)) return host->now_ns(host);
        return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch() / 1ns);
    }
};

struct Pending {
    std::shared_ptr<SeenRequest> seen;
    const dbway_row_source* source = nullptr;
    std::uint64_t deadline_ns = 0;
    bool started = false;
    bool cancelled = false;
    bool discarded = false;
    bool copy_ended = false;
    bool announced = false;  // a result set's columns were sent
    std::vector<std::shared_ptr<const Step>> steps;
    std::size_t step = 0;
    std::size_t progress = 0;  // rows sent or AGAINs answered within the step
    std::deque<ColumnSet> column_sets;
};

struct Notification {
    OwnedRow cells;
};

std::size_t count_placeholders(const std::string& sql) {
    std::size_t highest = 0;
    for (std::size_t i = 0; i + 1 < sql.size(); ++i)
        if (sql[i] == '$')
            highest = std::max<std::size_t>(highest, std::strtoul(sql.c_str() + i + 1, nullptr, 10));
    return highest;
}

bool is_transaction_kind(std::uint32_t kind) { return kind >= DBWAY_R_BEGIN && kind <= DBWAY_R_ROLLBACK_TO; }

}  // namespace

// Serial functions run on one thread at a time; what others touch is guarded by the script's mutex.
class ScriptedConnection {
    using Lock = std::unique_lock<std::mutex>;

  public:
    ScriptedConnection(ScriptedInstance& instance, const dbway_open_args& args)
        : instance_(instance),
          script_(instance.script),
          sink_(args.diag),
          nonblock_((args.flags & DBWAY_OPEN_NONBLOCK) != 0),
          opening_(nonblock_) {
        if (pipe2(pipe_, O_NONBLOCK | O_CLOEXEC) != 0) pipe_[0] = pipe_[1] = -1;
        ++instance_.open_connections;
    }
    ~ScriptedConnection() {
        if (pipe_[0] >= 0) ::close(pipe_[0]);
        if (pipe_[1] >= 0) ::close(pipe_[1]);
        --instance_.open_connections;
    }
    ScriptedConnection(const ScriptedConnection&) = delete;
    ScriptedConnection& operator=(const ScriptedConnection&) = delete;

    std::uint64_t number = 0;

    dbway_status submit(const dbway_request* const* requests, std::size_t count);
    dbway_status next(dbway_event* out);
    dbway_status discard();
    dbway_status wait_info(dbway_wait* out);
    dbway_status cancel(std::uint64_t request_id);
    dbway_status info(dbway_conn_info* out);

    void wake() {
        const char byte = 1;
        [[maybe_unused]] const auto written = write(pipe_[1], &byte, 1);
    }
    void leave_script() {
        const Lock lock(script_->mutex);
        ++script_->closes;
        script_->connections.erase(number);
        script_->changed.notify_all();
    }
    void kill() {
        dead_ = true;
        death_ = Diagnostic{DBWAY_ERR_CONNECTION, "the server closed the connection", DBWAY_DIAG_CONN_DEAD,
                            "08006"};
    }
    void notify(const std::string& channel, const std::string& payload, std::int64_t sender) {
        if (channels_.contains(channel))
            notes_.push_back(
                {{OwnedValue::text(channel), OwnedValue::text(payload), OwnedValue::i64(sender)}});
    }

    // Records the second thread inside a [serial] function.
    class SerialGuard {
      public:
        SerialGuard(ScriptedConnection& connection, const char* function) : connection_(connection) {
            if (connection_.inside_.fetch_add(1) != 0) {
                const std::lock_guard lock(connection_.script_->mutex);
                connection_.script_->misuses.push_back(std::string(function) +
                                                       "() entered while another thread is in connection " +
                                                       std::to_string(connection_.number));
            }
        }
        ~SerialGuard() { connection_.inside_.fetch_sub(1); }

      private:
        ScriptedConnection& connection_;
    };

  private:
    std::optional<dbway_status> play(Lock& lock, Pending& pending, dbway_event& event);
    std::optional<dbway_status> start(Lock& lock, Pending& pending, dbway_event& event);
    std::optional<dbway_status> wait_at(Lock& lock, const Gate& gate, Pending* pending);
    std::optional<dbway_status> collect_copy(Lock& lock, Pending& pending, std::size_t limit);
    dbway_status fail(Lock& lock, Pending& pending, dbway_event& event, const Diagnostic& diagnostic,
                      bool tell = true);
    void finish(dbway_event& event, std::uint32_t kind, dbway_status status);
    void fill_done(dbway_event& event, const Step& step);
    dbway_status send_result(Pending& pending, const Step& step, dbway_event& event);
    dbway_status misbehave(Lock& lock, Pending& pending, const Step& step, dbway_event& event);
    void announce(Pending& pending, const std::vector<Column>& columns, dbway_event& event);
    void apply_transaction(const SeenRequest& seen, dbway_status status);
    void report_unlocked(Lock& lock, const Diagnostic& diagnostic, std::uint64_t request_id) {
        lock.unlock();
        report(sink_, diagnostic, request_id);
        lock.lock();
    }
    void drain_pipe() {
        char bytes[64];
        while (read(pipe_[0], bytes, sizeof bytes) > 0) {
        }
    }

    ScriptedInstance& instance_;
    std::shared_ptr<ScriptState> script_;
    dbway_diag_sink sink_{};
    const bool nonblock_;
    bool opening_;
    bool dead_ = false;
    std::optional<Diagnostic> death_;
    bool skip_next_ = false;
    bool copy_waits_ = false;
    bool again_soon_ = false;
    std::uint32_t tx_state_ = DBWAY_TX_STATE_IDLE;
    std::size_t submits_ = 0;
    std::deque<Pending> queue_;
    std::map<std::uint64_t, std::string> statements_;
    std::map<std::uint64_t, std::pair<std::unique_ptr<ColumnSet>, std::unique_ptr<ColumnSet>>> described_;
    std::set<std::string> channels_;
    std::deque<Notification> notes_;
    int pipe_[2] = {-1, -1};
    std::atomic<int> inside_ = 0;

    std::optional<Pending> ended_;  // keeps what the last final event refers to
    std::vector<OwnedRow> rows_;    // what the last event refers to
    CellBuffer cells_;
    OwnedRow last_id_;
    CellBuffer last_id_cell_;
    std::string tag_;
};

ColumnSet::ColumnSet(std::vector<Column> from) : owned(std::move(from)) {
    for (const auto& column : owned) {
        dbway_column out{};
        out.struct_size = sizeof out;
        out.flags = column.flags;
        out.type = column.type;
        out.item_type = column.item_type;
        out.native_type = column.native_type;
        out.precision = column.precision;
        out.scale = column.scale;
        out.name = to_str(column.name);
        out.native_name = to_str(column.native_name);
        out.schema_name = to_str(column.schema_name);
        out.table_name = to_str(column.table_name);
        columns.push_back(out);
    }
    for (const auto& column : columns) pointers.push_back(&column);
}

void ScriptState::wake_all() {
    for (auto& [number, connection] : connections) connection->wake();
    changed.notify_all();
}

std::optional<Answer> ScriptState::answer_for(const SeenRequest& request) {
    for (auto& rule : rules) {
        if (rule.answers.empty() || !rule.matches(request)) continue;
        const std::size_t which = std::min(rule.used, rule.answers.size() - 1);
        ++rule.used;
        return rule.answers[which];
    }
    return {};
}

std::optional<Description> ScriptState::description_of(const std::string& sql) const {
    if (const auto found = descriptions.find(sql); found != descriptions.end()) return found->second;
    for (const auto& rule : rules) {
        if (rule.sql != sql) continue;
        for (const auto& answer : rule.answers)
            for (const auto& step : Hooks::steps(answer))
                if (step->kind == Step::Kind::result || step->kind == Step::Kind::columns)
                    return Description{step->columns, {}};
    }
    return {};
}

void report(const dbway_diag_sink& sink, const Diagnostic& diagnostic, std::uint64_t request_id) {
    if (sink.report == nullptr) return;
    dbway_diag diag{};
    diag.struct_size = sizeof diag;
    diag.status = diagnostic.status;
    diag.severity = diagnostic.severity;
    diag.flags = diagnostic.flags;
    diag.request_id = request_id;
    diag.native_code = diagnostic.native_code;
    diag.position = diagnostic.position;
    std::memcpy(diag.sqlstate, diagnostic.sqlstate.data(),
                std::min<std::size_t>(diagnostic.sqlstate.size(), 5));
    diag.message = to_str(diagnostic.message);
    diag.detail = to_str(diagnostic.detail);
    diag.hint = to_str(diagnostic.hint);
    diag.context = to_str(diagnostic.context);
    diag.schema_name = to_str(diagnostic.schema_name);
    diag.table_name = to_str(diagnostic.table_name);
    diag.column_name = to_str(diagnostic.column_name);
    diag.constraint_name = to_str(diagnostic.constraint_name);
    sink.report(sink.ctx, &diag);
}

void wake_connection(ScriptedConnection& connection) { connection.wake(); }
void kill_connection(ScriptedConnection& connection) { connection.kill(); }
void notify_connection(ScriptedConnection& connection, const std::string& channel, const std::string& payload,
                       std::int64_t sender) {
    connection.notify(channel, payload, sender);
}

dbway_status ScriptedConnection::submit(const dbway_request* const* requests, std::size_t count) {
    const SerialGuard guard(*this, "submit");
    const Lock lock(script_->mutex);
    if (dead_) return DBWAY_ERR_CONNECTION;
    for (std::size_t i = 0; i < count; ++i)
        if (requests[i] == nullptr || requests[i]->id == 0) return DBWAY_ERR_INVALID;
    ++submits_;
    for (std::size_t i = 0; i < count; ++i) {
        const dbway_request& request = *requests[i];
        auto seen = std::make_shared<SeenRequest>();
        seen->connection = number;
        seen->kind = request.kind;
        seen->id = request.id;
        seen->stmt = request.stmt;
        seen->timeout_ns = request.timeout_ns;
        seen->flags = request.flags;
        seen->arg = request.arg;
        seen->batch_rows = request.batch_rows;
        seen->sql = to_string(request.sql);
        seen->submit = submits_;
        const std::size_t sets = std::max<std::size_t>(request.n_sets, 1);
        for (std::size_t set = 0; request.params != nullptr && set < sets; ++set) {
            OwnedRow row;
            for (std::uint32_t p = 0; p < request.n_params; ++p)
                row.push_back(OwnedValue::copy(request.params[set * request.n_params + p]));
            seen->params.push_back(std::move(row));
        }
        for (std::uint32_t n = 0; n < request.n_names; ++n)
            seen->names.push_back(to_string(request.names[n]));
        if (request.kind == DBWAY_R_PREPARE) statements_[request.stmt] = seen->sql;
        if (request.kind == DBWAY_R_EXECUTE || request.kind == DBWAY_R_UNPREPARE)
            if (const auto found = statements_.find(request.stmt); found != statements_.end())
                seen->sql = found->second;
        script_->requests.push_back(seen);
        Pending pending;
        pending.seen = std::move(seen);
        pending.source = request.source;
        if (request.timeout_ns != 0) pending.deadline_ns = instance_.now_ns() + request.timeout_ns;
        queue_.push_back(std::move(pending));
    }
    script_->changed.notify_all();
    return DBWAY_OK;
}

dbway_status ScriptedConnection::next(dbway_event* out) {
    const SerialGuard guard(*this, "next");
    Lock lock(script_->mutex);
    ended_.reset();
    copy_waits_ = again_soon_ = false;
    drain_pipe();
    dbway_event event{};
    std::optional<dbway_status> status;
    while (!status) {
        event = {};
        event.struct_size = sizeof event;
        event.affected = -1;
        if (dead_) {
            if (death_) {
                report_unlocked(lock, *death_, queue_.empty() ? 0 : queue_.front().seen->id);
                death_.reset();
            }
            wake();
            status = DBWAY_ERR_CONNECTION;
        } else if (opening_) {
            if (script_->open_gate) status = wait_at(lock, *script_->open_gate, nullptr);
            if (status) break;
            opening_ = false;
            if (!script_->open_failures.empty()) {
                dead_ = true;
                death_ = script_->open_failures.front();
                script_->open_failures.pop_front();
                report_unlocked(lock, *death_, 0);
                status = death_->status;
                death_.reset();
            } else {
                event.kind = DBWAY_E_READY;
                status = DBWAY_OK;
            }
        } else if (!notes_.empty() && (queue_.empty() || !queue_.front().started)) {
            rows_ = {notes_.front().cells};
            notes_.pop_front();
            cells_.clear();
            cells_.append(rows_[0]);
            event.kind = DBWAY_E_NOTIFY;
            event.cells = cells_.data();
            event.n_rows = 1;
            event.n_columns = 3;
            if (!notes_.empty()) wake();
            status = DBWAY_OK;
        } else if (queue_.empty()) {
            status = DBWAY_END;
        } else {
            status = play(lock, queue_.front(), event);
        }
    }
    if (*status == DBWAY_OK) {
        const auto size = std::min<std::size_t>(out->struct_size, sizeof event);
        event.struct_size = static_cast<std::uint32_t>(size);
        std::memcpy(out, &event, size);
    }
    script_->changed.notify_all();
    return *status;
}

// One event, or nothing when the caller should look again.
std::optional<dbway_status> ScriptedConnection::play(Lock& lock, Pending& pending, dbway_event& event) {
    event.request_id = pending.seen->id;
    if (!pending.started)
        if (const auto status = start(lock, pending, event)) return status;
    if (pending.cancelled && (script_->connection_caps & DBWAY_CAP_CANCEL) != 0)
        return fail(lock, pending, event, {DBWAY_ERR_CANCELLED, "cancelled by request", 0, "57014"});
    if (pending.step >= pending.steps.size()) {
        fill_done(event, Step{.kind = Step::Kind::done});
        return DBWAY_OK;
    }
    const Step step = *pending.steps[pending.step];
    switch (step.kind) {
        case Step::Kind::columns:
            ++pending.step;
            pending.announced = true;
            announce(pending, step.columns, event);
            event.kind = DBWAY_E_COLUMNS;
            return DBWAY_OK;
        case Step::Kind::rows:
        case Step::Kind::result:
            return send_result(pending, step, event);
        case Step::Kind::done:
            if (pending.seen->kind == DBWAY_R_COPY_IN)
                if (const auto status = collect_copy(lock, pending, SIZE_MAX)) {
                    if (*status == DBWAY_AGAIN) return status;
                    return fail(lock, pending, event, {*status, "the source of the rows aborted the COPY"});
                }
            fill_done(event, step);
            return DBWAY_OK;
        case Step::Kind::failed:
            return fail(lock, pending, event, *step.diagnostic);
        case Step::Kind::notice: {
            ++pending.step;
            report_unlocked(lock, *step.diagnostic, pending.seen->id);
            return {};
        }
        case Step::Kind::wait: {
            const auto status = wait_at(lock, *step.gate, &pending);
            if (!status) {
                ++pending.step;
            } else if (*status == DBWAY_ERR_TIMEOUT) {
                return fail(lock, pending, event,
                            {DBWAY_ERR_TIMEOUT, "the request took too long", 0, "57014"});
            } else if (*status == DBWAY_ERR_CANCELLED) {
                return {};
            }
            return status;
        }
        case Step::Kind::again:
            if (!nonblock_ || pending.progress++ >= step.count) {
                ++pending.step;
                pending.progress = 0;
                return {};
            }
            again_soon_ = true;
            wake();
            return DBWAY_AGAIN;
        case Step::Kind::die:
            dead_ = true;
            death_ = step.diagnostic;
            return {};
        case Step::Kind::event:
            ++pending.step;
            step.fill(event);
            if (event.kind == DBWAY_E_DONE || event.kind == DBWAY_E_FAILED || event.kind == DBWAY_E_SKIPPED ||
                (event.flags & DBWAY_EF_FINAL) != 0)
                finish(event, event.kind, event.status);
            return DBWAY_OK;
        case Step::Kind::misbehave:
            return misbehave(lock, pending, step, event);
        case Step::Kind::tx_state:
            ++pending.step;
            tx_state_ = step.state;
            return {};
        case Step::Kind::copy_fails: {
            const auto status = collect_copy(lock, pending, step.count);
            if (status && *status == DBWAY_AGAIN) return status;
            return fail(lock, pending, event, *step.diagnostic);
        }
    }
    return DBWAY_ERR_INTERNAL;
}

std::optional<dbway_status> ScriptedConnection::start(Lock& lock, Pending& pending, dbway_event& event) {
    pending.started = true;
    const SeenRequest& seen = *pending.seen;
    if (skip_next_) {
        finish(event, DBWAY_E_SKIPPED, DBWAY_OK);
        return DBWAY_OK;
    }
    if (const auto answer = script_->answer_for(seen)) {
        pending.steps = Hooks::steps(*answer);
        return {};
    }
    if (seen.kind == DBWAY_R_EXECUTE && !statements_.contains(seen.stmt))
        return fail(lock, pending, event,
                    {DBWAY_ERR_INVALID, "there is no statement " + std::to_string(seen.stmt), 0, "26000"});
    if (seen.kind == DBWAY_R_QUERY || seen.kind == DBWAY_R_EXECUTE || seen.kind == DBWAY_R_SCRIPT ||
        seen.kind == DBWAY_R_COPY_OUT || seen.kind == DBWAY_R_SCHEMA)
        return fail(lock, pending, event,
                    {DBWAY_ERR_SYNTAX, "no answer scripted for: " + seen.sql, 0, "42601"});
    if (seen.kind == 0 || seen.kind > DBWAY_R_SCHEMA)
        return fail(lock, pending, event,
                    {DBWAY_ERR_UNSUPPORTED, "unknown request kind " + std::to_string(seen.kind)});
    const bool active = tx_state_ == DBWAY_TX_STATE_ACTIVE || tx_state_ == DBWAY_TX_STATE_FAILED;
    if (is_transaction_kind(seen.kind) && (seen.kind == DBWAY_R_BEGIN) == active)
        return fail(lock, pending, event,
                    {DBWAY_ERR_INVALID, active ? "a transaction is already open" : "there is no transaction",
                     0, active ? "25001" : "25P01"});
    pending.steps = {std::make_shared<const Step>(Step{.kind = Step::Kind::done})};
    if (seen.kind == DBWAY_R_PREPARE) {
        const auto description = script_->description_of(seen.sql).value_or(Description{});
        auto params = description.params;
        if (params.empty()) {
            params.resize(count_placeholders(seen.sql));
            for (auto& param : params) param.type = DBWAY_T_NULL;
        }
        auto& [columns, parameters] = described_[seen.stmt];
        columns = std::make_unique<ColumnSet>(description.columns);
        parameters = std::make_unique<ColumnSet>(std::move(params));
        event.kind = DBWAY_E_COLUMNS;
        event.columns = columns->pointers.data();
        event.n_columns = static_cast<std::uint32_t>(columns->pointers.size());
        event.params = parameters->pointers.data();
        event.n_params = static_cast<std::uint32_t>(parameters->pointers.size());
        return DBWAY_OK;
    }
    return {};
}

// Nothing: the gate is open. Otherwise AGAIN, or why the wait ended.
std::optional<dbway_status> ScriptedConnection::wait_at(Lock& lock, const Gate& gate, Pending* pending) {
    while (!Hooks::pass(gate, script_)) {
        if (dead_) return DBWAY_ERR_CANCELLED;
        if (pending != nullptr) {
            if (pending->cancelled && (script_->connection_caps & DBWAY_CAP_CANCEL) != 0)
                return DBWAY_ERR_CANCELLED;
            if (pending->deadline_ns != 0 && (script_->connection_caps & DBWAY_CAP_TIMEOUT) != 0 &&
                instance_.now_ns() >= pending->deadline_ns)
                return DBWAY_ERR_TIMEOUT;
        }
        if (nonblock_) return DBWAY_AGAIN;
        script_->changed.wait_for(lock, 1ms);
    }
    return {};
}

// Nothing: the source has ended or `limit` rows are there.
std::optional<dbway_status> ScriptedConnection::collect_copy(Lock& lock, Pending& pending,
                                                             std::size_t limit) {
    while (!pending.copy_ended && pending.seen->copied.size() < limit) {
        if (pending.cancelled && (script_->connection_caps & DBWAY_CAP_CANCEL) != 0)
            return DBWAY_ERR_CANCELLED;
        const dbway_value* cells = nullptr;
        std::uint32_t rows = 0;
        lock.unlock();
        const dbway_status status =
            pending.source != nullptr ? pending.source->pull(pending.source->ctx, &cells, &rows) : DBWAY_END;
        lock.lock();
        if (status == DBWAY_AGAIN) {
            copy_waits_ = true;
            return DBWAY_AGAIN;
        }
        if (status < 0) return status;
        if (status == DBWAY_END) {
            pending.copy_ended = true;
            break;
        }
        for (std::uint32_t r = 0; r < rows; ++r) {
            OwnedRow row;
            for (std::uint32_t c = 0; c < pending.source->n_columns; ++c)
                row.push_back(OwnedValue::copy(cells[std::size_t{r} * pending.source->n_columns + c]));
            pending.seen->copied.push_back(std::move(row));
        }
    }
    return {};
}

dbway_status ScriptedConnection::fail(Lock& lock, Pending& pending, dbway_event& event,
                                      const Diagnostic& diagnostic, bool tell) {
    if (tell) report_unlocked(lock, diagnostic, pending.seen->id);
    if ((diagnostic.flags & DBWAY_DIAG_CONN_DEAD) != 0) dead_ = true;
    event = {};
    event.struct_size = sizeof event;
    event.request_id = pending.seen->id;
    event.affected = -1;
    finish(event, DBWAY_E_FAILED, diagnostic.status);
    return DBWAY_OK;
}

void ScriptedConnection::apply_transaction(const SeenRequest& seen, dbway_status status) {
    const bool ok = status == DBWAY_OK;
    if (seen.kind == DBWAY_R_COMMIT || (seen.kind == DBWAY_R_ROLLBACK && ok)) {
        tx_state_ = DBWAY_TX_STATE_IDLE;
    } else if (ok && (seen.kind == DBWAY_R_BEGIN || seen.kind == DBWAY_R_ROLLBACK_TO)) {
        tx_state_ = DBWAY_TX_STATE_ACTIVE;
    } else if (ok && seen.kind == DBWAY_R_RESET) {
        tx_state_ = DBWAY_TX_STATE_IDLE;
        statements_.clear();
        channels_.clear();
    } else if (!ok && tx_state_ == DBWAY_TX_STATE_ACTIVE && script_->fail_transaction_on_error) {
        tx_state_ = DBWAY_TX_STATE_FAILED;
    }
}

// Ends the first request of the queue with this event.
void ScriptedConnection::finish(dbway_event& event, std::uint32_t kind, dbway_status status) {
    Pending& pending = queue_.front();
    const SeenRequest& seen = *pending.seen;
    if (kind != DBWAY_E_SKIPPED) apply_transaction(seen, status);
    if (status == DBWAY_OK && kind == DBWAY_E_DONE) {
        if (seen.kind == DBWAY_R_UNPREPARE) statements_.erase(seen.stmt);
        if (seen.kind == DBWAY_R_LISTEN) channels_.insert(seen.sql);
        if (seen.kind == DBWAY_R_UNLISTEN) {
            if (seen.sql.empty()) {
                channels_.clear();
            } else {
                channels_.erase(seen.sql);
            }
        }
    }
    if (kind == DBWAY_E_FAILED && seen.kind == DBWAY_R_PREPARE) statements_.erase(seen.stmt);
    event.kind = kind;
    event.status = status;
    event.tx_state = tx_state_;
    skip_next_ = (seen.flags & DBWAY_RF_CHAIN) != 0 && (kind == DBWAY_E_FAILED || kind == DBWAY_E_SKIPPED);
    pending.seen->finished = true;
    ended_ = std::move(pending);
    queue_.pop_front();
}

void ScriptedConnection::fill_done(dbway_event& event, const Step& step) {
    const Pending& pending = queue_.front();
    const bool copied = pending.seen->kind == DBWAY_R_COPY_IN && step.affected == 0;
    event.affected = copied ? static_cast<std::int64_t>(pending.seen->copied.size()) : step.affected;
    tag_ = step.tag;
    event.tag = to_str(tag_);
    if (step.last_id) {
        last_id_ = {*step.last_id};
        last_id_cell_.clear();
        last_id_cell_.append(last_id_);
        event.last_id = last_id_cell_.data();
    }
    finish(event, DBWAY_E_DONE, DBWAY_OK);
}

void ScriptedConnection::announce(Pending& pending, const std::vector<Column>& columns, dbway_event& event) {
    const auto& set = pending.column_sets.emplace_back(columns);
    event.columns = set.pointers.data();
    event.n_columns = static_cast<std::uint32_t>(set.pointers.size());
}

dbway_status ScriptedConnection::send_result(Pending& pending, const Step& step, dbway_event& event) {
    const SeenRequest& seen = *pending.seen;
    const std::size_t batch = step.kind == Step::Kind::rows ? SIZE_MAX
                              : seen.batch_rows != 0        ? seen.batch_rows
                                                            : 256;
    const bool quiet = pending.discarded || (seen.flags & DBWAY_RF_NO_ROWS) != 0;
    const std::size_t from = pending.progress;
    const std::size_t to =
        quiet ? step.rows.size() : std::min(step.rows.size(), from + std::min(batch, step.rows.size()));
    rows_.clear();
    if (!quiet)
        rows_.assign(step.rows.begin() + static_cast<std::ptrdiff_t>(from),
                     step.rows.begin() + static_cast<std::ptrdiff_t>(to));
    cells_ = CellBuffer(rows_);
    pending.progress = to;
    event.kind = DBWAY_E_ROWS;
    event.cells = cells_.data();
    event.n_rows = static_cast<std::uint32_t>(rows_.size());
    event.n_columns = static_cast<std::uint32_t>(step.kind == Step::Kind::result ? step.columns.size()
                                                 : rows_.empty()                 ? 0
                                                                                 : rows_[0].size());
    if (step.kind == Step::Kind::result) {
        if (from == 0 && (seen.flags & DBWAY_RF_COLUMNS_KNOWN) == 0) {
            event.flags |= DBWAY_EF_SET;
            announce(pending, step.columns, event);
        } else if (!pending.column_sets.empty()) {
            event.columns = pending.column_sets.back().pointers.data();
        }
    }
    if (to == step.rows.size()) {
        ++pending.step;
        pending.progress = 0;
        if (step.final) {
            event.affected = static_cast<std::int64_t>(step.rows.size());
            const auto flags = event.flags | DBWAY_EF_FINAL;
            const auto cells = event.cells;
            finish(event, DBWAY_E_DONE, DBWAY_OK);
            event.kind = DBWAY_E_ROWS;
            event.flags = flags;
            event.cells = cells;
        }
    }
    return DBWAY_OK;
}

dbway_status ScriptedConnection::misbehave(Lock& lock, Pending& pending, const Step& step,
                                           dbway_event& event) {
    ++pending.step;
    const auto one_row = [&](OwnedRow row) {
        rows_ = {std::move(row)};
        cells_ = CellBuffer(rows_);
        event.kind = DBWAY_E_ROWS;
        event.cells = cells_.data();
        event.n_rows = 1;
        event.n_columns = static_cast<std::uint32_t>(rows_[0].size());
    };
    switch (step.misbehaviour) {
        case Answer::Misbehaviour::wrong_request_id:
            event.kind = DBWAY_E_DONE;
            event.request_id = pending.seen->id + 1'000'000;
            return DBWAY_OK;
        case Answer::Misbehaviour::unknown_event:
            event.kind = 999;
            return DBWAY_OK;
        case Answer::Misbehaviour::unknown_value_type:
            announce(pending, {Column{.name = "strange", .type = 200}}, event);
            one_row({OwnedValue::integer(200, 1)});
            event.flags = DBWAY_EF_SET;
            return DBWAY_OK;
        case Answer::Misbehaviour::rows_before_columns:
            one_row({OwnedValue::i64(1)});
            return DBWAY_OK;
        case Answer::Misbehaviour::event_after_end: {
            // The request ends; its twin, which the host never sent, ends it once more.
            Pending twin;
            twin.seen = std::make_shared<SeenRequest>(*pending.seen);
            twin.started = true;
            event.affected = 0;
            finish(event, DBWAY_E_DONE, DBWAY_OK);
            queue_.push_front(std::move(twin));
            return DBWAY_OK;
        }
        case Answer::Misbehaviour::changing_column_count:
            if (!pending.announced) {
                pending.announced = true;
                --pending.step;
                announce(pending, {Column{.name = "one", .type = DBWAY_T_I64}}, event);
                one_row({OwnedValue::i64(1)});
                event.flags = DBWAY_EF_SET;
            } else {
                one_row({OwnedValue::i64(1), OwnedValue::i64(2)});
            }
            return DBWAY_OK;
        case Answer::Misbehaviour::failed_without_report:
            return fail(lock, pending, event, {}, false);
        case Answer::Misbehaviour::unknown_status:
            return fail(lock, pending, event, {-99, "a status of a later version"});
    }
    return DBWAY_ERR_INTERNAL;
}

dbway_status ScriptedConnection::discard() {
    const SerialGuard guard(*this, "discard");
    const Lock lock(script_->mutex);
    ++script_->discards;
    if (!queue_.empty()) queue_.front().discarded = true;
    return DBWAY_OK;
}

dbway_status ScriptedConnection::wait_info(dbway_wait* out) {
    const SerialGuard guard(*this, "wait_info");
    const Lock lock(script_->mutex);
    dbway_wait wait{};
    wait.fd = -1;
    if (!copy_waits_) {
        wait.fd = pipe_[0];
        const bool at_hand = !queue_.empty() && std::find(script_->at_hand.begin(), script_->at_hand.end(),
                                                          queue_.front().seen->sql) != script_->at_hand.end();
        wait.interest = at_hand ? 0 : DBWAY_WAIT_READ;
        if (again_soon_) wait.timeout_ns = 1;
        if (!queue_.empty() && queue_.front().deadline_ns != 0) {
            const auto now = instance_.now_ns();
            const auto deadline = queue_.front().deadline_ns;
            wait.timeout_ns = deadline > now ? deadline - now : 1;
        }
    }
    const auto size = std::min<std::size_t>(out->struct_size, sizeof wait);
    wait.struct_size = static_cast<std::uint32_t>(size);
    std::memcpy(out, &wait, size);
    return DBWAY_OK;
}

dbway_status ScriptedConnection::cancel(std::uint64_t request_id) {
    const Lock lock(script_->mutex);
    script_->cancels.push_back({number, request_id});
    if ((script_->connection_caps & DBWAY_CAP_CANCEL) == 0) return DBWAY_ERR_UNSUPPORTED;
    for (auto& pending : queue_) {
        if (request_id != 0 && pending.seen->id != request_id) continue;
        pending.cancelled = true;
        break;
    }
    wake();
    script_->changed.notify_all();
    return DBWAY_OK;
}

dbway_status ScriptedConnection::info(dbway_conn_info* out) {
    const SerialGuard guard(*this, "info");
    const Lock lock(script_->mutex);
    dbway_conn_info info{};
    info.tx_state = tx_state_;
    info.caps = script_->connection_caps;
    info.server_version = 1'002'003;
    info.session_id = static_cast<std::int64_t>(number);
    info.product = to_str("Scripted");
    info.version = to_str("1.2.3");
    info.database = to_str("script");
    info.user = to_str("tester");
    const auto size = std::min<std::size_t>(out->struct_size, sizeof info);
    info.struct_size = static_cast<std::uint32_t>(size);
    std::memcpy(out, &info, size);
    return DBWAY_OK;
}

namespace {

ScriptedConnection& self(dbway_conn* connection) {
    return *reinterpret_cast<ScriptedConnection*>(connection);
}

void DBWAY_CALL close_connection(dbway_conn* raw) noexcept {
    auto& connection = self(raw);
    { const ScriptedConnection::SerialGuard guard(connection, "close"); }
    connection.leave_script();
    delete &connection;
}
dbway_status DBWAY_CALL submit(dbway_conn* raw, const dbway_request* const* requests,
                               std::size_t n) noexcept {
    return self(raw).submit(requests, n);
}
dbway_status DBWAY_CALL next(dbway_conn* raw, dbway_event* event) noexcept { return self(raw).next(event); }
dbway_status DBWAY_CALL discard(dbway_conn* raw) noexcept { return self(raw).discard(); }
dbway_status DBWAY_CALL wait_info(dbway_conn* raw, dbway_wait* out) noexcept {
    return self(raw).wait_info(out);
}
dbway_status DBWAY_CALL cancel(dbway_conn* raw, std::uint64_t id) noexcept { return self(raw).cancel(id); }
dbway_status DBWAY_CALL info(dbway_conn* raw, dbway_conn_info* out) noexcept { return self(raw).info(out); }
const void* DBWAY_CALL connection_extension(dbway_conn*, const char*) noexcept { return nullptr; }

const dbway_conn_api connection_api = {
    sizeof(dbway_conn_api), 0, close_connection, submit, next, discard, wait_info, cancel, info,
    connection_extension};

ScriptedInstance& instance_of(dbway_provider* provider) {
    return *static_cast<ScriptedInstance*>(provider->impl);
}

void DBWAY_CALL destroy(dbway_provider* provider) noexcept {
    auto* instance = &instance_of(provider);
    {
        const std::lock_guard lock(instance->script->mutex);
        ++instance->script->destroys;
        if (instance->open_connections != 0)
            instance->script->misuses.push_back(
                "destroy() with " + std::to_string(instance->open_connections) + " open connections");
        instance->script->changed.notify_all();
    }
    delete instance;
}

bool refuse_unknown_option(const dbway_option* options, std::size_t count,
                           const std::vector<std::string>& known, const dbway_diag_sink& sink) {
    for (std::size_t i = 0; i < count; ++i) {
        if (std::find(known.begin(), known.end(), options[i].key) != known.end()) continue;
        report(sink, {DBWAY_ERR_INVALID, std::string("unknown option '") + options[i].key + "'"}, 0);
        return true;
    }
    return false;
}

dbway_status DBWAY_CALL open(dbway_provider* provider, const dbway_open_args* args,
                             dbway_conn** out) noexcept {
    auto& instance = instance_of(provider);
    auto& script = *instance.script;
    const std::uint64_t started = instance.now_ns();
    std::unique_lock lock(script.mutex);
    SeenOpen seen;
    seen.flags = args->flags;
    seen.timeout_ns = args->timeout_ns;
    for (std::size_t i = 0; i < args->n_options; ++i)
        seen.options.emplace_back(args->options[i].key, to_string(args->options[i].value));
    const std::size_t position = script.opens.size();
    script.opens.push_back(seen);
    const auto fail = [&](const Diagnostic& diagnostic) {
        script.changed.notify_all();
        lock.unlock();
        report(args->diag, diagnostic, 0);
        return diagnostic.status;
    };
    const auto known = script.source_options;
    const bool nonblock = (args->flags & DBWAY_OPEN_NONBLOCK) != 0;
    if ((args->flags & ~(DBWAY_OPEN_NONBLOCK | DBWAY_OPEN_READONLY)) != 0)
        return fail({DBWAY_ERR_TOO_NEW, "unknown flag in open()"});
    if (nonblock && (script.caps & DBWAY_CAP_NONBLOCK) == 0)
        return fail({DBWAY_ERR_UNSUPPORTED, "this provider has no non-blocking mode"});
    lock.unlock();
    if (refuse_unknown_option(args->options, args->n_options, known, args->diag)) return DBWAY_ERR_INVALID;
    lock.lock();
    if (!nonblock) {
        while (script.open_gate && !Hooks::pass(*script.open_gate, instance.script)) {
            if (args->timeout_ns != 0 && instance.now_ns() - started >= args->timeout_ns)
                return fail({DBWAY_ERR_TIMEOUT, "the server did not answer in time"});
            script.changed.wait_for(lock, 1ms);
        }
        if (!script.open_failures.empty()) {
            const Diagnostic diagnostic = script.open_failures.front();
            script.open_failures.pop_front();
            return fail(diagnostic);
        }
    }
    auto* connection = new ScriptedConnection(instance, *args);
    connection->number = script.next_connection++;
    if (position < script.opens.size()) script.opens[position].connection = connection->number;
    script.connections[connection->number] = connection;
    script.changed.notify_all();
    *out = reinterpret_cast<dbway_conn*>(connection);
    return DBWAY_OK;
}

const void* DBWAY_CALL provider_extension(dbway_provider* provider, const char* id) noexcept {
    auto& script = *instance_of(provider).script;
    const std::lock_guard lock(script.mutex);
    const auto found = script.extensions.find(id);
    return found == script.extensions.end() ? nullptr : found->second;
}

}  // namespace

dbway_status create_scripted(const std::shared_ptr<ScriptState>& script, const dbway_host* host,
                             const dbway_create_args* args, dbway_provider** out) {
    std::optional<Diagnostic> failure;
    std::vector<std::string> known;
    {
        const std::lock_guard lock(script->mutex);
        ++script->creates;
        known = script->provider_options;
        if (!script->create_failures.empty()) {
            failure = script->create_failures.front();
            script->create_failures.pop_front();
        }
    }
    if (failure) {
        report(args->diag, *failure, 0);
        return failure->status;
    }
    if (refuse_unknown_option(args->options, args->n_options, known, args->diag)) return DBWAY_ERR_INVALID;
    auto* instance = new ScriptedInstance;
    instance->script = script;
    instance->host = host;
    const std::lock_guard lock(script->mutex);
    instance->base.struct_size = sizeof instance->base;
    instance->base.caps = script->caps;
    instance->base.impl = instance;
    instance->base.conn = &connection_api;
    instance->base.destroy = destroy;
    instance->base.open = open;
    instance->base.get_extension = provider_extension;
    *out = &instance->base;
    return DBWAY_OK;
}

}  // namespace dbway::test::detail
