// copy_out.hpp - bulk unload: a query whose rows are handed out as they come.
#pragma once

#include "session.hpp"

#include <dbway/sdk/provider.hpp>

#include <memory>

namespace dbway::mysql {

// For a COPY_OUT of a table or of a query.
std::unique_ptr<sdk::Statement> make_copy_out(Session& session, const sdk::CopyTarget& target);

}  // namespace dbway::mysql
