// statement.hpp - a prepared SQLite statement.
#pragma once

#include "cell.hpp"
#include "database.hpp"
#include "parameter_map.hpp"

#include <dbway/sdk/provider.hpp>
#include <dbway/sdk/sqlite_statement.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::sqlite {

// [serial] with its database.
class SqlStatement final : public sdk::Statement {
  public:
    // Throws Failure unless `sql` is exactly one statement.
    SqlStatement(Database& database, std::string_view sql);

    const std::vector<sdk::Column>& columns() const override { return columns_; }
    const std::vector<sdk::Column>& parameters() const override { return parameters_.columns(); }
    std::uint64_t version() const override { return version_; }

    void execute(std::span<const dbway_value> values, const sdk::Request& request) override;
    bool fetch(sdk::RowBatch& batch) override;
    void finish(bool ok, sdk::Outcome& outcome) override;

  private:
    void bind(std::span<const dbway_value> values);
    void describe();
    void describe_again();
    void step();
    void report(sdk::Outcome& outcome);

    Database& database_;
    std::string sql_;
    StatementHandle handle_;
    sdk::SqliteStatementText text_;
    sdk::SqliteParameterMap parameters_;
    std::vector<sdk::Column> columns_;
    std::vector<CellPlan> plans_;
    std::unique_ptr<char[]> bind_room_;
    std::uint64_t version_ = 0;
    int preparations_ = 0;  // by SQLite itself, after changes of the schema
    bool has_row_ = false;
    bool has_rowid_ = false;  // of an INSERT's target
    char tag_[32];
};

}  // namespace dbway::sqlite
