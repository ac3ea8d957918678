// statement.hpp - a statement of SOCI's PostgreSQL backend and its result, which is read whole before the
// first row is shown.
#pragma once

#include "orm_statement.hpp"
#include "postgresql/session.hpp"

#include <dbway/sdk/postgresql_cells.hpp>
#include <dbway/sdk/postgresql_statement.hpp>
#include <dbway/sdk/provider.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::orm::postgresql {

// [serial] with its session.
class SqlStatement : public OrmStatement {
  public:
    // `prepared`: on the server, unless it has too many parameters to be described. Else it is sent with its
    // parameters at each execution.
    SqlStatement(Session& session, std::string_view sql, bool prepared);
    ~SqlStatement() override;
    SqlStatement(const SqlStatement&) = delete;
    SqlStatement& operator=(const SqlStatement&) = delete;

    const std::vector<sdk::Column>& columns() const override { return columns_; }
    const std::vector<sdk::Column>& parameters() const override { return parameters_; }
    std::uint64_t version() const override { return version_; }
    bool only_changes() const override { return columns_.empty() && text_.changes; }

    void execute(std::span<const dbway_value> values, const sdk::Request&) override {
        session_.start();
        run(values);
    }
    void run(std::span<const dbway_value> values) override;
    bool fetch(sdk::RowBatch& batch) override;
    void finish(bool ok, sdk::Outcome& outcome) override;

  private:
    void prepare();
    void write_values(std::span<const dbway_value> values);
    void execute_values();
    void describe(std::vector<sdk::Column> columns);

    Session& session_;
    std::string sql_;
    sdk::PostgresqlStatement text_;
    bool prepared_;
    SociStatement statement_;
    std::vector<sdk::Column> columns_;
    std::vector<sdk::Column> parameters_;
    std::vector<sdk::PostgresqlCellPlan> plans_;
    std::uint64_t version_ = 0;
    bool described_ = false;
    int row_ = 0;
    int rows_ = 0;
    std::string texts_;                // of the parameters, one after the other
    std::vector<std::size_t> starts_;  // where each begins
    std::vector<char*> values_;
    sdk::PostgresqlArrayScratch scratch_;
    std::string tag_;
};

// A statement with parameters of its own, whatever it is executed with.
class BoundStatement final : public SqlStatement {
  public:
    // An empty text is NULL.
    BoundStatement(Session& session, std::string_view sql, std::vector<std::string> texts);

    const std::vector<sdk::Column>& parameters() const override { return none_; }
    void execute(std::span<const dbway_value>, const sdk::Request& request) override {
        SqlStatement::execute(values_, request);
    }

  private:
    std::vector<std::string> texts_;
    std::vector<dbway_value> values_;
    std::vector<sdk::Column> none_;
};

}  // namespace dbway::orm::postgresql
