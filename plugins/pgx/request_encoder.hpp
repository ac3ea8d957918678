// From a request to the messages of the extended query protocol, without the Sync that may follow.
#pragma once

#include "buffer.hpp"
#include "request.hpp"

#include <cstdint>
#include <string_view>

namespace dbway::pgx {

// Appends the messages. `request.statement` is set for PREPARE, EXECUTE and UNPREPARE. Throws sdk::Failure if
// a value cannot be sent; what was appended by then stays.
void encode_request(Request& request, Buffer& out);

// The same for the usual EXECUTE: of a statement that is described, with values that need no conversion.
// False: it is not one of those, and nothing was appended.
bool put_plain_execution(const Request& request, Buffer& out);

// Binds the unnamed portal. `parameters`, `columns`: null as long as the server has not described them; then
// values go as text and results are wanted in binary.
void put_bind(Buffer& out, std::string_view statement, const dbway_value* values, std::uint32_t count,
              const Shape* parameters, const Shape* columns);

// Close, Parse and Describe of a statement that the server has lost or whose plan is stale.
void encode_prepare_again(const Statement& statement, Buffer& out);

}  // namespace dbway::pgx
