// insert_in.hpp - bulk load by a statement of the application that takes a row as its parameters.
#pragma once

#include "copy_scope.hpp"
#include "statement.hpp"

#include <dbway/sdk/provider.hpp>

#include <cstdint>
#include <string>

namespace dbway::mysql {

// A round trip for each row. [serial] with its session.
class InsertInto final : public sdk::CopyIn {
  public:
    InsertInto(Session& session, const sdk::CopyTarget& target);

    void write(const dbway_value* cells, std::uint32_t rows) override;
    void finish(sdk::Outcome& outcome) override;

  private:
    Session& session_;
    SqlStatement statement_;
    CopyScope scope_;
    std::uint32_t columns_;
    std::int64_t affected_ = 0;
    std::int64_t rows_ = 0;
    std::string tag_;
};

}  // namespace dbway::mysql
