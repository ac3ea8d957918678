#include "connection.hpp"

#include "copy_in.hpp"
#include "schema.hpp"
#include "statement.hpp"

#include <dbway/sdk/failure.hpp>

namespace dbway::sqlite {
namespace {

constexpr std::uint64_t reading = DBWAY_CAP_STREAM | DBWAY_CAP_CANCEL | DBWAY_CAP_PREPARE |
                                  DBWAY_CAP_COPY_OUT | DBWAY_CAP_SAVEPOINT | DBWAY_CAP_ARRAYS |
                                  DBWAY_CAP_SCRIPT | DBWAY_CAP_SCHEMA | DBWAY_CAP_TRANSACTION |
                                  DBWAY_CAP_TIMEOUT | DBWAY_CAP_BINARY;
constexpr std::uint64_t writing =
    DBWAY_CAP_WRITE | DBWAY_CAP_COPY_IN | DBWAY_CAP_RETURNING | DBWAY_CAP_TX_DDL;

}  // namespace

std::uint64_t capabilities(bool read_only) noexcept { return read_only ? reading : reading | writing; }

SqliteConnection::SqliteConnection(const sdk::OpenRequest& request)
    : database_(read_options(request.options, request.read_only), request.reporter, request.deadline) {
    info_.capabilities = capabilities(database_.read_only());
    info_.server_version = static_cast<std::uint64_t>(sqlite3_libversion_number());
    info_.product = "SQLite";
    info_.version = sqlite3_libversion();
    const char* file = sqlite3_db_filename(database_.handle(), "main");
    info_.database = file != nullptr && *file != '\0' ? file : database_.options().database;
}

std::unique_ptr<sdk::Statement> SqliteConnection::prepare(std::string_view sql,
                                                          std::span<const dbway_value>) {
    database_.start(sdk::Request::Clock::time_point::max());
    auto statement = std::make_unique<SqlStatement>(database_, sql);
    database_.check_running();
    database_.continue_request();
    return statement;
}

std::unique_ptr<sdk::CopyIn> SqliteConnection::copy_in(const sdk::CopyTarget& target,
                                                       const sdk::Request& request) {
    database_.start(request.deadline);
    return std::make_unique<CopyInto>(database_, target);
}

std::unique_ptr<sdk::Statement> SqliteConnection::copy_out(const sdk::CopyTarget& target,
                                                           const sdk::Request& request) {
    database_.start(request.deadline);
    auto statement = std::make_unique<SqlStatement>(database_, copy_out_statement(database_, target));
    if (statement->columns().empty())
        throw sdk::Failure(DBWAY_ERR_INVALID, "COPY_OUT needs a statement that yields rows", "42601");
    database_.continue_request();
    return statement;
}

std::unique_ptr<sdk::Statement> SqliteConnection::schema(std::uint32_t kind, std::string_view schema_filter,
                                                         std::string_view table_filter) {
    return make_schema_statement(database_, kind, schema_filter, table_filter);
}

void SqliteConnection::reset(const sdk::Request& request) {
    database_.start(request.deadline);
    database_.reset_session();
    end_read_uncommitted();
    database_.stop();
}

}  // namespace dbway::sqlite
