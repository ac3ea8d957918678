// connection.hpp - a MySQL or MariaDB session as a connection of the SDK.
#pragma once

#include "options.hpp"
#include "session.hpp"

#include <dbway/sdk/provider.hpp>

#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace dbway::mysql {

// What a connection can do (DBWAY_CAP_*). Before one is open it is not known whether it is MariaDB.
std::uint64_t capabilities(bool read_only, bool returning) noexcept;

// [serial], except cancel().
class MysqlConnection final : public sdk::Connection {
  public:
    explicit MysqlConnection(const sdk::OpenRequest& request);

    std::unique_ptr<sdk::Statement> prepare(std::string_view sql, std::span<const dbway_value>) override;
    std::unique_ptr<sdk::Statement> query(std::string_view sql, std::span<const dbway_value>) override;
    const sdk::ConnectionInfo& info() const override { return info_; }
    std::uint32_t transaction_state() const override { return session_.transaction_state(); }
    bool dead() const noexcept override { return !session_.open(); }
    sdk::Dialect dialect() const override { return sdk::Dialect::mysql; }

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

    // There are no notifications: what an idle connection receives is its end.
    std::optional<sdk::Notification> poll_notification() override;
    std::int64_t notification_descriptor() const override {
        return session_.open() ? session_.descriptor() : -1;
    }

    void ping(const sdk::Request&) override;
    void reset(const sdk::Request&) override;
    bool cancel() noexcept override { return session_.cancel(); }

  private:
    void savepoint_command(const char* command, std::string_view name);
    void describe();

    Session session_;
    sdk::ConnectionInfo info_;
};

}  // namespace dbway::mysql
