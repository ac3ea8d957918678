// database.hpp - one open SQLite database and the request that runs on it: its deadline, its cancellation,
// and the error it ends with.
#pragma once

#include "errors.hpp"
#include "handle.hpp"
#include "options.hpp"

#include <dbway/sdk/provider.hpp>

#include <sqlite3.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace dbway::sqlite {

// [serial], except cancel(), which may come from any thread while a request runs.
class Database {
  public:
    using Clock = sdk::Request::Clock;

    // Opens and configures. Throws Failure.
    Database(OpenOptions options, sdk::Reporter* reporter, Clock::time_point deadline);
    ~Database() = default;
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    sqlite3* handle() const noexcept { return handle_.get(); }
    const OpenOptions& options() const noexcept { return options_; }
    bool read_only() const noexcept { return read_only_; }
    bool in_transaction() const noexcept { return sqlite3_get_autocommit(handle_.get()) == 0; }

    // Every call from the SDK that makes SQLite work begins with start() and ends with stop().
    void start(Clock::time_point deadline) {
        if (!keep_cancel_) cancelled_.store(false, std::memory_order_relaxed);
        keep_cancel_ = false;
        timed_out_ = false;
        deadline_ = deadline;
        was_in_transaction_ = in_transaction();
        if (query_only_ && !was_in_transaction_) leave_read_only();
    }
    void stop() noexcept { deadline_ = Clock::time_point::max(); }
    // The next start() belongs to the same request: what was cancelled stays cancelled.
    void continue_request() noexcept { keep_cancel_ = true; }

    // Throws if the running request was cancelled or is past its deadline.
    void check_running() {
        if (cancelled_.load(std::memory_order_relaxed)) fail(SQLITE_INTERRUPT);
    }
    bool cancel() noexcept;

    StatementHandle prepare(std::string_view sql, const char** tail = nullptr);
    // Runs a statement without parameters to its end; the first column of its first row.
    std::string run(std::string_view sql);
    // Steps a statement to its end and resets it.
    void run(sqlite3_stmt* statement, bool committing = false);

    // For the last error of the handle; resets `statement`, if there is one.
    [[noreturn]] void fail(int code, std::string_view sql = {}, sqlite3_stmt* statement = nullptr);
    sdk::Diagnostic diagnostic(int code, std::string_view sql) const;

    // Refuses writes until the transaction ends.
    void enter_read_only();
    void leave_read_only();
    void transaction_ended() {
        if (query_only_) leave_read_only();
    }

    // Something other than rows may have changed: a temporary table, an attached file, a pragma.
    void mark_session_changed() noexcept {
        session_changed_ = true;
        ++session_changes_;
    }
    // Another number after each of them.
    std::uint64_t session_changes() const noexcept { return session_changes_; }
    // Rolls back, and undoes what mark_session_changed() announced.
    void reset_session();

    void notice(const std::string& message, const std::string& hint = {});

  private:
    static int on_progress(void* self) noexcept;
    static int on_busy(void* self, int count) noexcept;
    bool wait_for_lock(int count);
    bool interrupted() noexcept;

    void open(Clock::time_point deadline);
    void configure();
    void configure_journal();
    void apply_pragmas();
    std::string pragma(const std::string& name, const std::string& value);

    OpenOptions options_;
    sdk::Reporter* reporter_;
    DatabaseHandle handle_;
    Clock::time_point deadline_ = Clock::time_point::max();
    Clock::time_point busy_since_{};
    std::atomic<bool> cancelled_{false};
    bool timed_out_ = false;
    bool keep_cancel_ = false;
    bool was_in_transaction_ = false;
    bool committing_ = false;
    bool query_only_ = false;
    bool read_only_ = false;
    bool session_changed_ = false;
    std::uint64_t session_changes_ = 0;
    std::mutex wait_mutex_;
    std::condition_variable cancel_signal_;
};

}  // namespace dbway::sqlite
