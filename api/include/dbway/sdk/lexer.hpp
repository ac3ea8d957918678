// lexer.hpp - cuts SQL text into tokens, as far as placeholders, statement ends and leading keywords need it.
// The host and the providers use the same lexer, so that they agree on what is a literal and what is not.
//
// It never fails: text that no server would accept still becomes tokens, and whatever is not terminated (a
// string, a comment, a dollar quote) runs to the end of the text. It allocates nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dbway::sdk {

enum class Dialect : std::uint8_t {
    generic,  // the standard: '' and "" with doubling, -- and /* */; back-ticks as a quote
    sqlite,
    postgresql,
    mysql,  // with its default sql_mode: backslash escapes, "" is a string
};

// The dialect by the name that dbway.dialect/1 gives ("sqlite", "postgresql", "mysql"); generic for any
// other.
constexpr Dialect dialect_by_name(std::string_view name) noexcept {
    if (name == "sqlite") return Dialect::sqlite;
    if (name == "postgresql") return Dialect::postgresql;
    if (name == "mysql" || name == "mariadb") return Dialect::mysql;
    return Dialect::generic;
}

enum class TokenKind : std::uint8_t {
    end,
    blank,
    comment,
    string,
    identifier,  // quoted
    word,        // keyword or plain identifier
    number,
    dollar_parameter,    // $1; number: 1
    named_parameter,     // :name
    question_parameter,  // ? or, in SQLite, ?1; number: 0 without digits. An operator in PostgreSQL.
    semicolon,
    other,  // an operator or punctuation; also MySQL's /*! … */, which the server executes
};

struct Token {
    TokenKind kind = TokenKind::end;
    std::string_view text;
    std::uint32_t number = 0;  // of a parameter; saturates at the largest value

    // Neither blank nor comment nor the end.
    bool significant() const noexcept { return kind > TokenKind::comment; }
};

constexpr char lower_ascii(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// Is `word` the ASCII `keyword` (given in lower case), in any case?
constexpr bool is_keyword(std::string_view word, std::string_view keyword) noexcept {
    if (word.size() != keyword.size()) return false;
    for (std::size_t i = 0; i < word.size(); ++i)
        if (lower_ascii(word[i]) != keyword[i]) return false;
    return true;
}

// Yields the tokens of a text one by one; together they cover every byte of it. Borrows the text. Not
// thread-safe; cheap to copy, a copy remembers the place.
class Lexer {
  public:
    Lexer(std::string_view text, Dialect dialect) noexcept : text_(text), dialect_(dialect) {}

    std::size_t position() const noexcept { return at_; }

    Token next() noexcept {
        if (at_ >= text_.size()) return {TokenKind::end, text_.substr(text_.size()), 0};
        const std::size_t begin = at_;
        number_ = 0;
        const TokenKind kind = scan();
        const Token token{kind, text_.substr(begin, at_ - begin), number_};
        remember(token);
        return token;
    }

    // The next token that is neither blank nor comment.
    Token next_significant() noexcept {
        Token token = next();
        while (token.kind == TokenKind::blank || token.kind == TokenKind::comment) token = next();
        return token;
    }

  private:
    static bool is_blank(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }
    static bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
    static bool is_word_start(char c) noexcept {
        const char l = static_cast<char>(c | 0x20);
        return (l >= 'a' && l <= 'z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
    }
    static bool is_name_part(char c) noexcept { return is_word_start(c) || is_digit(c); }
    static bool is_word_part(char c) noexcept { return is_name_part(c) || c == '$'; }

    // The byte `ahead` of the current one; NUL past the end.
    char peek(std::size_t ahead = 0) const noexcept {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
    }
    void skip(std::size_t count) noexcept { at_ = count < text_.size() - at_ ? at_ + count : text_.size(); }

    TokenKind scan() noexcept {
        const char c = text_[at_];
        if (is_blank(c)) return blank();
        if (at_ == 0 && text_.starts_with("\xEF\xBB\xBF")) return skip(3), TokenKind::blank;
        if (is_word_start(c)) return word();
        if (is_digit(c)) return number();
        switch (c) {
            case ';':
                return skip(1), TokenKind::semicolon;
            case '\'':
                return quoted('\'', dialect_ == Dialect::mysql), TokenKind::string;
            case '"':
                if (dialect_ == Dialect::mysql) return quoted('"', true), TokenKind::string;
                return quoted('"', false), TokenKind::identifier;
            case '`':
                if (dialect_ == Dialect::postgresql) break;
                return quoted('`', false), TokenKind::identifier;
            case '[':
                if (dialect_ != Dialect::sqlite) break;
                return through("]"), TokenKind::identifier;
            case '-':
                if (peek(1) != '-' || !starts_dash_comment()) break;
                return line_comment(), TokenKind::comment;
            case '#':
                if (dialect_ != Dialect::mysql) break;
                return line_comment(), TokenKind::comment;
            case '/':
                if (peek(1) != '*') break;
                return block_comment();
            case '$':
                return dollar();
            case ':':
                return colon();
            case '?':
                return question();
            case '.':
                if (is_digit(peek(1))) return number();
                break;
            default:
                break;
        }
        return skip(1), TokenKind::other;
    }

    TokenKind blank() noexcept {
        while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
        return TokenKind::blank;
    }

    TokenKind word() noexcept {
        const std::size_t begin = at_;
        while (at_ < text_.size() && is_word_part(text_[at_])) ++at_;
        // E'…' is the one string of PostgreSQL in which a backslash escapes a quote.
        if (dialect_ == Dialect::postgresql && at_ - begin == 1 && (text_[begin] | 0x20) == 'e' &&
            peek() == '\'') {
            do quoted('\'', true);
            while (continues_string());
            return TokenKind::string;
        }
        return TokenKind::word;
    }

    // PostgreSQL joins literals that only blanks with a line break and -- comments separate; what follows
    // E'…' so has backslashes too. True: `at_` is now on the opening quote of the continuation.
    bool continues_string() noexcept {
        std::size_t at = at_;
        bool line_break = false;
        while (at < text_.size()) {
            const char c = text_[at];
            if (c == '\n' || c == '\r') line_break = true;
            if (is_blank(c)) {
                ++at;
            } else if (text_.substr(at, 2) == "--") {
                at = text_.find_first_of("\r\n", at);
                if (at == std::string_view::npos) return false;
            } else {
                break;
            }
        }
        if (!line_break || at >= text_.size() || text_[at] != '\'') return false;
        at_ = at;
        return true;
    }

    TokenKind number() noexcept {
        bool hexadecimal = false;
        while (at_ < text_.size()) {
            const char c = text_[at_];
            const bool exponent_sign =
                (c == '+' || c == '-') && (text_[at_ - 1] | 0x20) == 'e' && is_digit(peek(1)) && !hexadecimal;
            if (!is_name_part(c) && c != '.' && !exponent_sign) break;
            if ((c | 0x20) == 'x') hexadecimal = true;
            ++at_;
        }
        return TokenKind::number;
    }

    // From an opening quote through its closing one; a doubled quote stands for itself.
    void quoted(char quote, bool backslash) noexcept {
        ++at_;
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (backslash && c == '\\') {
                skip(2);
            } else if (c != quote) {
                ++at_;
            } else if (peek(1) == quote) {
                at_ += 2;
            } else {
                ++at_;
                return;
            }
        }
    }

    void through(std::string_view closing) noexcept {
        const std::size_t found = text_.find(closing, at_);
        at_ = found == std::string_view::npos ? text_.size() : found + closing.size();
    }

    // MySQL wants a blank after the dashes, so that 5--1 stays an expression.
    bool starts_dash_comment() const noexcept {
        if (dialect_ != Dialect::mysql || at_ + 2 >= text_.size()) return true;
        return static_cast<unsigned char>(text_[at_ + 2]) <= ' ';
    }

    void line_comment() noexcept {
        const std::size_t found =
            dialect_ == Dialect::postgresql ? text_.find_first_of("\r\n", at_) : text_.find('\n', at_);
        at_ = found == std::string_view::npos ? text_.size() : found;
    }

    TokenKind block_comment() noexcept {
        if (dialect_ != Dialect::postgresql) {
            const bool executed =
                dialect_ == Dialect::mysql && (peek(2) == '!' || (peek(2) == 'M' && peek(3) == '!'));
            skip(2);
            through("*/");
            return executed ? TokenKind::other : TokenKind::comment;
        }
        std::size_t depth = 0;
        while (at_ < text_.size()) {
            if (peek() == '/' && peek(1) == '*') {
                skip(2);
                ++depth;
            } else if (peek() == '*' && peek(1) == '/') {
                skip(2);
                if (--depth == 0) break;
            } else {
                ++at_;
            }
        }
        return TokenKind::comment;
    }

    void digits() noexcept {
        std::uint64_t value = 0;
        while (at_ < text_.size() && is_digit(text_[at_])) {
            value = value * 10 + static_cast<std::uint64_t>(text_[at_++] - '0');
            if (value > UINT32_MAX) value = UINT32_MAX;
        }
        number_ = static_cast<std::uint32_t>(value);
    }

    TokenKind dollar() noexcept {
        if (is_digit(peek(1))) {
            ++at_;
            digits();
            return TokenKind::dollar_parameter;
        }
        if (dialect_ == Dialect::postgresql) {
            std::size_t at = at_ + 1;
            if (at < text_.size() && is_word_start(text_[at]))
                while (at < text_.size() && is_name_part(text_[at])) ++at;
            if (at < text_.size() && text_[at] == '$') {
                const std::string_view tag = text_.substr(at_, at + 1 - at_);
                at_ = at + 1;
                through(tag);
                return TokenKind::string;
            }
        }
        ++at_;
        // SQLite's own $name is a parameter of its own kind: left alone.
        while (at_ < text_.size() && is_word_part(text_[at_])) ++at_;
        return TokenKind::other;
    }

    TokenKind colon() noexcept {
        if (peek(1) == ':' || peek(1) == '=') return skip(2), TokenKind::other;
        if (!is_word_start(peek(1)) || separates_slice()) return skip(1), TokenKind::other;
        ++at_;
        while (at_ < text_.size() && is_name_part(text_[at_])) ++at_;
        return TokenKind::named_parameter;
    }

    // Directly inside [ ] a colon after an operand parts the bounds of an array slice: a[1:n]. After a word
    // it does so only without a blank before it, because the word may be a keyword: a[case when :x …].
    bool separates_slice() const noexcept {
        if ((brackets_ & 1) == 0) return false;
        if (previous_ == TokenKind::word) return !blank_before_;
        return operand_before_;
    }

    TokenKind question() noexcept {
        ++at_;
        if (dialect_ == Dialect::postgresql) return TokenKind::other;
        if (dialect_ == Dialect::sqlite) digits();
        return TokenKind::question_parameter;
    }

    void remember(const Token& token) noexcept {
        if (!token.significant()) {
            blank_before_ = true;
            return;
        }
        const char c = token.kind == TokenKind::other ? token.text.front() : '\0';
        if (c == '[') brackets_ = brackets_ << 1 | 1;
        if (c == '(') brackets_ <<= 1;
        if (c == ']' || c == ')') brackets_ >>= 1;
        operand_before_ = token.kind != TokenKind::other || c == ']' || c == ')';
        previous_ = token.kind;
        blank_before_ = false;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    Dialect dialect_;
    TokenKind previous_ = TokenKind::end;
    bool blank_before_ = false;
    bool operand_before_ = false;
    std::uint32_t number_ = 0;
    std::uint64_t brackets_ = 0;  // one bit per open bracket, the innermost lowest; 1 for [
};

}  // namespace dbway::sdk
