// copy_out.hpp - bulk unload through libpqxx's stream_from: one line in memory at a time.
#pragma once

#include "session.hpp"

#include <dbway/sdk/postgresql_cells.hpp>
#include <dbway/sdk/provider.hpp>

#include <pqxx/pqxx>

#include <memory>
#include <string>
#include <vector>

namespace dbway::pq {

// Rows of a query, or, raw, the lines of COPY as BLOBs. [serial] with its session.
//
// Of stream_from only the constructor without a list of columns and get_raw_line() are used: with a list,
// 6.4.5 reads a member that it has not initialised.
class CopyOut final : public sdk::Statement {
  public:
    CopyOut(Session& session, const sdk::CopyTarget& target);
    ~CopyOut() override;
    CopyOut(const CopyOut&) = delete;
    CopyOut& operator=(const CopyOut&) = delete;

    const std::vector<sdk::Column>& columns() const override { return columns_; }
    const std::vector<sdk::Column>& parameters() const override { return parameters_; }

    void execute(std::span<const dbway_value> values, const sdk::Request& request) override;
    bool fetch(sdk::RowBatch& batch) override;
    void finish(bool ok, sdk::Outcome& outcome) override;

  private:
    bool next_line();
    void read_line(dbway_value* cells, sdk::Arena& arena);
    void end_stream() noexcept;

    Session& session_;
    std::string target_;
    bool raw_;
    std::vector<sdk::Column> columns_;
    std::vector<sdk::Column> parameters_;
    std::vector<sdk::PostgresqlCellPlan> plans_;
    std::unique_ptr<pqxx::stream_from> stream_;
    bool in_transaction_ = false;
    bool ended_ = false;
    std::string line_;
    std::int64_t rows_ = 0;
    sdk::PostgresqlArrayScratch scratch_;
    std::string tag_;
};

// For a COPY_OUT. Statements that COPY cannot take run as they are.
std::unique_ptr<sdk::Statement> make_copy_out(Session& session, const sdk::CopyTarget& target);

}  // namespace dbway::pq
