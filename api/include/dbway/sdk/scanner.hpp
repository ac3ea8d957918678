// scanner.hpp - the SQL scanner: tokens, placeholders, statements of a script.
#pragma once

#include <dbway/sdk/lexer.hpp>
#include <dbway/sdk/placeholders.hpp>
#include <dbway/sdk/script.hpp>
