// statement_text.hpp - what the text of a statement tells that libpqxx does not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dbway::pq {

struct StatementText {
    std::string keyword;           // of the statement proper, upper case: "INSERT" for WITH … INSERT
    bool changes = false;          // INSERT, UPDATE, DELETE, MERGE
    bool common_tables = false;    // WITH …
    std::uint32_t parameters = 0;  // the largest n of any $n
};

StatementText read_statement_text(std::string_view sql);

}  // namespace dbway::pq
