// copy_in.hpp - a bulk load that goes nowhere.
#pragma once

#include "statement.hpp"

#include <dbway/sdk/provider.hpp>

#include <cstdint>
#include <memory>

namespace dbway::mock {

// Counts the rows. An answer's failure comes at the end, as a server's does.
class MockCopyIn final : public sdk::CopyIn {
  public:
    // `answer` may be null: all is well.
    MockCopyIn(Performer& performer, std::shared_ptr<const Answer> answer, std::uint32_t)
        : performer_(performer), answer_(std::move(answer)) {}

    void write(const dbway_value*, std::uint32_t rows) override { rows_ += rows; }
    void finish(sdk::Outcome& outcome) override {
        outcome.affected = rows_;
        if (answer_ == nullptr) return;
        performer_.conclude(*answer_);
        if (answer_->affected >= 0) outcome.affected = answer_->affected;
        outcome.tag = answer_->tag;  // the stage keeps the answer until it is reset
    }

  private:
    Performer& performer_;
    std::shared_ptr<const Answer> answer_;
    std::int64_t rows_ = 0;
};

}  // namespace dbway::mock
