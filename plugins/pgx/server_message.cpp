#include "server_message.hpp"

#include <dbway/sdk/option_text.hpp>
#include <dbway/sdk/sqlstate.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace dbway::pgx {
namespace {

std::int32_t log_severity(std::string_view severity) noexcept {
    if (severity == "WARNING") return DBWAY_LOG_WARN;
    if (severity == "NOTICE" || severity == "INFO") return DBWAY_LOG_INFO;
    return DBWAY_LOG_DEBUG;
}

bool is_sqlstate_character(char c) noexcept { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); }

// Where "SEVERITY:  SQLSTATE: message" has its SQLSTATE, whatever the language of the severity; or npos.
std::size_t find_sqlstate(std::string_view text) noexcept {
    constexpr std::string_view mark = ":  ";
    for (std::size_t at = text.find(mark); at != std::string_view::npos; at = text.find(mark, at + 1)) {
        const std::string_view rest = text.substr(at + mark.size());
        if (rest.size() > 7 && rest.substr(5, 2) == ": " &&
            std::all_of(rest.begin(), rest.begin() + 5, is_sqlstate_character))
            return at + mark.size();
    }
    return std::string_view::npos;
}

}  // namespace

ServerMessage read_server_message(const Message& message) {
    ServerMessage result;
    sdk::Diagnostic& diagnostic = result.diagnostic;
    std::string_view severity, data_type;
    std::int64_t internal_position = 0;
    std::string_view internal_query;
    BodyReader body(message);
    while (const char field = static_cast<char>(body.u8())) {
        const std::string_view text = body.string();
        switch (field) {
            case 'V':
                severity = text;
                break;
            case 'S':
                if (severity.empty()) severity = text;
                break;
            case 'C':
                diagnostic.sqlstate = text;
                break;
            case 'M':
                diagnostic.message = text;
                break;
            case 'D':
                diagnostic.detail = text;
                break;
            case 'H':
                diagnostic.hint = text;
                break;
            case 'P':
                diagnostic.position = static_cast<std::uint32_t>(
                    std::max<std::int64_t>(sdk::detail::parse_number<std::int64_t>(text).value_or(0), 0));
                break;
            case 'p':
                internal_position = sdk::detail::parse_number<std::int64_t>(text).value_or(0);
                break;
            case 'q':
                internal_query = text;
                break;
            case 'W':
                diagnostic.context = text;
                break;
            case 's':
                diagnostic.schema_name = text;
                break;
            case 't':
                diagnostic.table_name = text;
                break;
            case 'c':
                diagnostic.column_name = text;
                break;
            case 'n':
                diagnostic.constraint_name = text;
                break;
            case 'd':
                data_type = text;
                break;
            default:
                break;  // file, line and routine of the server's source, and fields of later versions
        }
    }
    if (!internal_query.empty()) {
        if (!diagnostic.context.empty()) diagnostic.context += '\n';
        diagnostic.context.append("at character ")
            .append(std::to_string(internal_position))
            .append(" of: ")
            .append(internal_query);
    }
    if (!data_type.empty()) {
        if (!diagnostic.context.empty()) diagnostic.context += '\n';
        diagnostic.context.append("data type ").append(data_type);
    }
    if (message.type == 'N') {
        diagnostic.status = DBWAY_OK;
        diagnostic.severity = log_severity(severity);
        return result;
    }
    result.fatal = severity == "FATAL" || severity == "PANIC";
    diagnostic.severity = DBWAY_LOG_ERROR;
    diagnostic.status = sdk::status_of_sqlstate(diagnostic.sqlstate);
    diagnostic.flags = sdk::diagnostic_flags_of_sqlstate(diagnostic.sqlstate);
    if (result.fatal) {
        diagnostic.flags |= DBWAY_DIAG_CONN_DEAD;
        if (diagnostic.status == DBWAY_ERR_DATABASE) diagnostic.status = DBWAY_ERR_CONNECTION;
    } else {
        diagnostic.flags &= ~DBWAY_DIAG_CONN_DEAD;
    }
    return result;
}

sdk::Diagnostic connect_failure(const char* given) {
    std::string_view text = given == nullptr ? std::string_view() : given;
    // Lines about the server's source code follow the message.
    if (const std::size_t location = text.find("\nLOCATION:"); location != std::string_view::npos)
        text = text.substr(0, location);
    while (!text.empty() && text.back() == '\n') text.remove_suffix(1);

    sdk::Diagnostic diagnostic;
    diagnostic.status = DBWAY_ERR_CONNECTION;
    diagnostic.flags = DBWAY_DIAG_RETRY | DBWAY_DIAG_NOT_EXECUTED;
    diagnostic.sqlstate = "08001";
    diagnostic.message = text.empty() ? std::string_view("out of memory") : text;
    if (const std::size_t at = find_sqlstate(text); at != std::string_view::npos) {
        diagnostic.sqlstate = text.substr(at, 5);
        diagnostic.message.erase(at, 7);
        diagnostic.status = sdk::status_of_sqlstate(diagnostic.sqlstate);
        diagnostic.flags = sdk::diagnostic_flags_of_sqlstate(diagnostic.sqlstate) | DBWAY_DIAG_NOT_EXECUTED;
    }
    diagnostic.flags |= DBWAY_DIAG_CONN_DEAD;
    return diagnostic;
}

}  // namespace dbway::pgx
