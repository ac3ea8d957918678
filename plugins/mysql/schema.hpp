// schema.hpp - the answers to SCHEMA requests, from information_schema.
#pragma once

#include "session.hpp"

#include <dbway/sdk/provider.hpp>

#include <cstdint>
#include <memory>
#include <string_view>

namespace dbway::mysql {

// A schema is what MySQL calls a database as well. Without a filter the server's own are left out.
std::unique_ptr<sdk::Statement> make_schema_statement(Session& session, std::uint32_t kind,
                                                      std::string_view schema_filter,
                                                      std::string_view table_filter);

}  // namespace dbway::mysql
