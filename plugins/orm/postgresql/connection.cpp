#include "postgresql/connection.hpp"

#include "backends.hpp"
#include "postgresql/statement.hpp"
#include "refusal.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/postgresql_dialect.hpp>
#include <dbway/sdk/postgresql_large_object.hpp>
#include <dbway/sdk/postgresql_schema.hpp>
#include <dbway/sdk/postgresql_session.hpp>

#include <algorithm>

namespace dbway::orm::postgresql {
namespace {

// Not among them: PIPELINE, BINARY and NOTIFY, which SOCI does not offer; STREAM, since a result is read
// whole.
constexpr std::uint64_t reading = DBWAY_CAP_CANCEL | DBWAY_CAP_PREPARE | DBWAY_CAP_COPY_OUT |
                                  DBWAY_CAP_SAVEPOINT | DBWAY_CAP_ARRAYS | DBWAY_CAP_SCRIPT |
                                  DBWAY_CAP_SCHEMA | DBWAY_CAP_TLS | DBWAY_CAP_TRANSACTION;
constexpr std::uint64_t writing =
    DBWAY_CAP_WRITE | DBWAY_CAP_COPY_IN | DBWAY_CAP_RETURNING | DBWAY_CAP_TX_DDL;

std::string text_or_empty(const char* text) { return text == nullptr ? std::string() : text; }

}  // namespace

std::uint64_t capabilities(bool read_only) noexcept { return read_only ? reading : reading | writing; }

std::unique_ptr<sdk::Connection> open(const sdk::OpenRequest& request) {
    return std::make_unique<PostgresqlConnection>(request);
}

PostgresqlConnection::PostgresqlConnection(const sdk::OpenRequest& request)
    : OrmConnection(sdk::postgresql_dialect),
      options_(read_options(request.options, request.read_only)),
      session_(request, options_) {
    PGconn* const handle = session_.handle();
    const auto number = static_cast<std::uint64_t>(PQserverVersion(handle));
    info_.capabilities = capabilities(request.read_only);
    info_.server_version = number / 10'000 * 1'000'000 + number % 10'000 * 1'000;
    info_.session_id = PQbackendPID(handle);
    info_.product = "PostgreSQL";
    info_.version = text_or_empty(PQparameterStatus(handle, "server_version"));
    info_.database = text_or_empty(PQdb(handle));
    info_.user = text_or_empty(PQuser(handle));
}

std::unique_ptr<OrmStatement> PostgresqlConnection::make_statement(std::string_view sql, bool prepared) {
    return std::make_unique<SqlStatement>(session_, sql, prepared);
}

std::unique_ptr<sdk::Statement> PostgresqlConnection::schema(std::uint32_t kind,
                                                             std::string_view schema_filter,
                                                             std::string_view table_filter) {
    const std::string_view sql = sdk::postgresql_schema_query(kind);
    if (sql.empty())
        refuse(DBWAY_ERR_UNSUPPORTED, "there is no schema request of kind " + std::to_string(kind), "0A000");
    return std::make_unique<BoundStatement>(
        session_, sql, std::vector<std::string>{std::string(schema_filter), std::string(table_filter)});
}

std::string PostgresqlConnection::quote(std::string_view name) const {
    return sdk::quote_postgresql_identifier(name);
}

std::uint32_t PostgresqlConnection::rows_per_insert(std::uint32_t columns) const {
    return std::min(256u, 65'535u / std::max(columns, 1u));
}

void PostgresqlConnection::begin_transaction(std::uint32_t flags) { run(sdk::postgresql_begin(flags)); }

// The server calls the COMMIT of a failed transaction a success.
void PostgresqlConnection::end_transaction(bool commit) {
    if (!commit) {
        if (session_.in_transaction()) run("ROLLBACK");
        return;
    }
    const bool failed = session_.transaction_state() == DBWAY_TX_STATE_FAILED;
    run("COMMIT");
    if (!failed) return;
    throw sdk::Failure(sdk::postgresql_rolled_back());
}

void PostgresqlConnection::clean_up(const std::string& sql) noexcept {
    if (session_.in_transaction()) session_.clean_up(sql);
}

TableTarget PostgresqlConnection::resolve(const sdk::CopyTarget& target, bool writing) {
    const auto table = sdk::quote_postgresql_name(target.table);
    if (!table)
        refuse(DBWAY_ERR_INVALID, "\"" + std::string(target.table) + "\" is not the name of a table",
               "42602");
    TableTarget result{*table, {}};
    for (const std::string_view column : target.columns) result.columns.push_back(quote(column));
    if (!writing || !target.columns.empty()) return result;
    const SociStatement statement = session_.run(
        "SELECT pg_catalog.quote_ident(attname) FROM pg_catalog.pg_attribute WHERE attrelid = " +
        sdk::quote_postgresql_literal(*table) +
        "::pg_catalog.regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum");
    for (int row = 0; row < PQntuples(result_of(*statement)); ++row)
        result.columns.emplace_back(PQgetvalue(result_of(*statement), row, 0));
    return result;
}

const void* PostgresqlConnection::extension(std::string_view id) {
    return id == DBWAY_EXT_LARGE_OBJECT ? &sdk::postgresql_large_object : OrmConnection::extension(id);
}

std::optional<sdk::Notification> PostgresqlConnection::poll_notification() {
    session_.check_idle();
    return std::nullopt;
}

bool PostgresqlConnection::cancel() noexcept {
    session_.cancel();
    return true;
}

void PostgresqlConnection::ping(const sdk::Request&) {
    session_.start();
    session_.run(std::string());
}

void PostgresqlConnection::reset(const sdk::Request&) {
    session_.start();
    if (session_.in_transaction()) session_.control("ROLLBACK");
    const SociStatement prepared = session_.run(sdk::postgresql_reset(session_.settings()));
    std::string deallocate;
    for (int row = 0; row < PQntuples(result_of(*prepared)); ++row)
        deallocate.append("DEALLOCATE ").append(quote(PQgetvalue(result_of(*prepared), row, 0))) += ';';
    if (!deallocate.empty()) session_.run(deallocate);
}

}  // namespace dbway::orm::postgresql
