#include "connect.hpp"

#include "errors.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/postgresql_session.hpp>

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <memory>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

namespace dbway::pq {
namespace {

using Clock = sdk::Request::Clock;

struct Finish {
    void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
};
using Handle = std::unique_ptr<PGconn, Finish>;

void ignore_notice(void*, const char*) {}

[[noreturn]] void timed_out() {
    sdk::Diagnostic diagnostic;
    diagnostic.status = DBWAY_ERR_TIMEOUT;
    diagnostic.flags = DBWAY_DIAG_NOT_EXECUTED | DBWAY_DIAG_RETRY;
    diagnostic.sqlstate = "08001";
    diagnostic.message = "the server did not answer before the time for connecting was over";
    throw sdk::Failure(std::move(diagnostic));
}

// Milliseconds for poll(), rounded up; -1 for ever.
int milliseconds_until(Clock::time_point deadline) {
    if (deadline == Clock::time_point::max()) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
}

void wait_for(PGconn* connection, short events, Clock::time_point deadline) {
    pollfd socket{PQsocket(connection), events, 0};
    for (int ready = 0; ready <= 0;) {
        ready = poll(&socket, 1, milliseconds_until(deadline));
        if (ready < 0 && errno != EINTR) throw sdk::Failure(connect_diagnostic(connection));
        if (ready == 0 && Clock::now() >= deadline) timed_out();
    }
}

struct Clear {
    void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, Clear>;

void set_up(PGconn* connection, const std::string& settings, Clock::time_point deadline) {
    const auto fail = [&] { throw sdk::Failure(connect_diagnostic(connection)); };
    if (PQsendQuery(connection, settings.c_str()) == 0) fail();
    for (;;) {
        while (PQisBusy(connection) != 0) {
            wait_for(connection, POLLIN, deadline);
            if (PQconsumeInput(connection) == 0) fail();
        }
        const Result result(PQgetResult(connection));
        if (result == nullptr) return;
        if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) fail();
    }
}

// Verbose errors have the SQLSTATE in their text, and the verbosity can be set only before the first poll.
Handle connect_one(const sdk::PostgresqlConnectParameters& parameters, const std::string& settings,
                   Clock::time_point deadline, std::optional<sdk::PostgresqlCancelKey>& cancel_key) {
    sdk::PostgresqlConnectTrace trace;
    Handle handle(PQconnectStartParams(parameters.keywords(), parameters.values(), 0));
    if (handle == nullptr) throw std::bad_alloc();
    PQsetErrorVerbosity(handle.get(), PQERRORS_VERBOSE);
    PQsetNoticeProcessor(handle.get(), ignore_notice, nullptr);
    if (PQstatus(handle.get()) == CONNECTION_BAD) throw sdk::Failure(connect_diagnostic(handle.get()));
    if (std::FILE* const stream = trace.begin()) {
        PQtrace(handle.get(), stream);
        PQsetTraceFlags(handle.get(), PQTRACE_SUPPRESS_TIMESTAMPS);
    }
    for (PostgresPollingStatusType next = PGRES_POLLING_WRITING; next != PGRES_POLLING_OK;
         next = PQconnectPoll(handle.get())) {
        if (next == PGRES_POLLING_FAILED) throw sdk::Failure(connect_diagnostic(handle.get()));
        wait_for(handle.get(), next == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline);
    }
    PQuntrace(handle.get());
    cancel_key = trace.end();
    set_up(handle.get(), settings, deadline);
    PQsetErrorVerbosity(handle.get(), PQERRORS_DEFAULT);
    return handle;
}

}  // namespace

ConnectPolicy::ConnectPolicy(const ConnectOptions& options, const std::string& settings,
                             Clock::time_point deadline)
    : pqxx::connectionpolicy(std::string()), options_(options), settings_(settings), deadline_(deadline) {}

pqxx::connectionpolicy::handle ConnectPolicy::do_startconnect(handle existing) {
    if (existing != nullptr) return existing;
    if (used_) throw pqxx::broken_connection("the connection is lost");
    used_ = true;
    std::string reasons;
    for (std::size_t i = 0;; ++i) {
        Clock::time_point deadline = deadline_;
        if (options_.connect_timeout.count() > 0)
            deadline = std::min(deadline, Clock::now() + options_.connect_timeout);
        try {
            const sdk::PostgresqlConnectParameters parameters(options_, options_.targets[i]);
            connected_ = connect_one(parameters, settings_, deadline, cancel_key_).release();
            return connected_;
        } catch (const sdk::Failure& failure) {
            // Every server's reason counts; the last one decides what the caller can do about it.
            sdk::Diagnostic why = failure.diagnostic();
            if (!reasons.empty()) why.message = reasons + "; " + why.message;
            reasons = why.message;
            if (i + 1 == options_.targets.size() || Clock::now() >= deadline_ ||
                !sdk::worth_another_postgresql_target(why.sqlstate))
                throw sdk::Failure(std::move(why));
        }
    }
}

pqxx::connectionpolicy::handle ConnectPolicy::do_disconnect(handle existing) noexcept {
    connected_ = nullptr;
    return pqxx::connectionpolicy::do_disconnect(existing);
}

ServerConnection::ServerConnection(const ConnectOptions& options, const std::string& settings,
                                   Clock::time_point deadline)
    : pqxx::connection_base(policy_), policy_(options, settings, deadline) {
    init();
}

ServerConnection::~ServerConnection() { close(); }

ServerConnection::Description ServerConnection::describe_prepared(const std::string& name) {
    const Result result(PQdescribePrepared(policy_.connected(), name.c_str()));
    if (!is_open()) throw pqxx::broken_connection();
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK)
        throw pqxx::failure(PQresultErrorMessage(result.get()));
    Description description;
    for (int i = 0; i < PQnfields(result.get()); ++i)
        description.columns.emplace_back(PQfname(result.get(), i), PQftype(result.get(), i));
    for (int i = 0; i < PQnparams(result.get()); ++i)
        description.parameters.push_back(PQparamtype(result.get(), i));
    return description;
}

bool ServerConnection::has_expected_styles() const noexcept {
    return sdk::has_postgresql_styles(
        [this](const char* name) { return PQparameterStatus(policy_.connected(), name); });
}

std::string ServerConnection::last_message() const {
    return policy_.connected() == nullptr ? std::string() : PQerrorMessage(policy_.connected());
}

std::string ServerConnection::server_version_text() const {
    const char* text = PQparameterStatus(policy_.connected(), "server_version");
    return text == nullptr ? std::string() : text;
}

}  // namespace dbway::pq
