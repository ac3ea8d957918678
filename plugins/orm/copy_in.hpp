// copy_in.hpp - bulk load by prepared INSERTs of many rows each, which is what SOCI can send: no backend of
// it has a COPY, and its vectors are sent row by row.
#pragma once

#include "orm_connection.hpp"

#include <dbway/sdk/provider.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace dbway::orm {

// In a transaction of its own or, inside one, in a savepoint. [serial] with its connection.
class CopyInto final : public sdk::CopyIn {
  public:
    CopyInto(OrmConnection& connection, TableTarget target, std::uint32_t cells);
    // By a statement that takes each row as its parameters.
    CopyInto(OrmConnection& connection, std::string sql, std::uint32_t cells);
    ~CopyInto() override;
    CopyInto(const CopyInto&) = delete;
    CopyInto& operator=(const CopyInto&) = delete;

    void write(const dbway_value* cells, std::uint32_t rows) override;
    void finish(sdk::Outcome& outcome) override;

  private:
    CopyInto(OrmConnection& connection, std::uint32_t cells);
    void open(const std::string& sql);
    OrmStatement& statement_for(std::uint32_t rows);
    void insert(const dbway_value* cells, std::uint32_t rows);

    OrmConnection& connection_;
    std::uint32_t columns_;
    std::string insert_;  // up to VALUES; empty with a statement of its own
    std::map<std::uint32_t, std::unique_ptr<OrmStatement>> statements_;  // by the number of rows
    std::uint32_t most_rows_ = 1;
    std::int64_t rows_ = 0;
    std::int64_t affected_ = 0;
    bool nested_;  // in a savepoint
    bool open_ = false;
    std::string tag_;
};

}  // namespace dbway::orm
