#include "mysql/session.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/mysql_dialect.hpp>
#include <dbway/sdk/mysql_errors.hpp>
#include <dbway/sdk/script_run.hpp>

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <new>
#include <utility>

namespace dbway::orm::mysql {
namespace {

using Clock = Canceller::Clock;

constexpr std::int64_t interrupted = 1317;

// A session for one short command. libmariadb counts in whole seconds.
class Beside {
  public:
    Beside(const ConnectOptions& options, Clock::time_point limit) : handle_(mysql_init(nullptr)) {
        if (handle_ == nullptr) return;
        const auto left = std::chrono::ceil<std::chrono::seconds>(limit - Clock::now()).count();
        const unsigned seconds = static_cast<unsigned>(std::max<std::int64_t>(left, 1));
        for (const mysql_option option :
             {MYSQL_OPT_CONNECT_TIMEOUT, MYSQL_OPT_READ_TIMEOUT, MYSQL_OPT_WRITE_TIMEOUT})
            mysql_options(handle_, option, &seconds);
        const auto text = [](const std::string& value) { return value.empty() ? nullptr : value.c_str(); };
        if (!options.tls_ca.empty())
            mysql_ssl_set(handle_, text(options.tls_key), text(options.tls_cert), text(options.tls_ca),
                          nullptr, nullptr);
        const bool local = !options.unix_socket.empty();
        connected_ = mysql_real_connect(handle_, local ? "localhost" : options.host.c_str(),
                                        text(options.user), text(options.password), nullptr,
                                        static_cast<unsigned>(local ? 0 : options.port),
                                        text(options.unix_socket), 0) != nullptr;
    }
    ~Beside() {
        if (handle_ != nullptr) mysql_close(handle_);
    }
    Beside(const Beside&) = delete;
    Beside& operator=(const Beside&) = delete;

    Canceller::Answer run(const std::string& command) {
        if (!connected_) return Canceller::Answer::unsent;
        if (mysql_real_query(handle_, command.c_str(), command.size()) == 0) return Canceller::Answer::told;
        return sdk::is_mysql_connection_lost(mysql_errno(handle_)) ? Canceller::Answer::doubtful
                                                                   : Canceller::Answer::unsent;
    }

  private:
    MYSQL* handle_;
    bool connected_ = false;
};

sdk::Diagnostic connect_diagnostic(std::int64_t code, const std::string& message) {
    sdk::Diagnostic diagnostic = sdk::make_mysql_diagnostic(code, {}, message);
    // Nothing was lost that had ever been there.
    if (sdk::is_mysql_connection_lost(code)) {
        diagnostic.sqlstate = "08001";
        diagnostic.status = DBWAY_ERR_CONNECTION;
        diagnostic.flags |= DBWAY_DIAG_RETRY;
    }
    diagnostic.flags &= ~std::uint32_t{DBWAY_DIAG_CONN_DEAD};
    diagnostic.flags |= DBWAY_DIAG_NOT_EXECUTED;
    return diagnostic;
}

}  // namespace

Session::Session(const ConnectOptions& options, Clock::time_point deadline)
    : options_(options), canceller_(options.cancel_timeout) {
    connect(deadline);
    canceller_.attach(static_cast<int>(mysql_get_socket(handle_)));
    canceller_.ask_by([this, command = "KILL QUERY " + std::to_string(mysql_thread_id(handle_))](
                          Clock::time_point limit) noexcept {
        try {
            return Beside(options_, limit).run(command);
        } catch (...) {
            return Canceller::Answer::doubtful;
        }
    });
    is_mariadb_ = std::string_view(mysql_get_server_info(handle_)).find("MariaDB") != std::string_view::npos;
    set_up();
}

// Instants are exchanged in UTC; what a column does not take is an error.
void Session::set_up() {
    const std::string mode = options_.sql_mode ? "'" + *options_.sql_mode + "'"
                                               : "CONCAT_WS(',', NULLIF(@@SESSION.sql_mode, ''), "
                                                 "'STRICT_ALL_TABLES')";
    run("SET SESSION time_zone = '+00:00', sql_mode = " + mode);
    if (options_.lock_timeout)
        run("SET SESSION innodb_lock_wait_timeout = " +
            std::to_string(std::chrono::ceil<std::chrono::seconds>(*options_.lock_timeout).count()));
    if (options_.read_only) run("SET SESSION TRANSACTION READ ONLY");
}

// COM_RESET_CONNECTION rolls back, drops temporary tables, variables and locks, and takes back settings.
void Session::reset() {
    check_running();
    {
        const Canceller::Call call(canceller_, Canceller::Way::complete);
        if (mysql_reset_connection(handle_) != 0) fail({});
    }
    forget_notes();
    run("SET NAMES utf8mb4");
    if (!options_.database.empty()) run("USE " + sdk::quote_mysql_identifier(options_.database));
    set_up();
}

void Session::connect(Clock::time_point deadline) {
    try {
        soci_.open(soci::mysql, connect_string(options_, deadline));
    } catch (const soci::mysql_soci_error& error) {
        sdk::Diagnostic diagnostic = connect_diagnostic(error.err_num_, error.get_error_message());
        if (Clock::now() >= deadline) diagnostic.status = DBWAY_ERR_TIMEOUT;
        throw sdk::Failure(std::move(diagnostic));
    }
    handle_ = static_cast<soci::mysql_session_backend*>(soci_.get_backend())->conn_;
    // SOCI reads an uninitialised variable to decide whether the library reconnects by itself, to a session
    // that has lost its transaction and its settings without anybody's knowledge.
    const my_bool reconnect = 0;
    mysql_options(handle_, MYSQL_OPT_RECONNECT, &reconnect);
    if (options_.tls_ca.empty() || encrypted()) return;
    throw sdk::Failure(DBWAY_ERR_CONNECTION, "the server has no TLS, which the option 'tls_ca' asks for",
                       "08001");
}

void Session::start() {
    canceller_.start();
    if (killed_) absorb_kill();
}

// The server may have got the KILL when its statement had ended: then it hits the next one.
void Session::absorb_kill() noexcept {
    killed_ = false;
    if (!open()) return;
    const Canceller::Call call(canceller_, Canceller::Way::complete);
    if (mysql_real_query(handle_, "DO 0", 4) != 0 && sdk::is_mysql_connection_lost(mysql_errno(handle_)))
        lost_ = true;
}

void Session::check_running() const {
    if (canceller_.cancelled()) throw sdk::Failure(DBWAY_ERR_CANCELLED, "the request was cancelled", "57014");
}

void Session::fail(std::string_view sql) {
    const std::int64_t code = mysql_errno(handle_);
    const std::string_view sqlstate = mysql_sqlstate(handle_);
    sdk::Diagnostic diagnostic = sdk::make_mysql_diagnostic(
        code, sqlstate == "HY000" || sqlstate == "00000" ? std::string_view() : sqlstate,
        mysql_error(handle_));
    if (sdk::is_mysql_connection_lost(code)) {
        lost_ = true;
        handle_->server_status &= ~static_cast<unsigned>(SERVER_STATUS_IN_TRANS);
        if (!diagnostic.sqlstate.starts_with("57"))
            diagnostic.message = "the connection to the server was lost: " + diagnostic.message;
    } else if (in_transaction() && (code == 1213 || code == 1205 || code == 1020 || code == 1614)) {
        // An error tells no state; after some the server has rolled the transaction back.
        mysql_ping(handle_);
    }
    if (code == 1064) {
        const std::size_t place = sdk::find_mysql_error_place(diagnostic.message, sql);
        if (place != std::string_view::npos)
            diagnostic.position = 1 + sdk::detail::count_characters(sql.substr(0, place));
    }
    if (canceller_.cancelled() && (code == interrupted || lost_)) {
        diagnostic.status = DBWAY_ERR_CANCELLED;
        diagnostic.sqlstate = "57014";
        diagnostic.message =
            lost_
                ? "the request was cancelled, and the connection given up, since the server did not end the "
                  "request within cancel_timeout"
                : "the request was cancelled";
    }
    throw sdk::Failure(std::move(diagnostic));
}

void Session::execute_now(soci::mysql_statement_backend& statement, std::string_view sql,
                          Canceller::Way way) {
    const Canceller::Call call(canceller_, way);
    try {
        statement.execute(0);
        drop_further_results(sql);
    } catch (const soci::soci_error&) {
        fail(sql);
    }
}

// Those of a procedure, and its end.
void Session::drop_further_results(std::string_view sql) {
    while (mysql_more_results(handle_)) {
        if (mysql_next_result(handle_) > 0) fail(sql);
        if (MYSQL_RES* const result = mysql_store_result(handle_)) mysql_free_result(result);
    }
}

// A server that is asked nothing says nothing, but when it ends the session.
void Session::check_idle() {
    pollfd socket{static_cast<int>(mysql_get_socket(handle_)), POLLIN, 0};
    if (open() && poll(&socket, 1, 0) <= 0) return;
    lost_ = true;
    throw sdk::Failure(sdk::make_mysql_diagnostic(2006, {}, "the server has ended the connection"));
}

PreparedDescription Session::describe(const std::string& sql) {
    constexpr unsigned not_in_this_protocol = 1295;
    check_running();
    const Canceller::Call call(canceller_, Canceller::Way::stop);
    PreparedDescription description;
    description.statement.reset(mysql_stmt_init(handle_));
    if (description.statement == nullptr) throw std::bad_alloc();
    if (mysql_stmt_prepare(description.statement.get(), sql.c_str(), sql.size()) == 0)
        description.fields.reset(mysql_stmt_result_metadata(description.statement.get()));
    else if (mysql_stmt_errno(description.statement.get()) != not_in_this_protocol)
        fail(sql);
    return description;
}

void Session::execute(soci::mysql_statement_backend& statement, std::string_view sql) {
    check_running();
    try {
        execute_now(statement, sql, Canceller::Way::stop);
    } catch (...) {
        if (canceller_.cancelled()) killed_ = true;
        throw;
    }
    if (!canceller_.cancelled()) return;
    killed_ = true;
    // Of a killed SLEEP() or BENCHMARK() the server makes a value; what has changed rows has changed them.
    if (statement.result_ != nullptr) check_running();
}

std::vector<sdk::MysqlTextRow> Session::rows(const std::string& sql) {
    const SociStatement statement = make_backend_statement<soci::mysql_statement_backend>(soci_);
    statement->prepare(std::string(), soci::details::st_one_time_query);
    statement->queryChunks_.front() = sql;
    execute(*statement, sql);
    std::vector<sdk::MysqlTextRow> result;
    if (statement->result_ == nullptr || statement->resultRowOffsets_.empty()) return result;
    mysql_row_seek(statement->result_, statement->resultRowOffsets_.front());
    const unsigned count = mysql_num_fields(statement->result_);
    while (MYSQL_ROW row = mysql_fetch_row(statement->result_)) {
        const unsigned long* const lengths = mysql_fetch_lengths(statement->result_);
        sdk::MysqlTextRow& texts = result.emplace_back(count);
        for (unsigned i = 0; i < count; ++i)
            if (row[i] != nullptr) texts[i].emplace(row[i], lengths[i]);
    }
    return result;
}

void Session::clean_up(const std::string& sql) noexcept {
    if (killed_) absorb_kill();
    if (!open()) return;
    try {
        const SociStatement statement = make_backend_statement<soci::mysql_statement_backend>(soci_);
        statement->prepare(std::string(), soci::details::st_one_time_query);
        statement->queryChunks_.front() = sql;
        execute_now(*statement, sql, Canceller::Way::complete);
    } catch (...) {
        // What cannot be taken back is rolled back already, or the connection is lost, which open() tells.
    }
}

const sdk::MysqlColumnNotes& Session::notes(const std::string& schema, const std::string& table) {
    if (const auto known = notes_.find({schema, table}); known != notes_.end()) return known->second;
    sdk::MysqlColumnNotes notes = sdk::read_mysql_column_notes(
        schema, table, is_mariadb_, [this](const std::string& sql) { return rows(sql); });
    return notes_.emplace(std::pair(schema, table), std::move(notes)).first->second;
}

}  // namespace dbway::orm::mysql
