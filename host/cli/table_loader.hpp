// table_loader.hpp - rows of text into a table, all or nothing, or all that the server takes.
#pragma once

#include "cli/row_input.hpp"

#include <dbway/source.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::cli {

// What a column takes.
struct TargetColumn {
    std::string name;
    std::uint32_t type = DBWAY_T_TEXT;
    std::uint32_t item_type = DBWAY_T_NULL;
};

// Called for each row that is not loaded. It may throw, to end the load with nothing loaded.
using RejectHandler = std::function<void(std::uint64_t line, const std::string& reason)>;

// Converts fields to the types of the columns and loads them in blocks, inside one transaction. Where the
// provider has savepoints, a block that the server refuses is cut in halves until the refused rows are found;
// elsewhere the refusal ends the load. Nothing is visible before finish(). Not thread-safe.
class TableLoader {
  public:
    // Begins the transaction, if the provider has any.
    TableLoader(Source source, const QueryOptions& options, RejectHandler reject);
    TableLoader(const TableLoader&) = delete;
    TableLoader& operator=(const TableLoader&) = delete;

    // Runs a statement as part of the load (CREATE TABLE). Outside of it if the provider cannot roll it back.
    void execute(const std::string& sql);
    // The types of columns of a table as the server describes them; all of them without `names`.
    std::vector<TargetColumn> describe(const std::string& table, const std::vector<std::string>& names);

    void start(std::string table, std::vector<TargetColumn> columns);
    void add(std::uint64_t line, std::span<const InputField> fields);
    // Makes it permanent; the number of rows loaded.
    std::uint64_t finish();

    std::uint64_t rows() const noexcept { return loaded_ + lines_.size(); }

  private:
    std::optional<dbway_value> convert(const TargetColumn& column, const InputField& field);
    void flush();
    void load(std::size_t first, std::size_t count);
    void isolate(std::size_t first, std::size_t count, const Error& error);

    Source source_;
    QueryOptions options_;
    RejectHandler reject_;
    std::optional<Transaction> transaction_;
    std::optional<CopyIn> copy_;  // without savepoints: one for the whole load
    bool savepoints_ = false;
    std::string table_;
    std::vector<TargetColumn> columns_;
    std::vector<std::string_view> names_;
    sdk::Arena arena_;
    std::vector<dbway_value> cells_;    // of the block
    std::vector<std::uint64_t> lines_;  // of its rows
    std::uint64_t loaded_ = 0;
};

}  // namespace dbway::cli
