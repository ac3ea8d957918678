// errors.hpp - errors of PostgreSQL as diagnostics. SOCI's exceptions carry a text and an SQLSTATE; libpq's
// result, which SOCI keeps, has the rest.
#pragma once

#include <dbway/sdk/failure.hpp>

#include <libpq-fe.h>

#include <string_view>

namespace dbway::orm::postgresql {

// Of a result that is an error; null: libpq had no memory for one.
sdk::Diagnostic result_diagnostic(const PGresult* result);

// Why SOCI could not connect: libpq's text, in which the server's SQLSTATE is not.
sdk::Diagnostic connect_diagnostic(std::string_view text);

// A connection that has ended; `why` is the server's last word, if it had one.
sdk::Diagnostic lost_diagnostic(const PGresult* result, std::string_view why);

}  // namespace dbway::orm::postgresql
