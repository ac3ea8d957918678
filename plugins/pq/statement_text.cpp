#include "statement_text.hpp"

#include <dbway/sdk/lexer.hpp>

#include <algorithm>

namespace dbway::pq {
namespace {

using sdk::Token;
using sdk::TokenKind;

bool is_change(std::string_view word) {
    for (const std::string_view keyword : {"insert", "update", "delete", "merge"})
        if (sdk::is_keyword(word, keyword)) return true;
    return false;
}

bool is_proper(std::string_view word) {
    for (const std::string_view keyword : {"select", "values", "table"})
        if (sdk::is_keyword(word, keyword)) return true;
    return is_change(word);
}

}  // namespace

StatementText read_statement_text(std::string_view sql) {
    StatementText result;
    sdk::Lexer lexer(sql, sdk::Dialect::postgresql);
    std::string_view keyword;
    bool with = false;
    int depth = 0;
    for (Token token = lexer.next_significant(); token.kind != TokenKind::end;
         token = lexer.next_significant()) {
        if (token.kind == TokenKind::dollar_parameter) {
            result.parameters = std::max(result.parameters, token.number);
        } else if (token.text == "(") {
            ++depth;
        } else if (token.text == ")") {
            --depth;
        } else if (token.kind == TokenKind::word) {
            if (keyword.empty()) {
                keyword = token.text;
                with = result.common_tables = sdk::is_keyword(token.text, "with");
            } else if (with && depth == 0 && is_proper(token.text)) {
                // The first one outside the parentheses of the common tables.
                keyword = token.text;
                with = false;
            }
        }
    }
    result.changes = is_change(keyword);
    result.keyword = keyword;
    std::transform(result.keyword.begin(), result.keyword.end(), result.keyword.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    return result;
}

}  // namespace dbway::pq
