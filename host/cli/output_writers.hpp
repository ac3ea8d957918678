// output_writers.hpp - the writers behind make_row_writer().
#pragma once

#include "cli/output_format.hpp"

namespace dbway::cli {

std::unique_ptr<RowWriter> make_csv_writer(Output& output, const FormatOptions& options);
std::unique_ptr<RowWriter> make_tsv_writer(Output& output, const FormatOptions& options);
std::unique_ptr<RowWriter> make_json_writer(Output& output, bool lines);
std::unique_ptr<RowWriter> make_markdown_writer(Output& output);
std::unique_ptr<RowWriter> make_vertical_writer(Output& output);
std::unique_ptr<RowWriter> make_table_writer(Output& output);

// A cell on one line, for people: NULL is "NULL".
void append_display_cell(std::string& out, const dbway_value& cell, const Column& column);
bool is_number(const dbway_value& cell) noexcept;

}  // namespace dbway::cli
