#include "connect.hpp"

#include "errors.hpp"

#include <dbway/sdk/failure.hpp>

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>
#include <new>
#include <vector>

namespace dbway::pq {
namespace {

using Clock = sdk::Request::Clock;

struct Finish {
    void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
};
using Handle = std::unique_ptr<PGconn, Finish>;

void ignore_notice(void*, const char*) {}

class Parameters {
  public:
    explicit Parameters(const ConnectOptions& options) {
        for (const auto& [keyword, value] : options.keywords) {
            keywords_.push_back(keyword.c_str());
            values_.push_back(value.c_str());
        }
        keywords_.push_back(nullptr);
        values_.push_back(nullptr);
    }
    const char* const* keywords() const noexcept { return keywords_.data(); }
    const char* const* values() const noexcept { return values_.data(); }

  private:
    std::vector<const char*> keywords_;
    std::vector<const char*> values_;
};

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

// Verbose errors have the SQLSTATE in their text, and the verbosity can be set only before the first poll.
Handle connect_one(const Parameters& parameters, Clock::time_point deadline) {
    Handle handle(PQconnectStartParams(parameters.keywords(), parameters.values(), 0));
    if (handle == nullptr) throw std::bad_alloc();
    PQsetErrorVerbosity(handle.get(), PQERRORS_VERBOSE);
    PQsetNoticeProcessor(handle.get(), ignore_notice, nullptr);
    if (PQstatus(handle.get()) == CONNECTION_BAD) throw sdk::Failure(connect_diagnostic(handle.get()));
    for (PostgresPollingStatusType next = PGRES_POLLING_WRITING; next != PGRES_POLLING_OK;
         next = PQconnectPoll(handle.get())) {
        if (next == PGRES_POLLING_FAILED) throw sdk::Failure(connect_diagnostic(handle.get()));
        pollfd socket{PQsocket(handle.get()),
                      static_cast<short>(next == PGRES_POLLING_READING ? POLLIN : POLLOUT), 0};
        for (int ready = 0; ready <= 0;) {
            ready = poll(&socket, 1, milliseconds_until(deadline));
            if (ready < 0 && errno != EINTR) throw sdk::Failure(connect_diagnostic(handle.get()));
            if (ready == 0 && Clock::now() >= deadline) timed_out();
        }
    }
    PQsetErrorVerbosity(handle.get(), PQERRORS_DEFAULT);
    return handle;
}

// Only libpq itself can leave a host that does not answer for the next one. Its limit is per host and in
// whole seconds.
Handle connect_first_of_several(const ConnectOptions& options, Clock::time_point deadline) {
    ConnectOptions limited = options;
    if (deadline != Clock::time_point::max()) {
        const auto left = std::chrono::ceil<std::chrono::seconds>(deadline - Clock::now()).count();
        const std::int64_t seconds = std::clamp<std::int64_t>(left, 2, 1'000'000);
        const std::int64_t wanted = options.connect_timeout.count();
        limited.keywords["connect_timeout"] =
            std::to_string(wanted > 0 ? std::min(wanted, seconds) : seconds);
    }
    const Parameters parameters(limited);
    Handle handle(PQconnectdbParams(parameters.keywords(), parameters.values(), 0));
    if (handle == nullptr) throw std::bad_alloc();
    if (PQstatus(handle.get()) != CONNECTION_OK) throw sdk::Failure(connect_diagnostic(handle.get()));
    return handle;
}

}  // namespace

ConnectPolicy::ConnectPolicy(const ConnectOptions& options, Clock::time_point deadline)
    : pqxx::connectionpolicy(std::string()), options_(options), deadline_(deadline) {}

pqxx::connectionpolicy::handle ConnectPolicy::do_startconnect(handle existing) {
    if (existing != nullptr) return existing;
    if (used_) throw pqxx::broken_connection("the connection is lost");
    used_ = true;
    Handle handle;
    if (options_.several_hosts) {
        handle = connect_first_of_several(options_, deadline_);
    } else {
        Clock::time_point deadline = deadline_;
        if (options_.connect_timeout.count() > 0)
            deadline = std::min(deadline, Clock::now() + options_.connect_timeout);
        handle = connect_one(Parameters(options_), deadline);
    }
    connected_ = handle.release();
    return connected_;
}

pqxx::connectionpolicy::handle ConnectPolicy::do_disconnect(handle existing) noexcept {
    connected_ = nullptr;
    return pqxx::connectionpolicy::do_disconnect(existing);
}

ServerConnection::ServerConnection(const ConnectOptions& options, Clock::time_point deadline)
    : pqxx::connection_base(policy_), policy_(options, deadline) {
    init();
}

ServerConnection::~ServerConnection() { close(); }

ServerConnection::Description ServerConnection::describe_prepared(const std::string& name) {
    struct Clear {
        void operator()(PGresult* result) const noexcept { PQclear(result); }
    };
    const std::unique_ptr<PGresult, Clear> result(PQdescribePrepared(policy_.connected(), name.c_str()));
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

std::string ServerConnection::last_message() const {
    return policy_.connected() == nullptr ? std::string() : PQerrorMessage(policy_.connected());
}

std::string ServerConnection::server_version_text() const {
    const char* text = PQparameterStatus(policy_.connected(), "server_version");
    return text == nullptr ? std::string() : text;
}

}  // namespace dbway::pq
