// Opening a connection: libpq's start, poll and authentication, one server after the other.
#pragma once

#include "options.hpp"
#include "transport.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/postgresql_cancel.hpp>

#include <libpq-fe.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

namespace dbway::pgx {

struct FinishConnection {
    void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
};
using ConnectionHandle = std::unique_ptr<PGconn, FinishConnection>;

// Not thread-safe. Nothing but the resolution of host names, which libpq leaves to the system, waits here.
class Connector {
  public:
    using NoticeHandler = void (*)(void* context, const PGresult* notice);

    // `notices` gets the server's notices as long as libpq reads from the connection.
    Connector(const ConnectionOptions& options, Clock::time_point deadline, NoticeHandler notices,
              void* context);

    // Goes as far as it can. True: connection() is open. False: wait for descriptor() to be ready for
    // events(), at most until deadline(). Throws sdk::Failure when no server is left to try.
    bool advance();

    int descriptor() const noexcept { return PQsocket(connection_.get()); }
    short events() const noexcept { return events_; }
    Clock::time_point deadline() const noexcept { return attempt_deadline_; }

    ConnectionHandle take() noexcept { return std::move(connection_); }
    // Of the connection that take() gave.
    std::optional<sdk::PostgresqlCancelKey> cancel_key() const noexcept { return cancel_key_; }

  private:
    void start();
    // Goes on to the next server unless this is the `last`.
    void give_up_target(sdk::Diagnostic why, bool last = false);
    [[noreturn]] void fail();

    const ConnectionOptions& options_;
    Clock::time_point whole_deadline_;
    Clock::time_point attempt_deadline_ = Clock::time_point::max();
    NoticeHandler notices_;
    void* context_;
    std::size_t target_ = 0;
    sdk::PostgresqlConnectTrace trace_;
    ConnectionHandle connection_;
    std::optional<sdk::PostgresqlCancelKey> cancel_key_;
    short events_ = 0;
    sdk::Diagnostic failure_;  // of all attempts so far
};

}  // namespace dbway::pgx
