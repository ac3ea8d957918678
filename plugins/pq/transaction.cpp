// Transactions and savepoints, as statements; session.hpp tells why.
#include "connection.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/postgresql_dialect.hpp>
#include <dbway/sdk/postgresql_session.hpp>

#include <utility>

namespace dbway::pq {
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

void PqConnection::begin(std::uint32_t flags, const sdk::Request&) {
    session_.start();
    if (session_.in_transaction()) refuse("a transaction is in progress already; use a savepoint", "25001");
    if ((flags & DBWAY_TX_READ_ONLY) != 0 && (flags & (DBWAY_TX_READ_WRITE | DBWAY_TX_WRITE_LOCK)) != 0)
        refuse("a transaction is either read-only or it writes", "25000");
    session_.run(sdk::postgresql_begin(flags));
}

// The server calls the COMMIT of a failed transaction a success.
void PqConnection::commit(const sdk::Request&) {
    session_.start();
    const std::uint32_t state = session_.transaction_state();
    if (state == DBWAY_TX_STATE_IDLE) refuse(no_transaction, "25P01");
    session_.run("COMMIT");
    if (state != DBWAY_TX_STATE_FAILED) return;
    throw sdk::Failure(sdk::postgresql_rolled_back());
}

void PqConnection::rollback(const sdk::Request&) {
    session_.start();
    if (session_.in_transaction()) session_.run("ROLLBACK");
}

void PqConnection::savepoint_command(const char* command, std::string_view name) {
    session_.start();
    if (!session_.in_transaction()) refuse(no_transaction, "25P01");
    if (name.find('\0') != std::string_view::npos)
        refuse("the name of a savepoint contains a NUL character", "42602");
    session_.run(command + sdk::quote_postgresql_identifier(name));
}

void PqConnection::savepoint(std::string_view name, const sdk::Request&) {
    savepoint_command("SAVEPOINT ", name);
}
void PqConnection::release(std::string_view name, const sdk::Request&) {
    savepoint_command("RELEASE SAVEPOINT ", name);
}
void PqConnection::rollback_to(std::string_view name, const sdk::Request&) {
    savepoint_command("ROLLBACK TO SAVEPOINT ", name);
}

}  // namespace dbway::pq
