#include <session/batch_run.hpp>

#include <dbway/error.hpp>

#include <utility>

namespace dbway::detail {

const QueryOptions& BatchRun::no_options() {
    static const QueryOptions none;
    return none;
}

void BatchRun::run_shared(const Answered& answered) {
    std::size_t done = 0;
    try {
        send();
        for (Progress& progress : progress_) {
            BatchResult result;
            read(progress, result);
            progress.guard.reset();
            error_ = nullptr;  // who has asked holds the only one
            answered(done, {std::move(result.rows_.cursor()), std::exchange(result.error_, nullptr),
                            progress.again});
            ++done;
        }
    } catch (...) {
        if (submitted_) session_.dead_ = true;  // nobody will read the answers that are still to come
        fail_from(done, std::current_exception(), answered);
    }
}

void BatchRun::make_guards() {
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

void BatchRun::fail_from(std::size_t done, const std::exception_ptr& error, const Answered& answered) {
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

void BatchRun::judge_cancel(ErrorDetails& error, Progress& progress) const {
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

void Session::run_shared(const Batch& batch, std::span<const SharedStatement> statements,
                         const std::function<void(std::size_t, SharedAnswer&&)>& answered) {
    BatchRun(*this, batch, statements).run_shared(answered);
}

}  // namespace dbway::detail
