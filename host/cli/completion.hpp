// completion.hpp - what may stand where the cursor of the shell is.
#pragma once

#include "cli/schema_view.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dbway::cli {

// Candidates for `word`, sorted: tables and columns of the database and keywords of SQL that begin with it,
// without regard to case; the shell's commands for a word that begins with a backslash; tables alone after a
// table's place (from, join, into, update, table, \d); columns alone after "table.".
std::vector<std::string> complete(std::string_view line, std::string_view word,
                                  const std::vector<TableView>& tables);

}  // namespace dbway::cli
