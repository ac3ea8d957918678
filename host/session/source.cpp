#include <dbway/source.hpp>

#include <dbway/error.hpp>
#include <pool/pool.hpp>
#include <pool/sharing.hpp>
#include <session/copy_state.hpp>
#include <session/listener_state.hpp>
#include <session/session.hpp>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <random>

namespace dbway {

namespace {

using Clock = std::chrono::steady_clock;

// A call's options, its deadline turned into a point in time that the wait for a connection counts towards.
class Acquire {
  public:
    // `call`, if it is given, is all that the connection is wanted for. It may go out with those of other
    // threads, with `flags` (DBWAY_RF_*) added; then there is an answer() and no session().
    Acquire(const std::shared_ptr<detail::Pool>& pool, const QueryOptions* options,
            const detail::Call* call = nullptr, std::uint32_t flags = 0)
        : options_(options) {
        if (options != nullptr && options->deadline)
            timeout_ = options->deadline;
        else if (pool->options().deadline.count() > 0)
            timeout_ = pool->options().deadline;
        deadline_ = detail::deadline_of(timeout_);
        if (timeout_ && timeout_->count() <= 0) throw_too_late(pool->options().name);
        if (call != nullptr && pool->sharing() != nullptr && share(pool, *call, flags)) return;
        static const std::stop_token none;
        lease_ = detail::Lease(
            pool, pool->acquire(deadline_, options != nullptr ? options->stop : none, call, flags));
    }

    detail::Lease& lease() noexcept { return lease_; }
    detail::Session& session() noexcept { return *lease_.session(); }

    // The options for the statement itself: the deadline less the time that the connection took.
    QueryOptions remaining() const {
        QueryOptions result = options_ != nullptr ? *options_ : QueryOptions{};
        if (timeout_) result.deadline = deadline_ - Clock::now();
        return result;
    }
    bool bounded() const noexcept { return timeout_.has_value(); }
    const std::shared_ptr<detail::SharedAnswer>& answer() const noexcept { return answer_; }

  private:
    // True: there is an answer, or a connection that nobody else waits for.
    bool share(const std::shared_ptr<detail::Pool>& pool, const detail::Call& call, std::uint32_t flags) {
        if (!detail::Sharing::suits(call)) return false;
        detail::Sharing& sharing = *pool->sharing();
        if (!sharing.has_waiting()) {
            lease_ = detail::Lease(pool, pool->try_acquire(deadline_));
            if (lease_.session() != nullptr) return true;
        }
        detail::Call shared = call;
        shared.flags |= flags;
        answer_ = sharing.run(shared, deadline_);
        if (answer_->again) answer_.reset();
        // Moved out, so that it ends in this thread, not in the one that sends for others.
        if (answer_ && answer_->error) std::rethrow_exception(std::exchange(answer_->error, nullptr));
        return answer_ != nullptr;
    }

    [[noreturn]] static void throw_too_late(const std::string& source) {
        ErrorDetails details;
        details.category = Category::timeout;
        details.message = "the deadline had passed before a connection was asked for";
        details.source = source;
        details.not_executed = true;
        throw_error(std::move(details));
    }

    const QueryOptions* options_;
    std::optional<std::chrono::nanoseconds> timeout_;
    Clock::time_point deadline_;
    detail::Lease lease_;
    std::shared_ptr<detail::SharedAnswer> answer_;
};

// The provider's or, where its connections lead to different databases, this source's: known once one of them
// was open.
const dbway_ext_dialect* dialect_of(const std::shared_ptr<detail::Pool>& pool) {
    const detail::SessionEnvironment& environment = pool->environment();
    if (const dbway_ext_dialect* dialect = environment.provider->dialect()) return dialect;
    if (environment.dialect->load(std::memory_order_acquire) == nullptr) Acquire(pool, nullptr);
    return environment.dialect->load(std::memory_order_acquire);
}

}  // namespace

const std::string& Source::name() const noexcept { return pool_->options().name; }
const std::string& Source::provider() const noexcept { return pool_->options().provider; }
const SourceOptions& Source::options() const noexcept { return pool_->options(); }
std::uint64_t Source::capabilities() const noexcept { return pool_->environment().provider->caps(); }

std::string Source::type_name(std::uint32_t type, std::int32_t precision, std::int32_t scale) const {
    const dbway_ext_dialect* dialect = dialect_of(pool_);
    if (dialect == nullptr || !DBWAY_HAS(dbway_ext_dialect, dialect, type_name)) return {};
    const char* name = dialect->type_name(pool_->environment().provider->get(), type, precision, scale);
    return name != nullptr ? name : "";
}

std::string Source::quote_identifier(std::string_view name) const {
    const dbway_ext_dialect* dialect = dialect_of(pool_);
    char open = '"';
    char close = '"';
    if (dialect != nullptr && dialect->identifier_quote != nullptr && dialect->identifier_quote[0] != '\0') {
        open = dialect->identifier_quote[0];
        close = dialect->identifier_quote[1] != '\0' ? dialect->identifier_quote[1] : open;
    }
    std::string quoted(1, open);
    for (const char c : name) {
        if (c == close) quoted += c;
        quoted += c;
    }
    return quoted += close;
}

const void* Source::extension(const char* id) const noexcept {
    return pool_->environment().provider->extension(id);
}
dbway_provider* Source::native_provider() const noexcept { return pool_->environment().provider->get(); }

PoolStatistics Source::statistics() const { return pool_->statistics(); }

Connection Source::connection(const QueryOptions& options) {
    Acquire acquire(pool_, &options);
    return Connection(std::move(acquire.lease()));
}

Transaction Source::begin(const TransactionOptions& options) {
    QueryOptions query;
    query.deadline = options.deadline;
    query.stop = options.stop;
    Acquire acquire(pool_, &query);
    TransactionOptions remaining = options;
    if (acquire.bounded() && options.deadline) remaining.deadline = acquire.remaining().deadline;
    return Transaction(std::move(acquire.lease()), remaining);
}

[[gnu::hot]] detail::Cursor Source::start(const detail::Call& call) {
    Acquire acquire(pool_, call.options, &call);
    if (acquire.answer()) [[unlikely]]
        return std::move(acquire.answer()->cursor);
    detail::Cursor cursor;
    if (acquire.bounded()) [[unlikely]] {
        const QueryOptions options = acquire.remaining();
        detail::Call bound = call;
        bound.options = &options;
        acquire.session().start(bound, cursor);
    } else {
        acquire.session().start(call, cursor);
    }
    cursor.attach(std::move(acquire.lease()));
    return cursor;
}

[[gnu::hot]] detail::Outcome Source::run_to_end(const detail::Call& call) {
    Acquire acquire(pool_, call.options, &call, DBWAY_RF_NO_ROWS);
    if (acquire.answer()) [[unlikely]]
        return acquire.answer()->cursor.outcome();
    if (!acquire.bounded()) [[likely]]
        return acquire.session().run_to_end(call);
    const QueryOptions options = acquire.remaining();
    detail::Call bound = call;
    bound.options = &options;
    return acquire.session().run_to_end(bound);
}

BatchResults Source::run_batch(const Batch& batch, const QueryOptions& options) {
    Acquire acquire(pool_, &options);
    return acquire.session().run_batch(batch, acquire.remaining());
}

CopyIn Source::start_copy(const detail::CopyTarget& target, const QueryOptions& options) {
    Acquire acquire(pool_, &options);
    detail::Session& session = acquire.session();
    const QueryOptions remaining = acquire.remaining();
    return detail::make_copy(session, std::move(acquire.lease()), target, remaining);
}

Listener Source::listen(std::string_view channel) { return detail::make_listener(pool_, channel); }

namespace detail {

TransactionRetry::TransactionRetry(const TransactionOptions& options)
    : options_(options), deadline_(deadline_of(options.deadline)) {}

TransactionOptions TransactionRetry::attempt() const {
    TransactionOptions options = options_;
    if (options.deadline) options.deadline = deadline_ - Clock::now();
    return options;
}

bool TransactionRetry::again(const Error& error) {
    if (!error.retry_transaction() || attempts_ >= options_.retries || options_.stop.stop_requested())
        return false;
    // Full jitter: A. Brooker, "Exponential Backoff and Jitter".
    const std::int64_t cap =
        std::min<std::int64_t>(std::int64_t{10'000} << std::min(attempts_, 20U), 1'000'000);
    ++attempts_;
    thread_local std::minstd_rand generator(std::random_device{}());
    const std::chrono::microseconds pause(std::uniform_int_distribution<std::int64_t>(0, cap)(generator));
    const auto until = Clock::now() + pause;
    if (until >= deadline_) return false;
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    wake.wait_until(lock, options_.stop, until, [] { return false; });
    return !options_.stop.stop_requested();
}

}  // namespace detail
}  // namespace dbway
