// copy_format.hpp - what `copy in` and `copy out` share of their flags.
#pragma once

#include <string>
#include <string_view>

namespace dbway::cli {

// True: JSON lines. By `format` or, when it is empty, by the ending of the file's name (.jsonl, .ndjson).
// Throws UsageError for an unknown format.
bool is_jsonl(std::string_view format, std::string_view file);

// One ASCII character, or \t; not a quote, a line break or NUL. Throws UsageError otherwise.
char parse_delimiter(std::string_view text);

}  // namespace dbway::cli
