// statement.hpp - a statement and its result, which libpqxx 6 reads whole before it shows the first row.
#pragma once

#include "session.hpp"

#include <dbway/sdk/postgresql_cells.hpp>
#include <dbway/sdk/postgresql_statement.hpp>
#include <dbway/sdk/provider.hpp>

#include <pqxx/pqxx>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::pq {

// [serial] with its session.
class SqlStatement : public sdk::Statement {
  public:
    enum class Mode : std::uint8_t {
        direct,   // sent with its parameters at each execution
        prepared  // on the server
    };

    SqlStatement(Session& session, std::string_view sql, Mode mode);
    ~SqlStatement() override;
    SqlStatement(const SqlStatement&) = delete;
    SqlStatement& operator=(const SqlStatement&) = delete;

    const std::vector<sdk::Column>& columns() const override { return columns_; }
    const std::vector<sdk::Column>& parameters() const override { return parameters_; }
    std::uint64_t version() const override { return version_; }

    void execute(std::span<const dbway_value> values, const sdk::Request& request) override;
    bool fetch(sdk::RowBatch& batch) override;
    void finish(bool ok, sdk::Outcome& outcome) override;

  private:
    pqxx::result run(std::span<const dbway_value> values);
    pqxx::result run_prepared(std::span<const dbway_value> values);
    void prepare();
    void describe(std::vector<sdk::Column> columns);
    void report(sdk::Outcome& outcome);

    Session& session_;
    std::string sql_;
    sdk::PostgresqlStatement text_;
    std::string name_;  // on the server; empty in direct mode
    std::vector<sdk::Column> columns_;
    std::vector<sdk::Column> parameters_;
    std::vector<sdk::PostgresqlCellPlan> plans_;
    std::uint64_t version_ = 0;
    bool described_ = false;
    pqxx::result result_;
    std::optional<pqxx::const_result_iterator> row_;
    std::size_t rows_left_ = 0;
    sdk::PostgresqlArrayScratch scratch_;
    char tag_[32];
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

}  // namespace dbway::pq
