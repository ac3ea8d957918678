// orm_connection.hpp - what the connections of all backends have in common: transactions by statements, COPY
// as INSERT and SELECT. SOCI's own begin() knows neither isolation levels nor savepoints.
#pragma once

#include "orm_statement.hpp"

#include <dbway/ext/dialect.h>
#include <dbway/sdk/provider.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::orm {

// The table of a COPY, quoted as the backend wants it.
struct TableTarget {
    std::string table;
    std::vector<std::string> columns;
};

// [serial], except cancel().
class OrmConnection : public sdk::Connection {
  public:
    explicit OrmConnection(const dbway_ext_dialect& dialect) : dialect_(dialect) {}

    const sdk::ConnectionInfo& info() const final { return info_; }
    std::unique_ptr<sdk::Statement> prepare(std::string_view sql, std::span<const dbway_value>) final;
    std::unique_ptr<sdk::Statement> query(std::string_view sql, std::span<const dbway_value>) final;

    void begin(std::uint32_t flags, const sdk::Request&) final;
    void commit(const sdk::Request&) final;
    void rollback(const sdk::Request&) final;
    void savepoint(std::string_view name, const sdk::Request&) final;
    void release(std::string_view name, const sdk::Request&) final;
    void rollback_to(std::string_view name, const sdk::Request&) final;

    std::unique_ptr<sdk::CopyIn> copy_in(const sdk::CopyTarget&, const sdk::Request&) final;
    std::unique_ptr<sdk::Statement> copy_out(const sdk::CopyTarget&, const sdk::Request&) final;
    const void* extension(std::string_view id) override;

    // A request begins: what an earlier cancel left behind concerns it no more.
    virtual void start() = 0;
    // The next start() belongs to the same request.
    virtual void continue_request() = 0;
    virtual void check_running() = 0;
    virtual bool in_transaction() const = 0;
    virtual bool read_only() const = 0;
    // A statement without parameters, as a further step of the running request.
    virtual void run(const std::string& sql) = 0;
    // The same for what takes back a request, also one that was cancelled.
    virtual void clean_up(const std::string& sql) noexcept = 0;
    virtual std::unique_ptr<OrmStatement> make_statement(std::string_view sql, bool prepared) = 0;
    virtual std::string quote(std::string_view name) const = 0;

    // The most rows that one INSERT of so many columns takes.
    virtual std::uint32_t rows_per_insert(std::uint32_t columns) const = 0;

  protected:
    virtual void begin_transaction(std::uint32_t flags) = 0;
    virtual void end_transaction(bool commit) = 0;
    // Throws Failure for what is no table. `writing`: without names, all columns but the generated ones.
    virtual TableTarget resolve(const sdk::CopyTarget& target, bool writing) = 0;

    sdk::ConnectionInfo info_;

  private:
    void savepoint_command(const char* command, std::string_view name);

    const dbway_ext_dialect& dialect_;
};

}  // namespace dbway::orm
