// script.hpp - where the statements of a script end, and how one begins.
#pragma once

#include <dbway/sdk/lexer.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dbway::sdk {

// The first word of a statement as it is written, past blanks, comments and opening parentheses; empty if the
// statement does not begin with a word.
inline std::string_view leading_keyword(std::string_view sql, Dialect dialect) noexcept {
    Lexer lexer(sql, dialect);
    Token token = lexer.next_significant();
    while (token.kind == TokenKind::other && token.text == "(") token = lexer.next_significant();
    return token.kind == TokenKind::word ? token.text : std::string_view();
}

// Has the text anything to run, beside blanks, comments and semicolons?
inline bool is_empty_statement(std::string_view sql, Dialect dialect) noexcept {
    Lexer lexer(sql, dialect);
    Token token = lexer.next_significant();
    while (token.kind == TokenKind::semicolon) token = lexer.next_significant();
    return token.kind == TokenKind::end;
}

namespace detail {

// Follows one statement, word by word, to know which semicolons are inside a body.
class BodyTracker {
  public:
    explicit BodyTracker(Dialect dialect) noexcept : dialect_(dialect) {}

    // Takes the next significant token. True: it is the semicolon that ends the statement.
    bool ends_with(const Token& token) noexcept {
        if (token.kind == TokenKind::semicolon) return semicolon();
        if (token.kind == TokenKind::word) {
            word(token.text);
        } else {
            // A name in quotes or an operator ends the search for the head, but not what was found before it.
            if (head_ == Head::start || head_ == Head::create) head_ = Head::closed;
            after_begin_ = false;
            if (dialect_ == Dialect::postgresql && token.kind == TokenKind::other) parenthesis(token.text);
        }
        end_after_semicolon_ =
            after_semicolon_ && token.kind == TokenKind::word && is_keyword(token.text, "end");
        after_semicolon_ = false;
        return false;
    }

  private:
    // How much of "CREATE [OR REPLACE] FUNCTION" or "CREATE [TEMP] TRIGGER" has been seen.
    enum class Head : std::uint8_t { start, create, routine, trigger, closed };

    void parenthesis(std::string_view text) noexcept {
        if (text == "(") ++parentheses_;
        if (text == ")" && parentheses_ > 0) --parentheses_;
    }

    // As in sqlite3_complete(): a trigger ends with "; END ;". In PostgreSQL, as in psql, semicolons in
    // parentheses (rules) and in BEGIN ATOMIC … END belong to the statement.
    bool semicolon() noexcept {
        after_begin_ = false;
        if (head_ == Head::trigger && depth_ != 0 && !end_after_semicolon_) {
            after_semicolon_ = true;
            return false;
        }
        return head_ == Head::trigger || (depth_ == 0 && parentheses_ == 0);
    }

    void word(std::string_view text) noexcept {
        if (head_ == Head::trigger) {
            if (is_keyword(text, "begin")) depth_ = 1;
            return;
        }
        if (head_ == Head::start || head_ == Head::create) {
            head(text);
            return;
        }
        if (head_ != Head::routine || parentheses_ != 0) return;
        if (depth_ == 0) {
            if (after_begin_ && is_keyword(text, "atomic")) depth_ = 1;
            after_begin_ = is_keyword(text, "begin");
        } else if (is_keyword(text, "case")) {
            ++depth_;
        } else if (is_keyword(text, "end")) {
            --depth_;
        }
    }

    void head(std::string_view text) noexcept {
        const bool sqlite = dialect_ == Dialect::sqlite;
        if (head_ == Head::start) {
            const bool explain =
                is_keyword(text, "explain") || is_keyword(text, "query") || is_keyword(text, "plan");
            if (is_keyword(text, "create")) {
                head_ = sqlite || dialect_ == Dialect::postgresql ? Head::create : Head::closed;
            } else if (!sqlite || !explain) {
                head_ = Head::closed;
            }
        } else if (sqlite) {
            if (is_keyword(text, "trigger")) {
                head_ = Head::trigger;
            } else if (!is_keyword(text, "temp") && !is_keyword(text, "temporary")) {
                head_ = Head::closed;
            }
        } else if (is_keyword(text, "function") || is_keyword(text, "procedure")) {
            head_ = Head::routine;
        } else if (!is_keyword(text, "or") && !is_keyword(text, "replace")) {
            head_ = Head::closed;
        }
    }

    Dialect dialect_;
    Head head_ = Head::start;
    bool end_after_semicolon_ = false;
    bool after_semicolon_ = false;
    bool after_begin_ = false;
    std::size_t depth_ = 0;
    std::size_t parentheses_ = 0;
};

}  // namespace detail

// The bytes of the first statement of a script, its semicolon included, or the rest if it has none; 0 when
// nothing but blanks and comments is left. A semicolon with nothing before it is a statement of its own
// (see is_empty_statement). MySQL's DELIMITER belongs to its client program and is not known here.
inline std::size_t statement_length(std::string_view script, Dialect dialect) noexcept {
    Lexer lexer(script, dialect);
    detail::BodyTracker body(dialect);
    Token token = lexer.next_significant();
    if (token.kind == TokenKind::end) return 0;
    for (; token.kind != TokenKind::end; token = lexer.next_significant())
        if (body.ends_with(token)) return lexer.position();
    return script.size();
}

}  // namespace dbway::sdk
