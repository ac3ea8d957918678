#include "mysql/statement_text.hpp"

#include "refusal.hpp"

#include <dbway/sdk/placeholders.hpp>
#include <dbway/sdk/script.hpp>

#include <algorithm>
#include <utility>

namespace dbway::orm::mysql {
namespace {

using sdk::Token;
using sdk::TokenKind;

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> keywords) {
    return std::any_of(keywords.begin(), keywords.end(),
                       [word](std::string_view keyword) { return sdk::is_keyword(word, keyword); });
}

void check(std::string_view sql) {
    if (sql.find('\0') != std::string_view::npos)
        refuse(DBWAY_ERR_SYNTAX, "the statement contains a NUL character", "42601");
    if (sdk::is_empty_statement(sql, sdk::Dialect::mysql))
        refuse(DBWAY_ERR_SYNTAX, "the statement is empty", "42601");
    const std::size_t length = sdk::statement_length(sql, sdk::Dialect::mysql);
    if (!sdk::is_empty_statement(sql.substr(length), sdk::Dialect::mysql))
        refuse(DBWAY_ERR_SYNTAX, "the text holds more than one statement; run it as a script", "42601");
    const sdk::QuestionRewrite rewrite = sdk::rewrite_to_question(sql, sdk::Dialect::mysql);
    if (!rewrite.error.empty()) refuse(DBWAY_ERR_SYNTAX, rewrite.error, "42601");
}

// The name that a token stands for; empty if it is none.
std::string name_of(const Token& token) {
    if (token.kind == TokenKind::word) return std::string(token.text);
    const bool quoted = token.kind == TokenKind::identifier ||
                        (token.kind == TokenKind::string && token.text.starts_with('"'));
    if (!quoted || token.text.size() < 2 || token.text.back() != token.text.front()) return {};
    std::string name;
    for (std::size_t i = 1; i + 1 < token.text.size(); ++i) {
        name += token.text[i];
        if (token.text[i] == token.text.front()) ++i;  // a doubled quote
    }
    return name;
}

// The table that a statement changes: the first name behind the words that may come before it.
void read_target(sdk::Lexer lexer, StatementText& result) {
    Token token = lexer.next_significant();
    while (token.kind == TokenKind::word && is_one_of(token.text, {"low_priority", "delayed", "high_priority",
                                                                   "quick", "ignore", "into", "from"}))
        token = lexer.next_significant();
    result.table = name_of(token);
    if (result.table.empty() || lexer.next_significant().text != ".") return;
    result.schema = std::move(result.table);
    result.table = name_of(lexer.next_significant());
}

}  // namespace

StatementText read_statement_text(std::string_view sql) {
    check(sql);
    StatementText result;
    result.chunks.emplace_back();
    sdk::Lexer lexer(sql, sdk::Dialect::mysql);
    std::string_view keyword;
    bool with = false;
    int depth = 0;
    for (Token token = lexer.next(); token.kind != TokenKind::end; token = lexer.next()) {
        const bool question = token.kind == TokenKind::question_parameter;
        if (question || token.kind == TokenKind::dollar_parameter) {
            result.order.push_back(question ? result.parameters + 1 : token.number);
            result.parameters = std::max(result.parameters, result.order.back());
            result.chunks.back() += ' ';  // so that no literal becomes a part of something else
            result.chunks.emplace_back(" ");
            continue;
        }
        // What is no statement of its own is of no use to the server either.
        if (token.kind != TokenKind::semicolon) result.chunks.back().append(token.text);
        if (token.text == "(") ++depth;
        if (token.text == ")") --depth;
        if (token.kind != TokenKind::word) continue;
        if (keyword.empty()) {
            keyword = token.text;
            with = sdk::is_keyword(keyword, "with");
        } else if (with && depth == 0 &&
                   is_one_of(token.text, {"select", "insert", "update", "delete", "values"})) {
            keyword = token.text;
            with = false;
        } else {
            continue;
        }
        if (!with && is_one_of(keyword, {"insert", "replace", "update", "delete"}))
            read_target(lexer, result);
    }
    result.inserts = is_one_of(keyword, {"insert", "replace"});
    result.changes = result.inserts || is_one_of(keyword, {"update", "delete"});
    result.defines = is_one_of(keyword, {"create", "alter", "drop", "rename", "use", "call", "execute"});
    result.keyword = keyword;
    std::transform(result.keyword.begin(), result.keyword.end(), result.keyword.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    return result;
}

std::vector<std::string> parse_name(std::string_view text) {
    sdk::Lexer lexer(text, sdk::Dialect::mysql);
    std::vector<std::string> parts;
    for (;;) {
        std::string name = name_of(lexer.next_significant());
        if (name.empty()) return {};
        parts.push_back(std::move(name));
        const Token next = lexer.next_significant();
        if (next.kind == TokenKind::end) return parts;
        if (next.text != ".") return {};
    }
}

}  // namespace dbway::orm::mysql
