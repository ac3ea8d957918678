// agreement.hpp - before anything is measured: whether all sides read the same rows, and by what their values
// can be compared.
#pragma once

#include "cli/bench/checksum.hpp"

#include <dbway/rows.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace dbway::cli::bench {

// What one side has read.
struct Reading {
    std::string side;
    std::string source;
    std::string failure;  // why it could not be read; empty: it was
    ColumnSurvey survey;
};

struct Agreement {
    std::vector<Likeness> likeness;    // of each column
    std::vector<std::string> columns;  // their names
    std::vector<std::string> notes;    // about columns that are not compared as they are
    // Of each side, why no figure of it would mean anything; empty: it agrees with the base.
    std::vector<std::string> refusals;
};

// The first reading is the base's, and has no failure.
Agreement agree(const std::vector<Reading>& readings);

// Reads a result to its end.
ColumnSurvey survey(Rows& rows);

}  // namespace dbway::cli::bench
