// connection.hpp - a session of PostgreSQL through SOCI as a connection of the SDK.
#pragma once

#include "orm_connection.hpp"
#include "postgresql/session.hpp"

namespace dbway::orm::postgresql {

// [serial], except cancel().
class PostgresqlConnection final : public OrmConnection {
  public:
    explicit PostgresqlConnection(const sdk::OpenRequest& request);

    std::uint32_t transaction_state() const override { return session_.transaction_state(); }
    bool dead() const noexcept override { return !session_.open(); }
    sdk::Dialect dialect() const override { return sdk::Dialect::postgresql; }
    std::unique_ptr<sdk::Statement> schema(std::uint32_t kind, std::string_view schema_filter,
                                           std::string_view table_filter) override;
    const void* extension(std::string_view id) override;
    // They tell of the end of an idle connection; there are no notifications.
    std::optional<sdk::Notification> poll_notification() override;
    std::int64_t notification_descriptor() const override { return PQsocket(session_.handle()); }
    void ping(const sdk::Request&) override;
    void reset(const sdk::Request&) override;
    bool cancel() noexcept override;

    void start() override { session_.start(); }
    void continue_request() override { session_.continue_request(); }
    void check_running() override { session_.check_running(); }
    bool in_transaction() const override { return session_.in_transaction(); }
    bool read_only() const override { return options_.read_only; }
    void run(const std::string& sql) override { session_.control(sql); }
    void clean_up(const std::string& sql) noexcept override;
    std::unique_ptr<OrmStatement> make_statement(std::string_view sql, bool prepared) override;
    std::string quote(std::string_view name) const override;
    std::uint32_t rows_per_insert(std::uint32_t columns) const override;

  protected:
    void begin_transaction(std::uint32_t flags) override;
    void end_transaction(bool commit) override;
    TableTarget resolve(const sdk::CopyTarget& target, bool writing) override;

  private:
    ConnectOptions options_;
    Session session_;
};

}  // namespace dbway::orm::postgresql
