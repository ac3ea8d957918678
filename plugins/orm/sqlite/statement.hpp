// statement.hpp - a prepared statement of SOCI's SQLite backend.
#pragma once

#include "orm_statement.hpp"
#include "sqlite/cell.hpp"
#include "sqlite/database.hpp"

#include <dbway/sdk/provider.hpp>
#include <dbway/sdk/sqlite_statement.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::orm::sqlite {

// [serial] with its database.
class SqlStatement final : public OrmStatement {
  public:
    // Throws Failure unless `sql` is exactly one statement.
    SqlStatement(Database& database, std::string_view sql);

    const std::vector<sdk::Column>& columns() const override { return columns_; }
    const std::vector<sdk::Column>& parameters() const override { return parameters_.columns(); }
    std::uint64_t version() const override { return version_; }
    bool only_changes() const override;

    void execute(std::span<const dbway_value> values, const sdk::Request& request) override;
    void run(std::span<const dbway_value> values) override;
    bool fetch(sdk::RowBatch& batch) override;
    void finish(bool ok, sdk::Outcome& outcome) override;

  private:
    sdk::SqliteParameterMap read_parameters() const;
    void bind(std::span<const dbway_value> values);
    void describe();
    void describe_again();
    void report(sdk::Outcome& outcome);
    // Steps by `step`, which is SOCI's execute or fetch.
    template <class Step>
    void advance(Step&& step);

    Database& database_;
    std::string sql_;
    SociStatement statement_;
    sdk::SqliteStatementText text_;
    sdk::SqliteParameterMap parameters_;
    std::vector<sdk::Column> columns_;
    std::vector<sdk::SqliteCellPlan> plans_;
    std::vector<std::string> room_;  // of each parameter
    std::uint64_t version_ = 0;
    int preparations_ = 0;  // by SQLite itself, after changes of the schema
    bool has_row_ = false;
    bool has_rowid_ = false;  // of an INSERT's target
    std::string tag_;
};

}  // namespace dbway::orm::sqlite
