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

}  // namespace

StatementText read_statement_text(std::string_view sql) {
    check(sql);
    StatementText result{sdk::read_mysql_statement(sql), false, {}, {}, 0};
    result.chunks.emplace_back();
    sdk::Lexer lexer(sql, sdk::Dialect::mysql);
    for (Token token = lexer.next(); token.kind != TokenKind::end; token = lexer.next()) {
        const bool question = token.kind == TokenKind::question_parameter;
        if (question || token.kind == TokenKind::dollar_parameter) {
            result.order.push_back(question ? result.parameters + 1 : token.number);
            result.parameters = std::max(result.parameters, result.order.back());
            result.chunks.back() += ' ';  // so that no literal becomes a part of something else
            result.chunks.emplace_back(" ");
        } else if (token.kind != TokenKind::semicolon) {
            // What is no statement of its own is of no use to the server either.
            result.chunks.back().append(token.text);
        }
    }
    for (const std::string_view keyword : {"CREATE", "ALTER", "DROP", "RENAME", "USE", "CALL", "EXECUTE"})
        if (result.keyword == keyword) result.defines = true;
    return result;
}

}  // namespace dbway::orm::mysql
