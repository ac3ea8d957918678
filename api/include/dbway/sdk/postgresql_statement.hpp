// postgresql_statement.hpp - what the text of a statement tells that PostgreSQL's client libraries do not.
#pragma once

#include <dbway/sdk/lexer.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace dbway::sdk {

struct PostgresqlStatement {
    std::string keyword;           // of the statement proper, upper case: "INSERT" for WITH … INSERT
    bool changes = false;          // INSERT, UPDATE, DELETE, MERGE
    bool common_tables = false;    // WITH …
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
    return result;
}

}  // namespace dbway::sdk
