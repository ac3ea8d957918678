#include <dbway/batch.hpp>

#include <dbway/error.hpp>
#include <dbway/sdk/placeholders.hpp>
#include <session/cursor_extras.hpp>
#include <session/session.hpp>
#include <session/value_copy.hpp>

#include <algorithm>
#include <cstring>
#include <deque>
#include <memory>
#include <utility>

namespace dbway {

void Batch::add_copy(std::string_view sql, const dbway_value* values, const std::string_view* names,
                     std::uint32_t count) {
    const auto copy_text = [this](std::string_view text) {
        std::uint8_t* to = arena_.allocate(text.size());
        if (!text.empty()) std::memcpy(to, text.data(), text.size());
        return std::string_view(reinterpret_cast<const char*>(to), text.size());
    };
    detail::BatchItem item;
    item.count = count;
    // Often one statement many times.
    item.sql = !items_.empty() && items_.back().sql == sql ? items_.back().sql : copy_text(sql);
    if (count != 0) {
        auto* copies = static_cast<dbway_value*>(arena_.allocate_aligned(count * sizeof(dbway_value)));
        detail::copy_values(values, count, copies, arena_);
        item.values = copies;
    }
    if (names != nullptr) {
        auto* copies =
            static_cast<std::string_view*>(arena_.allocate_aligned(count * sizeof(std::string_view)));
        for (std::uint32_t i = 0; i < count; ++i) std::construct_at(copies + i, copy_text(names[i]));
        item.names = copies;
    }
    items_.push_back(item);
}

void Batch::clear() noexcept {
    items_.clear();
    arena_.clear();
}

namespace detail {

namespace {

// What becomes of one statement of a batch.
struct Progress {
    std::size_t item = 0;
    std::uint64_t prepare_id = 0;  // 0: not prepared by this batch
    std::uint64_t execute_id = 0;
    CachedStatement* statement = nullptr;
    std::unique_ptr<ErrorDetails> prepare_error;
    bool again = false;                // it did not run, and is to be sent anew
    std::exception_ptr refusal;        // of the host: it is not sent
    std::unique_ptr<StopGuard> guard;  // of its own, if the statements have several callers
    std::vector<dbway_value> values;   // in the order of the placeholders, if they have names
};

}  // namespace

// All requests go out in one submit. The default chains each to the next, so that nothing after a failure
// runs, and puts a transaction around them unless there is one: of a failed batch nothing stays, on every
// provider alike (ADR 8).
class BatchRun {
  public:
    using Answered = std::function<void(std::size_t, SharedAnswer&&)>;

    BatchRun(Session& session, const Batch& batch, const QueryOptions& options)
        : session_(session), batch_(batch), options_(options), timeout_(session.timeout_of(&options)) {
        progress_.reserve(batch.size());  // stale_ points to them
        results_.reserve(batch.size());
    }
    // Of several callers; `batch` is independent.
    BatchRun(Session& session, const Batch& batch, std::span<const SharedStatement> shared)
        : session_(session), batch_(batch), options_(no_options()), timeout_(0), shared_(shared) {
        progress_.reserve(batch.size());
    }

    BatchResults run() {
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

    void run_shared(const Answered& answered) {
        std::size_t done = 0;
        try {
            send();
            for (Progress& progress : progress_) {
                BatchResult result;
                read(progress, result);
                progress.guard.reset();
                answered(done, {std::move(result.rows_.cursor()), result.error_, progress.again});
                ++done;
            }
        } catch (...) {
            if (submitted_) session_.dead_ = true;  // nobody will read the answers that are still to come
            fail_from(done, std::current_exception(), answered);
        }
    }

    ~BatchRun() {
        session_.guard_ = nullptr;
        if (!shared_.empty()) session_.running_sql_ = {};
        for (const Progress& progress : progress_)
            if (progress.prepare_id != 0 && !progress.statement->prepared) drop(progress);
        for (const Progress* progress : stale_) drop(*progress);
    }

  private:
    void send() {
        session_.requests_.clear();
        session_.running_statement_ = 0;
        session_.running_sql_ = {};
        unprepared_ = session_.add_unprepares(timeout_);
        const bool own_transaction = !batch_.is_independent() && batch_.size() > 1 &&
                                     !session_.in_transaction() &&
                                     (session_.environment_.provider->caps() & DBWAY_CAP_TRANSACTION) != 0;
        if (own_transaction) begin_id_ = session_.add_request(DBWAY_R_BEGIN, timeout_).id;
        for (std::size_t i = 0; i < batch_.size(); ++i) add_or_refuse(i);
        if (own_transaction) session_.add_request(DBWAY_R_COMMIT, timeout_);
        // For an error's sake: whether what was sent may have taken effect when the answer is lost.
        session_.running_kind_ = own_transaction ? DBWAY_R_COMMIT : DBWAY_R_SCRIPT;
        if (!batch_.is_independent() && !session_.requests_.empty()) {
            for (std::size_t i = unprepared_; i + 1 < session_.requests_.size(); ++i)
                session_.requests_[i].flags |= DBWAY_RF_CHAIN;
        }
        if (session_.requests_.empty()) return;  // the host has refused all of them
        sent_ = Session::Clock::now();
        session_.submit();
        submitted_ = true;
        session_.forget_unprepared(unprepared_);
        if (shared_.empty()) {
            guard_ = session_.make_guard(&options_, timeout_);
            session_.guard_ = guard_.get();
        } else {
            make_guards();
        }
        for (std::size_t i = 0; i < unprepared_; ++i) expect(session_.requests_[i].id);
    }

    static const QueryOptions& no_options() {
        static const QueryOptions none;
        return none;
    }

    // What the host refuses before it is sent ends an independent statement only.
    void add_or_refuse(std::size_t index) {
        Progress& progress = progress_.emplace_back();
        progress.item = index;
        try {
            add(index, progress);
        } catch (const Error& error) {
            if (!batch_.is_independent()) throw;
            if (progress.prepare_id != 0) session_.requests_.back().flags &= ~DBWAY_RF_CHAIN;
            progress.execute_id = 0;
            ErrorDetails details = error.details();
            name_item(details, index);
            try {
                session_.throw_details(std::move(details));
            } catch (...) {
                progress.refusal = std::current_exception();
            }
        }
    }

    void make_guards() {
        for (Progress& progress : progress_) {
            const SharedStatement& statement = shared_[progress.item];
            const bool watched = statement.timeout != 0 && !session_.provider_keeps_time_;
            if ((!statement.stop.stop_possible() && !watched) || progress.execute_id == 0) continue;
            progress.guard = std::make_unique<StopGuard>(
                [&session = session_, first = progress.prepare_id, last = progress.execute_id] {
                    if (first != 0) session.cancel(first);
                    session.cancel(last);
                },
                statement.stop);
            if (watched)
                progress.guard->watch(*session_.environment_.watchdog,
                                      deadline_of(std::chrono::nanoseconds(statement.timeout)));
        }
    }

    // The connection was lost or refused the requests: the same error for all that have no answer.
    void fail_from(std::size_t done, const std::exception_ptr& error, const Answered& answered) {
        for (; done < batch_.size(); ++done) {
            SharedAnswer answer;
            answer.error = error;
            try {
                try {
                    std::rethrow_exception(error);
                } catch (const Error& original) {
                    ErrorDetails details = original.details();
                    session_.running_kind_ = DBWAY_R_QUERY;
                    session_.running_sql_ = batch_.items()[done].sql;
                    details.outcome_unknown =
                        details.connection_lost && !details.not_executed && session_.may_have_changed();
                    throw_error(std::move(details));
                }
            } catch (...) {
                answer.error = std::current_exception();
            }
            answered(done, std::move(answer));
        }
    }

    // A cancel reaches a session, and with several statements on their way to it perhaps another than the one
    // it was meant for. That one has left nothing behind, and runs again while there is time.
    void judge_cancel(ErrorDetails& error, Progress& progress) const {
        if (shared_.empty() || session_.dead()) return;
        if (error.category != Category::cancelled && error.category != Category::timeout) return;
        const SharedStatement& statement = shared_[progress.item];
        if (statement.stop.stop_requested()) return;
        if (statement.timeout == 0 ||
            Session::Clock::now() < sent_ + std::chrono::nanoseconds(statement.timeout)) {
            progress.again = true;
        } else {
            error.category = Category::timeout;
        }
    }

    void add(std::size_t index, Progress& progress) {
        const BatchItem& item = batch_.items()[index];
        std::vector<std::string> rewritten;
        const std::vector<std::string>* names = &rewritten;
        std::string_view sql = item.sql;
        if (CachedStatement* statement = prepared(item, progress)) {
            progress.statement = statement;
            names = &statement->names;
        } else if (item.names != nullptr) {
            sdk::NamedRewrite rewrite = sdk::rewrite_named(item.sql, session_.dialect_);
            if (!rewrite.error.empty()) throw_error(Category::invalid, rewrite.error);
            rewritten.assign(rewrite.names.begin(), rewrite.names.end());
            if (!rewritten.empty()) sql = texts_.emplace_back(std::move(rewrite.text));
        }
        if (item.names != nullptr) order_by_name(item, *names, progress);
        dbway_request& request = session_.add_request(
            progress.statement != nullptr ? DBWAY_R_EXECUTE : DBWAY_R_QUERY, timeout_of(index));
        progress.execute_id = request.id;
        const std::uint32_t rows = shared_.empty() ? options_.batch_rows : shared_[index].batch_rows;
        request.batch_rows = rows != 0 ? rows : session_.environment_.options.batch_rows;
        if (!shared_.empty()) request.flags = shared_[index].flags;
        if (progress.statement != nullptr) {
            request.stmt = progress.statement->id;
            request.flags |= DBWAY_RF_COLUMNS_KNOWN;
        } else {
            request.sql = {sql.data(), sql.size()};
        }
        request.params = item.values;
        request.n_params = item.count;
        if (item.names == nullptr) return;
        request.params = progress.values.data();
        request.n_params = static_cast<std::uint32_t>(progress.values.size());
    }

    // Prepared statements as far as the cache has room for all of them at once.
    CachedStatement* prepared(const BatchItem& item, Progress& progress) {
        StatementCache& cache = session_.cache_;
        const bool wanted = shared_.empty() ? options_.prepare : shared_[progress.item].prepare;
        if (!wanted || cache.capacity() == 0) return nullptr;
        if (CachedStatement* known = cache.find(item.sql)) {
            // Prepared for positional parameters, perhaps by this batch: sent by itself, then.
            if (item.names != nullptr && known->names.empty()) return nullptr;
            ++used_;
            return known;
        }
        if (used_ + 1 > cache.capacity() / 2) return nullptr;
        Call call;
        call.sql = item.sql;
        call.names = item.names;
        call.options = &options_;
        progress.statement = session_.cached_statement(call, timeout_of(progress.item));
        progress.prepare_id = session_.requests_.back().id;
        ++used_;
        return progress.statement;
    }

    static void order_by_name(const BatchItem& item, const std::vector<std::string>& names,
                              Progress& progress) {
        const std::string_view* const end = item.names + item.count;
        for (const std::string_view* given = item.names; given != end; ++given)
            if (std::find(names.begin(), names.end(), *given) == names.end())
                throw_error(Category::invalid, "the statement has no placeholder :" + std::string(*given));
        for (const std::string& name : names) {
            const std::string_view* const given = std::find(item.names, end, name);
            if (given == end) throw_error(Category::invalid, "no value for the placeholder :" + name);
            progress.values.push_back(item.values[given - item.names]);
        }
    }

    // That the event ends a request without rows, and that none is skipped unless one before it has failed.
    void check_final() {
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

    // The final event of a request without rows. False: it failed or was skipped.
    bool expect(std::uint64_t id) {
        do {
            session_.next_event();
            if (session_.event_.request_id != id) session_.broken("events out of order in a batch");
        } while (session_.event_.kind == DBWAY_E_COLUMNS);
        check_final();
        Outcome ignored;
        session_.finish_event(ignored);
        return session_.event_.kind == DBWAY_E_DONE;
    }

    // The answer to BEGIN or COMMIT, whose failure is that of the batch.
    void read_command(std::uint64_t id) {
        if (expect(id) || session_.event_.kind == DBWAY_E_SKIPPED) return;
        try {
            session_.fail(session_.event_.status);
        } catch (...) {
            if (!first_error_) first_error_ = std::current_exception();
        }
    }

    void read_prepare(Progress& progress) {
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

    // Out of the cache, when it is known that the provider does not have it. A text may be there several
    // times.
    void drop(const Progress& progress) { session_.cache_.erase(batch_.items()[progress.item].sql); }

    // Why the statement was not prepared, be it for an earlier item of the same text.
    const ErrorDetails* prepare_error(const CachedStatement* statement) const {
        if (statement == nullptr) return nullptr;
        for (const Progress& progress : progress_)
            if (progress.statement == statement && progress.prepare_error)
                return progress.prepare_error.get();
        return nullptr;
    }

    void name_item(ErrorDetails& details, std::size_t index) const {
        if (!shared_.empty()) return;
        details.batch_index = static_cast<std::int64_t>(index);
        details.message = "statement " + std::to_string(index + 1) + " of the batch: " + details.message;
    }

    std::uint64_t timeout_of(std::size_t index) const {
        return shared_.empty() ? timeout_ : shared_[index].timeout;
    }
    StopGuard* guard_of(const Progress& progress) const {
        return shared_.empty() ? guard_.get() : progress.guard.get();
    }

    void keep_error(Progress& progress) {
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

    void read(Progress& progress, BatchResult& result) {
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
            if (session_.event_.request_id == progress.execute_id &&
                session_.event_.kind == DBWAY_E_SKIPPED) {
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
                const bool rows =
                    session_.event_.kind == DBWAY_E_COLUMNS || session_.event_.kind == DBWAY_E_ROWS;
                session_.take_event(cursor, rows ? &cursor.extras().buffer : nullptr);
                session_.guard_ = guard_of(progress);
            }
        }
        // The columns are there to be asked for before the first row is read.
        if (!cursor.set_open_ && cursor.extras_ && !cursor.extras_->buffer.empty()) cursor.receive();
        result.affected_ = error_ ? -1 : cursor.outcome_.affected;
        result.error_ = error_;
    }

    // Whether these are rows of known columns, and all there are in memory so far: nearly every result is.
    bool first_rows(const Cursor& cursor) const noexcept {
        const dbway_event& event = session_.event_;
        return event.kind == DBWAY_E_ROWS && (event.flags & DBWAY_EF_SET) == 0 && event.n_rows != 0 &&
               event.request_id == cursor.request_id_ && cursor.set_open_ && cursor.width_ != 0 &&
               cursor.pending_rows_ == 0 && !cursor.extras_;
    }

    // Into the memory that all results of the batch share, so that a small result costs no allocation.
    void take_first_rows(Cursor& cursor) {
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

    Session& session_;
    const Batch& batch_;
    const QueryOptions& options_;
    std::uint64_t timeout_;
    std::span<const SharedStatement> shared_;  // empty: all are of one caller
    std::unique_ptr<StopGuard> guard_;
    Session::Clock::time_point sent_;
    bool submitted_ = false;
    std::size_t unprepared_ = 0;
    std::uint64_t begin_id_ = 0;  // of the transaction around the batch; 0: none of its own
    std::size_t used_ = 0;
    std::vector<Progress> progress_;
    std::shared_ptr<sdk::Arena> memory_;
    std::deque<std::string> texts_;
    std::vector<const Progress*> stale_;
    std::exception_ptr error_;
    std::exception_ptr first_error_;
    BatchResults results_;
};

BatchResults Session::run_batch(const Batch& batch, const QueryOptions& options) {
    if (active_ != nullptr) buffer_active();
    require_usable();
    if (batch.empty()) return {};
    return BatchRun(*this, batch, options).run();
}

void Session::run_shared(const Batch& batch, std::span<const SharedStatement> statements,
                         const std::function<void(std::size_t, SharedAnswer&&)>& answered) {
    BatchRun(*this, batch, statements).run_shared(answered);
}

}  // namespace detail
}  // namespace dbway
