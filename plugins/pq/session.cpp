#include "session.hpp"

#include "errors.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/postgresql_session.hpp>

#include <utility>

namespace dbway::pq {

bool Session::Notices::operator()(const char message[]) noexcept {
    if (reporter_ == nullptr) return false;
    try {
        sdk::Diagnostic diagnostic;
        diagnostic.status = DBWAY_OK;
        diagnostic.severity = DBWAY_LOG_INFO;
        diagnostic.message = strip_message(message);
        reporter_->notice(diagnostic);
    } catch (...) {
        // Out of memory: a notice less.
    }
    return false;
}

Session::Session(const sdk::OpenRequest& request, const ConnectOptions& options)
    : settings_(sdk::postgresql_session_settings(options.read_only)),
      connection_(options, settings_, request.deadline),
      canceller_(options.cancel_timeout),
      notices_(connection_, request.reporter) {
    canceller_.attach(connection_.sock(), connection_.cancel_key());
}

Session::~Session() {
    work_.reset();
    // So that nothing that is destroyed after this talks to the server.
    connection_.disconnect();
}

std::uint32_t Session::transaction_state() const noexcept {
    switch (connection_.transaction_status()) {
        case PQTRANS_IDLE:
            return DBWAY_TX_STATE_IDLE;
        case PQTRANS_INTRANS:
            return DBWAY_TX_STATE_ACTIVE;
        case PQTRANS_INERROR:
            return DBWAY_TX_STATE_FAILED;
        default:
            return DBWAY_TX_STATE_UNKNOWN;
    }
}

void Session::check_running() const {
    if (canceller_.cancelled()) throw sdk::Failure(DBWAY_ERR_CANCELLED, "the request was cancelled", "57014");
}

// libpqxx would close a lost connection here, to open it again.
pqxx::nontransaction& Session::work() {
    if (!open()) throw pqxx::broken_connection("the connection is lost");
    if (!work_) work_.emplace(connection_);
    return *work_;
}

void Session::fail() {
    const bool is_open = open();
    if (!is_open && canceller_.lost() && canceller_.cancelled())
        throw sdk::Failure(sdk::postgresql_given_up());
    throw_as_failure(is_open, is_open ? std::string() : connection_.last_message());
}

// libpq ends what is unfinished when the next statement comes.
void Session::settle() noexcept {
    if (!open() || connection_.transaction_status() != PQTRANS_ACTIVE) return;
    try {
        limited(Canceller::Way::stop, [this] { work().exec(std::string()); });
    } catch (...) {
        // The COPY that was broken off, or a lost connection, which open() tells.
    }
}

void Session::clean_up(const std::string& sql) {
    limited(Canceller::Way::complete, [&] { work().exec(sql); });
}

// Values are read from the text that the session's styles give them. A statement that has set others is
// undone before the next one, except where the transaction has failed and will be rolled back, its settings
// as well.
void Session::keep_settings() {
    if (!doubtful_settings_ && connection_.has_expected_styles()) [[likely]]
        return;
    if (transaction_state() == DBWAY_TX_STATE_FAILED) return;
    work().exec(settings_);
    doubtful_settings_ = false;
}

// A COPY among ordinary statements leaves the connection waiting for rows.
void Session::check_copy_state() {
    if (connection_.transaction_status() != PQTRANS_ACTIVE) [[likely]]
        return;
    settle();
    throw sdk::Failure(
        DBWAY_ERR_INVALID,
        "COPY from or to the client is no statement of its own here; use a COPY_IN or COPY_OUT "
        "request",
        "0A000");
}

pqxx::result Session::run(const std::string& sql) {
    return translated([&] {
        keep_settings();
        pqxx::result result = work().exec(sql);
        check_copy_state();
        return result;
    });
}

pqxx::result Session::run(const std::string& sql, std::span<const dbway_value> values) {
    return translated([&] {
        keep_settings();
        pqxx::result result = work().exec_params(sql, make_parameters(values));
        check_copy_state();
        return result;
    });
}

pqxx::result Session::run_prepared(const std::string& name, std::span<const dbway_value> values) {
    return translated([&] {
        keep_settings();
        pqxx::result result = work().exec_prepared(name, make_parameters(values));
        check_copy_state();
        return result;
    });
}

std::string Session::prepare(const std::string& sql) {
    deallocate();
    std::string name = "dbway_" + std::to_string(++last_name_);
    connection_.prepare(name, sql);
    try {
        translated([&] { connection_.prepare_now(name); });
    } catch (...) {
        connection_.unprepare(name);  // it never reached the server, so this sends nothing
        throw;
    }
    return name;
}

ServerConnection::Description Session::describe_prepared(const std::string& name) {
    return translated([&] { return connection_.describe_prepared(name); });
}

void Session::describe(std::vector<sdk::Column>& columns, std::vector<sdk::PostgresqlCellPlan>& plans) {
    types_.describe(columns, plans, [this](const std::string& sql, auto&& add) {
        for (const pqxx::row& row : run(sql))
            add(row[0].as<std::uint32_t>(), row[1].c_str(), row[2].as<std::uint32_t>());
    });
}

void Session::forget(std::string name) noexcept {
    if (name.empty()) return;
    try {
        forgotten_.push_back(std::move(name));
        deallocate();
    } catch (...) {
        // It stays on the server until the connection ends.
    }
}

void Session::deallocate() {
    while (!forgotten_.empty() && open() && transaction_state() == DBWAY_TX_STATE_IDLE) {
        const std::string name = std::move(forgotten_.back());
        forgotten_.pop_back();
        try {
            limited(Canceller::Way::complete, [&] { connection_.unprepare(name); });
        } catch (const sdk::Failure&) {
            // The application has done it already (DEALLOCATE ALL).
        }
    }
}

std::vector<sdk::Column> columns_of(const pqxx::result& result) {
    std::vector<sdk::Column> columns(result.columns());
    for (unsigned i = 0; i < result.columns(); ++i) {
        columns[i].name = result.column_name(i);
        columns[i].native_type = result.column_type(i);
    }
    return columns;
}

}  // namespace dbway::pq
