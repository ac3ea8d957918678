// statement_text.hpp - the forms of a statement's text that do not depend on how it was laid out.
#pragma once

#include <dbway/sdk/lexer.hpp>

#include <string>
#include <string_view>

namespace dbway::mock {

// One line: white space and comments become one blank, those at the ends and a closing semicolon go. What is
// inside quotes stays as it is. People read it, and patterns look into it.
std::string one_line(std::string_view sql, sdk::Dialect dialect);

// For comparison: as one_line(), but "f( a,b )" and "f(a, b)" are the same too.
std::string comparable(std::string_view sql, sdk::Dialect dialect);

}  // namespace dbway::mock
