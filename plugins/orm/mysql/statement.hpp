// statement.hpp - a statement of SOCI's MySQL backend, which sends its parameters as literals, and its
// result, which is read whole before the first row is shown.
#pragma once

#include "mysql/cell.hpp"
#include "mysql/session.hpp"
#include "mysql/statement_text.hpp"
#include "orm_statement.hpp"

#include <dbway/sdk/provider.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::orm::mysql {

// [serial] with its session.
class SqlStatement final : public OrmStatement {
  public:
    // `describe`: the server is asked for the columns, which SOCI does not do before the execution.
    SqlStatement(Session& session, std::string_view sql, bool describe);

    const std::vector<sdk::Column>& columns() const override { return columns_; }
    const std::vector<sdk::Column>& parameters() const override { return parameters_; }
    std::uint64_t version() const override { return version_; }
    // Known by its text: SOCI prepares nothing on the server.
    bool only_changes() const override { return text_.changes; }

    void execute(std::span<const dbway_value> values, const sdk::Request&) override {
        session_.start();
        run(values);
    }
    void run(std::span<const dbway_value> values) override;
    bool fetch(sdk::RowBatch& batch) override;
    void finish(bool ok, sdk::Outcome& outcome) override;

  private:
    void write_values(std::span<const dbway_value> values);
    void describe(MYSQL_RES* result);
    void describe_prepared();
    void execute_named();
    MYSQL_RES* result() const noexcept { return statement_->result_; }

    Session& session_;
    std::string sql_;
    StatementText text_;
    SociStatement statement_;
    std::vector<sdk::Column> columns_;
    std::vector<sdk::Column> parameters_;
    std::vector<CellPlan> plans_;
    std::uint64_t version_ = 0;
    std::vector<std::string> literals_;
    std::vector<char*> buffers_;  // of the literals, as SOCI takes them
    std::int64_t affected_ = 0;
    std::optional<std::int64_t> last_id_;
    std::string tag_;
};

}  // namespace dbway::orm::mysql
