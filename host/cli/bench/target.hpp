// target.hpp - the table that is read, and the rows of it that are asked for.
#pragma once

#include "cli/bench/plan.hpp"
#include "cli/bench/sides.hpp"
#include "cli/schema_view.hpp"

#include <dbway/sdk/row_batch.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dbway::cli::bench {

// A value that is a parameter as it is.
struct Key {
    dbway_value value{};
};

// The statements of one side, in the words of its server.
struct Statements {
    std::string point;   // the rows of the key $1
    std::string scan;    // the rows that all sides read
    std::string sample;  // as many of them as are copied by bulk insert
};

// A table that is read. Immutable once made, so thread-safe.
class Target {
  public:
    // Looks the table up on the first side: throws Failure if there is none, several, an empty one, or no
    // key where the plan needs one.
    Target(Side& base, const BenchArguments& arguments, const Plan& plan, const QueryOptions& options);

    const std::string& table() const noexcept { return table_; }  // as the user wrote it
    const std::string& key() const noexcept { return key_; }      // empty: none
    const std::vector<ColumnView>& columns() const noexcept { return columns_; }
    std::uint64_t rows() const noexcept { return rows_; }            // of the whole table
    std::uint64_t rows_read() const noexcept { return rows_read_; }  // by a scan
    // Of rows that exist, spread over the table, in random order; none without a key.
    const std::vector<Key>& keys() const noexcept { return keys_; }

    Statements statements(const Source& source) const;

  private:
    void find_table(Side& base, const QueryOptions& options);
    void find_key(const BenchArguments& arguments, bool needed);
    void count_rows(Side& base, const Plan& plan, const QueryOptions& options);
    // Of a key that is an integer: the least and the greatest.
    std::optional<std::pair<std::int64_t, std::int64_t>> integer_range(Side& base,
                                                                       const QueryOptions& options) const;
    void sample_keys(Side& base, const QueryOptions& options);

    std::string table_;
    std::string key_;
    std::vector<ColumnView> columns_;
    std::uint64_t rows_ = 0;
    std::uint64_t rows_read_ = 0;
    std::vector<Key> keys_;
    sdk::Arena arena_;  // of the keys
};

}  // namespace dbway::cli::bench

// A key goes to the provider as it came.
template <>
struct dbway::Codec<dbway::cli::bench::Key> {
    static constexpr std::uint8_t type = DBWAY_T_NULL;
    static const dbway_value& encode(const cli::bench::Key& key) noexcept { return key.value; }
};
