// copy_in.hpp - bulk load and unload.
#pragma once

#include "database.hpp"
#include "parameter_map.hpp"

#include <dbway/sdk/provider.hpp>

#include <memory>
#include <string>

namespace dbway::sqlite {

// The SELECT behind a COPY_OUT. Throws Failure for a table or column that does not exist.
std::string copy_out_statement(Database& database, const sdk::CopyTarget& target);

// One INSERT, prepared once, in a transaction of its own or, inside one, in a savepoint. [serial]
class CopyInto final : public sdk::CopyIn {
  public:
    CopyInto(Database& database, const sdk::CopyTarget& target);
    ~CopyInto() override;
    CopyInto(const CopyInto&) = delete;
    CopyInto& operator=(const CopyInto&) = delete;

    void write(const dbway_value* cells, std::uint32_t rows) override;
    void finish(sdk::Outcome& outcome) override;

  private:
    void prepare(const sdk::CopyTarget& target);
    [[noreturn]] void fail_row(int code);
    void take_back() noexcept;

    Database& database_;
    std::string sql_;
    StatementHandle statement_;
    std::unique_ptr<sdk::SqliteParameterMap> parameters_;
    std::unique_ptr<char[]> bind_room_;
    std::uint32_t columns_ = 0;
    std::int64_t rows_ = 0;
    std::int64_t changes_before_ = 0;
    bool nested_ = false;  // in a savepoint
    bool open_ = false;
    bool counts_rows_ = true;
    std::string tag_;
};

}  // namespace dbway::sqlite
