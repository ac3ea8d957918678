// orm_statement.hpp - what the statements of all backends have in common.
#pragma once

#include <dbway/sdk/provider.hpp>

#include <cstdint>
#include <span>

namespace dbway::orm {

// [serial] with its connection.
class OrmStatement : public sdk::Statement {
  public:
    // Executes as a further step of the running request: what was cancelled stays cancelled.
    virtual void run(std::span<const dbway_value> values) = 0;
    // Whether it changes rows and yields none.
    virtual bool only_changes() const = 0;

    // Runs it to its end; the rows changed.
    std::int64_t change(std::span<const dbway_value> values) {
        sdk::Outcome outcome;
        try {
            run(values);
        } catch (...) {
            finish(false, outcome);
            throw;
        }
        finish(true, outcome);
        return outcome.affected;
    }
};

}  // namespace dbway::orm
