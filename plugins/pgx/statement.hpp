// A prepared statement, as this side knows it.
#pragma once

#include "shape.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace dbway::pgx {

struct Statement {
    std::string sql;
    std::string name;        // on the server; empty: parsed anew with every execution
    bool described = false;  // PREPARE was answered: `parameters` and `columns` are known
    bool failed = false;     // PREPARE failed: there is nothing to execute
    std::unique_ptr<Shape> parameters;
    std::unique_ptr<Shape> columns;  // null: no result set

    // The bytes before and behind the values of an execution whose values all go in binary: Bind, Execute.
    // Made by the first one; empty again when the parameters or columns have become others.
    std::vector<std::uint8_t> execution_begin;
    std::vector<std::uint8_t> execution_end;
    void reshaped() noexcept {
        execution_begin.clear();
        execution_end.clear();
    }
};

}  // namespace dbway::pgx
