// Transactions and savepoints. SQLite is serializable: it gives every isolation level or a stronger one.
#include "connection.hpp"

#include <dbway/sdk/failure.hpp>

namespace dbway::sqlite {
namespace {

[[noreturn]] void refuse(const char* message, const char* sqlstate) {
    sdk::Diagnostic diagnostic;
    diagnostic.status = DBWAY_ERR_INVALID;
    diagnostic.flags = DBWAY_DIAG_NOT_EXECUTED;
    diagnostic.sqlstate = sqlstate;
    diagnostic.message = message;
    throw sdk::Failure(std::move(diagnostic));
}

constexpr const char* no_transaction = "no transaction is in progress";

}  // namespace

std::uint32_t SqliteConnection::transaction_state() const {
    return database_.in_transaction() ? DBWAY_TX_STATE_ACTIVE : DBWAY_TX_STATE_IDLE;
}

void SqliteConnection::control(StatementHandle& statement, std::string_view sql, const sdk::Request& request,
                               bool committing) {
    database_.start(request.deadline);
    database_.check_running();
    if (statement == nullptr) statement = database_.prepare(sql);
    database_.run(statement.get(), committing);
    database_.stop();
}

void SqliteConnection::begin(std::uint32_t flags, const sdk::Request& request) {
    if (database_.in_transaction()) refuse("a transaction is in progress already; use a savepoint", "25001");
    const bool read_only = (flags & DBWAY_TX_READ_ONLY) != 0;
    const bool must_write = (flags & (DBWAY_TX_READ_WRITE | DBWAY_TX_WRITE_LOCK)) != 0;
    if (read_only && must_write) refuse("a transaction is either read-only or it writes", "25000");
    if (must_write && database_.read_only()) {
        sdk::Diagnostic diagnostic;
        diagnostic.status = DBWAY_ERR_PERMISSION;
        diagnostic.flags = DBWAY_DIAG_NOT_EXECUTED;
        diagnostic.sqlstate = "25006";
        diagnostic.message = "cannot begin a write transaction: the database is open read-only";
        throw sdk::Failure(std::move(diagnostic));
    }
    // A transaction that reads first and writes later could find that another has written in between, and
    // waiting does not help then: take the write lock at once.
    if (read_only || database_.read_only()) {
        control(begin_deferred_, "BEGIN DEFERRED", request);
    } else {
        if (begin_immediate_changes_ != database_.session_changes()) begin_immediate_.reset();
        begin_immediate_changes_ = database_.session_changes();
        control(begin_immediate_, "BEGIN IMMEDIATE", request);
    }
    if (read_only) database_.enter_read_only();
    if ((flags & 0xFu) == DBWAY_TX_READ_UNCOMMITTED && database_.options().shared_cache.value_or(false)) {
        database_.run("PRAGMA read_uncommitted = 1");
        read_uncommitted_ = true;
    }
}

void SqliteConnection::end_read_uncommitted() {
    if (!read_uncommitted_) return;
    read_uncommitted_ = false;
    database_.run("PRAGMA read_uncommitted = 0");
}

void SqliteConnection::commit(const sdk::Request& request) {
    if (!database_.in_transaction()) refuse(no_transaction, "25P01");
    control(commit_, "COMMIT", request, true);
    database_.transaction_ended();
    end_read_uncommitted();
}

void SqliteConnection::rollback(const sdk::Request& request) {
    // After a failure SQLite may have rolled back by itself; the application need not know.
    if (database_.in_transaction()) control(rollback_, "ROLLBACK", request);
    database_.transaction_ended();
    end_read_uncommitted();
}

void SqliteConnection::savepoint_command(std::string_view command, std::string_view name,
                                         const sdk::Request& request) {
    if (!database_.in_transaction()) refuse(no_transaction, "25P01");
    if (name.find('\0') != std::string_view::npos)
        refuse("the name of a savepoint contains a NUL character", "42602");
    StatementHandle statement;
    control(statement, std::string(command) + quote_identifier(name), request);
}

void SqliteConnection::savepoint(std::string_view name, const sdk::Request& request) {
    savepoint_command("SAVEPOINT ", name, request);
}
void SqliteConnection::release(std::string_view name, const sdk::Request& request) {
    savepoint_command("RELEASE ", name, request);
}
void SqliteConnection::rollback_to(std::string_view name, const sdk::Request& request) {
    savepoint_command("ROLLBACK TO ", name, request);
}

}  // namespace dbway::sqlite
