// connection.hpp - a database of SQLite through SOCI as a connection of the SDK.
#pragma once

#include "orm_connection.hpp"
#include "sqlite/database.hpp"

namespace dbway::orm::sqlite {

// [serial], except cancel().
class SqliteConnection final : public OrmConnection {
  public:
    explicit SqliteConnection(const sdk::OpenRequest& request);

    std::uint32_t transaction_state() const override;
    sdk::Dialect dialect() const override { return sdk::Dialect::sqlite; }
    std::unique_ptr<sdk::Statement> schema(std::uint32_t kind, std::string_view schema_filter,
                                           std::string_view table_filter) override;
    void reset(const sdk::Request&) override;
    bool cancel() noexcept override { return database_.cancel(); }

    void start() override { database_.start(); }
    void continue_request() override { database_.continue_request(); }
    void check_running() override { database_.check_running(); }
    bool in_transaction() const override { return database_.in_transaction(); }
    bool read_only() const override { return database_.read_only(); }
    void run(const std::string& sql) override;
    void clean_up(const std::string& sql) noexcept override;
    std::unique_ptr<OrmStatement> make_statement(std::string_view sql, bool prepared) override;
    std::string quote(std::string_view name) const override;
    // One that is reset and bound again costs no more than its share of a longer one.
    std::uint32_t rows_per_insert(std::uint32_t) const override { return 1; }

  protected:
    void begin_transaction(std::uint32_t flags) override;
    void end_transaction(bool commit) override;
    TableTarget resolve(const sdk::CopyTarget& target, bool writing) override;

  private:
    Database database_;
};

}  // namespace dbway::orm::sqlite
