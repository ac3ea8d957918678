#include "statement_text.hpp"

namespace dbway::mock {
namespace {

// `keep_blank(before, after)`: does a gap between these tokens count?
template <class KeepBlank>
std::string join(std::string_view sql, sdk::Dialect dialect, KeepBlank keep_blank) {
    std::string text;
    text.reserve(sql.size());
    sdk::Lexer lexer(sql, dialect);
    sdk::Token before;
    bool gap = false;
    std::string held;  // semicolons, which count only if something follows
    for (sdk::Token token = lexer.next(); token.kind != sdk::TokenKind::end; token = lexer.next()) {
        if (!token.significant()) {
            gap = true;
            continue;
        }
        if (token.kind == sdk::TokenKind::semicolon) {
            held += ';';
            gap = false;
            continue;
        }
        if (!held.empty() && !text.empty()) text += held + " ";
        if (held.empty() && gap && !text.empty() && keep_blank(before.kind, token.kind)) text += ' ';
        held.clear();
        gap = false;
        text += token.text;
        before = token;
    }
    return text;
}

}  // namespace

std::string one_line(std::string_view sql, sdk::Dialect dialect) {
    return join(sql, dialect, [](sdk::TokenKind, sdk::TokenKind) { return true; });
}

std::string comparable(std::string_view sql, sdk::Dialect dialect) {
    const auto is_operator = [](sdk::TokenKind kind) { return kind == sdk::TokenKind::other; };
    return join(sql, dialect, [&](sdk::TokenKind before, sdk::TokenKind after) {
        return is_operator(before) == is_operator(after);
    });
}

}  // namespace dbway::mock
