// table_definition.hpp - the constraints of a CREATE TABLE text: what SQLite's pragmas do not tell, which is
// the names of constraints and the checks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::sqlite {

struct DefinedConstraint {
    enum class Kind : std::uint8_t { primary_key, unique, foreign_key, check };
    Kind kind;
    std::string name;                  // empty: none given
    std::vector<std::string> columns;  // for a check: the column it stands at, if it stands at one
    std::string text;                  // of a check: CHECK (…)
};

// In the order of the text. Empty for anything that is no CREATE TABLE with a list of columns.
std::vector<DefinedConstraint> parse_table_definition(std::string_view sql);

}  // namespace dbway::sqlite
