// mysql_options.hpp - what the options of all providers of MySQL have in common.
#pragma once

#include <dbway/sdk/failure.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace dbway::sdk {

// Throws Failure (DBWAY_ERR_INVALID) for a sql_mode that cannot stand in a SET, or in which the providers
// would read texts otherwise than the server.
inline void check_mysql_sql_mode(std::string_view mode) {
    const bool plain = std::all_of(mode.begin(), mode.end(), [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == ',';
    });
    if (!plain)
        throw Failure(DBWAY_ERR_INVALID,
                      "option 'sql_mode' is a list of names, separated by commas without blanks");
    // Where a string ends would not be the same for the provider and for the server.
    std::string upper(mode);
    std::transform(upper.begin(), upper.end(), upper.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    if (upper.find("NO_BACKSLASH_ESCAPES") != std::string::npos)
        throw Failure(
            DBWAY_ERR_INVALID,
            "option 'sql_mode' must not contain NO_BACKSLASH_ESCAPES, which the provider does not follow");
}

}  // namespace dbway::sdk
