// value.hpp - values of the ABI that outlive the call they came in: copied, compared, and shown to people.
#pragma once

#include <dbway/provider.h>
#include <dbway/sdk/row_batch.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dbway::mock {

// A copy whose payload lies in the arena.
dbway_value copy_value(const dbway_value& value, sdk::Arena& arena);

// The same type and the same value. NULLs are equal whatever type they were meant to have, NaN equals NaN.
bool same_value(const dbway_value& a, const dbway_value& b);

// "i64 5", "text 'Ann'", "null": long values are cut.
std::string describe_value(const dbway_value& value);

// The names that scripts and messages use for DBWAY_T_*: "i64", "timestamptz"… "null" is the type of a column
// whose cells tell their own. Unknown types have the name "unknown".
std::string_view type_name(std::uint32_t type) noexcept;
std::optional<std::uint32_t> type_by_name(std::string_view name) noexcept;
// All of them, for messages: "bool, i64, …".
std::string type_names();

}  // namespace dbway::mock
