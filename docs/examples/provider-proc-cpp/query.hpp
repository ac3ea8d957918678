// query.hpp - the text of a statement, understood:
//   SELECT * | column, … FROM table [WHERE column = $1] [LIMIT $2] [EVERY seconds]
// EVERY reads the table again and again, until LIMIT or cancel().
#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

#include "tables.hpp"

namespace proc {

struct Query {
    const Table* table = nullptr;
    std::vector<std::size_t> columns;     // of the table
    std::optional<std::size_t> where;     // likewise
    std::uint32_t wanted = 0, limit = 0;  // n of $n; 0: there is none
    std::uint32_t parameters = 0;
    std::optional<std::chrono::seconds> every;
};

// Throws Failure with the place of the mistake.
Query parse_query(std::string_view sql);

}  // namespace proc
