// database.hpp - a session of SOCI on SQLite and the request that runs on it: its cancellation, and the error
// it ends with.
#pragma once

#include "sqlite/library.hpp"
#include "sqlite/options.hpp"

#include <dbway/sdk/provider.hpp>
#include <dbway/sdk/sqlite_errors.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::orm::sqlite {

using TextRow = std::vector<std::optional<std::string>>;

enum class Control : std::uint8_t { begin_deferred, begin_immediate, commit, rollback };

// Holds the mutex of a database, under which the values of its rows may be asked for their contents.
class DatabaseLock {
  public:
    explicit DatabaseLock(sqlite_api::sqlite3* database) noexcept : mutex_(sqlite3_db_mutex(database)) {
        sqlite3_mutex_enter(mutex_);
    }
    ~DatabaseLock() { sqlite3_mutex_leave(mutex_); }
    DatabaseLock(const DatabaseLock&) = delete;
    DatabaseLock& operator=(const DatabaseLock&) = delete;

  private:
    sqlite_api::sqlite3_mutex* mutex_;  // null if SQLite is built without
};

// [serial], except cancel(), which may come from any thread while a request runs.
class Database {
  public:
    using Clock = sdk::Request::Clock;

    // Opens and configures. Throws Failure.
    Database(OpenOptions options, sdk::Reporter* reporter, Clock::time_point deadline);
    ~Database() = default;
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    soci::session& session() noexcept { return session_; }
    sqlite_api::sqlite3* handle() const noexcept { return handle_; }
    const OpenOptions& options() const noexcept { return options_; }
    bool read_only() const noexcept { return read_only_; }
    bool in_transaction() const noexcept { return sqlite3_get_autocommit(handle_) == 0; }

    // Every request that makes SQLite work begins with start().
    void start() {
        if (!keep_cancel_) cancelled_.store(false, std::memory_order_relaxed);
        keep_cancel_ = false;
        was_in_transaction_ = in_transaction();
        if (query_only_ && !was_in_transaction_) leave_read_only();
    }
    // The next start() belongs to the same request: what was cancelled stays cancelled.
    void continue_request() noexcept { keep_cancel_ = true; }
    // Throws if the running request was cancelled.
    void check_running() {
        if (cancelled_.load(std::memory_order_relaxed)) fail(SQLITE_INTERRUPT);
    }
    bool cancel() noexcept;

    // A statement that SOCI has prepared; null for a text without one. Throws Failure.
    SociStatement prepare(const std::string& sql);
    // Runs to its end a statement whose parameters, if any, are texts; its rows, for those of few.
    std::vector<TextRow> rows(const std::string& sql, const std::vector<std::string>& parameters = {});
    void run(const std::string& sql) { rows(sql); }
    // Begins or ends a transaction, by a statement that is kept for the next time.
    void control(Control which);

    // For the last error of the handle.
    enum class During : std::uint8_t { execution, preparation, commit };
    [[noreturn]] void fail(int code, std::string_view sql = {}, During during = During::execution);
    sdk::Diagnostic diagnostic(int code, std::string_view sql, During during = During::execution);

    // Refuses writes until the transaction ends.
    void enter_read_only();
    void leave_read_only();
    void transaction_ended() {
        if (query_only_) leave_read_only();
    }

    // Something other than rows may have changed: a temporary table, an attached file, a pragma.
    void mark_session_changed() noexcept {
        session_changed_ = true;
        // A BEGIN IMMEDIATE locks the files that were attached when it was prepared.
        for (SociStatement& statement : controls_) statement.reset();
    }
    // Rolls back, and undoes what mark_session_changed() announced.
    void reset_session();

  private:
    static int on_progress(void* self) noexcept;
    static int on_busy(void* self, int count) noexcept;
    bool wait_for_lock(int count);
    bool interrupted() const noexcept {
        return cancelled_.load(std::memory_order_relaxed) || Clock::now() >= open_deadline_;
    }

    void open();
    void configure();
    void notice(const std::string& message, const std::string& hint);
    std::string unique_index(std::string_view message);

    OpenOptions options_;
    sdk::Reporter* reporter_;
    soci::session session_;
    sqlite_api::sqlite3* handle_ = nullptr;  // the session's
    Clock::time_point open_deadline_;        // max() once it is open
    Clock::time_point busy_since_{};
    std::atomic<bool> cancelled_{false};
    bool keep_cancel_ = false;
    bool was_in_transaction_ = false;
    bool query_only_ = false;
    bool read_only_ = false;
    bool session_changed_ = false;
    std::array<SociStatement, 4> controls_;  // by Control; null until needed
    std::mutex wait_mutex_;
    std::condition_variable cancel_signal_;
};

}  // namespace dbway::orm::sqlite
