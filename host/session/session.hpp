// session.hpp - one connection of a provider: sends requests, reads events, keeps the prepared statements and
// the rule that a second statement may start while rows of the first are being read.
#pragma once

#include <dbway/provider.h>
#include <dbway/batch.hpp>
#include <dbway/connection.hpp>
#include <dbway/cursor.hpp>
#include <dbway/listener.hpp>
#include <dbway/options.hpp>
#include <dbway/sdk/lexer.hpp>
#include <loader/provider.hpp>
#include <pool/age.hpp>
#include <session/diagnostics.hpp>
#include <session/row_buffer.hpp>
#include <session/statement_cache.hpp>
#include <session/stop_guard.hpp>
#include <session/timer.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string_view>
#include <vector>

namespace dbway::detail {

// What sessions of one source share. Outlives them.
struct SessionEnvironment {
    SourceOptions options;
    std::shared_ptr<ProviderInstance> provider;
    std::shared_ptr<Timer> watchdog;
    DiagnosticCollector::Log log;
    // A hint that names a DBWAY_CAP_* and the providers found that have it.
    std::function<std::string(std::uint64_t capability)> capable;
    // The same of an extension.
    std::function<std::string(const char* extension)> extended;
    // The dialect of its connections, once one was open, where the provider has none of its own.
    std::shared_ptr<std::atomic<const dbway_ext_dialect*>> dialect =
        std::make_shared<std::atomic<const dbway_ext_dialect*>>(nullptr);
};

// One of the statements that go out together for several callers.
struct SharedStatement {
    std::uint64_t timeout = 0;  // nanoseconds; 0: none
    std::stop_token stop;
    std::uint32_t batch_rows = 0;  // 0: the source's
    std::uint32_t flags = 0;       // DBWAY_RF_*
    bool prepare = true;
};
// What became of it, all of it in memory.
struct SharedAnswer {
    Cursor cursor;
    std::exception_ptr error;
    bool again = false;  // it did not run, for no fault of its own, and is to be sent anew
};

// Used by one thread at a time; cancel() by any while the session is not being destroyed. A provider that
// breaks the contract makes the session dead and throws InternalError; it is not trusted again.
class Session {
  public:
    using Clock = std::chrono::steady_clock;

    // Opens. Throws what the provider reports.
    Session(const SessionEnvironment& environment, std::chrono::nanoseconds timeout);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    // Starts a statement and waits for its first event.
    void start(const Call& call, Cursor& cursor);
    Outcome run_to_end(const Call& call);
    BatchResults run_batch(const Batch& batch, const QueryOptions& options);
    // Sends the statements of an independent batch, each of a caller of its own. `answered` gets each answer
    // once, in their order and as soon as it is there, whatever becomes of the connection.
    void run_shared(const Batch& batch, std::span<const SharedStatement> statements,
                    const std::function<void(std::size_t, SharedAnswer&&)>& answered);
    // Sends a call, `flags` (DBWAY_RF_*) added, for the thread that gets the session next, whose start() or
    // run_to_end() of that call begins with the answer, or throws why it could not be sent. Only a statement
    // that is prepared, and that the host need not watch: without a stop token, its deadline kept by the
    // provider; nothing is sent of any other. What the call points to must stay until then.
    void send_ahead(const Call& call, std::uint32_t flags, Clock::time_point deadline) noexcept;
    bool sent_ahead() const noexcept { return ahead_ != nullptr; }
    // A request without parameters and rows: BEGIN, COMMIT, SAVEPOINT, LISTEN, PING…
    Outcome command(std::uint32_t kind, std::string_view text = {}, std::uint32_t argument = 0,
                    const QueryOptions& options = {});

    // COPY_IN: begins with the source, then resume() as long as the provider asks for more.
    void start_copy(const CopyTarget& target, const dbway_row_source& source, const QueryOptions& options);
    // True: the provider waits for rows; false: the COPY is done and `outcome` is set.
    // `starving`, which the source sets, tells that AGAIN means the rows that are not there.
    bool resume_copy(const bool& starving, Outcome& outcome);

    // A notification that has arrived, waiting for one until `deadline`. Throws when the connection is lost.
    std::optional<Notification> next_notification(Clock::time_point deadline, const std::stop_token& stop);

    bool dead() const noexcept { return dead_ || diagnostics_.connection_dead(); }
    std::uint32_t transaction_state() const noexcept { return transaction_state_; }
    bool in_transaction() const noexcept { return transaction_state_ > DBWAY_TX_STATE_IDLE; }
    void cancel(std::uint64_t request_id = 0) noexcept;
    ServerInfo info();
    std::uint64_t capabilities();
    const SessionEnvironment& environment() const noexcept { return environment_; }
    // See Transaction::extension().
    const void* extension(const char* id) const noexcept;
    const void* require_extension(const char* id) const;

    // Whether the provider says that next() would not wait: wait_info() names the socket and nothing to wait
    // for on it. One that does not know says no.
    bool next_is_at_hand() const noexcept;

    // It is in a state that clean() cannot undo: the pool will close it.
    void give_up() noexcept { dead_ = true; }
    // Makes the session fit for its next user: no open result, no transaction. False: it must be closed.
    bool clean() noexcept;
    // Whether the connection still stands, without a round trip.
    bool check_idle() noexcept;

    // The pool's notes on this connection.
    struct PoolMark {
        CoarseClock::time_point idle_since;
        CoarseClock::time_point expires;
        CoarseClock::time_point lent_at;
        bool leak_reported = false;
    };
    PoolMark mark;

  private:
    void learn_dialect();
    friend class BatchRun;
    friend class Cursor;

    [[noreturn]] void fail(dbway_status status);
    [[noreturn]] void broken(const std::string& what);
    [[noreturn]] void throw_details(ErrorDetails details) const;
    void require_usable() {
        if (dead() || copying_) [[unlikely]]
            refuse_use();
    }
    [[noreturn]] void refuse_use();
    // Whether the running request may have taken effect although its answer never came.
    bool may_have_changed() const;
    ErrorDetails take_error(dbway_status status);
    // Of a FAILED event: that its status is one there is, and that a report came before it.
    void check_failure();

    // Requests: collected by add_request(), sent together by submit().
    // Throws Timeout or Cancelled if the call was over before it began.
    std::uint64_t timeout_of(const QueryOptions* options) const;
    dbway_request& add_request(std::uint32_t kind, std::uint64_t timeout);
    void submit();
    // Null unless something outside can end requests `first` to `last`.
    std::unique_ptr<StopGuard> make_guard(const QueryOptions* options, std::uint64_t timeout);
    // UNPREPARE for the statements evicted so far; their number. They are forgotten once that was sent.
    std::size_t add_unprepares(std::uint64_t timeout);
    void forget_unprepared(std::size_t count);
    // The statement of that text in the cache, if it suits the way its parameters are given; or null.
    CachedStatement* known_statement(std::string_view sql, bool named);
    // The prepared statement for a call, its PREPARE added if it is new; null: the call is sent as it is.
    CachedStatement* cached_statement(const Call& call, std::uint64_t timeout);
    // The call's own request. `keep`: it outlives the call, so everything it points to is copied.
    dbway_request& add_call(const Call& call, CachedStatement* statement, std::uint64_t timeout, bool keep);
    void set_values(dbway_request& request, const Call& call, const std::vector<std::string>* names,
                    bool keep);
    CachedStatement* send(const Call& call, bool keep, std::unique_ptr<StopGuard>& guard);
    // The statement that was sent ahead, if one was: then nothing is left to send. Throws why it was not.
    CachedStatement* take_ahead();
    // Runs `call` on copies of its parts, after what is left of the active result has been read into memory.
    template <typename Run>
    auto after_buffering(const Call& call, Run run);

    // Events.
    void next_event();
    // What the provider says is to be waited for; nothing: it cannot tell.
    std::optional<dbway_wait> wait_info() const noexcept;
    void wait_for_provider();
    void read_answers_before(CachedStatement* statement);
    bool read_to_end(CachedStatement* statement, Outcome& outcome);
    void drop_statement(const CachedStatement& statement);
    bool sent_prepare() const noexcept {
        return requests_.size() > 1 && requests_[requests_.size() - 2].kind == DBWAY_R_PREPARE;
    }
    bool stale_statement(const ErrorDetails& error) const;
    void finish_event(Outcome& outcome);
    std::shared_ptr<const ColumnSet> read_columns();
    // The event of a result: to the cursor, or to its buffer. True: the final one.
    bool take_event(Cursor& cursor, RowBuffer* buffer);
    // `announced`: how many columns, if any were.
    void check_rows(std::optional<std::uint32_t> announced) {
        if (event_.n_rows == 0) return;
        if (announced != event_.n_columns || event_.cells == nullptr) [[unlikely]]
            check_unusual_rows(announced);
    }
    void check_unusual_rows(std::optional<std::uint32_t> announced);

    bool receive(Cursor& cursor);
    void abandon(Cursor& cursor) noexcept;
    void buffer_active();
    void take_notification();
    bool wait_readable(Clock::time_point deadline, const std::stop_token& stop);

    const SessionEnvironment& environment_;
    const dbway_conn_api* api_;
    DiagnosticCollector diagnostics_;
    dbway_conn* connection_ = nullptr;
    StatementCache cache_;
    sdk::Dialect dialect_ = sdk::Dialect::generic;
    bool provider_keeps_time_ = false;

    bool dead_ = false;
    std::uint32_t transaction_state_ = DBWAY_TX_STATE_IDLE;
    std::uint64_t last_request_ = 0;
    std::uint64_t next_statement_ = 1;

    bool copying_ = false;
    std::unique_ptr<StopGuard> copy_guard_;
    CachedStatement* ahead_ = nullptr;  // of the call that was sent ahead
    std::exception_ptr ahead_error_;    // why it could not be
    Cursor* active_ = nullptr;          // whose rows are still to come, or still in the provider's memory
    StopGuard* guard_ = nullptr;
    std::uint32_t running_kind_ = 0;
    std::string_view running_sql_;
    std::uint64_t running_statement_ = 0;  // of an EXECUTE; 0 otherwise
    std::vector<std::uint64_t> evicted_;   // statements that the provider may forget
    std::vector<dbway_request> requests_;
    std::vector<const dbway_request*> pointers_;
    dbway_event event_{};
    std::vector<dbway_value> parameters_;
    sdk::Arena parameter_arena_;
    std::string text_;  // of the running request
    std::vector<dbway_str> filter_;
    std::deque<Notification> notifications_;
};

// Absolute time of a deadline that starts now; max() for none.
Session::Clock::time_point deadline_of(std::optional<std::chrono::nanoseconds> timeout) noexcept;

}  // namespace dbway::detail
