// postgresql_statement.hpp - what the text of a statement tells that PostgreSQL's client libraries do not.
#pragma once

#include <dbway/sdk/lexer.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dbway::sdk {

// libpq before version 16 takes a longer description of a statement's parameters for damage and gives the
// connection up (VALID_LONG_MESSAGE_TYPE in its fe-protocol3.c: 30,000 bytes, of which the count takes two
// and each parameter four). Statements with more parameters are not to be described, and so not prepared.
inline constexpr std::size_t postgresql_describable_parameters = 7'498;

struct PostgresqlStatement {
    std::string keyword;           // of the statement proper, upper case: "INSERT" for WITH … INSERT
    bool changes = false;          // INSERT, UPDATE, DELETE, MERGE
    bool common_tables = false;    // WITH …
    bool silent_settings = false;  // may change bytea_output or extra_float_digits: settings that values are
                                   // read by, and of whose change the server says nothing
    std::uint32_t parameters = 0;  // the largest n of any $n
};

namespace postgresql_detail {

inline bool is_change(std::string_view word) {
    for (const std::string_view keyword : {"insert", "update", "delete", "merge"})
        if (is_keyword(word, keyword)) return true;
    return false;
}

inline bool is_proper(std::string_view word) {
    for (const std::string_view keyword : {"select", "values", "table"})
        if (is_keyword(word, keyword)) return true;
    return is_change(word);
}

inline bool may_change_silent_settings(std::string_view keyword, std::string_view sql) {
    if (keyword == "RESET" || keyword == "DISCARD") return true;
    if (keyword != "SET") return false;
    const auto names = [sql](std::string_view setting) {
        return std::search(sql.begin(), sql.end(), setting.begin(), setting.end(),
                           [](char a, char b) { return lower_ascii(a) == b; }) != sql.end();
    };
    return names("bytea_output") || names("extra_float_digits");
}

}  // namespace postgresql_detail

inline PostgresqlStatement read_postgresql_statement(std::string_view sql) {
    PostgresqlStatement result;
    Lexer lexer(sql, Dialect::postgresql);
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
                with = result.common_tables = is_keyword(token.text, "with");
            } else if (with && depth == 0 && postgresql_detail::is_proper(token.text)) {
                // The first one outside the parentheses of the common tables.
                keyword = token.text;
                with = false;
            }
        }
    }
    result.changes = postgresql_detail::is_change(keyword);
    result.keyword = keyword;
    std::transform(result.keyword.begin(), result.keyword.end(), result.keyword.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    result.silent_settings = postgresql_detail::may_change_silent_settings(result.keyword, sql);
    return result;
}

}  // namespace dbway::sdk
