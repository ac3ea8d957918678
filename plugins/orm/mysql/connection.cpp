#include "mysql/connection.hpp"

#include "backends.hpp"
#include "mysql/statement.hpp"

#include <dbway/sdk/mysql_dialect.hpp>
#include <dbway/sdk/mysql_schema.hpp>

#include <algorithm>

namespace dbway::orm::mysql {
namespace {

// Not among them: PREPARE and BINARY, since SOCI writes parameters into the text of the statement; STREAM,
// since it reads a result whole; TX_DDL, which the server has not got.
constexpr std::uint64_t reading = DBWAY_CAP_CANCEL | DBWAY_CAP_COPY_OUT | DBWAY_CAP_SAVEPOINT |
                                  DBWAY_CAP_ARRAYS | DBWAY_CAP_SCRIPT | DBWAY_CAP_SCHEMA |
                                  DBWAY_CAP_TRANSACTION;
constexpr std::uint64_t writing = DBWAY_CAP_WRITE | DBWAY_CAP_COPY_IN;

std::string text_or_empty(const std::optional<std::string>& text) { return text.value_or(std::string()); }

}  // namespace

std::uint64_t capabilities(bool read_only) noexcept {
    return (read_only ? reading : reading | writing | DBWAY_CAP_RETURNING) | DBWAY_CAP_TLS;
}

std::unique_ptr<sdk::Connection> open(const sdk::OpenRequest& request) {
    return std::make_unique<MysqlConnection>(request);
}

MysqlConnection::MysqlConnection(const sdk::OpenRequest& request)
    : OrmConnection(sdk::mysql_dialect),
      session_(read_options(request.options, request.read_only), request.deadline) {
    info_.capabilities = request.read_only ? reading : reading | writing;
    if (!request.read_only && session_.is_mariadb()) info_.capabilities |= DBWAY_CAP_RETURNING;
    if (session_.encrypted()) info_.capabilities |= DBWAY_CAP_TLS;
    const auto number = static_cast<std::uint64_t>(mysql_get_server_version(session_.handle()));
    info_.server_version = number / 10'000 * 1'000'000 + number / 100 % 100 * 1'000 + number % 100;
    info_.session_id = static_cast<std::int64_t>(mysql_thread_id(session_.handle()));
    info_.product = session_.is_mariadb() ? "MariaDB" : "MySQL";
    info_.version = mysql_get_server_info(session_.handle());
    const auto rows = session_.rows("SELECT DATABASE(), CURRENT_USER()");
    info_.database = text_or_empty(rows.at(0).at(0));
    info_.user = text_or_empty(rows.at(0).at(1));
}

std::uint32_t MysqlConnection::transaction_state() const {
    return session_.in_transaction() ? DBWAY_TX_STATE_ACTIVE : DBWAY_TX_STATE_IDLE;
}

std::unique_ptr<OrmStatement> MysqlConnection::make_statement(std::string_view sql, bool prepared) {
    return std::make_unique<SqlStatement>(session_, sql, prepared);
}

std::unique_ptr<sdk::Statement> MysqlConnection::schema(std::uint32_t kind, std::string_view schema_filter,
                                                        std::string_view table_filter) {
    return sdk::make_mysql_schema_statement(kind, schema_filter, table_filter, session_.is_mariadb(),
                                            [this](const std::string& sql) {
                                                session_.start();
                                                return session_.rows(sql);
                                            });
}

std::string MysqlConnection::quote(std::string_view name) const { return sdk::quote_mysql_identifier(name); }

// Statements of some hundred rows stay far below the server's largest packet, unless their values are large.
std::uint32_t MysqlConnection::rows_per_insert(std::uint32_t columns) const {
    return std::clamp(2048u / std::max(columns, 1u), 1u, 256u);
}

void MysqlConnection::begin_transaction(std::uint32_t flags) {
    for (const std::string& sql : sdk::mysql_begin(flags)) run(sql);
}

void MysqlConnection::end_transaction(bool commit) {
    if (commit || session_.in_transaction()) run(commit ? "COMMIT" : "ROLLBACK");
}

void MysqlConnection::clean_up(const std::string& sql) noexcept {
    if (session_.in_transaction()) session_.clean_up(sql);
}

TableTarget MysqlConnection::resolve(const sdk::CopyTarget& target, bool writing) {
    const sdk::MysqlTableName name = sdk::parse_mysql_table(target.table);
    TableTarget result;
    result.table = name.quoted();
    for (const std::string_view column : target.columns) result.columns.push_back(quote(column));
    // What does not exist shows before the first row: the server has seen no statement yet.
    std::string probe;
    for (const std::string& column : result.columns) probe.append(probe.empty() ? "" : ", ").append(column);
    run("SELECT " + (probe.empty() ? "1" : probe) + " FROM " + result.table + " LIMIT 0");
    if (!writing || !target.columns.empty()) return result;
    const std::string schema =
        name.schema.empty() ? std::string("DATABASE()") : sdk::quote_mysql_literal(name.schema);
    for (const sdk::MysqlTextRow& row :
         session_.rows("SELECT column_name FROM information_schema.columns WHERE table_schema = " + schema +
                       " AND table_name = " + sdk::quote_mysql_literal(name.table) +
                       " AND COALESCE(generation_expression, '') = '' ORDER BY ordinal_position"))
        result.columns.push_back(quote(text_or_empty(row.at(0))));
    return result;
}

std::optional<sdk::Notification> MysqlConnection::poll_notification() {
    session_.check_idle();
    return std::nullopt;
}

bool MysqlConnection::cancel() noexcept {
    session_.cancel();
    return true;
}

void MysqlConnection::ping(const sdk::Request&) {
    session_.start();
    session_.run("DO 0");
}

void MysqlConnection::reset(const sdk::Request&) {
    session_.start();
    session_.reset();
}

}  // namespace dbway::orm::mysql
