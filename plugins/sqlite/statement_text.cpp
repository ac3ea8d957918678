#include "statement_text.hpp"

#include <dbway/sdk/scanner.hpp>

#include <algorithm>

namespace dbway::sqlite {
namespace {

using sdk::Token;
using sdk::TokenKind;

// The name that a word or a quoted identifier stands for.
std::string name_of(const Token& token) {
    if (token.kind == TokenKind::word) return std::string(token.text);
    const bool quoted = token.kind == TokenKind::identifier || token.kind == TokenKind::string;
    if (!quoted || token.text.size() < 2) return {};
    const char close = token.text.front() == '[' ? ']' : token.text.front();
    if (token.text.back() != close) return {};
    std::string name;
    for (std::size_t i = 1; i + 1 < token.text.size(); ++i) {
        name += token.text[i];
        if (token.text[i] == close) ++i;  // a doubled quote
    }
    return name;
}

StatementKind kind_of(std::string_view word) {
    if (sdk::is_keyword(word, "select") || sdk::is_keyword(word, "values")) return StatementKind::select;
    if (sdk::is_keyword(word, "insert") || sdk::is_keyword(word, "replace")) return StatementKind::insert;
    if (sdk::is_keyword(word, "update")) return StatementKind::update;
    if (sdk::is_keyword(word, "delete")) return StatementKind::erase;
    return StatementKind::other;
}

// Reads "name" or "schema.name"; leaves the first token behind it in `token`.
TableName read_name(sdk::Lexer& lexer, Token& token) {
    TableName result;
    result.table = name_of(token);
    token = lexer.next_significant();
    if (result.table.empty() || token.text != ".") return result;
    token = lexer.next_significant();
    result.schema = std::move(result.table);
    result.table = name_of(token);
    token = lexer.next_significant();
    return result;
}

}  // namespace

StatementText read_statement_text(std::string_view sql) {
    sdk::Lexer lexer(sql, sdk::Dialect::sqlite);
    StatementText result;
    Token token = lexer.next_significant();
    if (token.kind == TokenKind::word && sdk::is_keyword(token.text, "with")) {
        // The statement proper is the first one outside the parentheses of the common tables.
        int depth = 0;
        while (token.kind != TokenKind::end &&
               (depth != 0 || token.kind != TokenKind::word || kind_of(token.text) == StatementKind::other)) {
            if (token.text == "(") ++depth;
            if (token.text == ")") --depth;
            token = lexer.next_significant();
        }
    }
    if (token.kind != TokenKind::word) return result;
    result.kind = kind_of(token.text);
    result.keyword = token.text;
    std::transform(result.keyword.begin(), result.keyword.end(), result.keyword.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    if (result.kind != StatementKind::insert) return result;
    while (token.kind != TokenKind::end &&
           !(token.kind == TokenKind::word && sdk::is_keyword(token.text, "into")))
        token = lexer.next_significant();
    token = lexer.next_significant();
    TableName target = read_name(lexer, token);
    result.schema = std::move(target.schema);
    result.table = std::move(target.table);
    return result;
}

TableName parse_table_name(std::string_view text) {
    sdk::Lexer lexer(text, sdk::Dialect::sqlite);
    Token token = lexer.next_significant();
    TableName result = read_name(lexer, token);
    return token.kind == TokenKind::end ? result : TableName();
}

}  // namespace dbway::sqlite
