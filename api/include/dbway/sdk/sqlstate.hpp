// sqlstate.hpp - from the SQLSTATE of an error to what a caller can do about it: a status and the flags of a
// diagnostic. The classes of the SQL standard (ISO/IEC 9075-2, 24.1) and of PostgreSQL's appendix A.
#pragma once

#include <dbway/provider.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string_view>

namespace dbway::sdk {

namespace detail {

struct SqlstateMapping {
    std::string_view code;  // five characters, or two for the rest of the class
    dbway_status status;
    std::uint32_t flags;
};

// Sorted. A whole code counts before its class; what is not listed is DBWAY_ERR_DATABASE without flags.
inline constexpr SqlstateMapping sqlstate_mappings[] = {
    {"03", DBWAY_ERR_INVALID, 0},  // SQL statement not yet complete
    {"07", DBWAY_ERR_INVALID, 0},  // dynamic SQL: wrong number or type of parameters
    {"08", DBWAY_ERR_CONNECTION, 0},
    {"08000", DBWAY_ERR_CONNECTION, DBWAY_DIAG_CONN_DEAD},
    {"08001", DBWAY_ERR_CONNECTION, DBWAY_DIAG_RETRY | DBWAY_DIAG_NOT_EXECUTED},
    {"08003", DBWAY_ERR_CONNECTION, DBWAY_DIAG_CONN_DEAD | DBWAY_DIAG_RETRY | DBWAY_DIAG_NOT_EXECUTED},
    {"08004", DBWAY_ERR_CONNECTION, DBWAY_DIAG_RETRY | DBWAY_DIAG_NOT_EXECUTED},
    {"08006", DBWAY_ERR_CONNECTION, DBWAY_DIAG_CONN_DEAD},
    {"08007", DBWAY_ERR_CONNECTION, DBWAY_DIAG_CONN_DEAD},
    // Also what PgBouncer calls every error of its own, so it does not tell that the server is gone.
    {"08P01", DBWAY_ERR_DATABASE, 0},
    {"0A", DBWAY_ERR_UNSUPPORTED, 0},
    {"0B", DBWAY_ERR_INVALID, 0},  // invalid transaction initiation
    {"0L", DBWAY_ERR_PERMISSION, 0},
    {"0P", DBWAY_ERR_INVALID, 0},  // invalid role
    {"20", DBWAY_ERR_DATA, 0},     // case not found
    {"21", DBWAY_ERR_DATA, 0},     // a subquery with more than one row
    {"22", DBWAY_ERR_DATA, 0},
    {"23", DBWAY_ERR_CONSTRAINT, 0},
    {"24", DBWAY_ERR_INVALID, 0},  // cursor state
    {"25", DBWAY_ERR_INVALID, 0},  // transaction state
    {"25006", DBWAY_ERR_PERMISSION, DBWAY_DIAG_NOT_EXECUTED},
    {"25P01", DBWAY_ERR_INVALID, DBWAY_DIAG_NOT_EXECUTED},
    {"25P02", DBWAY_ERR_INVALID, DBWAY_DIAG_NOT_EXECUTED},
    // The server has given up an idle transaction, before it saw the request that learns of it.
    {"25P03", DBWAY_ERR_CONNECTION, DBWAY_DIAG_CONN_DEAD | DBWAY_DIAG_RETRY_TX | DBWAY_DIAG_NOT_EXECUTED},
    {"25P04", DBWAY_ERR_CONNECTION, DBWAY_DIAG_CONN_DEAD | DBWAY_DIAG_RETRY_TX},
    {"26", DBWAY_ERR_INVALID, DBWAY_DIAG_NOT_EXECUTED},  // no such prepared statement
    {"28", DBWAY_ERR_AUTH, DBWAY_DIAG_NOT_EXECUTED},
    {"2D", DBWAY_ERR_INVALID, 0},                       // invalid transaction termination
    {"34", DBWAY_ERR_INVALID, 0},                       // no such cursor
    {"3B", DBWAY_ERR_INVALID, 0},                       // savepoint
    {"3D", DBWAY_ERR_SYNTAX, DBWAY_DIAG_NOT_EXECUTED},  // no such database
    {"3F", DBWAY_ERR_SYNTAX, 0},                        // no such schema
    {"40", DBWAY_ERR_CONFLICT, DBWAY_DIAG_RETRY_TX},
    {"40002", DBWAY_ERR_CONSTRAINT, 0},
    {"40003", DBWAY_ERR_CONNECTION, 0},  // statement completion unknown
    {"42", DBWAY_ERR_SYNTAX, 0},
    {"42501", DBWAY_ERR_PERMISSION, 0},
    {"44", DBWAY_ERR_CONSTRAINT, 0},  // WITH CHECK OPTION
    {"53", DBWAY_ERR_RESOURCE, 0},
    {"53300", DBWAY_ERR_RESOURCE, DBWAY_DIAG_RETRY | DBWAY_DIAG_NOT_EXECUTED},
    {"54", DBWAY_ERR_RESOURCE, 0},  // too complex, too many columns
    {"55006", DBWAY_ERR_CONFLICT, DBWAY_DIAG_RETRY | DBWAY_DIAG_RETRY_TX},
    {"55P03", DBWAY_ERR_CONFLICT, DBWAY_DIAG_RETRY | DBWAY_DIAG_RETRY_TX},
    {"57014", DBWAY_ERR_CANCELLED, 0},
    {"57P01", DBWAY_ERR_CONNECTION, DBWAY_DIAG_CONN_DEAD},
    {"57P02", DBWAY_ERR_CONNECTION, DBWAY_DIAG_CONN_DEAD},
    {"57P03", DBWAY_ERR_CONNECTION, DBWAY_DIAG_CONN_DEAD | DBWAY_DIAG_RETRY | DBWAY_DIAG_NOT_EXECUTED},
    {"57P04", DBWAY_ERR_CONNECTION, DBWAY_DIAG_CONN_DEAD},
    {"57P05", DBWAY_ERR_CONNECTION, DBWAY_DIAG_CONN_DEAD | DBWAY_DIAG_RETRY | DBWAY_DIAG_NOT_EXECUTED},
    {"72", DBWAY_ERR_CONFLICT, DBWAY_DIAG_RETRY_TX},  // snapshot too old
};

// Null if neither the code nor its class is listed.
constexpr const SqlstateMapping* find_sqlstate(std::string_view sqlstate) noexcept {
    if (sqlstate.size() != 5) return nullptr;
    for (const std::string_view key : {sqlstate, sqlstate.substr(0, 2)}) {
        const auto* const found = std::lower_bound(
            std::begin(sqlstate_mappings), std::end(sqlstate_mappings), key,
            [](const SqlstateMapping& mapping, std::string_view wanted) { return mapping.code < wanted; });
        if (found != std::end(sqlstate_mappings) && found->code == key) return found;
    }
    return nullptr;
}

}  // namespace detail

// The status of an error; DBWAY_ERR_DATABASE for a code that is unknown or no SQLSTATE. Never DBWAY_OK.
constexpr dbway_status status_of_sqlstate(std::string_view sqlstate) noexcept {
    const detail::SqlstateMapping* const found = detail::find_sqlstate(sqlstate);
    return found == nullptr ? DBWAY_ERR_DATABASE : found->status;
}

// DBWAY_DIAG_*, as far as the code alone tells. Whether the connection has ended is better known to whoever
// holds it.
constexpr std::uint32_t diagnostic_flags_of_sqlstate(std::string_view sqlstate) noexcept {
    const detail::SqlstateMapping* const found = detail::find_sqlstate(sqlstate);
    return found == nullptr ? 0 : found->flags;
}

}  // namespace dbway::sdk
