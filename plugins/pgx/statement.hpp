// A prepared statement, as this side knows it.
#pragma once

#include "shape.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace dbway::pgx {

struct Statement {
    std::string sql;
    std::string name;        // on the server; empty: parsed anew with every execution
    bool described = false;  // PREPARE was answered: `parameters` and `columns` are known
    bool failed = false;     // PREPARE failed: there is nothing to execute
    std::unique_ptr<Shape> parameters;
    std::unique_ptr<Shape> columns;  // null: no result set
};

}  // namespace dbway::pgx
