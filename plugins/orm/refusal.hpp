// refusal.hpp - failures of requests that the database has not seen.
#pragma once

#include <dbway/sdk/failure.hpp>

#include <string>
#include <utility>

namespace dbway::orm {

[[noreturn]] inline void refuse(dbway_status status, std::string message, const char* sqlstate) {
    sdk::Diagnostic diagnostic;
    diagnostic.status = status;
    diagnostic.flags = DBWAY_DIAG_NOT_EXECUTED;
    diagnostic.sqlstate = sqlstate;
    diagnostic.message = std::move(message);
    throw sdk::Failure(std::move(diagnostic));
}

[[noreturn]] inline void refuse_count(std::size_t expected, std::size_t given) {
    refuse(DBWAY_ERR_INVALID,
           "the statement takes " + std::to_string(expected) + " parameters, but " + std::to_string(given) +
               " were given",
           "07001");
}

}  // namespace dbway::orm
