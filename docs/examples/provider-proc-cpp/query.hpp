// query.hpp - the text of a statement, understood:
//   SELECT * | column, … FROM table [WHERE column = value] [LIMIT value] [EVERY seconds]
// A value is 'text', a number or $1. EVERY reads the table again and again, until LIMIT or cancel().
#pragma once

#include <dbway/provider.h>

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tables.hpp"

namespace proc {

struct Operand {
    std::string text;
    std::uint32_t parameter = 0;  // n of $n; 0: `text`
};

struct Query {
    const Table* table = nullptr;
    std::vector<std::size_t> columns;  // of the table
    std::optional<std::size_t> where_column;
    Operand where_value;
    std::optional<Operand> limit;
    std::optional<std::chrono::nanoseconds> every;
    std::uint32_t parameters = 0;
};

// Throws Failure with the place of the mistake.
Query parse_query(std::string_view sql);

// Values as text, to be compared. Nothing: NULL.
std::optional<std::string> text_of(const Value& value);
std::optional<std::string> text_of(const Operand& operand, std::span<const dbway_value> values);

}  // namespace proc
