// statement.hpp - a statement and its result.
//
// The connector has two ways to run one. A prepared statement sends its parameters in binary and reads its
// result whole: asked for a row at a time it would give texts cut to nothing (1.1.12, bindResult). A text
// sends everything as SQL and hands out rows as they come. So what has parameters is prepared, and what has
// none is sent as text, unless the option `results` says otherwise. In each way some columns cannot be had,
// which decides before the option: in binary those of types that the connector does not know (GEOMETRY) and
// decimals of more than 62 digits, in text those of the type FLOAT, which the server rounds to six digits.
#pragma once

#include "cell.hpp"
#include "parameter.hpp"
#include "session.hpp"

#include <dbway/sdk/mysql_statement.hpp>
#include <dbway/sdk/provider.hpp>

#include <cppconn/prepared_statement.h>
#include <cppconn/resultset.h>
#include <cppconn/statement.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::mysql {

// [serial] with its session.
class SqlStatement final : public sdk::Statement {
  public:
    enum class Use : std::uint8_t {
        once,  // what the server need not describe is not prepared
        prepared,
        streamed,  // as text, whatever the option says
    };

    SqlStatement(Session& session, std::string_view sql, Use use);
    ~SqlStatement() override;
    SqlStatement(const SqlStatement&) = delete;
    SqlStatement& operator=(const SqlStatement&) = delete;

    const std::vector<sdk::Column>& columns() const override { return columns_; }
    const std::vector<sdk::Column>& parameters() const override { return parameters_; }
    std::uint64_t version() const override { return version_; }

    void execute(std::span<const dbway_value> values, const sdk::Request& request) override;
    bool fetch(sdk::RowBatch& batch) override;
    void finish(bool ok, sdk::Outcome& outcome) override;

    // Executes a statement that yields no rows; how many it has affected.
    std::int64_t change(std::span<const dbway_value> values);

  private:
    void read_placeholders(std::string_view sql);
    void prepare();
    void look_up_notes(sql::ResultSetMetaData& metadata);
    void choose_way();
    void run_prepared(std::span<const dbway_value> values);
    void run_text(std::span<const dbway_value> values);
    void adopt_result();
    [[noreturn]] void fail_at(const sdk::Failure& failure) const;
    void check_end();
    void close_result();
    void report(sdk::Outcome& outcome);

    template <class Step>
    auto checked(Step&& step);

    Session& session_;
    std::string original_;
    std::string sql_;  // with question marks
    std::vector<std::uint32_t> order_;
    std::size_t parameter_count_ = 0;
    sdk::MysqlStatementText text_;
    Use use_;
    bool as_text_ = true;

    std::uint64_t generation_ = 0;  // of the session that `prepared_` lives on
    std::unique_ptr<sql::PreparedStatement> prepared_;
    std::unique_ptr<Binder> binder_;
    std::unique_ptr<sql::Statement> direct_;
    std::unique_ptr<sql::ResultSet> result_;

    std::vector<sdk::Column> columns_;
    std::vector<sdk::Column> parameters_;
    std::vector<CellPlan> plans_;
    std::uint64_t version_ = 0;
    bool at_end_ = true;
    bool failed_ = false;
    std::int64_t affected_ = 0;
    std::int64_t rows_ = 0;
    char tag_[40];
};

}  // namespace dbway::mysql
