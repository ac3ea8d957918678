#include <dbway/batch.hpp>

#include <dbway/error.hpp>
#include <dbway/sdk/placeholders.hpp>
#include <session/cursor_extras.hpp>
#include <session/session.hpp>
#include <session/value_copy.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace dbway {

void Batch::add_copy(std::string_view sql, const dbway_value* values, const std::string_view* names,
                     std::uint32_t count) {
    detail::BatchItem& item = items_.emplace_back();
    item.sql = sql;
    item.values.resize(count);
    detail::copy_values(values, count, item.values.data(), arena_);
    if (names != nullptr) item.names.assign(names, names + count);
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
    std::optional<ErrorDetails> prepare_error;
    std::vector<dbway_value> values;  // in the order of the placeholders, if they have names
};

}  // namespace

// All requests go out in one submit. The default chains each to the next, so that nothing after a failure
// runs, and puts a transaction around them unless there is one: of a failed batch nothing stays, on every
// provider alike (ADR 8).
class BatchRun {
  public:
    BatchRun(Session& session, const Batch& batch, const QueryOptions& options)
        : session_(session), batch_(batch), options_(options), timeout_(session.timeout_of(&options)) {}

    BatchResults run() {
        send();
        if (begin_id_ != 0) read_command(begin_id_);
        for (Progress& progress : progress_) read(progress);
        if (begin_id_ != 0) read_command(session_.requests_.back().id);
        session_.guard_ = nullptr;
        if (first_error_) {
            if (begin_id_ != 0 && session_.in_transaction() && !session_.dead())
                session_.command(DBWAY_R_ROLLBACK);
            std::rethrow_exception(first_error_);
        }
        return std::move(results_);
    }

    ~BatchRun() {
        session_.guard_ = nullptr;
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
        for (std::size_t i = 0; i < batch_.size(); ++i) add(i);
        if (own_transaction) session_.add_request(DBWAY_R_COMMIT, timeout_);
        // For an error's sake: whether what was sent may have taken effect when the answer is lost.
        session_.running_kind_ = own_transaction ? DBWAY_R_COMMIT : DBWAY_R_SCRIPT;
        if (!batch_.is_independent() && !session_.requests_.empty()) {
            for (std::size_t i = unprepared_; i + 1 < session_.requests_.size(); ++i)
                session_.requests_[i].flags |= DBWAY_RF_CHAIN;
        }
        session_.submit();
        session_.forget_unprepared(unprepared_);
        guard_ = session_.make_guard(&options_, timeout_);
        session_.guard_ = guard_.get();
        for (std::size_t i = 0; i < unprepared_; ++i) expect(session_.requests_[i].id);
    }

    void add(std::size_t index) {
        const BatchItem& item = batch_.items()[index];
        Progress& progress = progress_.emplace_back();
        progress.item = index;
        std::vector<std::string> names;
        std::string_view sql = item.sql;
        if (CachedStatement* statement = prepared(item, progress)) {
            progress.statement = statement;
            names = statement->names;
        } else if (!item.names.empty()) {
            sdk::NamedRewrite rewrite = sdk::rewrite_named(item.sql, session_.dialect_);
            if (!rewrite.error.empty()) throw_error(Category::invalid, rewrite.error);
            names.assign(rewrite.names.begin(), rewrite.names.end());
            if (!names.empty()) sql = texts_.emplace_back(std::move(rewrite.text));
        }
        dbway_request& request =
            session_.add_request(progress.statement != nullptr ? DBWAY_R_EXECUTE : DBWAY_R_QUERY, timeout_);
        progress.execute_id = request.id;
        request.batch_rows =
            options_.batch_rows != 0 ? options_.batch_rows : session_.environment_.options.batch_rows;
        if (progress.statement != nullptr) {
            request.stmt = progress.statement->id;
            request.flags = DBWAY_RF_COLUMNS_KNOWN;
        } else {
            request.sql = {sql.data(), sql.size()};
        }
        if (!item.names.empty()) order_by_name(item, names, progress);
        const std::vector<dbway_value>& values = item.names.empty() ? item.values : progress.values;
        request.params = values.data();
        request.n_params = static_cast<std::uint32_t>(values.size());
    }

    // Prepared statements as far as the cache has room for all of them at once.
    CachedStatement* prepared(const BatchItem& item, Progress& progress) {
        StatementCache& cache = session_.cache_;
        if (!options_.prepare || cache.capacity() == 0) return nullptr;
        if (CachedStatement* known = cache.find(item.sql)) {
            // Prepared for positional parameters, perhaps by this batch: sent by itself, then.
            if (!item.names.empty() && known->names.empty()) return nullptr;
            ++used_;
            return known;
        }
        if (used_ + 1 > cache.capacity() / 2) return nullptr;
        Call call;
        call.sql = item.sql;
        const std::vector<std::string_view> names(item.names.begin(), item.names.end());
        call.names = names.empty() ? nullptr : names.data();
        call.options = &options_;
        progress.statement = session_.cached_statement(call, timeout_);
        progress.prepare_id = session_.requests_.back().id;
        ++used_;
        return progress.statement;
    }

    static void order_by_name(const BatchItem& item, const std::vector<std::string>& names,
                              Progress& progress) {
        for (const std::string& given : item.names)
            if (std::find(names.begin(), names.end(), given) == names.end())
                throw_error(Category::invalid, "the statement has no placeholder :" + given);
        for (const std::string& name : names) {
            const auto given = std::find(item.names.begin(), item.names.end(), name);
            if (given == item.names.end())
                throw_error(Category::invalid, "no value for the placeholder :" + name);
            progress.values.push_back(item.values[static_cast<std::size_t>(given - item.names.begin())]);
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
            if (progress.statement == statement && progress.prepare_error) return &*progress.prepare_error;
        return nullptr;
    }

    void keep_error(Progress& progress) {
        ErrorDetails details = session_.take_error(session_.event_.status);
        if (session_.event_.request_id == progress.prepare_id)
            progress.prepare_error = details;
        else if (const ErrorDetails* cause = prepare_error(progress.statement))
            details = *cause;
        // Statements that were sent already cannot be prepared again; the next run of this text can.
        if (progress.statement != nullptr && session_.stale_statement(details)) stale_.push_back(&progress);
        details.batch_index = static_cast<std::int64_t>(progress.item);
        details.message =
            "statement " + std::to_string(progress.item + 1) + " of the batch: " + details.message;
        try {
            session_.throw_details(std::move(details));
        } catch (...) {
            error_ = std::current_exception();
            if (!batch_.is_independent() && !first_error_) first_error_ = error_;
        }
    }

    void read(Progress& progress) {
        error_ = nullptr;
        if (progress.prepare_id != 0) read_prepare(progress);
        Cursor cursor;
        cursor.request_id_ = progress.execute_id;
        if (progress.statement != nullptr && progress.statement->columns)
            cursor.begin_set(progress.statement->columns);
        session_.running_statement_ = progress.statement != nullptr ? progress.statement->id : 0;
        RowBuffer& buffer = cursor.extras().buffer;
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
            } else {
                session_.take_event(cursor, &buffer);
                session_.guard_ = guard_.get();
            }
        }
        // The columns are there to be asked for before the first row is read.
        if (!cursor.set_open_ && !buffer.empty()) cursor.receive();
        const std::int64_t affected = error_ ? -1 : cursor.outcome_.affected;
        results_.emplace_back(std::move(cursor), affected, error_);
    }

    Session& session_;
    const Batch& batch_;
    const QueryOptions& options_;
    std::uint64_t timeout_;
    std::unique_ptr<StopGuard> guard_;
    std::size_t unprepared_ = 0;
    std::uint64_t begin_id_ = 0;  // of the transaction around the batch; 0: none of its own
    std::size_t used_ = 0;
    std::deque<Progress> progress_;
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

}  // namespace detail
}  // namespace dbway
