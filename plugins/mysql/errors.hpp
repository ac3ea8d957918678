// errors.hpp - from the connector's exceptions to diagnostics.
#pragma once

#include <dbway/sdk/failure.hpp>

namespace sql {
class SQLException;
}

namespace dbway::mysql {

sdk::Diagnostic make_diagnostic(const sql::SQLException& error);

}  // namespace dbway::mysql
