#include "database.hpp"

#include <dbway/sdk/failure.hpp>

#include <algorithm>
#include <array>
#include <new>
#include <vector>

namespace dbway::sqlite {

// Installed for good, not only while there is a deadline: sqlite3_step() forgets an interrupt that comes just
// before it begins, the flag here does not.
int Database::on_progress(void* self) noexcept { return static_cast<Database*>(self)->interrupted() ? 1 : 0; }

bool Database::interrupted() noexcept {
    if (cancelled_.load(std::memory_order_relaxed)) return true;
    if (deadline_ == Clock::time_point::max() || Clock::now() < deadline_) return false;
    timed_out_ = true;
    return true;
}

int Database::on_busy(void* self, int count) noexcept {
    try {
        return static_cast<Database*>(self)->wait_for_lock(count) ? 1 : 0;
    } catch (...) {
        return 0;
    }
}

// Short waits first, as sqlite3_busy_timeout() does, ended by a cancel, the deadline or busy_timeout.
bool Database::wait_for_lock(int count) {
    constexpr std::array<int, 12> pauses = {1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50, 100};
    const Clock::time_point now = Clock::now();
    if (count == 0) busy_since_ = now;
    if (interrupted()) return false;
    const Clock::time_point give_up = busy_since_ + options_.busy_timeout;
    if (now >= give_up) return false;
    const auto pause =
        std::chrono::milliseconds(pauses[std::min<std::size_t>(static_cast<std::size_t>(count), 11)]);
    std::unique_lock lock(wait_mutex_);
    cancel_signal_.wait_until(lock, std::min({now + pause, give_up, deadline_}),
                              [this] { return cancelled_.load(std::memory_order_relaxed); });
    return !interrupted();
}

bool Database::cancel() noexcept {
    {
        const std::lock_guard lock(wait_mutex_);
        cancelled_.store(true, std::memory_order_relaxed);
    }
    cancel_signal_.notify_all();
    sqlite3_interrupt(handle_.get());
    return true;
}

StatementHandle Database::prepare(std::string_view sql, const char** tail) {
    sqlite3_stmt* statement = nullptr;
    const int code =
        sqlite3_prepare_v3(handle_.get(), sql.empty() ? "" : sql.data(), static_cast<int>(sql.size()),
                           SQLITE_PREPARE_PERSISTENT, &statement, tail);
    if (code == SQLITE_OK) return StatementHandle(statement);
    ErrorContext context;
    context.preparing = true;
    context.in_transaction = was_in_transaction_;
    context.read_only_transaction = query_only_;
    context.cancelled = cancelled_.load(std::memory_order_relaxed);
    context.timed_out = timed_out_;
    context.sql = sql;
    throw sdk::Failure(diagnose_last(handle_.get(), code, context));
}

std::string Database::run(std::string_view sql) {
    const StatementHandle statement = prepare(sql);
    std::string first;
    bool any = false;
    for (;;) {
        const int code = sqlite3_step(statement.get());
        if (code == SQLITE_DONE) return first;
        if (code != SQLITE_ROW) fail(code, sql);
        if (!any && sqlite3_column_count(statement.get()) > 0) first = column_text(statement.get(), 0);
        any = true;
    }
}

void Database::run(sqlite3_stmt* statement, bool committing) {
    int code = SQLITE_ROW;
    while (code == SQLITE_ROW) code = sqlite3_step(statement);
    committing_ = committing;
    if (code != SQLITE_DONE) fail(code, {}, statement);
    committing_ = false;
    sqlite3_reset(statement);
}

sdk::Diagnostic Database::diagnostic(int code, std::string_view sql) const {
    ErrorContext context;
    context.committing = committing_;
    context.in_transaction = was_in_transaction_;
    context.read_only_transaction = query_only_;
    context.cancelled = cancelled_.load(std::memory_order_relaxed);
    context.timed_out = timed_out_;
    context.sql = sql;
    return diagnose_last(handle_.get(), code, context);
}

void Database::fail(int code, std::string_view sql, sqlite3_stmt* statement) {
    sdk::Diagnostic what = diagnostic(code, sql);
    if (statement != nullptr) sqlite3_reset(statement);
    committing_ = false;
    if ((code & 0xFF) == SQLITE_NOMEM) throw std::bad_alloc();
    throw sdk::Failure(std::move(what));
}

void Database::enter_read_only() {
    run("PRAGMA query_only = 1");
    query_only_ = true;
}

void Database::leave_read_only() {
    query_only_ = false;
    run("PRAGMA query_only = 0");
}

void Database::reset_session() {
    if (in_transaction()) run("ROLLBACK");
    if (query_only_) leave_read_only();
    if (!session_changed_) return;
    session_changed_ = false;
    std::vector<std::string> commands;
    {
        const StatementHandle objects = prepare(
            "SELECT type, name FROM sqlite_temp_schema WHERE type IN ('table', 'view', 'trigger') "
            "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type = 'table'");
        while (sqlite3_step(objects.get()) == SQLITE_ROW)
            commands.push_back("DROP " + std::string(column_text(objects.get(), 0)) + " IF EXISTS temp." +
                               quote_identifier(column_text(objects.get(), 1)));
        const StatementHandle files = prepare("SELECT name FROM pragma_database_list WHERE seq > 1");
        while (sqlite3_step(files.get()) == SQLITE_ROW)
            commands.push_back("DETACH " + quote_identifier(column_text(files.get(), 0)));
    }
    run("PRAGMA foreign_keys = 0");
    for (const std::string& command : commands) run(command);
    apply_pragmas();
}

void Database::notice(const std::string& message, const std::string& hint) {
    if (reporter_ == nullptr) return;
    sdk::Diagnostic diagnostic;
    diagnostic.status = DBWAY_OK;
    diagnostic.severity = DBWAY_LOG_WARN;
    diagnostic.message = message;
    diagnostic.hint = hint;
    reporter_->notice(diagnostic);
}

}  // namespace dbway::sqlite
