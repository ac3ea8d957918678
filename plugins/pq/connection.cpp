#include "connection.hpp"

#include "copy_in.hpp"
#include "copy_out.hpp"
#include "statement.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/postgresql_dialect.hpp>
#include <dbway/sdk/postgresql_schema.hpp>
#include <dbway/sdk/postgresql_session.hpp>

namespace dbway::pq {
namespace {

// Not among them: PIPELINE and BINARY, which libpqxx 6 does not offer with parameters; STREAM, since it reads
// a result whole before it shows the first row.
constexpr std::uint64_t reading = DBWAY_CAP_CANCEL | DBWAY_CAP_PREPARE | DBWAY_CAP_COPY_OUT |
                                  DBWAY_CAP_NOTIFY | DBWAY_CAP_SAVEPOINT | DBWAY_CAP_ARRAYS |
                                  DBWAY_CAP_SCRIPT | DBWAY_CAP_SCHEMA | DBWAY_CAP_TLS | DBWAY_CAP_TRANSACTION;
constexpr std::uint64_t writing =
    DBWAY_CAP_WRITE | DBWAY_CAP_COPY_IN | DBWAY_CAP_RETURNING | DBWAY_CAP_TX_DDL;

std::string text_or_empty(const char* text) { return text == nullptr ? std::string() : text; }

}  // namespace

std::uint64_t capabilities(bool read_only) noexcept { return read_only ? reading : reading | writing; }

PqConnection::PqConnection(const sdk::OpenRequest& request)
    : options_(read_options(request.options, request.read_only)),
      session_(request, options_),
      notifications_(session_) {
    ServerConnection& connection = session_.connection();
    const auto number = static_cast<std::uint64_t>(connection.server_version());
    info_.capabilities = capabilities(request.read_only);
    info_.server_version = number / 10'000 * 1'000'000 + number % 10'000 * 1'000;
    info_.session_id = connection.backendpid();
    info_.product = "PostgreSQL";
    info_.version = connection.server_version_text();
    info_.database = text_or_empty(connection.dbname());
    info_.user = text_or_empty(connection.username());
}

// The receivers of notifications would say UNLISTEN each, were the connection not closed before.
PqConnection::~PqConnection() {
    session_.end_work();
    session_.connection().disconnect();
}

std::unique_ptr<sdk::Statement> PqConnection::prepare(std::string_view sql, std::span<const dbway_value>) {
    session_.start();
    return std::make_unique<SqlStatement>(session_, sql, SqlStatement::Mode::prepared);
}

std::unique_ptr<sdk::Statement> PqConnection::query(std::string_view sql, std::span<const dbway_value>) {
    return std::make_unique<SqlStatement>(session_, sql, SqlStatement::Mode::direct);
}

std::unique_ptr<sdk::CopyIn> PqConnection::copy_in(const sdk::CopyTarget& target, const sdk::Request&) {
    session_.start();
    return make_copy_in(session_, target);
}

std::unique_ptr<sdk::Statement> PqConnection::copy_out(const sdk::CopyTarget& target, const sdk::Request&) {
    session_.start();
    return make_copy_out(session_, target);
}

std::unique_ptr<sdk::Statement> PqConnection::schema(std::uint32_t kind, std::string_view schema_filter,
                                                     std::string_view table_filter) {
    const std::string_view sql = sdk::postgresql_schema_query(kind);
    if (sql.empty())
        throw sdk::Failure(DBWAY_ERR_UNSUPPORTED,
                           "there is no schema request of kind " + std::to_string(kind), "0A000");
    return std::make_unique<BoundStatement>(
        session_, sql, std::vector<std::string>{std::string(schema_filter), std::string(table_filter)});
}

void PqConnection::listen(std::string_view channel, const sdk::Request&) {
    session_.start();
    notifications_.listen(channel);
}

void PqConnection::unlisten(std::string_view channel, const sdk::Request&) {
    session_.start();
    notifications_.unlisten(channel);
}

// Also without a LISTEN: it tells of the end of an idle connection as well.
std::int64_t PqConnection::notification_descriptor() const {
    if (!session_.open()) throw sdk::Failure(DBWAY_ERR_CONNECTION, "the connection is lost", "08006");
    return session_.socket();
}

void PqConnection::ping(const sdk::Request&) {
    session_.start();
    session_.run(std::string());
}

void PqConnection::reset(const sdk::Request&) {
    session_.start();
    if (session_.in_transaction()) session_.run("ROLLBACK");
    const pqxx::result prepared = session_.run(sdk::postgresql_reset(session_.settings()));
    notifications_.forget();
    std::string deallocate;
    for (const pqxx::row& row : prepared)
        deallocate.append("DEALLOCATE ").append(sdk::quote_postgresql_identifier(row[0].c_str())) += ';';
    if (!deallocate.empty()) session_.run(deallocate);
}

}  // namespace dbway::pq
