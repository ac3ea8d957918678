// read_only.hpp - whether a statement of the user may be run again and again.
#pragma once

#include <dbway/sdk/lexer.hpp>

#include <string_view>

namespace dbway::cli::bench {

// By its words: a SELECT, VALUES, TABLE or SHOW, also behind WITH, that writes into nothing. A function that
// changes something is not seen.
bool only_reads(std::string_view statement, sdk::Dialect dialect);

}  // namespace dbway::cli::bench
