// row_input.hpp - rows of text from a file, for `dbway copy in`.
#pragma once

#include "cli/byte_input.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::cli {

struct InputField {
    std::string_view text;
    std::string_view raw;  // JSON: the token as it is written; otherwise as `text`
    bool null = false;
    bool quoted = false;
};

// Reads a file record by record. Not thread-safe.
class RowInput {
  public:
    enum class Event : std::uint8_t { row, bad, end };

    virtual ~RowInput() = default;

    // What the file itself calls its columns: the header, or the keys of the first objects. Empty: it does
    // not tell. Called once, before next().
    virtual std::vector<std::string> read_names() = 0;
    // Which columns every row has from now on. Before next().
    virtual void set_columns(const std::vector<std::string>& names) = 0;

    virtual Event next() = 0;
    // Of the last row: as many as there are columns. Valid until the next call of next().
    virtual std::span<const InputField> fields() const = 0;
    // Where the last row or bad record starts, from 1, and what is wrong with it.
    virtual std::uint64_t line() const = 0;
    virtual const std::string& error() const = 0;
};

struct CsvInputOptions {
    bool header = true;
    char delimiter = ',';
    std::string null = {};  // what stands for NULL when it is not in quotes
};

std::unique_ptr<RowInput> make_csv_input(ByteInput& bytes, const CsvInputOptions& options);
// One JSON object a line, or nothing but blanks. A key that is missing is NULL; an unknown one is an error.
std::unique_ptr<RowInput> make_jsonl_input(ByteInput& bytes);

}  // namespace dbway::cli
