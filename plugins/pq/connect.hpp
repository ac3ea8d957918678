// connect.hpp - the server connection: libpqxx's, opened by a connection policy of our own.
//
// The policy is libpqxx's hook for "how to connect". Its own ones wait without a deadline and lose the
// SQLSTATE of a refusal. It also sees libpq's handle, which tells what libpqxx has no call for and a host
// needs: the state of the transaction, and what a prepared statement takes and yields.
#pragma once

#include "options.hpp"

#include <dbway/sdk/postgresql_cancel.hpp>
#include <dbway/sdk/provider.hpp>

#include <libpq-fe.h>
#include <pqxx/pqxx>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dbway::pq {

// Connects once, never again: a connection that came back by itself would have lost its transaction, its
// prepared statements and its settings without anybody's knowledge.
class ConnectPolicy final : public pqxx::connectionpolicy {
  public:
    // `settings`: statements for the session, part of what the deadline limits.
    ConnectPolicy(const ConnectOptions& options, const std::string& settings,
                  sdk::Request::Clock::time_point deadline);

    // Throws Failure.
    handle do_startconnect(handle existing) override;
    // libpqxx calls it right before it forgets the handle.
    handle do_disconnect(handle existing) noexcept override;

    PGconn* connected() const noexcept { return connected_; }
    std::optional<sdk::PostgresqlCancelKey> cancel_key() const noexcept { return cancel_key_; }

  private:
    const ConnectOptions& options_;
    const std::string& settings_;
    sdk::Request::Clock::time_point deadline_;
    PGconn* connected_ = nullptr;
    std::optional<sdk::PostgresqlCancelKey> cancel_key_;
    bool used_ = false;
};

// [serial]
class ServerConnection final : public pqxx::connection_base {
  public:
    // Throws Failure.
    ServerConnection(const ConnectOptions& options, const std::string& settings,
                     sdk::Request::Clock::time_point deadline);
    ~ServerConnection();
    ServerConnection(const ServerConnection&) = delete;
    ServerConnection& operator=(const ServerConnection&) = delete;

    // What the server tells of a statement that prepare_now() has prepared, in a round trip of its own.
    struct Description {
        std::vector<std::pair<std::string, std::uint32_t>> columns;  // names and types
        std::vector<std::uint32_t> parameters;                       // types
    };
    // Throws pqxx::broken_connection.
    Description describe_prepared(const std::string& name);

    PGTransactionStatusType transaction_status() const noexcept {
        return PQtransactionStatus(policy_.connected());
    }
    std::optional<sdk::PostgresqlCancelKey> cancel_key() const noexcept { return policy_.cancel_key(); }
    // Whether the server says that the session writes dates and intervals as the provider reads them.
    bool has_expected_styles() const noexcept;
    // What libpq says last; empty without a connection.
    std::string last_message() const;
    std::string server_version_text() const;

  private:
    ConnectPolicy policy_;
};

}  // namespace dbway::pq
