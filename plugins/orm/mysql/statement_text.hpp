// statement_text.hpp - the text of a statement cut at its parameters, as SOCI keeps it, and what it tells
// beside that.
#pragma once

#include <dbway/sdk/mysql_statement.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::orm::mysql {

struct StatementText : sdk::MysqlStatementText {
    bool defines = false;              // changes the schema, or may do so
    std::vector<std::string> chunks;   // one more than `order` has entries
    std::vector<std::uint32_t> order;  // the number of the parameter behind each chunk
    std::uint32_t parameters = 0;      // the highest of these numbers
};

// Throws Failure (DBWAY_ERR_SYNTAX) for parameters that cannot be told apart, and for what is not exactly one
// statement.
StatementText read_statement_text(std::string_view sql);

}  // namespace dbway::orm::mysql
