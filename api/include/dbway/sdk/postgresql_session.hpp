// postgresql_session.hpp - what a session of PostgreSQL needs so that its values can be read from the text
// format, and what is to be said of its end, for providers on client libraries.
#pragma once

#include <dbway/sdk/failure.hpp>

#include <string>
#include <string_view>

namespace dbway::sdk {

// The settings that the text format depends on, as postgresql_cells.hpp reads it: one statement list, without
// a semicolon at its end. A RESET ALL undoes them.
inline std::string postgresql_session_settings(bool read_only) {
    std::string settings =
        "SET DateStyle = ISO; SET IntervalStyle = iso_8601; SET bytea_output = hex; SET extra_float_digits = "
        "1";
    if (read_only) settings += "; SET default_transaction_read_only = on";
    return settings;
}

// Whether the server says that the session writes dates and intervals as those settings want it; of the
// others it says nothing. `status` is PQparameterStatus() of the session: from a name to a text or null.
template <class Status>
bool has_postgresql_styles(Status&& status) {
    const auto starts = [&](const char* parameter, std::string_view style) {
        const char* const value = status(parameter);
        return value == nullptr || std::string_view(value).starts_with(style);
    };
    return starts("IntervalStyle", "iso_8601") && starts("DateStyle", "ISO");
}

// DISCARD ALL in parts, outside a transaction: the statements that the host has names for stay, and the
// session is set to what it was when it was opened. The result of the list names the statements that are to
// be deallocated, in one column: those of PREPARE, which the server tells from the others.
inline std::string postgresql_reset(std::string_view settings) {
    return "CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; UNLISTEN *; "
           "SELECT pg_catalog.pg_advisory_unlock_all(); DISCARD TEMP; DISCARD SEQUENCES; " +
           std::string(settings) + "; SELECT name FROM pg_catalog.pg_prepared_statements WHERE from_sql";
}

// For the COMMIT of a failed transaction, which the server answers with ROLLBACK and calls a success.
inline Diagnostic postgresql_rolled_back() {
    Diagnostic diagnostic;
    diagnostic.status = DBWAY_ERR_CONFLICT;
    diagnostic.sqlstate = "25P02";
    diagnostic.message = "the transaction was rolled back: an earlier statement in it had failed";
    diagnostic.hint = "roll back to a savepoint before the failed statement, or run the transaction again";
    return diagnostic;
}

// For a connection that was given up because it did not end a cancelled request.
inline Diagnostic postgresql_given_up() {
    Diagnostic diagnostic;
    diagnostic.status = DBWAY_ERR_CANCELLED;
    diagnostic.flags = DBWAY_DIAG_CONN_DEAD;
    diagnostic.sqlstate = "57014";
    diagnostic.message =
        "the request was cancelled, and the connection given up, since the server did not end the request "
        "within cancel_timeout";
    return diagnostic;
}

}  // namespace dbway::sdk
