#include "orm_connection.hpp"

#include "copy_in.hpp"
#include "refusal.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/orm_planner.hpp>

namespace dbway::orm {
namespace {

constexpr const char* no_transaction = "no transaction is in progress";

void refuse_raw(const sdk::CopyTarget& target) {
    if (target.raw)
        refuse(DBWAY_ERR_UNSUPPORTED, "SOCI has no copy in the server's own format; use another provider",
               "0A000");
}

}  // namespace

std::unique_ptr<sdk::Statement> OrmConnection::prepare(std::string_view sql, std::span<const dbway_value>) {
    start();
    std::unique_ptr<sdk::Statement> statement = make_statement(sql, true);
    check_running();
    continue_request();
    return statement;
}

std::unique_ptr<sdk::Statement> OrmConnection::query(std::string_view sql, std::span<const dbway_value>) {
    start();
    std::unique_ptr<sdk::Statement> statement = make_statement(sql, false);
    check_running();
    continue_request();
    return statement;
}

void OrmConnection::begin(std::uint32_t flags, const sdk::Request&) {
    start();
    if (in_transaction())
        refuse(DBWAY_ERR_INVALID, "a transaction is in progress already; use a savepoint", "25001");
    const bool must_write = (flags & (DBWAY_TX_READ_WRITE | DBWAY_TX_WRITE_LOCK)) != 0;
    if ((flags & DBWAY_TX_READ_ONLY) != 0 && must_write)
        refuse(DBWAY_ERR_INVALID, "a transaction is either read-only or it writes", "25000");
    if (must_write && read_only())
        refuse(DBWAY_ERR_PERMISSION, "cannot begin a write transaction: the connection is open read-only",
               "25006");
    begin_transaction(flags);
}

void OrmConnection::commit(const sdk::Request&) {
    start();
    if (!in_transaction()) refuse(DBWAY_ERR_INVALID, no_transaction, "25P01");
    end_transaction(true);
}

// After a failure the server may have rolled back by itself; the application need not know.
void OrmConnection::rollback(const sdk::Request&) {
    start();
    end_transaction(false);
}

void OrmConnection::savepoint_command(const char* command, std::string_view name) {
    start();
    if (!in_transaction()) refuse(DBWAY_ERR_INVALID, no_transaction, "25P01");
    if (name.find('\0') != std::string_view::npos)
        refuse(DBWAY_ERR_INVALID, "the name of a savepoint contains a NUL character", "42602");
    run(command + quote(name));
}

void OrmConnection::savepoint(std::string_view name, const sdk::Request&) {
    savepoint_command("SAVEPOINT ", name);
}
void OrmConnection::release(std::string_view name, const sdk::Request&) {
    savepoint_command("RELEASE SAVEPOINT ", name);
}
void OrmConnection::rollback_to(std::string_view name, const sdk::Request&) {
    savepoint_command("ROLLBACK TO SAVEPOINT ", name);
}

std::unique_ptr<sdk::CopyIn> OrmConnection::copy_in(const sdk::CopyTarget& target, const sdk::Request&) {
    start();
    refuse_raw(target);
    if (target.is_sql)
        return std::make_unique<CopyInto>(*this, std::string(target.table), target.column_count);
    return std::make_unique<CopyInto>(*this, resolve(target, true), target.column_count);
}

std::unique_ptr<sdk::Statement> OrmConnection::copy_out(const sdk::CopyTarget& target, const sdk::Request&) {
    start();
    refuse_raw(target);
    std::string sql(target.table);
    if (!target.is_sql) {
        const TableTarget resolved = resolve(target, false);
        std::string columns;
        for (const std::string& column : resolved.columns)
            columns.append(columns.empty() ? "" : ", ").append(column);
        sql = "SELECT " + (columns.empty() ? "*" : columns) + " FROM " + resolved.table;
    }
    std::unique_ptr<OrmStatement> statement = make_statement(sql, true);
    if (statement->only_changes())
        refuse(DBWAY_ERR_INVALID, "COPY_OUT needs a statement that yields rows", "42601");
    continue_request();
    return statement;
}

const void* OrmConnection::extension(std::string_view id) {
    if (id == DBWAY_EXT_DIALECT) return &dialect_;
    if (id == DBWAY_EXT_ORM) return sdk::orm_extension_of(dialect_);
    return nullptr;
}

}  // namespace dbway::orm
