#include "postgresql/cancel.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace dbway::orm::postgresql {
namespace {

using Clock = Canceller::Clock;
using Keywords = std::map<std::string, std::string>;

struct Finish {
    void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
};
using Handle = std::unique_ptr<PGconn, Finish>;
struct Clear {
    void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, Clear>;

// What the session was opened with, at the one server that it has reached.
Keywords keywords_of(PGconn* connection) {
    Keywords keywords;
    PQconninfoOption* const options = PQconninfo(connection);
    for (const PQconninfoOption* option = options; option != nullptr && option->keyword != nullptr; ++option)
        if (option->val != nullptr) keywords[option->keyword] = option->val;
    PQconninfoFree(options);
    keywords.erase("target_session_attrs");
    keywords.erase("options");
    const auto replace = [&](const char* keyword, const char* value) {
        keywords.erase(keyword);
        if (value != nullptr && *value != '\0') keywords[keyword] = value;
    };
    replace("host", PQhost(connection));
    replace("hostaddr", PQhostaddr(connection));
    replace("port", PQport(connection));
    return keywords;
}

bool wait_for(PGconn* connection, short events, Clock::time_point limit) {
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(limit - Clock::now()).count();
        if (left <= 0) return false;
        pollfd socket{PQsocket(connection), events, 0};
        const int count = poll(&socket, 1, static_cast<int>(std::min<std::int64_t>(left, 60'000)));
        if (count > 0) return true;
        if (count < 0 && errno != EINTR) return false;
    }
}

Handle connect(const Keywords& keywords, Clock::time_point limit) {
    std::vector<const char*> names;
    std::vector<const char*> values;
    for (const auto& [name, value] : keywords) {
        names.push_back(name.c_str());
        values.push_back(value.c_str());
    }
    names.push_back(nullptr);
    values.push_back(nullptr);
    Handle handle(PQconnectStartParams(names.data(), values.data(), 0));
    if (handle == nullptr || PQstatus(handle.get()) == CONNECTION_BAD) return nullptr;
    for (PostgresPollingStatusType next = PGRES_POLLING_WRITING; next != PGRES_POLLING_OK;
         next = PQconnectPoll(handle.get()))
        if (next == PGRES_POLLING_FAILED ||
            !wait_for(handle.get(), next == PGRES_POLLING_READING ? POLLIN : POLLOUT, limit))
            return nullptr;
    return handle;
}

Canceller::Answer ask(const Keywords& keywords, const std::string& sql, Clock::time_point limit) {
    const Handle handle = connect(keywords, limit);
    if (handle == nullptr) return Canceller::Answer::unsent;
    PQsetNoticeProcessor(
        handle.get(), [](void*, const char*) {}, nullptr);
    if (PQsendQuery(handle.get(), sql.c_str()) == 0) return Canceller::Answer::unsent;
    for (;;) {
        while (PQisBusy(handle.get()) != 0)
            if (!wait_for(handle.get(), POLLIN, limit) || PQconsumeInput(handle.get()) == 0)
                return Canceller::Answer::doubtful;
        if (Result(PQgetResult(handle.get())) == nullptr) return Canceller::Answer::told;
    }
}

}  // namespace

Canceller::Ask make_cancel(PGconn* connection) {
    return [keywords = keywords_of(connection), sql = "SELECT pg_catalog.pg_cancel_backend(" +
                                                      std::to_string(PQbackendPID(connection)) +
                                                      ")"](Clock::time_point limit) noexcept {
        try {
            return ask(keywords, sql, limit);
        } catch (...) {
            return Canceller::Answer::doubtful;
        }
    };
}

}  // namespace dbway::orm::postgresql
