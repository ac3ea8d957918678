#include "cli/bench/read_only.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace dbway::cli::bench {

namespace {

constexpr std::array<std::string_view, 5> beginnings = {"select", "with", "values", "table", "show"};
// What makes one of those write: SELECT … INTO, WITH … (DELETE … RETURNING …). FOR UPDATE locks rows, which
// would be measured as well.
constexpr std::array<std::string_view, 5> writing = {"insert", "update", "delete", "merge", "into"};

bool is_one_of(std::string_view word, std::span<const std::string_view> words) {
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view one) { return sdk::is_keyword(word, one); });
}

}  // namespace

bool only_reads(std::string_view statement, sdk::Dialect dialect) {
    sdk::Lexer lexer(statement, dialect);
    bool begun = false;
    while (true) {
        const sdk::Token token = lexer.next();
        if (token.kind == sdk::TokenKind::end) return begun;
        if (!token.significant() || token.text == "(") continue;
        if (!begun) {
            if (token.kind != sdk::TokenKind::word || !is_one_of(token.text, beginnings)) return false;
            begun = true;
        } else if (token.kind == sdk::TokenKind::word && is_one_of(token.text, writing)) {
            return false;
        }
    }
}

}  // namespace dbway::cli::bench
