// toml_text.hpp - values as TOML text, in the forms that script_value.hpp reads.
#pragma once

#include <dbway/provider.h>
#include <dbway/sdk/provider.hpp>

#include <string>
#include <string_view>

namespace dbway::mock {

// A basic string with its quotes; text that is no UTF-8 has U+FFFD in place of what is wrong.
std::string toml_string(std::string_view text);

// The value where one of `type` (and `item_type`) is expected; with DBWAY_T_NULL it tells its own type.
std::string toml_value(const dbway_value& value, std::uint32_t type, std::uint32_t item_type = DBWAY_T_NULL);

std::string toml_column(const sdk::Column& column);

}  // namespace dbway::mock
