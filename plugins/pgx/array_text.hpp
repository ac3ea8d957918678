// PostgreSQL's text of arrays: {1,NULL,"a b",{…}}, with [lower:upper]… = in front when the bounds are not the
// usual.
#pragma once

#include "array_header.hpp"

#include <dbway/provider.h>
#include <dbway/sdk/row_batch.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace dbway::pgx {

struct ArrayText {
    dbway_value array{};  // items are TEXT, NULL or ARRAY
    std::size_t n_bounds = 0;
    std::array<std::int32_t, array_dimensions_max> lower{};  // of the first n_bounds dimensions
};

// The items lie in the arena. Nothing for a text that is no array, or has more than six dimensions. Whether
// sub-arrays are of one size is not checked, nor whether the upper bounds are right.
std::optional<ArrayText> parse_array_text(std::string_view text, char delimiter, sdk::Arena& arena);

}  // namespace dbway::pgx
