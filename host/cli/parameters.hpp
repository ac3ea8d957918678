// parameters.hpp - the values of $1, $2, … as they are written on the command line.
#pragma once

#include <dbway/provider.h>
#include <dbway/sdk/row_batch.hpp>

#include <optional>
#include <string>
#include <vector>

namespace dbway::cli {

// Text, unless `types` (of --types, in order) says otherwise: what looks like a number may well be a name. A
// text equal to `null_text` is NULL. Bytes are in `arena` or those of `texts`. Throws UsageError.
std::vector<dbway_value> parse_parameters(const std::vector<std::string>& texts,
                                          const std::vector<std::string>& types,
                                          const std::optional<std::string>& null_text, sdk::Arena& arena);

}  // namespace dbway::cli
