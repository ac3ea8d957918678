// output_format.hpp - how rows are written.
#pragma once

#include "cli/output.hpp"

#include <dbway/rows.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::cli {

enum class Format : std::uint8_t { table, csv, tsv, json, jsonl, markdown, vertical };

std::span<const std::string_view> format_names() noexcept;
// Throws UsageError with the nearest name.
Format parse_format(std::string_view name);
std::string_view to_string(Format format) noexcept;

struct FormatOptions {
    bool header = true;     // csv, tsv
    char delimiter = ',';   // csv
    std::string null = {};  // csv: what stands for NULL, without quotes
};

// Writes result sets one after another. Not thread-safe. csv, tsv, jsonl, json and markdown keep nothing but
// the output's buffer; table and vertical keep a bounded number of rows.
class RowWriter {
  public:
    explicit RowWriter(Output& output) noexcept : output_(output) {}
    RowWriter(const RowWriter&) = delete;
    RowWriter& operator=(const RowWriter&) = delete;
    virtual ~RowWriter() = default;

    virtual void begin(const std::vector<Column>& columns) = 0;
    virtual void row(const dbway_value* cells) = 0;
    virtual void end() = 0;

  protected:
    Output& output_;
};

std::unique_ptr<RowWriter> make_row_writer(Format format, Output& output, const FormatOptions& options = {});

// Appends the canonical text of a cell; throws DataError for a value that has none.
void append_cell(std::string& out, const dbway_value& cell, const Column& column);

// Appends a cell as JSON: numbers and booleans bare, JSON as it is (on one line), the rest as strings.
void append_json_cell(std::string& out, const dbway_value& cell, const Column& column);

// Reads a result set to its end and writes it; nothing is written for a statement without rows. Returns the
// number of rows.
std::uint64_t write_rows(Rows& rows, RowWriter& writer);

}  // namespace dbway::cli
