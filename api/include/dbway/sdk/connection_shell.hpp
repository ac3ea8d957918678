// connection_shell.hpp - turns an author's Connection into what the ABI asks of one: requests in, events out,
// in order (R8), chains (R9), cancellation and deadlines (R10), failures as diagnostics (R3).
#pragma once

#include <dbway/provider.h>
#include <dbway/sdk/cancel_gate.hpp>
#include <dbway/sdk/diagnostics.hpp>
#include <dbway/sdk/growth.hpp>
#include <dbway/sdk/inlining.hpp>
#include <dbway/sdk/provider.hpp>
#include <dbway/sdk/request_check.hpp>
#include <dbway/sdk/request_queue.hpp>
#include <dbway/sdk/script_run.hpp>
#include <dbway/sdk/statement_map.hpp>
#include <dbway/sdk/statement_run.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace dbway::sdk::detail {

// One connection. cancel(), get_extension() and log() may be called from any thread; all else by one at a
// time.
class ConnectionShell final : public Reporter {
  public:
    ConnectionShell(const dbway_host* host, const dbway_diag_sink& sink) noexcept
        : host_(host), sink_(sink) {}
    ConnectionShell(const ConnectionShell&) = delete;
    ConnectionShell& operator=(const ConnectionShell&) = delete;
    ~ConnectionShell() override {
        // A statement may need its connection to end; a COPY_IN that is not finished takes itself back.
        run_.abandon();
        copy_.reset();
    }

    // The author's connection, made with this object as its reporter.
    void attach(std::unique_ptr<Connection> connection) noexcept { connection_ = std::move(connection); }

    const DiagnosticSink& sink() const noexcept { return sink_; }

    dbway_status submit(const dbway_request* const* requests, std::size_t count) noexcept {
        if (dead_) return refuse(DBWAY_ERR_CONNECTION, "the connection is lost; close it");
        if (requests == nullptr && count != 0) return refuse(DBWAY_ERR_INVALID, "submit() without requests");
        try {
            queue_.reserve(count);
        } catch (...) {
            return refuse(DBWAY_ERR_NOMEM, "out of memory");
        }
        Request::Clock::time_point now{};
        for (std::size_t i = 0; i < count; ++i) {
            QueuedRequest& slot = queue_.slot(i);
            const dbway_status status = read_struct(requests[i], offsetof(dbway_request, stmt), slot.request);
            if (status == DBWAY_ERR_TOO_NEW)
                return refuse(status, "a request field that this provider does not know");
            if (status != DBWAY_OK) return refuse(status, "a request that is null or too short");
            if (!is_good_execute(slot.request)) [[unlikely]] {
                const CheckResult check = check_any_request(slot.request);
                if (check.status != DBWAY_OK) return refuse(check.status, check.message, slot.request.id);
            }
            slot.deadline = Request::Clock::time_point::max();
            if (slot.request.timeout_ns != 0) {
                if (now == Request::Clock::time_point()) now = Request::Clock::now();
                slot.deadline = deadline_after(now, slot.request.timeout_ns);
            }
        }
        queue_.commit(count);
        gate_.submitted(queue_.end_ordinal());
        return DBWAY_OK;
    }

    dbway_status next(dbway_event* out) noexcept {
        if (out == nullptr || out->struct_size < offsetof(dbway_event, status))
            return refuse(DBWAY_ERR_INVALID, "next() without room for an event");
        if (out->struct_size == sizeof(dbway_event)) [[likely]]
            return produce(*out);
        return next_of_other_size(*out);
    }

    dbway_status discard() noexcept {
        if (phase_ == Phase::rows) {
            run_.discard();
        } else if (phase_ == Phase::idle && !queue_.empty()) {
            discard_next_ = true;
        }
        return DBWAY_OK;
    }

    dbway_status wait_info(dbway_wait* out) noexcept {
        if (out == nullptr || out->struct_size < sizeof(std::uint64_t))
            return refuse(DBWAY_ERR_INVALID, "wait_info() without room for an answer");
        dbway_wait wait{};
        wait.struct_size = sizeof wait;
        wait.fd = -1;
        try {
            // A COPY_IN that is out of rows waits for nothing but the host.
            if (phase_ != Phase::copy_in && !dead_) {
                wait.fd = connection_->notification_descriptor();
                if (wait.fd >= 0) wait.interest = DBWAY_WAIT_READ;
                if (wait.fd < 0 && listening_) wait.timeout_ns = poll_interval_ns;
            }
        } catch (...) {
            return sink_.report_current_exception({}).status;
        }
        write_struct(wait, out);
        return DBWAY_OK;
    }

    dbway_status cancel(std::uint64_t id) noexcept {
        try {
            const CancelGate::Answer answer = gate_.cancel(id, [this] { return connection_->cancel(); });
            return answer == CancelGate::Answer::refused ? DBWAY_ERR_UNSUPPORTED : DBWAY_OK;
        } catch (...) {
            return DBWAY_ERR_NOMEM;
        }
    }

    dbway_status info(dbway_conn_info* out) noexcept {
        if (out == nullptr || out->struct_size < sizeof(std::uint64_t))
            return refuse(DBWAY_ERR_INVALID, "info() without room for an answer");
        try {
            const ConnectionInfo& from = connection_->info();
            dbway_conn_info info{};
            info.struct_size = sizeof info;
            info.tx_state = connection_->transaction_state();
            info.caps = from.capabilities & ~std::uint64_t{DBWAY_CAP_NONBLOCK};
            info.server_version = from.server_version;
            info.session_id = from.session_id;
            info.product = to_str(from.product);
            info.version = to_str(from.version);
            info.database = to_str(from.database);
            info.user = to_str(from.user);
            write_struct(info, out);
            return DBWAY_OK;
        } catch (...) {
            return sink_.report_current_exception({}).status;
        }
    }

    const void* extension(const char* id) noexcept {
        try {
            return id == nullptr ? nullptr : connection_->extension(id);
        } catch (...) {
            return nullptr;
        }
    }

    void notice(const Diagnostic& diagnostic) noexcept override {
        FailureContext context;
        context.request_id = running_ ? current_.id : 0;
        sink_.report(diagnostic, context, true);
    }
    void log(std::int32_t severity, std::string_view message) noexcept override {
        if (host_ != nullptr && DBWAY_HAS(dbway_host, host_, log))
            host_->log(host_, severity, message.data(), message.size());
    }

    static Request::Clock::time_point deadline_after(Request::Clock::time_point now,
                                                     std::uint64_t timeout_ns) noexcept {
        constexpr std::uint64_t forever = std::uint64_t{1} << 62;  // 146 years
        if (timeout_ns >= forever) return Request::Clock::time_point::max();
        return now + std::chrono::nanoseconds(timeout_ns);
    }

  private:
    // How far the request at the front of the queue is.
    enum class Phase : std::uint8_t {
        idle,       // not started
        described,  // PREPARE: COLUMNS is out, DONE is to come
        rows,       // a statement yields rows
        copy_in,    // rows go in
    };

    // Without a descriptor to wait for, notifications are looked for this often.
    static constexpr std::uint64_t poll_interval_ns = 100'000'000;

    DBWAY_SDK_COLD dbway_status refuse(dbway_status status, std::string_view message,
                                       std::uint64_t id = 0) const noexcept {
        sink_.report(status, message, id, DBWAY_DIAG_NOT_EXECUTED);
        return status;
    }

    DBWAY_SDK_COLD static Failure not_executed(dbway_status status, std::string message,
                                               const char* sqlstate = "") {
        Diagnostic diagnostic;
        diagnostic.status = status;
        diagnostic.flags = DBWAY_DIAG_NOT_EXECUTED;
        diagnostic.message = std::move(message);
        diagnostic.sqlstate = sqlstate;
        return Failure(std::move(diagnostic));
    }

    DBWAY_SDK_COLD dbway_status next_of_other_size(dbway_event& out) noexcept {
        dbway_event event;
        event.struct_size = sizeof event;
        const dbway_status status = next(&event);
        if (status == DBWAY_OK) write_struct(event, &out);
        return status;
    }

    // ---- the course of a request

    DBWAY_SDK_HOT dbway_status produce(dbway_event& event) noexcept {
        if (stale_) drop_stale();
        if (dead_) [[unlikely]]
            return refuse(DBWAY_ERR_CONNECTION, "the connection is lost; close it");
        if (phase_ == Phase::idle) {
            if (queue_.empty() || listening_) {
                if (take_notification(event)) return DBWAY_OK;
                if (dead_) return DBWAY_ERR_CONNECTION;
                if (queue_.empty()) return DBWAY_END;
            }
            if (skip_next_) return skip(event);
        }
        try {
            switch (phase_) {
                case Phase::idle:
                    return start(event);
                case Phase::described:
                    return done(event);
                case Phase::rows:
                    checkpoint();
                    return rows(event);
                case Phase::copy_in:
                    return copy_rows(event);
            }
        } catch (...) {
            return fail(event);
        }
        return DBWAY_ERR_INTERNAL;
    }

    DBWAY_SDK_HOT dbway_status start(dbway_event& event) {
        const QueuedRequest& front = queue_.front();
        const dbway_request& request = front.request;
        current_.id = request.id;
        current_.flags = request.flags;
        current_.deadline = front.deadline;
        running_ = true;
        const bool discarded = std::exchange(discard_next_, false);
        run_.start_request(request.batch_rows, discarded                                 ? Rows::stopped
                                               : (request.flags & DBWAY_RF_NO_ROWS) != 0 ? Rows::drained
                                                                                         : Rows::wanted);
        if (!gate_.start(request.id, queue_.front_ordinal()))
            throw not_executed(DBWAY_ERR_CANCELLED, "the request was cancelled before it started", "57014");
        if (current_.has_deadline() && Request::Clock::now() >= current_.deadline)
            throw not_executed(DBWAY_ERR_TIMEOUT, "the time for the request was over before it started");
        if (request.kind == DBWAY_R_EXECUTE) [[likely]]
            return execute(request, event);
        return start_other(request, event);
    }

    DBWAY_SDK_COLD dbway_status start_other(const dbway_request& request, dbway_event& event) {
        const std::string_view sql = to_view(request.sql);
        switch (request.kind) {
            case DBWAY_R_QUERY:
                verify_values(request);
                own(connection_->query(sql, {request.params, request.n_params}));
                run_.open(*owned_, nullptr, parameters(request), false);
                return rows(event);
            case DBWAY_R_PREPARE:
                return prepare(request, event);
            case DBWAY_R_UNPREPARE:
                if (!statements_.erase(request.stmt)) throw unknown_statement(request.stmt);
                return done(event);
            case DBWAY_R_SCRIPT:
                script_.start(sql);
                if (!open_script_statement()) return done(event);
                return rows(event);
            case DBWAY_R_BEGIN:
                connection_->begin(request.arg, current_);
                return done(event);
            case DBWAY_R_COMMIT:
                connection_->commit(current_);
                return done(event);
            case DBWAY_R_ROLLBACK:
                connection_->rollback(current_);
                return done(event);
            case DBWAY_R_SAVEPOINT:
                connection_->savepoint(sql, current_);
                return done(event);
            case DBWAY_R_RELEASE:
                connection_->release(sql, current_);
                return done(event);
            case DBWAY_R_ROLLBACK_TO:
                connection_->rollback_to(sql, current_);
                return done(event);
            case DBWAY_R_COPY_IN:
                return copy_in(request, event);
            case DBWAY_R_COPY_OUT:
                own(connection_->copy_out(copy_target(request), current_));
                run_.open(*owned_, nullptr, {}, false);
                return rows(event);
            case DBWAY_R_LISTEN:
                connection_->listen(sql, current_);
                listening_ = true;
                return done(event);
            case DBWAY_R_UNLISTEN:
                connection_->unlisten(sql, current_);
                if (sql.empty()) listening_ = false;
                return done(event);
            case DBWAY_R_PING:
                connection_->ping(current_);
                return done(event);
            case DBWAY_R_RESET:
                connection_->reset(current_);
                listening_ = false;
                return done(event);
            case DBWAY_R_SCHEMA:
                return schema(request, event);
            default:
                throw not_executed(DBWAY_ERR_UNSUPPORTED, "this provider does not know this kind of request");
        }
    }

    // Between two calls of the author's code.
    void checkpoint() const {
        if (gate_.cancelled()) [[unlikely]]
            throw Failure(DBWAY_ERR_CANCELLED, "the request was cancelled", "57014");
        if (current_.has_deadline() && Request::Clock::now() >= current_.deadline)
            throw Failure(DBWAY_ERR_TIMEOUT, "the time for the request is over");
    }

    // ---- statements

    DBWAY_SDK_COLD static Failure unknown_statement(std::uint64_t name) {
        return not_executed(DBWAY_ERR_INVALID, "statement " + std::to_string(name) + " is not prepared",
                            "26000");
    }

    DBWAY_SDK_COLD static Failure wrong_count(std::uint32_t expected, std::uint32_t given) {
        return not_executed(DBWAY_ERR_INVALID, "the statement takes " + std::to_string(expected) +
                                                   " parameters, the request has " + std::to_string(given));
    }

    static StatementRun::Parameters parameters(const dbway_request& request) noexcept {
        return {request.params, request.n_params, request.n_sets == 0 ? 1 : request.n_sets};
    }

    DBWAY_SDK_HOT static void verify_values(const dbway_request& request) {
        const std::size_t sets = request.n_sets == 0 ? 1 : request.n_sets;
        if (const char* fault = check_values(request.params, sets * request.n_params))
            throw not_executed(DBWAY_ERR_INVALID, fault);
    }

    void own(std::unique_ptr<Statement> statement) {
        if (statement == nullptr) throw Failure(DBWAY_ERR_INTERNAL, "the provider made no statement");
        owned_ = std::move(statement);
        holds_ = true;
    }

    DBWAY_SDK_HOT dbway_status execute(const dbway_request& request, dbway_event& event) {
        PreparedStatement* const prepared = statements_.find(request.stmt);
        if (prepared == nullptr) throw unknown_statement(request.stmt);
        verify_values(request);
        if (prepared->parameter_count != request.n_params && prepared->parameter_count != 0) [[unlikely]]
            throw wrong_count(prepared->parameter_count, request.n_params);
        run_.open(*prepared->statement, prepared, parameters(request),
                  (request.flags & DBWAY_RF_COLUMNS_KNOWN) != 0);
        return run_rows(event);
    }

    dbway_status prepare(const dbway_request& request, dbway_event& event) {
        if (statements_.find(request.stmt) != nullptr)
            throw not_executed(DBWAY_ERR_INVALID,
                               "statement " + std::to_string(request.stmt) + " is prepared already", "42P05");
        auto made = std::make_unique<PreparedStatement>();
        const std::size_t types = request.params == nullptr ? 0 : request.n_params;
        made->statement = connection_->prepare(to_view(request.sql), {request.params, types});
        if (made->statement == nullptr) throw Failure(DBWAY_ERR_INTERNAL, "the provider made no statement");
        made->columns = std::make_unique<ColumnTable>(made->statement->columns());
        made->parameters = std::make_unique<ColumnTable>(made->statement->parameters());
        made->parameter_count = made->parameters->size();
        made->version = made->statement->version();
        const PreparedStatement& kept = statements_.insert(request.stmt, std::move(made));
        clear(event, DBWAY_E_COLUMNS);
        event.columns = kept.columns->data();
        event.n_columns = kept.columns->size();
        event.params = kept.parameters->data();
        event.n_params = kept.parameters->size();
        phase_ = Phase::described;
        return DBWAY_OK;
    }

    dbway_status schema(const dbway_request& request, dbway_event& event) {
        if (request.arg == 0 || request.arg > DBWAY_SCHEMA_CONSTRAINTS)
            throw not_executed(DBWAY_ERR_UNSUPPORTED,
                               "this provider does not know this kind of schema request");
        own(connection_->schema(request.arg,
                                request.n_names > 0 ? to_view(request.names[0]) : std::string_view(),
                                request.n_names > 1 ? to_view(request.names[1]) : std::string_view()));
        run_.open(*owned_, nullptr, {}, false);
        return rows(event);
    }

    DBWAY_SDK_COLD bool open_script_statement() {
        if (!script_.next(*connection_)) return false;
        own(connection_->query(script_.text(), {}));
        run_.open(*owned_, nullptr, {}, false);
        return true;
    }

    // Runs what is open until there is an event.
    dbway_status rows(dbway_event& event) { return run_rows(event); }

    DBWAY_SDK_HOT dbway_status run_rows(dbway_event& event) {
        phase_ = Phase::rows;
        if (script_between_) [[unlikely]] {
            script_between_ = false;
            if (!open_script_statement()) return done(event);
        }
        for (;;) {
            const bool more = run_.advance(current_, [this] { checkpoint(); });
            const bool something = run_.batch_rows() != 0 || run_.announces();
            if (more) return row_event(event, 0);
            if (!script_.active()) [[likely]]
                return something ? last_row_event(event) : done(event);
            if (something) {
                script_between_ = true;
                return row_event(event, 0);
            }
            checkpoint();
            if (!open_script_statement()) return done(event);
        }
    }

    DBWAY_SDK_HOT dbway_status row_event(dbway_event& event, std::uint32_t flags) noexcept {
        clear(event, DBWAY_E_ROWS);
        event.columns = run_.columns().data();
        event.n_columns = run_.columns().size();
        event.cells = run_.cells();
        event.n_rows = run_.batch_rows();
        event.flags = flags;
        if (run_.announces()) {
            event.flags |= DBWAY_EF_SET;
            run_.announced();
        }
        return DBWAY_OK;
    }

    DBWAY_SDK_HOT dbway_status last_row_event(dbway_event& event) {
        const std::uint32_t tx_state = connection_->transaction_state();
        row_event(event, DBWAY_EF_FINAL);
        fill_success(event, tx_state);
        end_request(false);
        return DBWAY_OK;
    }

    // ---- COPY_IN

    CopyTarget copy_target(const dbway_request& request) const {
        CopyTarget target;
        target.table = to_view(request.sql);
        target.is_sql = (request.flags & DBWAY_RF_SQL) != 0;
        target.raw = (request.flags & DBWAY_RF_RAW) != 0;
        target.columns.reserve(request.n_names);
        for (std::uint32_t i = 0; i < request.n_names; ++i)
            target.columns.push_back(to_view(request.names[i]));
        target.column_count = request.n_names;
        return target;
    }

    dbway_status copy_in(const dbway_request& request, dbway_event& event) {
        if (read_struct(request.source, sizeof(dbway_row_source), source_) != DBWAY_OK)
            throw not_executed(DBWAY_ERR_INVALID, "the row source has changed since it was submitted");
        CopyTarget target = copy_target(request);
        target.column_count = source_.n_columns;
        copy_ = connection_->copy_in(target, current_);
        if (copy_ == nullptr) throw Failure(DBWAY_ERR_INTERNAL, "the provider made no copy");
        copied_ = 0;
        holds_ = true;
        phase_ = Phase::copy_in;
        return copy_rows(event);
    }

    dbway_status copy_rows(dbway_event& event) {
        for (;;) {
            checkpoint();
            const dbway_value* cells = nullptr;
            std::uint32_t count = 0;
            const dbway_status status = source_.pull(source_.ctx, &cells, &count);
            if (status == DBWAY_AGAIN) return DBWAY_AGAIN;
            if (status == DBWAY_END) break;
            if (status < 0) throw Failure(status, "the source of the rows gave up");
            if (status != DBWAY_OK || count == 0 || (cells == nullptr && source_.n_columns != 0))
                throw Failure(DBWAY_ERR_INVALID, "the source of the rows answered neither rows nor an end");
            copy_->write(cells, count);
            copied_ += count;
        }
        Outcome outcome;
        copy_->finish(outcome);
        if (outcome.affected < 0) outcome.affected = copied_;
        run_.add(outcome);
        return done(event);
    }

    // ---- events

    void clear(dbway_event& event, std::uint32_t kind) const noexcept {
        event = dbway_event{};
        event.struct_size = sizeof event;
        event.kind = kind;
        event.request_id = current_.id;
    }

    void fill_success(dbway_event& event, std::uint32_t tx_state) noexcept {
        event.tx_state = tx_state;
        event.affected = run_.affected();
        event.tag = to_str(run_.tag());
        if (run_.last_id()) {
            last_id_.v.i64 = *run_.last_id();
            event.last_id = &last_id_;
        }
    }

    dbway_status done(dbway_event& event) {
        const std::uint32_t tx_state = connection_->transaction_state();
        clear(event, DBWAY_E_DONE);
        fill_success(event, tx_state);
        end_request(false);
        return DBWAY_OK;
    }

    // The request ends with the exception that is being handled.
    DBWAY_SDK_COLD dbway_status fail(dbway_event& event) noexcept {
        FailureContext context;
        context.request_id = current_.id;
        std::string note;
        describe_place(context, note);
        if (connection_->dead()) context.flags |= DBWAY_DIAG_CONN_DEAD;
        const DiagnosticSink::Reported reported = sink_.report_current_exception(context);
        dead_ = (reported.flags & DBWAY_DIAG_CONN_DEAD) != 0;
        run_.abandon();
        copy_.reset();
        clear(event, DBWAY_E_FAILED);
        event.status = reported.status;
        event.tx_state = transaction_state_after_failure();
        event.affected = -1;
        chain_status_ = reported.status;
        end_request(true);
        return DBWAY_OK;
    }

    // In which statement of a script, or with which set of parameters.
    void describe_place(FailureContext& context, std::string& note) const noexcept {
        if (script_.active()) {
            context.position_shift = script_.characters_before();
            context.position_start = script_.first_character();
        } else if (phase_ == Phase::rows && run_.sets() > 1) {
            try {
                note =
                    "parameter set " + std::to_string(run_.set() + 1) + " of " + std::to_string(run_.sets());
                context.note = note;
            } catch (...) {
                // Then without the note.
            }
        }
    }

    std::uint32_t transaction_state_after_failure() const noexcept {
        try {
            return connection_->transaction_state();
        } catch (...) {
            return DBWAY_TX_STATE_UNKNOWN;
        }
    }

    DBWAY_SDK_COLD dbway_status skip(dbway_event& event) noexcept {
        current_.id = queue_.front().request.id;
        sink_.report(chain_status_, "skipped, because an earlier request of its chain failed", current_.id,
                     DBWAY_DIAG_NOT_EXECUTED);
        clear(event, DBWAY_E_SKIPPED);
        event.status = chain_status_;
        event.tx_state = transaction_state_after_failure();
        event.affected = -1;
        skip_next_ = (queue_.front().request.flags & DBWAY_RF_CHAIN) != 0;
        queue_.pop();
        discard_next_ = false;
        return DBWAY_OK;
    }

    DBWAY_SDK_HOT void end_request(bool failed) noexcept {
        gate_.end();
        skip_next_ = failed && (queue_.front().request.flags & DBWAY_RF_CHAIN) != 0;
        queue_.pop();
        phase_ = Phase::idle;
        running_ = false;
        script_.stop();
        script_between_ = false;
        stale_ = holds_ || run_.has_own_columns();
    }

    // What the last event of the ended request still referred to.
    DBWAY_SDK_COLD void drop_stale() noexcept {
        if (phase_ != Phase::idle) return;
        owned_.reset();
        copy_.reset();
        run_.forget_columns();
        holds_ = false;
        stale_ = false;
    }

    DBWAY_SDK_COLD bool take_notification(dbway_event& event) noexcept {
        try {
            std::optional<Notification> arrived = connection_->poll_notification();
            if (!arrived) return false;
            notification_ = std::move(*arrived);
        } catch (...) {
            FailureContext context;
            if (connection_->dead()) context.flags |= DBWAY_DIAG_CONN_DEAD;
            dead_ = (sink_.report_current_exception(context).flags & DBWAY_DIAG_CONN_DEAD) != 0;
            return false;
        }
        note_cells_[0] = text_cell(notification_.channel);
        note_cells_[1] = text_cell(notification_.payload);
        note_cells_[2] = dbway_value{};
        note_cells_[2].type = DBWAY_T_I64;
        note_cells_[2].v.i64 = notification_.sender;
        clear(event, DBWAY_E_NOTIFY);
        event.request_id = 0;
        event.cells = note_cells_;
        event.n_rows = 1;
        event.n_columns = 3;
        return true;
    }

    static dbway_value text_cell(const std::string& text) noexcept {
        dbway_value cell{};
        cell.type = DBWAY_T_TEXT;
        cell.v.text = text.data();
        cell.len = static_cast<std::uint32_t>(text.size());
        return cell;
    }

    static dbway_value integer_cell() noexcept {
        dbway_value cell{};
        cell.type = DBWAY_T_I64;
        return cell;
    }

    const dbway_host* host_;
    DiagnosticSink sink_;
    // Statements, copies and the gate go before the connection they use: destroyed in reverse order.
    std::unique_ptr<Connection> connection_;
    CancelGate gate_;
    RequestQueue queue_;
    StatementMap statements_;
    std::unique_ptr<Statement> owned_;  // of QUERY, SCRIPT, COPY_OUT and SCHEMA
    std::unique_ptr<CopyIn> copy_;
    StatementRun run_;
    ScriptRun script_;
    Request current_;
    dbway_row_source source_{};
    std::int64_t copied_ = 0;
    dbway_value last_id_ = integer_cell();
    dbway_status chain_status_ = DBWAY_OK;  // of the request that broke the chain
    Phase phase_ = Phase::idle;
    bool running_ = false;
    bool dead_ = false;
    bool skip_next_ = false;       // the chain is broken here
    bool discard_next_ = false;    // discard() came before the request started
    bool script_between_ = false;  // a script's statement has ended, the next is not open
    bool listening_ = false;
    bool holds_ = false;  // owned_ or copy_ is there
    bool stale_ = false;  // the next call has something to drop
    Notification notification_;
    dbway_value note_cells_[3] = {};
};

}  // namespace dbway::sdk::detail
