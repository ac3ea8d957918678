// csv_writer.hpp - one field of a CSV record.
#pragma once

#include <string>
#include <string_view>

namespace dbway::cli {

// Appends a field, in quotes when it holds a delimiter, a quote or a line break, or when it is empty: an
// empty field without quotes is NULL.
void append_csv_field(std::string& out, std::string_view text, char delimiter);

// The same for the text that begins at `begin` of `out` already.
void quote_csv_tail(std::string& out, std::size_t begin, char delimiter);

}  // namespace dbway::cli
