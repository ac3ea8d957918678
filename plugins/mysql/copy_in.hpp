// copy_in.hpp - bulk load by INSERTs of many rows: a prepared one while the host hands over blocks of the
// same number of rows, and as text what is over, or too large or too little for a block.
//
// LOAD DATA LOCAL is no way to do it, fast as it is: the server takes LOCAL for IGNORE, so that a row which
// violates a key or does not fit its column becomes a warning, and a client that allows it lets a server read
// any file of the client's machine.
#pragma once

#include "copy_scope.hpp"
#include "insert_block.hpp"
#include "session.hpp"

#include <dbway/sdk/provider.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace dbway::mysql {

// [serial] with its session.
class CopyInto final : public sdk::CopyIn {
  public:
    CopyInto(Session& session, const sdk::CopyTarget& target);

    void write(const dbway_value* cells, std::uint32_t rows) override;
    void finish(sdk::Outcome& outcome) override;

  private:
    bool insert_block(const dbway_value* cells, std::uint32_t rows);
    bool prepare_block(std::uint32_t rows);
    bool bind_block(std::span<const dbway_value> values);
    void append_row(const dbway_value* cells);
    void send();
    [[noreturn]] void fail_at_row(const sdk::Failure& failure) const;

    Session& session_;
    std::uint32_t columns_;
    std::string head_;
    std::size_t limit_;  // bytes of a statement
    std::string sql_;
    std::string row_;
    std::int64_t rows_ = 0;  // sent and collected
    std::int64_t sent_ = 0;
    std::uint32_t last_block_ = 0;  // rows of the last write(),
    std::uint32_t repeated_ = 0;    // which so many before it had as well
    bool unpreparable_ = false;
    CopyScope scope_;
    std::unique_ptr<InsertBlock> block_;
    std::string tag_;
};

// For a COPY_IN: rows into a table, or as the parameters of any statement that changes rows.
std::unique_ptr<sdk::CopyIn> make_copy_in(Session& session, const sdk::CopyTarget& target);

}  // namespace dbway::mysql
