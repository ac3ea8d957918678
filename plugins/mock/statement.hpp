// statement.hpp - a statement that is answered by the mock.
#pragma once

#include "expectation.hpp"
#include "stage.hpp"

#include <dbway/sdk/provider.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace dbway::mock {

// What the statements of a connection share. Outlives them.
class Performer {
  public:
    virtual ~Performer() = default;
    // The answer to a request whose delay is over; null: nothing is to be said. Throws the failure of an
    // unexpected request, of a connection that is lost before, and, unless `rows_first`, the answer's own.
    virtual std::shared_ptr<const Answer> perform(const Arrival& arrival, const sdk::Request& request,
                                                  bool rows_first) = 0;
    // How an answer ends: throws its failure, or sends its notifications.
    virtual void conclude(const Answer& answer) = 0;
};

// Of QUERY, PREPARE, COPY_OUT and SCHEMA. [serial] like its connection.
class MockStatement final : public sdk::Statement {
  public:
    // `columns`: what is known of the result before it is executed. `fixed`: and stays so when nothing else
    // is answered.
    MockStatement(Performer& performer, std::uint32_t kind, std::string text, sdk::Dialect dialect,
                  std::vector<sdk::Column> columns, bool fixed = false);

    const std::vector<sdk::Column>& columns() const override { return columns_; }
    const std::vector<sdk::Column>& parameters() const override { return parameters_; }
    std::uint64_t version() const override { return version_; }

    void execute(std::span<const dbway_value> values, const sdk::Request& request) override;
    bool fetch(sdk::RowBatch& batch) override;
    void finish(bool ok, sdk::Outcome& outcome) override;

  private:
    void conclude();
    void set_columns(const std::vector<sdk::Column>& columns);

    Performer& performer_;
    const std::uint32_t kind_;
    const std::string text_;
    const sdk::Dialect dialect_;
    std::vector<sdk::Column> columns_;
    const std::vector<sdk::Column> parameters_;  // none: the SDK then counts no values
    const bool fixed_;
    std::uint64_t version_ = 0;
    std::shared_ptr<const Answer> answer_;
    std::uint64_t row_ = 0;
    std::uint64_t rows_ = 0;  // in all
    bool concluded_ = false;
    std::string tag_;
};

}  // namespace dbway::mock
