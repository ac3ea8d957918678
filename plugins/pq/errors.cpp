#include "errors.hpp"

#include <dbway/sdk/sqlstate.hpp>

#include <pqxx/pqxx>

#include <algorithm>
#include <utility>

namespace dbway::pq {
namespace {

using sdk::Diagnostic;

bool is_sqlstate(std::string_view text) {
    return text.size() == 5 && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
           });
}

Diagnostic from_sqlstate(std::string_view sqlstate, std::string_view text) {
    Diagnostic diagnostic;
    diagnostic.status = sdk::status_of_sqlstate(sqlstate);
    diagnostic.flags = sdk::diagnostic_flags_of_sqlstate(sqlstate);
    diagnostic.sqlstate = sqlstate;
    diagnostic.message = strip_message(text);
    return diagnostic;
}

// Some of libpqxx's exceptions have a type of their own in place of an SQLSTATE.
std::string_view sqlstate_of_type(const std::exception& error) {
    if (dynamic_cast<const pqxx::serialization_failure*>(&error) != nullptr) return "40001";
    if (dynamic_cast<const pqxx::statement_completion_unknown*>(&error) != nullptr) return "40003";
    if (dynamic_cast<const pqxx::deadlock_detected*>(&error) != nullptr) return "40P01";
    if (dynamic_cast<const pqxx::transaction_rollback*>(&error) != nullptr) return "40000";
    if (dynamic_cast<const pqxx::too_many_connections*>(&error) != nullptr) return "53300";
    if (dynamic_cast<const pqxx::insufficient_privilege*>(&error) != nullptr) return "42501";
    // An error of class 08 that the server reports and survives.
    if (dynamic_cast<const pqxx::broken_connection*>(&error) != nullptr) return "08P01";
    return {};
}

[[noreturn]] void throw_lost(std::string_view what, const std::string& last_message) {
    Diagnostic diagnostic;
    diagnostic.status = DBWAY_ERR_CONNECTION;
    diagnostic.flags = DBWAY_DIAG_CONN_DEAD;
    diagnostic.sqlstate = "08006";
    const std::string_view reason = strip_message(last_message.empty() ? what : last_message);
    diagnostic.message = "the connection to the server was lost";
    if (!reason.empty()) diagnostic.message.append(": ").append(reason);
    throw sdk::Failure(std::move(diagnostic));
}

}  // namespace

std::string_view strip_message(std::string_view text) {
    // "SEVERITY:  text", with two blanks whatever the language.
    const std::size_t colon = text.find(":  ");
    if (colon != std::string_view::npos && colon < 40 && text.find_first_of(" \n\"") > colon)
        text.remove_prefix(colon + 3);
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
    return text;
}

// "connection to server … failed: FATAL:  28P01: password authentication failed …" where the server has
// answered, and without a code where it has not.
Diagnostic connect_diagnostic(std::string_view text, bool asked_for_password) {
    // Lines about the server's source code follow the message.
    text = text.substr(0, text.find("\nLOCATION:"));
    while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
    std::string_view sqlstate;
    std::size_t code = 0;
    for (std::size_t at = text.find(":  "); at != std::string_view::npos; at = text.find(":  ", at + 1))
        if (at + 9 <= text.size() && text[at + 8] == ':' && is_sqlstate(text.substr(at + 3, 5)))
            sqlstate = text.substr(code = at + 3, 5);
    if (sqlstate.empty() && asked_for_password) sqlstate = "28P01";
    Diagnostic diagnostic;
    diagnostic.status = DBWAY_ERR_CONNECTION;
    diagnostic.flags = DBWAY_DIAG_RETRY;
    diagnostic.sqlstate = "08001";
    if (!sqlstate.empty()) {
        diagnostic = from_sqlstate(sqlstate, {});
        diagnostic.flags &= ~std::uint32_t{DBWAY_DIAG_CONN_DEAD};
    }
    diagnostic.flags |= DBWAY_DIAG_NOT_EXECUTED;
    diagnostic.message = text;
    if (code != 0) diagnostic.message.erase(code, 7);
    return diagnostic;
}

Diagnostic connect_diagnostic(const PGconn* connection) {
    return connect_diagnostic(PQerrorMessage(connection), PQconnectionNeedsPassword(connection) != 0);
}

void throw_as_failure(bool open, const std::string& last_message) {
    try {
        throw;
    } catch (const pqxx::sql_error& error) {
        if (!open) throw_lost(error.what(), last_message);
        const std::string_view sqlstate =
            error.sqlstate().empty() ? sqlstate_of_type(error) : error.sqlstate();
        Diagnostic diagnostic = from_sqlstate(sqlstate, error.what());
        if (const auto* syntax = dynamic_cast<const pqxx::syntax_error*>(&error);
            syntax != nullptr && syntax->error_position > 0)
            diagnostic.position = static_cast<std::uint32_t>(syntax->error_position);
        throw sdk::Failure(std::move(diagnostic));
    } catch (const pqxx::failure& error) {
        if (!open) throw_lost(error.what(), last_message);
        throw sdk::Failure(from_sqlstate(sqlstate_of_type(error), error.what()));
    }
}

}  // namespace dbway::pq
