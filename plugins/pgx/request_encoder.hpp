// From a request to the messages of the extended query protocol, without the Sync that may follow.
#pragma once

#include "buffer.hpp"
#include "request.hpp"

#include <cstdint>
#include <string_view>

namespace dbway::pgx {

// Whether a request of this kind is messages in a pipeline, not a conversation of its own.
bool is_pipelined(const Request& request) noexcept;

// Appends the messages. `request.statement` is set for PREPARE, EXECUTE and UNPREPARE. Throws sdk::Failure if
// a value cannot be sent; what was appended by then stays.
void encode_request(Request& request, Buffer& out);

// Binds the unnamed portal. `parameters`, `columns`: null as long as the server has not described them; then
// values go as text and results are wanted in binary.
void put_bind(Buffer& out, std::string_view statement, const dbway_value* values, std::uint32_t count,
              const Shape* parameters, const Shape* columns);

// Close, Parse and Describe of a statement that the server has lost or whose plan is stale.
void encode_prepare_again(const Statement& statement, Buffer& out);

}  // namespace dbway::pgx
