#include "sqlite/connection.hpp"

#include "backends.hpp"
#include "refusal.hpp"
#include "sqlite/statement.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/sqlite_dialect.hpp>
#include <dbway/sdk/sqlite_schema.hpp>
#include <dbway/sdk/sqlite_statement.hpp>

#include <algorithm>

namespace dbway::orm::sqlite {
namespace {

// Not among them: TIMEOUT, which the host keeps for all backends alike.
constexpr std::uint64_t reading =
    DBWAY_CAP_STREAM | DBWAY_CAP_CANCEL | DBWAY_CAP_PREPARE | DBWAY_CAP_COPY_OUT | DBWAY_CAP_SAVEPOINT |
    DBWAY_CAP_ARRAYS | DBWAY_CAP_SCRIPT | DBWAY_CAP_SCHEMA | DBWAY_CAP_TRANSACTION | DBWAY_CAP_BINARY;
constexpr std::uint64_t writing =
    DBWAY_CAP_WRITE | DBWAY_CAP_COPY_IN | DBWAY_CAP_RETURNING | DBWAY_CAP_TX_DDL;

[[noreturn]] void refuse_name(dbway_status status, std::string message, const char* sqlstate,
                              std::string_view table, std::string_view column) {
    sdk::Diagnostic diagnostic;
    diagnostic.status = status;
    diagnostic.flags = DBWAY_DIAG_NOT_EXECUTED;
    diagnostic.sqlstate = sqlstate;
    diagnostic.message = std::move(message);
    diagnostic.table_name = table;
    diagnostic.column_name = column;
    throw sdk::Failure(std::move(diagnostic));
}

class Catalog final : public sdk::SqliteCatalog {
  public:
    explicit Catalog(Database& database) : database_(database) {}
    std::vector<Row> rows(const std::string& sql, const std::vector<std::string>& parameters) override {
        return database_.rows(sql, parameters);
    }

  private:
    Database& database_;
};

bool same_name(std::string_view a, std::string_view b) {
    return a.size() == b.size() && sqlite3_strnicmp(a.data(), b.data(), static_cast<int>(a.size())) == 0;
}

}  // namespace

std::uint64_t capabilities(bool read_only) noexcept { return read_only ? reading : reading | writing; }

std::unique_ptr<sdk::Connection> open(const sdk::OpenRequest& request) {
    return std::make_unique<SqliteConnection>(request);
}

SqliteConnection::SqliteConnection(const sdk::OpenRequest& request)
    : OrmConnection(sdk::sqlite_dialect),
      database_(read_options(request.options, request.read_only), request.reporter, request.deadline) {
    info_.capabilities = capabilities(database_.read_only());
    info_.server_version = static_cast<std::uint64_t>(sqlite3_libversion_number());
    info_.product = "SQLite";
    info_.version = sqlite3_libversion();
    const char* file = sqlite3_db_filename(database_.handle(), "main");
    info_.database = file != nullptr && *file != '\0' ? file : database_.options().file;
}

std::uint32_t SqliteConnection::transaction_state() const {
    return database_.in_transaction() ? DBWAY_TX_STATE_ACTIVE : DBWAY_TX_STATE_IDLE;
}

std::unique_ptr<OrmStatement> SqliteConnection::make_statement(std::string_view sql, bool) {
    return std::make_unique<SqlStatement>(database_, sql);
}

// A transaction that reads first and writes later could find that another has written in between, and waiting
// does not help then: it takes the write lock at once.
void SqliteConnection::run(const std::string& sql) {
    database_.check_running();
    if (sql == "BEGIN")
        database_.control(database_.read_only() ? Control::begin_deferred : Control::begin_immediate);
    else if (sql == "COMMIT")
        database_.control(Control::commit);
    else
        database_.run(sql);
}

// Errors are of no use here: a transaction that cannot be rolled back is rolled back already. What is
// cancelled would interrupt the statement.
void SqliteConnection::clean_up(const std::string& sql) noexcept {
    if (database_.in_transaction()) sqlite3_exec(database_.handle(), sql.c_str(), nullptr, nullptr, nullptr);
}

std::string SqliteConnection::quote(std::string_view name) const {
    return sdk::quote_sqlite_identifier(name);
}

void SqliteConnection::begin_transaction(std::uint32_t flags) {
    const bool read_only = (flags & DBWAY_TX_READ_ONLY) != 0;
    database_.check_running();
    database_.control(read_only || database_.read_only() ? Control::begin_deferred
                                                         : Control::begin_immediate);
    if (read_only) database_.enter_read_only();
}

void SqliteConnection::end_transaction(bool commit) {
    if (commit)
        database_.control(Control::commit);
    else if (database_.in_transaction())
        database_.control(Control::rollback);
    database_.transaction_ended();
}

TableTarget SqliteConnection::resolve(const sdk::CopyTarget& target, bool writing) {
    const sdk::SqliteTableName name = sdk::parse_sqlite_name(target.table);
    if (name.table.empty())
        refuse(DBWAY_ERR_INVALID, "\"" + std::string(target.table) + "\" is not the name of a table",
               "42602");
    std::vector<std::string> parameters{name.table};
    if (!name.schema.empty()) parameters.push_back(name.schema);
    // Those that SELECT * would show; 2 and 3 are generated.
    const auto known = database_.rows(
        name.schema.empty() ? "SELECT name, hidden FROM pragma_table_xinfo(?1) WHERE hidden <> 1"
                            : "SELECT name, hidden FROM pragma_table_xinfo(?1, ?2) WHERE hidden <> 1",
        parameters);
    if (known.empty())
        refuse_name(DBWAY_ERR_SYNTAX, "no such table: " + std::string(target.table), "42P01", name.table, {});
    TableTarget result;
    result.table = (name.schema.empty() ? "" : quote(name.schema) + ".") + quote(name.table);
    for (const std::string_view wanted : target.columns) {
        const auto found = std::find_if(known.begin(), known.end(), [wanted](const TextRow& column) {
            return same_name(*column[0], wanted);
        });
        if (found == known.end())
            refuse_name(DBWAY_ERR_SYNTAX,
                        "table " + name.table + " has no column named " + std::string(wanted), "42703",
                        name.table, wanted);
        if (writing && (*found)[1] != "0")
            refuse_name(DBWAY_ERR_INVALID,
                        "column " + std::string(wanted) + " of table " + name.table + " is generated",
                        "428C9", name.table, wanted);
        result.columns.push_back(quote(*(*found)[0]));
    }
    if (target.columns.empty())
        for (const TextRow& column : known)
            if (!writing || column[1] == "0") result.columns.push_back(quote(*column[0]));
    return result;
}

std::unique_ptr<sdk::Statement> SqliteConnection::schema(std::uint32_t kind, std::string_view schema_filter,
                                                         std::string_view table_filter) {
    database_.start();
    Catalog catalog(database_);
    std::unique_ptr<sdk::Statement> statement =
        sdk::make_sqlite_schema_statement(catalog, kind, schema_filter, table_filter);
    database_.continue_request();
    return statement;
}

void SqliteConnection::reset(const sdk::Request&) {
    database_.start();
    database_.reset_session();
}

}  // namespace dbway::orm::sqlite
