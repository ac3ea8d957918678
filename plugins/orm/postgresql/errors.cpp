#include "postgresql/errors.hpp"

#include <dbway/sdk/option_text.hpp>
#include <dbway/sdk/sqlstate.hpp>

#include <charconv>

namespace dbway::orm::postgresql {
namespace {

using sdk::Diagnostic;

std::string_view field(const PGresult* result, int code) {
    const char* text = PQresultErrorField(result, code);
    return text == nullptr ? std::string_view() : std::string_view(text);
}

std::string_view without_line_feed(std::string_view text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
    return text;
}

struct ConnectWording {
    std::string_view part;
    std::string_view sqlstate;
};

// As PostgreSQL words them in English, in the order in which they count.
constexpr ConnectWording connect_wordings[] = {
    {"password authentication failed", "28P01"},
    {"no password supplied", "28P01"},
    {"authentication failed", "28000"},
    {"no pg_hba.conf entry", "28000"},
    {"pg_hba.conf rejects", "28000"},
    {"is not permitted to log in", "28000"},
    {"permission denied for database", "42501"},
    {"too many clients", "53300"},
    {"too many connections", "53300"},
    {"remaining connection slots", "53300"},
    {"the database system is", "57P03"},
    {"is not currently accepting connections", "55000"},
};

std::string_view sqlstate_of_wording(std::string_view text) {
    for (const ConnectWording& wording : connect_wordings)
        if (text.find(wording.part) != std::string_view::npos) return wording.sqlstate;
    if (text.find("\" does not exist") == std::string_view::npos) return "08001";
    if (text.find("database \"") != std::string_view::npos) return "3D000";
    return text.find("role \"") != std::string_view::npos ? "28000" : "08001";
}

}  // namespace

Diagnostic result_diagnostic(const PGresult* result) {
    Diagnostic diagnostic;
    const std::string_view sqlstate = field(result, PG_DIAG_SQLSTATE);
    diagnostic.status = sdk::status_of_sqlstate(sqlstate);
    diagnostic.flags = sdk::diagnostic_flags_of_sqlstate(sqlstate);
    diagnostic.sqlstate = sqlstate;
    diagnostic.message = field(result, PG_DIAG_MESSAGE_PRIMARY);
    if (diagnostic.message.empty()) diagnostic.message = without_line_feed(PQresultErrorMessage(result));
    diagnostic.detail = field(result, PG_DIAG_MESSAGE_DETAIL);
    diagnostic.hint = field(result, PG_DIAG_MESSAGE_HINT);
    diagnostic.context = field(result, PG_DIAG_CONTEXT);
    diagnostic.schema_name = field(result, PG_DIAG_SCHEMA_NAME);
    diagnostic.table_name = field(result, PG_DIAG_TABLE_NAME);
    diagnostic.column_name = field(result, PG_DIAG_COLUMN_NAME);
    diagnostic.constraint_name = field(result, PG_DIAG_CONSTRAINT_NAME);
    const auto position = sdk::detail::parse_number<std::uint32_t>(field(result, PG_DIAG_STATEMENT_POSITION));
    diagnostic.position = position.value_or(0);
    return diagnostic;
}

Diagnostic connect_diagnostic(std::string_view text) {
    constexpr std::string_view soci = "Cannot establish connection to the database.\n";
    if (text.starts_with(soci)) text.remove_prefix(soci.size());
    text = without_line_feed(text);
    const std::string_view sqlstate = sqlstate_of_wording(text);
    Diagnostic diagnostic;
    diagnostic.status = sdk::status_of_sqlstate(sqlstate);
    diagnostic.flags = sdk::diagnostic_flags_of_sqlstate(sqlstate) | DBWAY_DIAG_NOT_EXECUTED;
    diagnostic.flags &= ~std::uint32_t{DBWAY_DIAG_CONN_DEAD};
    if (text.find("timeout expired") != std::string_view::npos) diagnostic.status = DBWAY_ERR_TIMEOUT;
    diagnostic.sqlstate = sqlstate;
    diagnostic.message = text;
    return diagnostic;
}

Diagnostic lost_diagnostic(const PGresult* result, std::string_view why) {
    Diagnostic diagnostic;
    const std::string_view sqlstate = field(result, PG_DIAG_SQLSTATE);
    if (!sqlstate.empty()) diagnostic = result_diagnostic(result);
    diagnostic.status = DBWAY_ERR_CONNECTION;
    diagnostic.flags |= DBWAY_DIAG_CONN_DEAD;
    if (!sqlstate.empty()) return diagnostic;
    diagnostic.sqlstate = "08006";
    diagnostic.message = "the connection to the server was lost";
    why = without_line_feed(why);
    if (!why.empty()) diagnostic.message.append(": ").append(why);
    return diagnostic;
}

}  // namespace dbway::orm::postgresql
