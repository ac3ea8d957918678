// errors.hpp - from the connector's exceptions to diagnostics. MySQL's own SQLSTATEs are coarse, HY000 for
// much of what a caller must tell apart, so the native code decides and the SQLSTATE is the one that other
// providers give in the same case.
#pragma once

#include <dbway/sdk/failure.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace sql {
class SQLException;
}

namespace dbway::mysql {

// The diagnostic of a native code with what the server said. `sqlstate` is the server's, for codes that have
// no better one.
sdk::Diagnostic make_diagnostic(std::int64_t code, std::string_view sqlstate, std::string_view message);
sdk::Diagnostic make_diagnostic(const sql::SQLException& error);

// After this error nothing more comes over the connection.
bool is_connection_lost(std::int64_t code) noexcept;

// The names of schema, table, column and constraint, as far as the message of the error has them.
void add_names(sdk::Diagnostic& diagnostic);

// Where in `sql` a syntax error is, which its message quotes: a byte, or npos.
std::size_t find_error_place(std::string_view message, std::string_view sql);

}  // namespace dbway::mysql
