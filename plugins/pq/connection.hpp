// connection.hpp - a PostgreSQL session as a connection of the SDK.
#pragma once

#include "notifications.hpp"
#include "options.hpp"
#include "session.hpp"

#include <dbway/sdk/provider.hpp>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace dbway::pq {

// What a connection can do (DBWAY_CAP_*).
std::uint64_t capabilities(bool read_only) noexcept;

// [serial], except cancel().
class PqConnection final : public sdk::Connection {
  public:
    explicit PqConnection(const sdk::OpenRequest& request);
    ~PqConnection() override;

    std::unique_ptr<sdk::Statement> prepare(std::string_view sql, std::span<const dbway_value>) override;
    std::unique_ptr<sdk::Statement> query(std::string_view sql, std::span<const dbway_value>) override;
    const sdk::ConnectionInfo& info() const override { return info_; }
    std::uint32_t transaction_state() const override { return session_.transaction_state(); }
    bool dead() const noexcept override { return !session_.open(); }
    sdk::Dialect dialect() const override { return sdk::Dialect::postgresql; }

    void begin(std::uint32_t flags, const sdk::Request&) override;
    void commit(const sdk::Request&) override;
    void rollback(const sdk::Request&) override;
    void savepoint(std::string_view name, const sdk::Request&) override;
    void release(std::string_view name, const sdk::Request&) override;
    void rollback_to(std::string_view name, const sdk::Request&) override;

    std::unique_ptr<sdk::CopyIn> copy_in(const sdk::CopyTarget&, const sdk::Request&) override;
    std::unique_ptr<sdk::Statement> copy_out(const sdk::CopyTarget&, const sdk::Request&) override;
    std::unique_ptr<sdk::Statement> schema(std::uint32_t kind, std::string_view schema_filter,
                                           std::string_view table_filter) override;

    void listen(std::string_view channel, const sdk::Request&) override;
    void unlisten(std::string_view channel, const sdk::Request&) override;
    std::optional<sdk::Notification> poll_notification() override { return notifications_.poll(); }
    std::int64_t notification_descriptor() const override;

    void ping(const sdk::Request&) override;
    void reset(const sdk::Request&) override;
    bool cancel() noexcept override { return session_.cancel(); }

  private:
    void savepoint_command(const char* command, std::string_view name);

    ConnectOptions options_;
    Session session_;
    Notifications notifications_;
    sdk::ConnectionInfo info_;
};

}  // namespace dbway::pq
