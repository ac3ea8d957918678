#include "connector.hpp"

#include "server_message.hpp"

#include <poll.h>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace dbway::pgx {
namespace {

sdk::Diagnostic failure_of(const PGconn* connection) {
    sdk::Diagnostic why = connect_failure(PQerrorMessage(connection));
    // libpq's own word for a password that is asked for and not there has no code.
    if (why.sqlstate == "08001" && PQconnectionNeedsPassword(connection) != 0) {
        why.status = DBWAY_ERR_AUTH;
        why.sqlstate = "28P01";
        why.flags &= ~std::uint32_t{DBWAY_DIAG_RETRY};
    }
    return why;
}

std::string in_words(const sdk::PostgresqlTarget& target) {
    std::string text = target.host.empty() ? target.hostaddr : target.host;
    if (text.empty()) text = "the default host";
    if (!target.port.empty()) text.append(", port ").append(target.port);
    return text;
}

}  // namespace

Connector::Connector(const ConnectionOptions& options, Clock::time_point deadline, NoticeHandler notices,
                     void* context)
    : options_(options), whole_deadline_(deadline), notices_(notices), context_(context) {
    start();
}

void Connector::start() {
    const sdk::PostgresqlConnectParameters parameters(options_, options_.targets[target_]);
    connection_.reset(PQconnectStartParams(parameters.keywords(), parameters.values(), 0));
    if (!connection_) throw std::bad_alloc();
    // Puts the SQLSTATE into the text of an error, which is the only place for it before a connection stands.
    PQsetErrorVerbosity(connection_.get(), PQERRORS_VERBOSE);
    PQsetNoticeReceiver(connection_.get(), notices_, context_);
    if (std::FILE* const stream = trace_.begin()) {
        PQtrace(connection_.get(), stream);
        PQsetTraceFlags(connection_.get(), PQTRACE_SUPPRESS_TIMESTAMPS);
    }
    events_ = POLLOUT;
    attempt_deadline_ = whole_deadline_;
    if (options_.connect_timeout.count() > 0)
        attempt_deadline_ = std::min(whole_deadline_, Clock::now() + options_.connect_timeout);
}

bool Connector::advance() {
    for (;;) {
        if (PQstatus(connection_.get()) == CONNECTION_BAD) {
            give_up_target(failure_of(connection_.get()));
            continue;
        }
        // libpq wants to be called again only once its socket is ready.
        pollfd ready{PQsocket(connection_.get()), events_, 0};
        if (poll(&ready, 1, 0) == 0) {
            if (Clock::now() < attempt_deadline_) return false;
            sdk::Diagnostic late;
            late.status = DBWAY_ERR_TIMEOUT;
            late.flags = DBWAY_DIAG_RETRY | DBWAY_DIAG_NOT_EXECUTED | DBWAY_DIAG_CONN_DEAD;
            late.sqlstate = "08001";
            late.message = "no connection to " + in_words(options_.targets[target_]) + " in time";
            give_up_target(std::move(late), Clock::now() >= whole_deadline_);
            continue;
        }
        switch (PQconnectPoll(connection_.get())) {
            case PGRES_POLLING_OK:
                PQuntrace(connection_.get());
                cancel_key_ = trace_.end();
                return true;
            case PGRES_POLLING_READING:
                events_ = POLLIN;
                break;
            case PGRES_POLLING_WRITING:
                events_ = POLLOUT;
                break;
            default:
                give_up_target(failure_of(connection_.get()));
                break;
        }
    }
}

void Connector::give_up_target(sdk::Diagnostic why, bool last) {
    last =
        last || target_ + 1 == options_.targets.size() || !sdk::worth_another_postgresql_target(why.sqlstate);
    // Every server's reason counts; the last one decides what the caller can do about it.
    if (!failure_.message.empty()) why.message = failure_.message + "; " + why.message;
    failure_ = std::move(why);
    if (last) fail();
    ++target_;
    start();
}

void Connector::fail() {
    connection_.reset();
    throw sdk::Failure(std::move(failure_));
}

}  // namespace dbway::pgx
