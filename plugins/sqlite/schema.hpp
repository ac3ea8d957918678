// schema.hpp - the answers to DBWAY_R_SCHEMA.
#pragma once

#include "database.hpp"

#include <dbway/sdk/provider.hpp>

#include <memory>
#include <string_view>

namespace dbway::sqlite {

// The rows that provider.h describes for DBWAY_SCHEMA_*. Empty filters match everything. Throws Failure.
std::unique_ptr<sdk::Statement> make_schema_statement(Database& database, std::uint32_t kind,
                                                      std::string_view schema_filter,
                                                      std::string_view table_filter);

}  // namespace dbway::sqlite
