// sqlite_definition.hpp - the constraints of a CREATE TABLE text: what SQLite's pragmas do not tell, which is
// the names of constraints and the checks.
#pragma once

#include <dbway/sdk/lexer.hpp>
#include <dbway/sdk/sqlite_statement.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dbway::sdk {

struct SqliteConstraint {
    enum class Kind : std::uint8_t { primary_key, unique, foreign_key, check };
    Kind kind;
    std::string name;                  // empty: none given
    std::vector<std::string> columns;  // for a check: the column it stands at, if it stands at one
    std::string text;                  // of a check: CHECK (…)
};

namespace detail {

// Walks the text once, one token ahead.
class SqliteDefinitionParser {
  public:
    explicit SqliteDefinitionParser(std::string_view sql) : sql_(sql), lexer_(sql, Dialect::sqlite) {
        advance();
    }

    std::vector<SqliteConstraint> parse() {
        if (!is("create")) return {};
        while (token_.kind != TokenKind::end && token_.text != "(") {
            if (is("virtual") || is("as")) return {};
            advance();
        }
        advance();
        while (token_.kind != TokenKind::end && token_.text != ")") {
            parse_item();
            if (token_.text == ",") advance();
        }
        return std::move(result_);
    }

  private:
    void advance() { token_ = lexer_.next_significant(); }
    bool is(std::string_view keyword) const {
        return token_.kind == TokenKind::word && is_keyword(token_.text, keyword);
    }
    std::string name() const { return parse_sqlite_name(token_.text).table; }

    // A column with its constraints, or a constraint of the table.
    void parse_item() {
        column_.clear();
        if (!is("constraint") && !is("primary") && !is("unique") && !is("check") && !is("foreign")) {
            column_ = name();
            advance();
        }
        std::string given;
        while (token_.kind != TokenKind::end && token_.text != "," && token_.text != ")") {
            if (is("constraint")) {
                advance();
                given = name();
                advance();
            } else if (is("check")) {
                parse_check(std::exchange(given, {}));
            } else if (is("primary") || is("unique") || is("foreign")) {
                parse_key(std::exchange(given, {}));
            } else if (is("references")) {
                if (!column_.empty())
                    result_.push_back(
                        {SqliteConstraint::Kind::foreign_key, std::exchange(given, {}), {column_}, {}});
                advance();
            } else {
                if (is("not") || is("null") || is("default") || is("collate") || is("generated") || is("as"))
                    given.clear();
                skip();
            }
        }
    }

    void parse_check(std::string given) {
        const std::size_t begin = offset();
        advance();
        skip();
        std::vector<std::string> columns;
        if (!column_.empty()) columns.push_back(column_);
        result_.push_back({SqliteConstraint::Kind::check, std::move(given), std::move(columns),
                           std::string(sql_.substr(begin, end_ - begin))});
    }

    void parse_key(std::string given) {
        const SqliteConstraint::Kind kind = is("primary")  ? SqliteConstraint::Kind::primary_key
                                            : is("unique") ? SqliteConstraint::Kind::unique
                                                           : SqliteConstraint::Kind::foreign_key;
        advance();
        if (is("key")) advance();
        SqliteConstraint constraint{kind, std::move(given), {}, {}};
        if (!column_.empty()) {
            constraint.columns.push_back(column_);
        } else if (token_.text == "(") {
            advance();
            while (token_.kind != TokenKind::end && token_.text != ")") {
                constraint.columns.push_back(name());
                while (token_.kind != TokenKind::end && token_.text != "," && token_.text != ")") skip();
                if (token_.text == ",") advance();
            }
            advance();
        }
        result_.push_back(std::move(constraint));
    }

    // One token, or all between parentheses; end_ is where it ended.
    void skip() {
        int depth = 0;
        do {
            if (token_.text == "(") ++depth;
            if (token_.text == ")") --depth;
            end_ = offset() + token_.text.size();
            advance();
        } while (depth > 0 && token_.kind != TokenKind::end);
    }

    std::size_t offset() const { return static_cast<std::size_t>(token_.text.data() - sql_.data()); }

    std::string_view sql_;
    Lexer lexer_;
    Token token_;
    std::size_t end_ = 0;
    std::string column_;  // the column being defined; empty in a constraint of the table
    std::vector<SqliteConstraint> result_;
};

}  // namespace detail

// In the order of the text. Empty for anything that is no CREATE TABLE with a list of columns.
inline std::vector<SqliteConstraint> parse_sqlite_definition(std::string_view sql) {
    return detail::SqliteDefinitionParser(sql).parse();
}

}  // namespace dbway::sdk
