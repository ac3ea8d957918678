// insert_in.hpp - bulk load by a statement that takes each row as its parameters, for a COPY_IN that brings
// an INSERT of its own.
#pragma once

#include "copy_scope.hpp"
#include "session.hpp"

#include <dbway/sdk/provider.hpp>

#include <string>

namespace dbway::pq {

// [serial] with its session.
class InsertInto final : public sdk::CopyIn {
  public:
    InsertInto(Session& session, const sdk::CopyTarget& target);
    ~InsertInto() override;
    InsertInto(const InsertInto&) = delete;
    InsertInto& operator=(const InsertInto&) = delete;

    void write(const dbway_value* cells, std::uint32_t rows) override;
    void finish(sdk::Outcome& outcome) override;

  private:
    Session& session_;
    std::string name_;
    CopyScope scope_;
    std::uint32_t columns_;
    std::int64_t rows_ = 0;
    std::int64_t affected_ = 0;
    std::string tag_;
};

}  // namespace dbway::pq
