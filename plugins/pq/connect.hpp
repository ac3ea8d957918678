// connect.hpp - the server connection: libpqxx's, opened by a connection policy of our own.
//
// The policy is libpqxx's hook for "how to connect". Its own ones wait without a deadline and lose the
// SQLSTATE of a refusal. It also sees libpq's handle, which tells the state of the transaction; nothing else
// is asked of libpq behind libpqxx's back.
#pragma once

#include "options.hpp"

#include <dbway/sdk/provider.hpp>

#include <libpq-fe.h>
#include <pqxx/pqxx>

#include <string>

namespace dbway::pq {

// Connects once, never again: a connection that came back by itself would have lost its transaction, its
// prepared statements and its settings without anybody's knowledge.
class ConnectPolicy final : public pqxx::connectionpolicy {
  public:
    ConnectPolicy(const ConnectOptions& options, sdk::Request::Clock::time_point deadline);

    // Throws Failure.
    handle do_startconnect(handle existing) override;
    // libpqxx calls it right before it forgets the handle.
    handle do_disconnect(handle existing) noexcept override;

    PGconn* connected() const noexcept { return connected_; }

  private:
    const ConnectOptions& options_;
    sdk::Request::Clock::time_point deadline_;
    PGconn* connected_ = nullptr;
    bool used_ = false;
};

// [serial], except cancel_query().
class ServerConnection final : public pqxx::connection_base {
  public:
    // Throws Failure.
    ServerConnection(const ConnectOptions& options, sdk::Request::Clock::time_point deadline);
    ~ServerConnection();
    ServerConnection(const ServerConnection&) = delete;
    ServerConnection& operator=(const ServerConnection&) = delete;

    PGTransactionStatusType transaction_status() const noexcept {
        return PQtransactionStatus(policy_.connected());
    }
    // What libpq says last; empty without a connection.
    std::string last_message() const;
    std::string server_version_text() const;

  private:
    ConnectPolicy policy_;
};

}  // namespace dbway::pq
