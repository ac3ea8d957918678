#include "query.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/lexer.hpp>
#include <dbway/sdk/option_text.hpp>

#include <algorithm>

namespace proc {
namespace {

using dbway::sdk::Token;
using dbway::sdk::TokenKind;

class Parser {
  public:
    explicit Parser(std::string_view sql) : sql_(sql), lexer_(sql, dbway::sdk::Dialect::generic) {
        advance();
    }

    Query parse() {
        std::vector<Token> names;
        expect("select");
        if (!take("*")) {
            do names.push_back(take(TokenKind::word, "a column"));
            while (take(","));
        }
        expect("from");
        const auto table = take(TokenKind::word, "a table");
        query_.table = find_table(table.text);
        if (query_.table == nullptr)
            fail(table, "there is no table '" + std::string(table.text) + "'", "42P01");
        for (const auto& name : names) query_.columns.push_back(column(name));
        if (names.empty())
            for (std::size_t i = 0; i < query_.table->columns.size(); ++i) query_.columns.push_back(i);
        if (take("where")) {
            query_.where = column(take(TokenKind::word, "a column"));
            expect("=");
            query_.wanted = parameter();
        }
        if (take("limit")) query_.limit = parameter();
        if (take("every")) {
            const auto seconds = take(TokenKind::number, "a number of seconds");
            const auto number = dbway::sdk::detail::parse_number<std::uint16_t>(std::string(seconds.text));
            if (!number) fail(seconds, "expected 0 to 65535 seconds");
            query_.every = std::chrono::seconds(*number);
        }
        if (token_.kind == TokenKind::semicolon) advance();
        if (token_.kind != TokenKind::end) fail(token_, "expected WHERE, LIMIT, EVERY or the end");
        return query_;
    }

  private:
    [[noreturn]] void fail(const Token& token, std::string message, const char* sqlstate = "42601") {
        dbway::sdk::Diagnostic diagnostic;
        diagnostic.status = DBWAY_ERR_SYNTAX;
        diagnostic.sqlstate = sqlstate;
        diagnostic.message = std::move(message);
        const auto before = sql_.substr(0, static_cast<std::size_t>(token.text.data() - sql_.data()));
        const auto characters =
            std::count_if(before.begin(), before.end(), [](char c) { return (c & 0xC0) != 0x80; });
        diagnostic.position = static_cast<std::uint32_t>(characters) + 1;
        throw dbway::sdk::Failure(std::move(diagnostic));
    }

    void advance() { token_ = lexer_.next_significant(); }
    bool take(std::string_view text) {
        const bool found = token_.kind == TokenKind::word
                               ? dbway::sdk::is_keyword(token_.text, text)
                               : token_.kind == TokenKind::other && token_.text == text;
        if (found) advance();
        return found;
    }
    void expect(std::string_view text) {
        if (!take(text)) fail(token_, "expected '" + std::string(text) + "'");
    }
    Token take(TokenKind kind, const char* what) {
        const auto token = token_;
        if (token.kind != kind) fail(token, std::string("expected ") + what);
        advance();
        return token;
    }

    std::size_t column(const Token& name) {
        const auto& columns = query_.table->columns;
        for (std::size_t i = 0; i < columns.size(); ++i)
            if (columns[i].name == name.text) return i;
        fail(name, "there is no column '" + std::string(name.text) + "'", "42703");
    }

    std::uint32_t parameter() {
        const auto token = take(TokenKind::dollar_parameter, "a parameter, such as $1");
        if (token.number == 0 || token.number > 9) fail(token, "expected $1 to $9");
        query_.parameters = std::max(query_.parameters, token.number);
        return token.number;
    }

    std::string_view sql_;
    dbway::sdk::Lexer lexer_;
    Token token_;
    Query query_;
};

}  // namespace

Query parse_query(std::string_view sql) { return Parser(sql).parse(); }

}  // namespace proc
