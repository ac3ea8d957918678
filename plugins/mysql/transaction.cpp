// Transactions and savepoints, as statements: the connector's own functions keep a state that SQL does not
// change.
#include "connection.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/mysql_dialect.hpp>

#include <string>
#include <utility>

namespace dbway::mysql {
namespace {

[[noreturn]] void refuse(dbway_status status, const char* message, const char* sqlstate) {
    sdk::Diagnostic diagnostic;
    diagnostic.status = status;
    diagnostic.flags = DBWAY_DIAG_NOT_EXECUTED;
    diagnostic.sqlstate = sqlstate;
    diagnostic.message = message;
    throw sdk::Failure(std::move(diagnostic));
}

constexpr const char* no_transaction = "no transaction is in progress";

}  // namespace

void MysqlConnection::begin(std::uint32_t flags, const sdk::Request&) {
    const Session::Call call(session_);
    if (session_.in_transaction())
        refuse(DBWAY_ERR_INVALID, "a transaction is in progress already; use a savepoint", "25001");
    const bool must_write = (flags & (DBWAY_TX_READ_WRITE | DBWAY_TX_WRITE_LOCK)) != 0;
    if ((flags & DBWAY_TX_READ_ONLY) != 0 && must_write)
        refuse(DBWAY_ERR_INVALID, "a transaction is either read-only or it writes", "25000");
    // The server would let it write on a session that is set to read only.
    if (must_write && session_.options().read_only)
        refuse(DBWAY_ERR_PERMISSION, "cannot begin a write transaction: the connection is open read-only",
               "25006");
    for (const std::string& sql : sdk::mysql_begin(flags)) {
        session_.check_running();
        session_.run(sql);
    }
    session_.transaction_begun();
}

void MysqlConnection::commit(const sdk::Request&) {
    const Session::Call call(session_);
    if (!session_.in_transaction() && !session_.begun()) refuse(DBWAY_ERR_INVALID, no_transaction, "25P01");
    session_.run("COMMIT");
    session_.transaction_ended();
}

void MysqlConnection::rollback(const sdk::Request&) {
    const Session::Call call(session_);
    if (session_.transaction_state() != DBWAY_TX_STATE_IDLE || session_.begun()) session_.run("ROLLBACK");
    session_.transaction_ended();
}

void MysqlConnection::savepoint_command(const char* command, std::string_view name) {
    const Session::Call call(session_);
    // The server takes a savepoint outside a transaction, and forgets it.
    if (!session_.in_transaction()) refuse(DBWAY_ERR_INVALID, no_transaction, "25P01");
    if (name.find('\0') != std::string_view::npos)
        refuse(DBWAY_ERR_INVALID, "the name of a savepoint contains a NUL character", "42602");
    session_.run(command + sdk::quote_mysql_identifier(name));
}

void MysqlConnection::savepoint(std::string_view name, const sdk::Request&) {
    savepoint_command("SAVEPOINT ", name);
}
void MysqlConnection::release(std::string_view name, const sdk::Request&) {
    savepoint_command("RELEASE SAVEPOINT ", name);
}
void MysqlConnection::rollback_to(std::string_view name, const sdk::Request&) {
    savepoint_command("ROLLBACK TO SAVEPOINT ", name);
}

}  // namespace dbway::mysql
