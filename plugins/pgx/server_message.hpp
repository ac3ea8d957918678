// ErrorResponse and NoticeResponse as diagnostics.
#pragma once

#include "message.hpp"

#include <dbway/sdk/failure.hpp>

#include <cstdint>
#include <string>

namespace dbway::pgx {

struct ServerMessage {
    sdk::Diagnostic diagnostic;
    bool fatal = false;  // FATAL or PANIC: the server closes the connection
};

// Reads all fields of a message of type 'E' or 'N' (PostgreSQL documentation, 55.8). Throws ProtocolError.
ServerMessage read_server_message(const Message& message);

// The failure of an attempt to connect from libpq's text, made with PQERRORS_VERBOSE so that it holds the
// SQLSTATE.
sdk::Diagnostic connect_failure(const char* given);

}  // namespace dbway::pgx
