// batch_run.hpp - one run of a batch on a session: what was sent, and what has become of each statement.
#pragma once

#include <dbway/batch.hpp>
#include <session/session.hpp>
#include <session/stop_guard.hpp>

#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace dbway::detail {

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
    ~BatchRun();
    BatchRun(const BatchRun&) = delete;
    BatchRun& operator=(const BatchRun&) = delete;

    BatchResults run();
    // Each statement gets its answer, whatever becomes of the connection. Throws only for want of memory.
    void run_shared(const Answered& answered);

  private:
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

    // Sending: batch_send.cpp.
    void send();
    // What the host refuses before it is sent ends an independent statement only.
    void add_or_refuse(std::size_t index);
    void add(std::size_t index, Progress& progress);
    // An item that differs from the one before in its values alone, as nearly all of a long batch do. False:
    // it is none.
    bool add_again(std::size_t index);
    // Prepared statements as far as the cache has room for all of them at once.
    CachedStatement* prepared(const BatchItem& item, Progress& progress);
    static void order_by_name(const BatchItem& item, const std::vector<std::string>& names,
                              Progress& progress);

    // Answers: batch_run.cpp.
    // The answer to BEGIN or COMMIT, whose failure is that of the batch.
    void read_command(std::uint64_t id);
    void read(Progress& progress, BatchResult& result);
    void read_prepare(Progress& progress);
    // The final event of a request without rows. False: it failed or was skipped.
    bool expect(std::uint64_t id);
    // That the event ends a request without rows, and that none is skipped unless one before it has failed.
    void check_final();
    // Whether these are rows of known columns, and all there are in memory so far: nearly every result is.
    bool first_rows(const Cursor& cursor) const noexcept;
    // Into the memory that all results of the batch share, so that a small result costs no allocation.
    void take_first_rows(Cursor& cursor);
    void keep_error(Progress& progress);
    // Why the statement was not prepared, be it for an earlier item of the same text.
    const ErrorDetails* prepare_error(const CachedStatement* statement) const;
    void name_item(ErrorDetails& details, std::size_t index) const;
    // Out of the cache, when it is known that the provider does not have it. A text may be there several
    // times.
    void drop(const Progress& progress) { session_.cache_.erase(batch_.items()[progress.item].sql); }

    // Statements of several callers: shared_run.cpp.
    static const QueryOptions& no_options();
    void make_guards();
    // The connection was lost or refused the requests: the same error for all that have no answer.
    void fail_from(std::size_t done, const std::exception_ptr& error, const Answered& answered);
    // A cancel reaches a session, and with several statements on their way to it perhaps another than the one
    // it was meant for. That one has left nothing behind, and runs again while there is time.
    void judge_cancel(ErrorDetails& error, Progress& progress) const;
    std::uint64_t timeout_of(std::size_t index) const {
        return shared_.empty() ? timeout_ : shared_[index].timeout;
    }
    StopGuard* guard_of(const Progress& progress) const {
        return shared_.empty() ? guard_.get() : progress.guard.get();
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
    dbway_request repeated_{};  // of the item before, if that was a prepared statement without names
    std::vector<Progress> progress_;
    std::shared_ptr<sdk::Arena> memory_;
    std::deque<std::string> texts_;
    std::vector<const Progress*> stale_;
    std::exception_ptr error_;
    std::exception_ptr first_error_;
    BatchResults results_;
};

}  // namespace dbway::detail
