#include "postgresql/session.hpp"

#include "postgresql/cancel.hpp"
#include "postgresql/errors.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/option_text.hpp>
#include <dbway/sdk/postgresql_session.hpp>

#include <poll.h>

#include <algorithm>
#include <memory>
#include <new>
#include <string_view>

namespace dbway::orm::postgresql {
namespace {

using Clock = Canceller::Clock;

// SOCI reads the string before libpq does: it ends a value at a blank, unless there are quotation marks
// around it, which it takes away.
void add(std::string& text, std::string_view keyword, std::string_view value) {
    if (value.empty()) return;
    const bool blank =
        std::any_of(value.begin(), value.end(), [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); });
    if (blank && value.find('"') != std::string_view::npos)
        throw sdk::Failure(DBWAY_ERR_INVALID,
                           "option '" + std::string(keyword) +
                               "' contains a blank and a quotation mark, which SOCI cannot "
                               "pass on");
    text.append(keyword).append(blank ? "=\"'" : "='");
    for (const char c : value) {
        if (c == '\'' || c == '\\') text += '\\';
        text += c;
    }
    text += blank ? "'\" " : "' ";
}

// libpq counts in whole seconds, and waits two at least.
std::string connect_string(const ConnectOptions& options, const sdk::PostgresqlTarget& target,
                           Clock::time_point deadline) {
    std::string text;
    for (const auto& [keyword, value] : options.keywords) add(text, keyword, value);
    add(text, "host", target.host);
    add(text, "hostaddr", target.hostaddr);
    add(text, "port", target.port);
    add(text, "target_session_attrs", target.session_attributes);
    std::int64_t seconds = options.connect_timeout.count();
    if (deadline != Clock::time_point::max()) {
        const auto left = std::chrono::ceil<std::chrono::seconds>(deadline - Clock::now()).count();
        seconds = std::max<std::int64_t>(1, seconds == 0 ? left : std::min<std::int64_t>(seconds, left));
    }
    if (seconds != 0) add(text, "connect_timeout", std::to_string(seconds));
    return text;
}

struct Clear {
    void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, Clear>;

// The parameters of a statement's next execution, one for each place. The nodes stay from one to the next.
void use(soci::postgresql_statement_backend& statement, std::span<char*> values) {
    auto& buffers = statement.useByPosBuffers_;
    if (buffers.size() != values.size()) {
        buffers.clear();
        for (std::size_t i = 0; i < values.size(); ++i) buffers[static_cast<int>(i)] = nullptr;
    }
    std::size_t i = 0;
    for (auto& [place, buffer] : buffers) buffer = &values[i++];
}

}  // namespace

Session::Session(const sdk::OpenRequest& request, const ConnectOptions& options)
    : settings_(sdk::postgresql_session_settings(options.read_only)),
      reporter_(request.reporter),
      canceller_(options.cancel_timeout) {
    connect(options, request.deadline);
    PQsetNoticeReceiver(handle_, on_notice, this);
    attach_canceller();
}

Session::~Session() {
    PQsetNoticeReceiver(
        handle_, [](void*, const PGresult*) {}, nullptr);
    // They end with the session: SOCI need not take them from the server one by one.
    for (SociStatement& statement : forgotten_) statement->statementName_.clear();
}

void Session::connect(const ConnectOptions& options, Clock::time_point deadline) {
    std::string reasons;
    for (std::size_t i = 0;; ++i) {
        try {
            soci_.open(soci::postgresql, connect_string(options, options.targets[i], deadline));
            break;
        } catch (const soci::soci_error& error) {
            // Every server's reason counts; the last one decides what the caller can do about it.
            sdk::Diagnostic why = connect_diagnostic(error.get_error_message());
            if (!reasons.empty()) why.message = reasons + "; " + why.message;
            reasons = why.message;
            if (i + 1 == options.targets.size() || Clock::now() >= deadline ||
                !sdk::worth_another_postgresql_target(why.sqlstate))
                throw sdk::Failure(std::move(why));
        }
    }
    handle_ = static_cast<soci::postgresql_session_backend*>(soci_.get_backend())->conn_;
}

// Through a pooler the process that libpq knows is none of the server's, and a cancel could stop another's
// statement.
void Session::attach_canceller() {
    canceller_.attach(PQsocket(handle_));
    const SociStatement process = run("SELECT pg_catalog.pg_backend_pid()");
    if (std::to_string(PQbackendPID(handle_)) != PQgetvalue(result_of(*process), 0, 0)) return;
    canceller_.ask_by(make_cancel(handle_));
}

std::uint32_t Session::transaction_state() const noexcept {
    switch (PQtransactionStatus(handle_)) {
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

void Session::fail(const PGresult* result) {
    if (canceller_.lost() && canceller_.cancelled()) throw sdk::Failure(sdk::postgresql_given_up());
    if (!open()) throw sdk::Failure(lost_diagnostic(result, PQerrorMessage(handle_)));
    if (result == nullptr) throw std::bad_alloc();
    throw sdk::Failure(result_diagnostic(result));
}

// SOCI takes a colon in a comment or in a dollar-quoted text for a parameter of its own, and prepares what it
// made of the text; so it gets an empty one to rewrite, and then the text as it is.
SociStatement Session::make_statement(const std::string& sql) {
    SociStatement statement = make_backend_statement<soci::postgresql_statement_backend>(soci_);
    statement->prepare(std::string(), soci::details::st_one_time_query);
    statement->query_ = sql;
    return statement;
}

SociStatement Session::prepare(const std::string& sql, Description& description) {
    deallocate();
    SociStatement statement = make_statement(sql);
    const std::string name = "dbway_" + std::to_string(++last_name_);
    check_running();
    const Canceller::Call call(canceller_, Canceller::Way::stop);
    keep_settings();
    const Result prepared(PQprepare(handle_, name.c_str(), sql.c_str(), 0, nullptr));
    if (PQresultStatus(prepared.get()) != PGRES_COMMAND_OK) fail(prepared.get());
    // From here on it executes this one, and takes it from the server when it ends.
    statement->statementName_ = name;
    statement->stType_ = soci::details::st_repeatable_query;
    const Result described(PQdescribePrepared(handle_, name.c_str()));
    if (PQresultStatus(described.get()) != PGRES_COMMAND_OK) fail(described.get());
    description.columns = columns_of(described.get());
    description.parameters.assign(static_cast<std::size_t>(PQnparams(described.get())), {});
    for (std::size_t i = 0; i < description.parameters.size(); ++i)
        description.parameters[i].native_type = PQparamtype(described.get(), static_cast<int>(i));
    return statement;
}

void Session::forget(SociStatement statement) noexcept {
    if (statement == nullptr) return;
    statement->result_.reset();
    if (statement->statementName_.empty()) return;
    try {
        forgotten_.push_back(std::move(statement));
    } catch (...) {
        // It stays on the server until the connection ends.
        statement->statementName_.clear();
        return;
    }
    deallocate();
}

void Session::deallocate() noexcept {
    if (forgotten_.empty() || !open() || transaction_state() != DBWAY_TX_STATE_IDLE) return;
    const Canceller::Call call(canceller_, Canceller::Way::complete);
    forgotten_.clear();
}

void Session::execute(soci::postgresql_statement_backend& statement, std::span<char*> values) {
    check_running();
    {
        const Canceller::Call call(canceller_, Canceller::Way::stop);
        keep_settings();
        use(statement, values);
        try {
            statement.execute(0);
        } catch (const soci::soci_error&) {
            const ExecStatusType status = PQresultStatus(result_of(statement));
            const bool copy =
                status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH;
            if (!copy || !open()) fail(result_of(statement));
        }
    }
    if (PQtransactionStatus(handle_) != PQTRANS_ACTIVE) [[likely]]
        return;
    // A COPY among ordinary statements leaves the connection waiting for rows.
    clean_up(std::string());
    throw sdk::Failure(
        DBWAY_ERR_INVALID,
        "COPY from or to the client is no statement of its own here; use a COPY_IN or COPY_OUT "
        "request",
        "0A000");
}

SociStatement Session::run(const std::string& sql) {
    SociStatement statement = make_statement(sql);
    execute(*statement, {});
    return statement;
}

// As SOCI's own begin() and commit() do it. Nothing is read here that the styles would change; they are
// looked at before the next statement. A change that the server does not tell is undone now: undone inside
// the transaction, it would come back with its rollback, and nobody would know.
void Session::control(const std::string& sql) {
    check_running();
    const Canceller::Call call(canceller_, Canceller::Way::stop);
    if (doubtful_settings_) [[unlikely]]
        keep_settings();
    const Result result(PQexec(handle_, sql.c_str()));
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) fail(result.get());
}

void Session::describe(std::vector<sdk::Column>& columns, std::vector<sdk::PostgresqlCellPlan>& plans) {
    types_.describe(columns, plans, [this](const std::string& sql, auto&& add) {
        const SociStatement statement = run(sql);
        const PGresult* const rows = result_of(*statement);
        const auto number = [rows](int row, int column) {
            return sdk::detail::parse_number<std::uint32_t>(PQgetvalue(rows, row, column)).value_or(0);
        };
        for (int row = 0; row < PQntuples(rows); ++row)
            add(number(row, 0), PQgetvalue(rows, row, 1), number(row, 2));
    });
}

void Session::clean_up(const std::string& sql) noexcept {
    if (!open()) return;
    const Canceller::Call call(canceller_, Canceller::Way::complete);
    // What cannot be taken back is rolled back already, or the connection is lost, which open() tells.
    PQclear(PQexec(handle_, sql.c_str()));
}

bool Session::has_expected_styles() const noexcept {
    return sdk::has_postgresql_styles([this](const char* name) { return PQparameterStatus(handle_, name); });
}

// Values are read from the text that the session's styles give them. A statement that has set others is
// undone before the next one, except where the transaction has failed and will be rolled back, its settings
// as well.
void Session::keep_settings() {
    if (!doubtful_settings_ && has_expected_styles()) [[likely]]
        return;
    if (transaction_state() == DBWAY_TX_STATE_FAILED) return;
    const Result result(PQexec(handle_, settings_.c_str()));
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) fail(result.get());
    doubtful_settings_ = false;
}

void Session::check_idle() {
    // The server's last words come before the end that they announce.
    pollfd socket{PQsocket(handle_), POLLIN, 0};
    bool lives = open();
    while (lives && poll(&socket, 1, 0) > 0) {
        lives = PQconsumeInput(handle_) != 0;
        PQfreemem(PQnotifies(handle_));  // reads what has come; there is nothing to listen to
        lives = lives && open();
    }
    if (lives) return;
    throw sdk::Failure(lost_diagnostic(nullptr, PQerrorMessage(handle_)));
}

void Session::on_notice(void* self, const PGresult* result) {
    sdk::Reporter* const reporter = static_cast<Session*>(self)->reporter_;
    if (reporter == nullptr) return;
    try {
        sdk::Diagnostic diagnostic = result_diagnostic(result);
        diagnostic.status = DBWAY_OK;
        diagnostic.severity = DBWAY_LOG_INFO;
        reporter->notice(diagnostic);
    } catch (...) {
        // Out of memory: a notice less.
    }
}

std::vector<sdk::Column> columns_of(const PGresult* result) {
    std::vector<sdk::Column> columns(static_cast<std::size_t>(PQnfields(result)));
    for (std::size_t i = 0; i < columns.size(); ++i) {
        columns[i].name = PQfname(result, static_cast<int>(i));
        columns[i].native_type = PQftype(result, static_cast<int>(i));
    }
    return columns;
}

}  // namespace dbway::orm::postgresql
