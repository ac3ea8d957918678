// Transactions and savepoints, as statements: the connector's own functions keep a state that SQL does not
// change.
#include "connection.hpp"

#include "statement_text.hpp"

#include <dbway/sdk/failure.hpp>

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

const char* isolation_of(std::uint32_t flags) {
    switch (flags & 0xFu) {
        case DBWAY_TX_READ_UNCOMMITTED:
            return "READ UNCOMMITTED";
        case DBWAY_TX_READ_COMMITTED:
            return "READ COMMITTED";
        case DBWAY_TX_REPEATABLE_READ:
        case DBWAY_TX_SNAPSHOT:
            return "REPEATABLE READ";
        case DBWAY_TX_SERIALIZABLE:
            return "SERIALIZABLE";
        default:
            return nullptr;
    }
}

}  // namespace

// DBWAY_TX_DEFERRABLE and DBWAY_TX_WRITE_LOCK have no meaning here and are ignored.
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
    // Of the next transaction only.
    if (const char* isolation = isolation_of(flags)) {
        session_.run(std::string("SET TRANSACTION ISOLATION LEVEL ") + isolation);
        session_.check_running();
    }
    std::string sql = "START TRANSACTION";
    if ((flags & 0xFu) == DBWAY_TX_SNAPSHOT) sql += " WITH CONSISTENT SNAPSHOT";
    if ((flags & DBWAY_TX_READ_ONLY) != 0)
        sql += (flags & 0xFu) == DBWAY_TX_SNAPSHOT ? ", READ ONLY" : " READ ONLY";
    if (must_write) sql += (flags & 0xFu) == DBWAY_TX_SNAPSHOT ? ", READ WRITE" : " READ WRITE";
    session_.run(sql);
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
    session_.run(command + quote_identifier(name));
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
