// script_value.hpp - columns, cells and parameters as a script writes them.
#pragma once

#include "expectation.hpp"
#include "script_table.hpp"

#include <dbway/sdk/provider.hpp>
#include <dbway/sdk/row_batch.hpp>

namespace dbway::mock {

// "id i64", "tags text[]", "price decimal(10,2)", "x" (each value tells its type), or a table with more.
sdk::Column read_column(const toml::node& node, const std::string& file);

// A cell of that column: a TOML value that fits its type, text in the canonical form of the type, {} for
// NULL, or { type = …, value = … }. What it points to lies in the arena.
dbway_value read_cell(const toml::node& node, const sdk::Column& column, sdk::Arena& arena,
                      const std::string& file);

// A value, or { any = true }, { type = "uuid" }, { not_null = true }, { like = "pattern" }.
ParameterMatcher read_parameter(const toml::node& node, sdk::Arena& arena, const std::string& file);

}  // namespace dbway::mock
