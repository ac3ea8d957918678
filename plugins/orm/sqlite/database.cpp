#include "sqlite/database.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/sqlite_dialect.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <new>
#include <set>
#include <utility>

namespace dbway::orm::sqlite {
namespace {

std::optional<std::string> text_of(sqlite3_stmt* statement, int column) {
    if (sqlite3_column_type(statement, column) == SQLITE_NULL) return std::nullopt;
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
    return std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement, column)));
}

}  // namespace

Database::Database(OpenOptions options, sdk::Reporter* reporter, Clock::time_point deadline)
    : options_(std::move(options)), reporter_(reporter), open_deadline_(deadline) {
    open();
    configure();
    open_deadline_ = Clock::time_point::max();
}

void Database::open() {
    std::error_code ignored;
    if (options_.in_file() && !options_.may_create && !std::filesystem::exists(options_.file, ignored)) {
        sdk::Diagnostic diagnostic = sdk::diagnose_sqlite(SQLITE_CANTOPEN, {}, {});
        diagnostic.message = "cannot open the database \"" + options_.file + "\": the file does not exist";
        diagnostic.hint = options_.read_only ? "a read-only connection does not create it"
                                             : "set mode = \"rwc\" to have it created";
        throw sdk::Failure(std::move(diagnostic));
    }
    try {
        session_.open(soci::sqlite3, connect_string(options_));
    } catch (const soci::sqlite3_soci_error& error) {
        sdk::Diagnostic diagnostic = sdk::diagnose_sqlite(error.result(), sqlite3_errstr(error.result()), {});
        diagnostic.message = "cannot open the database \"" + options_.file + "\": " + diagnostic.message;
        diagnostic.hint = "check that the directory exists and that this user may read and write there";
        throw sdk::Failure(std::move(diagnostic));
    }
    handle_ = static_cast<soci::sqlite3_session_backend*>(session_.get_backend())->conn_;
    sqlite3_progress_handler(handle_, 1000, on_progress, this);
    sqlite3_busy_handler(handle_, on_busy, this);
    try {
        run("PRAGMA schema_version");  // the first read: it tells whether the file is a database at all
    } catch (const sdk::Failure& failure) {
        sdk::Diagnostic diagnostic = failure.diagnostic();
        if (diagnostic.native_code == SQLITE_NOTADB)
            diagnostic.message = "\"" + options_.file + "\" is not an SQLite database";
        throw sdk::Failure(std::move(diagnostic));
    }
}

void Database::configure() {
    read_only_ = sqlite3_db_readonly(handle_, "main") == 1;
    if (read_only_ && !options_.read_only)
        notice("\"" + options_.file + "\" is not writable and was opened read-only",
               "make the file writable, or set mode = \"ro\"");
    run(options_.foreign_keys ? "PRAGMA foreign_keys = 1" : "PRAGMA foreign_keys = 0");
    if (!read_only_ && (!options_.journal_mode.empty() || options_.in_file())) {
        const std::string wanted = options_.journal_mode.empty() ? "wal" : options_.journal_mode;
        const auto reached = rows("PRAGMA journal_mode = " + wanted);
        if (reached.empty() || reached[0][0] != wanted)
            notice("journal_mode " + wanted + " cannot be set on \"" + options_.file + "\"", {});
    }
    if (!options_.synchronous.empty()) {
        run("PRAGMA synchronous = " + options_.synchronous);
    } else if (rows("PRAGMA journal_mode")[0][0] == "wal") {
        run("PRAGMA synchronous = normal");
    }
}

// Installed for good: sqlite3_step() forgets an interrupt that comes just before it begins, the flag here
// does not.
int Database::on_progress(void* self) noexcept { return static_cast<Database*>(self)->interrupted() ? 1 : 0; }

int Database::on_busy(void* self, int count) noexcept {
    try {
        return static_cast<Database*>(self)->wait_for_lock(count) ? 1 : 0;
    } catch (...) {
        return 0;
    }
}

// Short waits first, as sqlite3_busy_timeout() does, ended by a cancel or busy_timeout.
bool Database::wait_for_lock(int count) {
    constexpr std::array<int, 12> pauses = {1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50, 100};
    const Clock::time_point now = Clock::now();
    if (count == 0) busy_since_ = now;
    const Clock::time_point give_up = std::min(busy_since_ + options_.busy_timeout, open_deadline_);
    if (interrupted() || now >= give_up) return false;
    const auto pause =
        std::chrono::milliseconds(pauses[std::min<std::size_t>(static_cast<std::size_t>(count), 11)]);
    std::unique_lock lock(wait_mutex_);
    cancel_signal_.wait_until(lock, std::min(now + pause, give_up),
                              [this] { return cancelled_.load(std::memory_order_relaxed); });
    return !interrupted();
}

bool Database::cancel() noexcept {
    {
        const std::lock_guard lock(wait_mutex_);
        cancelled_.store(true, std::memory_order_relaxed);
    }
    cancel_signal_.notify_all();
    sqlite3_interrupt(handle_);
    return true;
}

SociStatement Database::prepare(const std::string& sql) {
    SociStatement statement = make_backend_statement<soci::sqlite3_statement_backend>(session_);
    try {
        statement->prepare(sql, soci::details::st_repeatable_query);
    } catch (const soci::sqlite3_soci_error&) {
        fail(sqlite3_extended_errcode(handle_), sql, During::preparation);
    }
    if (statement->stmt_ == nullptr) statement.reset();
    return statement;
}

std::vector<TextRow> Database::rows(const std::string& sql, const std::vector<std::string>& parameters) {
    std::vector<TextRow> result;
    const SociStatement statement = prepare(sql);
    if (!parameters.empty()) statement->useData_.emplace_back();
    for (const std::string& text : parameters) {
        soci::sqlite3_column column{};
        column.type_ = soci::dt_string;
        column.buffer_.constData_ = text.c_str();
        column.buffer_.size_ = text.size();
        statement->useData_[0].push_back(column);
    }
    try {
        const int count = sqlite3_column_count(statement->stmt_);
        for (auto more = statement->execute(1); more == soci::details::statement_backend::ef_success;
             more = statement->fetch(1)) {
            TextRow& row = result.emplace_back();
            for (int i = 0; i < count; ++i) row.push_back(text_of(statement->stmt_, i));
        }
    } catch (const soci::sqlite3_soci_error&) {
        fail(sqlite3_extended_errcode(handle_), sql);
    }
    return result;
}

void Database::control(Control which) {
    constexpr std::array texts = {"BEGIN DEFERRED", "BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"};
    const auto index = static_cast<std::size_t>(which);
    SociStatement& statement = controls_[index];
    if (statement == nullptr) statement = prepare(texts[index]);
    try {
        statement->execute(1);
    } catch (const soci::sqlite3_soci_error&) {
        const int code = sqlite3_extended_errcode(handle_);
        const sdk::Diagnostic why =
            diagnostic(code, texts[index], which == Control::commit ? During::commit : During::execution);
        sqlite3_reset(statement->stmt_);  // a COMMIT that is refused is still under way
        if ((code & 0xFF) == SQLITE_NOMEM) throw std::bad_alloc();
        throw sdk::Failure(why);
    }
}

// The index that "UNIQUE constraint failed: t.a, t.b" is about, if it has a name of its own.
std::string Database::unique_index(std::string_view message) {
    const auto failed = sdk::detail::failed_sqlite_columns(message);
    if (failed.columns.empty()) return {};
    const std::multiset<std::string> wanted(failed.columns.begin(), failed.columns.end());
    const auto indexes =
        rows("SELECT name FROM pragma_index_list(?1) WHERE \"unique\" AND origin = 'c'", {failed.table});
    for (const TextRow& index : indexes) {
        std::multiset<std::string> columns;
        for (const TextRow& row : rows("SELECT name FROM pragma_index_info(?1)", {*index[0]}))
            columns.insert(row[0].value_or(""));
        if (columns == wanted) return *index[0];
    }
    return {};
}

sdk::Diagnostic Database::diagnostic(int code, std::string_view sql, During during) {
    // What sqlite3_errmsg() points to is gone with the next statement, those of unique_index() among them.
    const std::string message = sqlite3_errmsg(handle_);
    const int offset = sqlite3_error_offset(handle_);
    sdk::SqliteErrorContext context;
    context.preparing = during == During::preparation;
    context.committing = during == During::commit;
    context.in_transaction = was_in_transaction_;
    context.read_only_transaction = query_only_;
    context.cancelled = cancelled_.load(std::memory_order_relaxed);
    context.timed_out = Clock::now() >= open_deadline_;
    context.sql = sql;
    sdk::Diagnostic diagnostic = sdk::diagnose_sqlite(code, message, context);
    if (offset >= 0) diagnostic.position = sdk::character_position(sql, static_cast<std::size_t>(offset));
    if (code == SQLITE_CONSTRAINT_UNIQUE && diagnostic.constraint_name.empty()) {
        try {
            diagnostic.constraint_name = unique_index(message);
        } catch (const sdk::Failure&) {
            // Then without a name.
        }
    }
    if (was_in_transaction_ && !in_transaction()) {
        if (!diagnostic.detail.empty()) diagnostic.detail += "; ";
        diagnostic.detail += "SQLite has rolled back the transaction";
    }
    return diagnostic;
}

void Database::fail(int code, std::string_view sql, During during) {
    if ((code & 0xFF) == SQLITE_NOMEM) throw std::bad_alloc();
    throw sdk::Failure(diagnostic(code, sql, during));
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
    if (in_transaction()) control(Control::rollback);
    if (query_only_) leave_read_only();
    if (!session_changed_) return;
    session_changed_ = false;
    std::vector<std::string> commands;
    for (const TextRow& row :
         rows("SELECT type, name FROM sqlite_temp_schema WHERE type IN ('table', 'view', 'trigger') "
              "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type = 'table'"))
        commands.push_back("DROP " + *row[0] + " IF EXISTS temp." + sdk::quote_sqlite_identifier(*row[1]));
    for (const TextRow& row : rows("SELECT name FROM pragma_database_list WHERE seq > 1"))
        commands.push_back("DETACH " + sdk::quote_sqlite_identifier(*row[0]));
    run("PRAGMA foreign_keys = 0");
    for (const std::string& command : commands) run(command);
    run(options_.foreign_keys ? "PRAGMA foreign_keys = 1" : "PRAGMA foreign_keys = 0");
    run("PRAGMA query_only = 0");
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

}  // namespace dbway::orm::sqlite
