// copy_text.hpp - the operand of COPY as libpqxx's streams take it: they put it between "COPY " and
// " FROM STDIN" or " TO STDOUT", unquoted.
#pragma once

#include <dbway/sdk/provider.hpp>

#include <string>
#include <string_view>

namespace dbway::pq {

// A table with its columns, or the rest of a COPY statement. Throws Failure.
std::string copy_in_target(const sdk::CopyTarget& target);

// The query behind a COPY_OUT. Throws Failure for a COPY statement.
std::string copy_out_query(const sdk::CopyTarget& target);
// The query in parentheses, or the rest of a COPY statement.
std::string copy_out_target(const sdk::CopyTarget& target);

}  // namespace dbway::pq
