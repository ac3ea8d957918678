#include "query.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/lexer.hpp>
#include <dbway/sdk/option_text.hpp>

#include <algorithm>

namespace proc {
namespace {

using dbway::sdk::Failure;
using dbway::sdk::TokenKind;

class Parser {
  public:
    explicit Parser(std::string_view sql) : sql_(sql), lexer_(sql, dbway::sdk::Dialect::generic) {
        advance();
    }

    Query parse() {
        std::vector<dbway::sdk::Token> names;
        expect("select");
        if (!take_symbol("*")) {
            do names.push_back(take(TokenKind::word, "a column"));
            while (take_symbol(","));
        }
        expect("from");
        const auto table = take(TokenKind::word, "a table");
        query_.table = find_table(table.text);
        if (query_.table == nullptr)
            fail(table, "there is no table '" + std::string(table.text) + "'", "42P01");
        for (const auto& name : names) query_.columns.push_back(column(name));
        if (names.empty())
            for (std::size_t i = 0; i < query_.table->columns.size(); ++i) query_.columns.push_back(i);
        if (take_word("where")) {
            query_.where_column = column(take(TokenKind::word, "a column"));
            if (!take_symbol("=")) fail(token_, "expected =");
            query_.where_value = operand();
        }
        if (take_word("limit")) query_.limit = operand();
        if (take_word("every")) {
            const auto seconds = take(TokenKind::number, "a number of seconds");
            const auto duration = dbway::sdk::detail::parse_duration(std::string(seconds.text) + "s");
            if (!duration) fail(seconds, "expected a number of seconds");
            query_.every = *duration;
        }
        if (token_.kind == TokenKind::semicolon) advance();
        if (token_.kind != TokenKind::end) fail(token_, "expected WHERE, LIMIT, EVERY or the end");
        return query_;
    }

  private:
    [[noreturn]] void fail(const dbway::sdk::Token& token, std::string message,
                           const char* sqlstate = "42601") {
        dbway::sdk::Diagnostic diagnostic;
        diagnostic.status = DBWAY_ERR_SYNTAX;
        diagnostic.sqlstate = sqlstate;
        diagnostic.message = std::move(message);
        const auto before = sql_.substr(0, static_cast<std::size_t>(token.text.data() - sql_.data()));
        const auto characters =
            std::count_if(before.begin(), before.end(), [](char c) { return (c & 0xC0) != 0x80; });
        diagnostic.position = static_cast<std::uint32_t>(characters) + 1;
        throw Failure(std::move(diagnostic));
    }

    void advance() { token_ = lexer_.next_significant(); }
    bool take_word(std::string_view word) {
        if (token_.kind != TokenKind::word || !dbway::sdk::is_keyword(token_.text, word)) return false;
        advance();
        return true;
    }
    bool take_symbol(std::string_view symbol) {
        if (token_.kind != TokenKind::other || token_.text != symbol) return false;
        advance();
        return true;
    }
    void expect(std::string_view word) {
        if (!take_word(word)) fail(token_, "expected '" + std::string(word) + "'");
    }
    dbway::sdk::Token take(TokenKind kind, const char* what) {
        const auto token = token_;
        if (token.kind != kind) fail(token, std::string("expected ") + what);
        advance();
        return token;
    }

    std::size_t column(const dbway::sdk::Token& name) {
        const auto& columns = query_.table->columns;
        for (std::size_t i = 0; i < columns.size(); ++i)
            if (columns[i].name == name.text) return i;
        fail(name,
             "table '" + std::string(query_.table->name) + "' has no column '" + std::string(name.text) + "'",
             "42703");
    }

    Operand operand() {
        Operand operand;
        if (token_.kind == TokenKind::dollar_parameter && token_.number > 0) {
            operand.parameter = token_.number;
            query_.parameters = std::max(query_.parameters, token_.number);
            if (operand.parameter > 65535) fail(token_, "expected $1 to $65535");
        } else if (token_.kind == TokenKind::string && token_.text.size() > 1) {
            operand.text = token_.text.substr(1, token_.text.size() - 2);
            for (auto at = operand.text.find("''"); at != std::string::npos;
                 at = operand.text.find("''", at + 1))
                operand.text.erase(at, 1);
        } else if (token_.kind == TokenKind::number) {
            operand.text = token_.text;
        } else {
            fail(token_, "expected 'text', a number or $1");
        }
        advance();
        return operand;
    }

    std::string_view sql_;
    dbway::sdk::Lexer lexer_;
    dbway::sdk::Token token_;
    Query query_;
};

}  // namespace

Query parse_query(std::string_view sql) { return Parser(sql).parse(); }

std::optional<std::string> text_of(const Value& value) {
    if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
    if (const auto* boolean = std::get_if<bool>(&value)) return *boolean ? "true" : "false";
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    if (std::holds_alternative<std::monostate>(value)) return std::nullopt;
    throw Failure(DBWAY_ERR_UNSUPPORTED, "only integers, booleans and text can be compared", "0A000");
}

std::optional<std::string> text_of(const Operand& operand, std::span<const dbway_value> values) {
    if (operand.parameter == 0) return operand.text;
    const dbway_value& value = values[operand.parameter - 1];
    switch (value.type) {
        case DBWAY_T_NULL:
            return std::nullopt;
        case DBWAY_T_BOOL:
            return text_of(Value(value.v.i64 != 0));
        case DBWAY_T_I64:
            return text_of(Value(value.v.i64));
        case DBWAY_T_TEXT:
            return std::string(value.v.text, value.len);
        default:
            throw Failure(DBWAY_ERR_DATA,
                          "$" + std::to_string(operand.parameter) + " is no integer, boolean or text",
                          "42804");
    }
}

}  // namespace proc
