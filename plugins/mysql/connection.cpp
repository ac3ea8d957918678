#include "connection.hpp"

#include "copy_in.hpp"
#include "copy_out.hpp"
#include "statement.hpp"

#include <dbway/sdk/mysql_schema.hpp>

namespace dbway::mysql {
namespace {

// Not among them: PIPELINE and TX_DDL, which the server has not got; BINARY, since some results come as text.
constexpr std::uint64_t reading = DBWAY_CAP_CANCEL | DBWAY_CAP_PREPARE | DBWAY_CAP_STREAM |
                                  DBWAY_CAP_COPY_OUT | DBWAY_CAP_SAVEPOINT | DBWAY_CAP_ARRAYS |
                                  DBWAY_CAP_SCRIPT | DBWAY_CAP_SCHEMA | DBWAY_CAP_TLS | DBWAY_CAP_TRANSACTION;
constexpr std::uint64_t writing = DBWAY_CAP_WRITE | DBWAY_CAP_COPY_IN;

}  // namespace

std::uint64_t capabilities(bool read_only, bool returning) noexcept {
    if (read_only) return reading;
    return reading | writing | (returning ? std::uint64_t{DBWAY_CAP_RETURNING} : 0);
}

MysqlConnection::MysqlConnection(const sdk::OpenRequest& request)
    : session_(read_options(request.options, request.read_only), request.deadline) {
    describe();
}

void MysqlConnection::describe() {
    const ServerFacts& facts = session_.facts();
    // MariaDB has INSERT … RETURNING since 10.5; MySQL has none.
    info_.capabilities =
        capabilities(session_.options().read_only, facts.is_mariadb && facts.version_number >= 10'005'000);
    info_.server_version = facts.version_number;
    info_.session_id = facts.session_id;
    info_.product = facts.is_mariadb ? "MariaDB" : "MySQL";
    info_.version = facts.version;
    info_.database = facts.database;
    info_.user = facts.user;
}

std::unique_ptr<sdk::Statement> MysqlConnection::prepare(std::string_view sql, std::span<const dbway_value>) {
    return std::make_unique<SqlStatement>(session_, sql, SqlStatement::Use::prepared);
}

std::unique_ptr<sdk::Statement> MysqlConnection::query(std::string_view sql, std::span<const dbway_value>) {
    return std::make_unique<SqlStatement>(session_, sql, SqlStatement::Use::once);
}

std::unique_ptr<sdk::CopyIn> MysqlConnection::copy_in(const sdk::CopyTarget& target, const sdk::Request&) {
    return make_copy_in(session_, target);
}

std::unique_ptr<sdk::Statement> MysqlConnection::copy_out(const sdk::CopyTarget& target,
                                                          const sdk::Request&) {
    return make_copy_out(session_, target);
}

std::unique_ptr<sdk::Statement> MysqlConnection::schema(std::uint32_t kind, std::string_view schema_filter,
                                                        std::string_view table_filter) {
    return sdk::make_mysql_schema_statement(kind, schema_filter, table_filter, session_.facts().is_mariadb,
                                            [this](const std::string& sql) {
                                                const Session::Call call(session_);
                                                session_.check_running();
                                                return session_.rows(sql);
                                            });
}

std::optional<sdk::Notification> MysqlConnection::poll_notification() {
    session_.check_idle();
    return std::nullopt;
}

void MysqlConnection::ping(const sdk::Request&) {
    const Session::Call call(session_);
    session_.run("DO 0");
}

// The connector has no call for the server's own reset, and no statement undoes all that a session can be set
// to; so another session takes the place of this one. Prepared statements are prepared again when they run.
void MysqlConnection::reset(const sdk::Request& request) {
    const Session::Call call(session_);
    session_.renew(request.deadline);
    describe();
}

}  // namespace dbway::mysql
