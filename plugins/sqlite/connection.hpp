// connection.hpp - an SQLite database as a connection of the SDK.
#pragma once

#include "database.hpp"

#include <dbway/sdk/provider.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace dbway::sqlite {

// What a connection can do (DBWAY_CAP_*).
std::uint64_t capabilities(bool read_only) noexcept;

// [serial], except cancel().
class SqliteConnection final : public sdk::Connection {
  public:
    explicit SqliteConnection(const sdk::OpenRequest& request);

    std::unique_ptr<sdk::Statement> prepare(std::string_view sql, std::span<const dbway_value>) override;
    const sdk::ConnectionInfo& info() const override { return info_; }
    std::uint32_t transaction_state() const override;
    sdk::Dialect dialect() const override { return sdk::Dialect::sqlite; }

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

    void reset(const sdk::Request&) override;
    bool cancel() noexcept override { return database_.cancel(); }

  private:
    void control(StatementHandle& statement, std::string_view sql, const sdk::Request&,
                 bool committing = false);
    void savepoint_command(std::string_view command, std::string_view name, const sdk::Request&);
    void end_read_uncommitted();

    Database database_;
    sdk::ConnectionInfo info_;
    // Made when they are first needed.
    StatementHandle begin_immediate_;            // locks the files that were attached when it was prepared
    std::uint64_t begin_immediate_changes_ = 0;  // session_changes() of that time
    StatementHandle begin_deferred_;
    StatementHandle commit_;
    StatementHandle rollback_;
    bool read_uncommitted_ = false;
};

}  // namespace dbway::sqlite
