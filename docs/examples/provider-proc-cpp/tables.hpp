// tables.hpp - the tables of this provider, read from /proc at the moment they are asked for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace proc {

// std::monostate is NULL.
using Value = std::variant<std::monostate, std::int64_t, double, std::string>;
using Row = std::vector<Value>;

struct TableColumn {
    std::string_view name;
    std::uint32_t type;  // DBWAY_T_*
};

struct Table {
    std::string_view name;
    std::vector<TableColumn> columns;
    // `sample`: how often the running statement has read the table, this time included.
    std::vector<Row> (*read)(std::int64_t sample);
};

// Null: there is none of this name.
const Table* find_table(std::string_view name);

}  // namespace proc
