// errors.hpp - from libpqxx's exceptions to diagnostics.
#pragma once

#include <dbway/sdk/failure.hpp>

#include <libpq-fe.h>

#include <string>
#include <string_view>

namespace dbway::pq {

// Why a connection could not be opened.
sdk::Diagnostic connect_diagnostic(const PGconn* connection);
// The same from libpq's text; `asked_for_password`: the server wanted one and none was there.
sdk::Diagnostic connect_diagnostic(std::string_view text, bool asked_for_password);

// The exception that is being handled, as a Failure: call it in a catch block only. `open`: the connection
// can still be used; `last_message` is libpq's, for a loss that libpqxx does not explain. What is not of
// libpqxx is thrown again as it is.
[[noreturn]] void throw_as_failure(bool open, const std::string& last_message);

// A server's message without its severity ("ERROR:  "), which is in the server's language, and without the
// closing line feed.
std::string_view strip_message(std::string_view text);

}  // namespace dbway::pq
