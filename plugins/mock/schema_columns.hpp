// schema_columns.hpp - the columns that provider.h gives to each kind of SCHEMA request.
#pragma once

#include <dbway/sdk/provider.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::mock {

std::vector<sdk::Column> schema_columns(std::uint32_t kind);

// What a script expects of a SCHEMA request: "columns", "columns public.users", "tables public".
std::string schema_text(std::uint32_t kind, std::string_view schema_filter, std::string_view table_filter);

}  // namespace dbway::mock
