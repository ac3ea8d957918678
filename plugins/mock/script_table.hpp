// script_table.hpp - reads the keys of one TOML table and refuses those that nobody asked for.
#pragma once

#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::mock {

// Throws a Failure (DBWAY_ERR_INVALID) of the form "FILE:LINE:COLUMN: MESSAGE".
[[noreturn]] void script_error(const std::string& file, const toml::node& at, const std::string& message);

// "the string 'x'", "an array": what a message says was found.
std::string describe_node(const toml::node& node);

// Every function but node() throws on a value of another type. Borrows the table. Not thread-safe.
class TableReader {
  public:
    // `what`: "an [[expect]]" as messages call the table.
    TableReader(const toml::table& table, const std::string& file, std::string what)
        : table_(table), file_(file), what_(std::move(what)) {}

    const toml::table& table() const noexcept { return table_; }
    const std::string& file() const noexcept { return file_; }

    const toml::node* node(std::string_view key);
    bool has(std::string_view key) { return node(key) != nullptr; }
    std::optional<std::string> string(std::string_view key);
    std::optional<std::int64_t> integer(std::string_view key,
                                        std::int64_t least = std::numeric_limits<std::int64_t>::min(),
                                        std::int64_t most = std::numeric_limits<std::int64_t>::max());
    std::optional<bool> boolean(std::string_view key);
    // "200ms", "2s"; "forever" is max().
    std::optional<std::chrono::nanoseconds> duration(std::string_view key);
    // True for `yes`, false for `no`.
    std::optional<bool> either(std::string_view key, std::string_view yes, std::string_view no);
    const toml::array* array(std::string_view key);
    // The tables of an array of tables, or nothing.
    std::vector<const toml::table*> tables(std::string_view key);

    [[noreturn]] void fail(const toml::node& at, const std::string& message) const {
        script_error(file_, at, message);
    }
    [[noreturn]] void expected(std::string_view key, const toml::node& found,
                               const std::string& wanted) const;
    // Refuses every key that was not asked for. Call it last.
    void finish() const;

  private:
    const toml::table& table_;
    const std::string& file_;
    std::string what_;
    std::vector<std::string_view> asked_;
};

}  // namespace dbway::mock
