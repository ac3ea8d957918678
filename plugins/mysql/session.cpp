#include "session.hpp"

#include "errors.hpp"
#include "socket.hpp"
#include "watchdog.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/mysql_dialect.hpp>
#include <dbway/sdk/mysql_errors.hpp>
#include <dbway/sdk/option_text.hpp>

#include <cppconn/exception.h>
#include <cppconn/resultset.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace dbway::mysql {

Session::Session(const ConnectOptions& options, sdk::Request::Clock::time_point deadline)
    : options_(options), connected_(connect(options_, deadline)) {
    descriptor_ = connected_.descriptor;
    session_id_ = connected_.facts.session_id;
}

void Session::renew(sdk::Request::Clock::time_point deadline) {
    if (options_.connect_timeout.count() > 0)
        deadline = std::min(deadline, sdk::Request::Clock::now() + options_.connect_timeout);
    Connected fresh = connect(options_, deadline);
    give_back(deadline);
    {
        const std::lock_guard lock(mutex_);
        descriptor_ = fresh.descriptor;
        session_id_ = fresh.facts.session_id;
    }
    direct_.reset();
    connected_ = std::move(fresh);
    ++generation_;
    lost_ = false;
    killed_ = false;
    shut_down_ = false;
    transaction_ended();
    autocommit_ = true;
    key_columns_.clear();
    notes_.clear();
    last_key_ = 0;
}

// The server comes to the end of a dropped session in its own time, and would hold its locks until then.
void Session::give_back(sdk::Request::Clock::time_point deadline) noexcept {
    try {
        const Watchdog watchdog(descriptor_, deadline);
        for (const char* const sql : {"ROLLBACK", "UNLOCK TABLES", "DO RELEASE_ALL_LOCKS()"}) {
            if (lost_ || killed_) return;
            try {
                run(sql);
            } catch (const sdk::Failure&) {
                // A server before MariaDB 10.5 or MySQL 5.7 has not got the function.
            }
        }
    } catch (...) {
        // No thread for the watchdog: then there is nobody to leave a silent server.
    }
}

void Session::enter(Call::Kind kind) {
    busy_.store(true);
    if (kind != Call::Kind::first) return;
    cancelled_.store(false, std::memory_order_relaxed);
    if (!killed_.load() || !killed_.exchange(false)) [[likely]]
        return;
    // The server may have got the KILL when its statement had ended: then it hits this one.
    try {
        run("DO 0");
    } catch (const sdk::Failure&) {
        if (!lost_) return;
        leave();
        throw;
    }
}

void Session::leave() noexcept {
    busy_.store(false);
    if (!awaited_.load()) [[likely]]
        return;
    // Not between its look and its sleep.
    { const std::lock_guard lock(mutex_); }
    idle_.notify_all();
}

void Session::check_running() const {
    if (cancelled()) throw sdk::Failure(DBWAY_ERR_CANCELLED, "the request was cancelled", "57014");
}

// The SDK calls it while a request runs, which cannot end before this returns.
bool Session::cancel() noexcept {
    cancelled_.store(true, std::memory_order_relaxed);
    try {
        killed_ = true;
        run_beside(options_, "KILL QUERY " + std::to_string(session_id_.load()));
    } catch (...) {
        // No way to the server: what follows leaves it.
    }
    std::unique_lock lock(mutex_);
    awaited_.store(true);
    const bool ended = idle_.wait_for(lock, options_.cancel_timeout, [this] { return !busy_.load(); });
    awaited_.store(false);
    if (ended) return true;
    // Nothing comes, or too slowly.
    const int descriptor = descriptor_.load();
    if (descriptor < 0) return false;
    shut_down_ = true;
    shut_down(descriptor);
    return true;
}

void Session::stop_sending() noexcept {
    if (killed_) return;
    try {
        killed_ = true;
        run_beside(options_, "KILL QUERY " + std::to_string(session_id_.load()));
    } catch (...) {
        // Then all of it is read, or the connection is closed.
    }
}

void Session::fail(const sql::SQLException& error) {
    sdk::Diagnostic diagnostic = make_diagnostic(error);
    const std::int64_t code = diagnostic.native_code;
    if (sdk::is_mysql_connection_lost(code)) {
        lost_ = true;
        transaction_ended();
        if (!diagnostic.sqlstate.starts_with("57"))
            diagnostic.message = "the connection to the server was lost: " + diagnostic.message;
    }
    if (cancelled() && (shut_down_ || code == 1317)) {
        diagnostic.status = DBWAY_ERR_CANCELLED;
        diagnostic.sqlstate = "57014";
        diagnostic.message = shut_down_
                                 ? "the request was cancelled; the server did not answer, so the connection "
                                   "was closed"
                                 : "the request was cancelled";
    }
    throw sdk::Failure(std::move(diagnostic));
}

void Session::check_idle() {
    if (lost_ || !has_input(descriptor_)) return;
    lost_ = true;
    transaction_ended();
    sdk::Diagnostic diagnostic;
    diagnostic.status = DBWAY_ERR_CONNECTION;
    diagnostic.flags = DBWAY_DIAG_CONN_DEAD;
    diagnostic.sqlstate = "08006";
    diagnostic.message = "the server has closed the connection";
    throw sdk::Failure(std::move(diagnostic));
}

std::uint64_t Session::run(const std::string& sql) {
    return translated([&]() -> std::uint64_t {
        if (direct_ == nullptr) direct_.reset(connection().createStatement());
        if (!direct_->execute(sql)) return direct_->getUpdateCount();
        const std::unique_ptr<sql::ResultSet> result(direct_->getResultSet());
        return 0;
    });
}

std::vector<sdk::MysqlTextRow> Session::rows(const std::string& sql) {
    return translated([&] { return read_rows(connection(), sql); });
}

void Session::transaction_begun() noexcept {
    state_ = DBWAY_TX_STATE_ACTIVE;
    begun_ = true;
}

void Session::transaction_ended() noexcept {
    state_ = DBWAY_TX_STATE_IDLE;
    begun_ = false;
}

void Session::ask_state() {
    if (!connected_.facts.is_mariadb || lost_) return;
    try {
        const bool active = rows("SELECT @@in_transaction").at(0).at(0) == "1";
        state_ = active ? DBWAY_TX_STATE_ACTIVE : DBWAY_TX_STATE_IDLE;
    } catch (const sdk::Failure&) {
        state_ = DBWAY_TX_STATE_UNKNOWN;
    }
}

void Session::follow(const sdk::MysqlStatementText& text, bool ok) {
    if (lost_) return;
    if (text.effect == sdk::MysqlEffect::commits_first) {
        key_columns_.clear();
        notes_.clear();
    }
    if (!ok) {
        // A deadlock takes the transaction with it, and a failed change of the schema has committed before.
        if (state_ == DBWAY_TX_STATE_ACTIVE || !autocommit_) ask_state();
        return;
    }
    switch (text.effect) {
        case sdk::MysqlEffect::begins:
        case sdk::MysqlEffect::ends_and_begins:
            state_ = DBWAY_TX_STATE_ACTIVE;
            break;
        case sdk::MysqlEffect::ends:
            state_ = DBWAY_TX_STATE_IDLE;
            break;
        case sdk::MysqlEffect::commits_first:
            if (state_ == DBWAY_TX_STATE_IDLE) break;
            state_ = DBWAY_TX_STATE_IDLE;
            ask_state();
            break;
        case sdk::MysqlEffect::depends:
            if (text.keyword == "SET") autocommit_ = rows("SELECT @@autocommit").at(0).at(0) == "1";
            last_key_.reset();
            ask_state();
            break;
        case sdk::MysqlEffect::none:
            if (!autocommit_) ask_state();
            break;
    }
}

const sdk::MysqlColumnNotes& Session::notes(const std::string& schema, const std::string& table) {
    constexpr auto remembered = std::chrono::seconds(10);
    constexpr std::size_t most = 1'000;
    const auto now = std::chrono::steady_clock::now();
    const std::string name = schema + '.' + table;
    if (const auto known = notes_.find(name); known != notes_.end() && known->second.until > now)
        return known->second.notes;
    if (notes_.size() >= most) notes_.clear();
    sdk::MysqlColumnNotes notes = sdk::read_mysql_column_notes(
        schema, table, connected_.facts.is_mariadb, [this](const std::string& sql) { return rows(sql); });
    return notes_.insert_or_assign(name, RememberedNotes{std::move(notes), now + remembered})
        .first->second.notes;
}

const std::string& Session::key_column(const sdk::MysqlStatementText& text) {
    const std::string name = text.schema + '.' + text.table;
    if (const auto known = key_columns_.find(name); known != key_columns_.end()) return known->second;
    std::string column;
    // Temporary tables are in no catalog; SHOW COLUMNS knows them.
    const std::string table = sdk::MysqlTableName{text.schema, text.table}.quoted();
    for (const sdk::MysqlTextRow& row :
         rows("SHOW COLUMNS FROM " + table + " WHERE extra LIKE '%auto_increment%'"))
        column = row.at(0).value_or("");
    return key_columns_.emplace(name, column).first->second;
}

std::uint64_t Session::last_insert_id() {
    return sdk::detail::parse_number<std::uint64_t>(rows("SELECT LAST_INSERT_ID()").at(0).at(0).value_or(""))
        .value_or(0);
}

// LAST_INSERT_ID() keeps its value when a statement generates none, so that the value alone does not tell.
std::optional<std::int64_t> Session::generated_key(const sdk::MysqlStatementText& text) {
    if (!options_.generated_keys || text.table.empty()) return std::nullopt;
    std::string column;
    try {
        column = key_column(text);
    } catch (const sdk::Failure&) {
        if (lost_) throw;  // a view, or no right to see its columns
    }
    if (column.empty()) return std::nullopt;
    const auto is_key = [&](const std::string& name) {
        return std::equal(name.begin(), name.end(), column.begin(), column.end(),
                          [](char a, char b) { return sdk::lower_ascii(a) == sdk::lower_ascii(b); });
    };
    const bool certain = text.plain_insert && !text.columns.empty() &&
                         std::none_of(text.columns.begin(), text.columns.end(), is_key);
    const std::optional<std::uint64_t> before = last_key_;
    last_key_ = last_insert_id();
    if (*last_key_ == 0 || (!certain && (!before || *before == *last_key_))) return std::nullopt;
    return static_cast<std::int64_t>(*last_key_);
}

}  // namespace dbway::mysql
