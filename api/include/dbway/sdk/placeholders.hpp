// placeholders.hpp - from the placeholders of applications ($1, :name) to those a server wants. Literals,
// quoted identifiers and comments are never touched.
#pragma once

#include <dbway/sdk/lexer.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::sdk {

inline constexpr std::uint32_t max_parameters = 65535;

// :name as $n. `names` are in the order of their numbers and borrow from the original text. On an error the
// other members are unspecified.
struct NamedRewrite {
    std::string text;  // empty while `names` is: the original serves
    std::vector<std::string_view> names;
    std::string error;           // what is wrong, for people; empty: nothing
    std::size_t error_byte = 0;  // where in the original text
};

// $n as ?: `order[i]` is the number (from 1) of the parameter that the i-th ? stands for. A text that has
// only ? of its own stays as it is and gets the order 1, 2, 3…
struct QuestionRewrite {
    std::string text;  // always filled
    std::vector<std::uint32_t> order;
    std::uint32_t highest = 0;  // largest parameter number
    std::string error;
    std::size_t error_byte = 0;
};

// The same name gets the same number. Mixing :name with $1 is an error.
inline NamedRewrite rewrite_named(std::string_view sql, Dialect dialect) {
    NamedRewrite result;
    if (sql.find(':') == std::string_view::npos) return result;
    Lexer lexer(sql, dialect);
    std::size_t copied = 0;
    bool numbered = false;
    for (Token token = lexer.next(); token.kind != TokenKind::end; token = lexer.next()) {
        if (token.kind != TokenKind::dollar_parameter && token.kind != TokenKind::named_parameter) continue;
        const std::size_t begin = static_cast<std::size_t>(token.text.data() - sql.data());
        if (token.kind == TokenKind::dollar_parameter) numbered = true;
        if (token.kind == TokenKind::named_parameter) {
            const std::string_view name = token.text.substr(1);
            const auto known = std::find(result.names.begin(), result.names.end(), name);
            const std::size_t number = static_cast<std::size_t>(known - result.names.begin()) + 1;
            if (known == result.names.end()) result.names.push_back(name);
            result.text.append(sql.substr(copied, begin - copied));
            result.text.append("$").append(std::to_string(number));
            copied = begin + token.text.size();
        }
        if ((numbered && !result.names.empty()) || result.names.size() > max_parameters) {
            result.error = numbered ? "a statement cannot mix :name and $1 placeholders"
                                    : "a statement cannot have more than 65535 parameters";
            result.error_byte = begin;
            return result;
        }
    }
    if (!result.names.empty()) result.text.append(sql.substr(copied));
    return result;
}

namespace detail {

inline QuestionRewrite rewrite_numbers(std::string_view sql, Dialect dialect, bool keep_numbers) {
    QuestionRewrite result;
    result.text.reserve(sql.size());
    Lexer lexer(sql, dialect);
    std::uint32_t questions = 0;
    bool dollars = false;
    for (Token token = lexer.next(); token.kind != TokenKind::end; token = lexer.next()) {
        const bool dollar = token.kind == TokenKind::dollar_parameter;
        const bool question = token.kind == TokenKind::question_parameter;
        if (!dollar && !question) {
            result.text.append(token.text);
            continue;
        }
        // Only SQLite numbers its question marks; a bare one takes the number after the highest so far.
        if (question) ++questions;
        if (dollar) dollars = true;
        const bool bare = question && token.text.size() == 1;
        const std::uint32_t number = bare ? result.highest + 1 : token.number;
        if (dollars && questions != 0) {
            result.error = "a statement cannot mix $1 and ? placeholders";
        } else if (number == 0 || number > max_parameters) {
            result.error = std::string(token.text) + " is no parameter: their numbers go from 1 to 65535";
        }
        if (!result.error.empty()) {
            result.error_byte = static_cast<std::size_t>(token.text.data() - sql.data());
            return result;
        }
        result.order.push_back(number);
        result.highest = std::max(result.highest, number);
        if (question) {
            result.text.append(token.text);
        } else {
            result.text.push_back('?');
            if (keep_numbers) result.text.append(token.text.substr(1));
        }
    }
    return result;
}

}  // namespace detail

// $2 becomes ?, for servers that count.
inline QuestionRewrite rewrite_to_question(std::string_view sql, Dialect dialect) {
    return detail::rewrite_numbers(sql, dialect, false);
}

// $2 becomes ?2, for SQLite. Every byte keeps its place, so positions in messages stay right.
inline QuestionRewrite rewrite_to_numbered_question(std::string_view sql, Dialect dialect) {
    return detail::rewrite_numbers(sql, dialect, true);
}

}  // namespace dbway::sdk
