// insert_block.hpp - a prepared INSERT of many rows, whose values go out in binary.
//
// It costs the server less than the same rows as text, which it has to parse, and the client more. Worth
// preparing only for what is executed several times.
#pragma once

#include "parameter.hpp"
#include "session.hpp"

#include <cppconn/prepared_statement.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace dbway::mysql {

// [serial] with its session.
class InsertBlock {
  public:
    // Fewer rows than this are no block, nor are more values than a statement has parameters.
    static constexpr std::uint32_t fewest_rows = 64;
    static constexpr std::size_t parameter_limit = 65'535;

    // `head`: up to and with VALUES. Prepares the statement; throws Failure.
    InsertBlock(Session& session, const std::string& head, std::uint32_t rows, std::uint32_t columns);

    std::uint32_t rows() const noexcept { return rows_; }
    // Whether the statement can take these values, of rows() rows.
    bool fits(std::span<const dbway_value> values) const noexcept { return binder_.fits(values); }
    // `values` are borrowed until insert() has returned. Throws Failure for one that MySQL cannot have.
    void bind(std::span<const dbway_value> values);
    // Throws Failure, whose message names the row within the block where the server tells it.
    void insert();

  private:
    Session& session_;
    std::uint32_t rows_;
    Binder binder_;
    std::unique_ptr<sql::PreparedStatement> prepared_;
};

}  // namespace dbway::mysql
