// sqlite_statement.hpp - what the text of a statement of SQLite tells that sqlite3_stmt does not, and the
// numbers of its parameters.
#pragma once

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/lexer.hpp>
#include <dbway/sdk/provider.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dbway::sdk {

enum class SqliteStatementKind : std::uint8_t { select, insert, update, erase, other };

struct SqliteStatementText {
    SqliteStatementKind kind = SqliteStatementKind::other;
    std::string keyword;  // upper case: "INSERT", "CREATE"
    std::string schema;   // of an INSERT's target; empty if it names none
    std::string table;
};

// A possibly schema-qualified, possibly quoted name.
struct SqliteTableName {
    std::string schema;  // empty: none
    std::string table;   // empty: the text is no name
};

namespace detail {

// The name that a word or a quoted identifier stands for.
inline std::string sqlite_name_of(const Token& token) {
    if (token.kind == TokenKind::word) return std::string(token.text);
    const bool quoted = token.kind == TokenKind::identifier || token.kind == TokenKind::string;
    if (!quoted || token.text.size() < 2) return {};
    const char close = token.text.front() == '[' ? ']' : token.text.front();
    if (token.text.back() != close) return {};
    std::string name;
    for (std::size_t i = 1; i + 1 < token.text.size(); ++i) {
        name += token.text[i];
        if (token.text[i] == close) ++i;  // a doubled quote
    }
    return name;
}

inline SqliteStatementKind sqlite_kind_of(std::string_view word) {
    if (is_keyword(word, "select") || is_keyword(word, "values")) return SqliteStatementKind::select;
    if (is_keyword(word, "insert") || is_keyword(word, "replace")) return SqliteStatementKind::insert;
    if (is_keyword(word, "update")) return SqliteStatementKind::update;
    if (is_keyword(word, "delete")) return SqliteStatementKind::erase;
    return SqliteStatementKind::other;
}

// Reads "name" or "schema.name"; leaves the first token behind it in `token`.
inline SqliteTableName read_sqlite_name(Lexer& lexer, Token& token) {
    SqliteTableName result;
    result.table = sqlite_name_of(token);
    token = lexer.next_significant();
    if (result.table.empty() || token.text != ".") return result;
    token = lexer.next_significant();
    result.schema = std::move(result.table);
    result.table = sqlite_name_of(token);
    token = lexer.next_significant();
    return result;
}

}  // namespace detail

// Of one statement. The kind of WITH … INSERT is insert.
inline SqliteStatementText read_sqlite_statement(std::string_view sql) {
    Lexer lexer(sql, Dialect::sqlite);
    SqliteStatementText result;
    Token token = lexer.next_significant();
    if (token.kind == TokenKind::word && is_keyword(token.text, "with")) {
        // The statement proper is the first one outside the parentheses of the common tables.
        int depth = 0;
        while (token.kind != TokenKind::end &&
               (depth != 0 || token.kind != TokenKind::word ||
                detail::sqlite_kind_of(token.text) == SqliteStatementKind::other)) {
            if (token.text == "(") ++depth;
            if (token.text == ")") --depth;
            token = lexer.next_significant();
        }
    }
    if (token.kind != TokenKind::word) return result;
    result.kind = detail::sqlite_kind_of(token.text);
    result.keyword = token.text;
    std::transform(result.keyword.begin(), result.keyword.end(), result.keyword.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    if (result.kind != SqliteStatementKind::insert) return result;
    while (token.kind != TokenKind::end && !(token.kind == TokenKind::word && is_keyword(token.text, "into")))
        token = lexer.next_significant();
    token = lexer.next_significant();
    SqliteTableName target = detail::read_sqlite_name(lexer, token);
    result.schema = std::move(target.schema);
    result.table = std::move(target.table);
    return result;
}

inline SqliteTableName parse_sqlite_name(std::string_view text) {
    Lexer lexer(text, Dialect::sqlite);
    Token token = lexer.next_significant();
    SqliteTableName result = detail::read_sqlite_name(lexer, token);
    return token.kind == TokenKind::end ? result : SqliteTableName();
}

// "$1" for 1
inline std::string sqlite_parameter_name(std::size_t number) {
    std::string name(1, '$');
    name += std::to_string(number);
    return name;
}

namespace detail {

// More than any statement that SQLite accepts has; bounds the memory that "$999999999" asks for.
inline constexpr std::size_t most_sqlite_parameters = 250'000;

[[noreturn]] inline void refuse_sqlite_parameter(const std::string& message) {
    Diagnostic diagnostic;
    diagnostic.status = DBWAY_ERR_SYNTAX;
    diagnostic.flags = DBWAY_DIAG_NOT_EXECUTED;
    diagnostic.sqlstate = "42601";
    diagnostic.message = message;
    throw Failure(std::move(diagnostic));
}

// The n of "$n"; 0 if it is another kind of name.
inline std::size_t number_of_sqlite_parameter(std::string_view name) {
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(name.data() + 1, name.data() + name.size(), number);
    if (name[0] != '$' || error != std::errc{}) return 0;
    if (end != name.data() + name.size())
        refuse_sqlite_parameter(
            "\"" + std::string(name) + "\" is no parameter; for a type conversion write CAST(" +
            std::string(name.substr(0, static_cast<std::size_t>(end - name.data()))) + " AS …)");
    if (number == 0 || number > most_sqlite_parameters)
        refuse_sqlite_parameter("there is no parameter " + std::string(name));
    return number;
}

}  // namespace detail

// From the numbers of $1, $2… to SQLite's own: for SQLite "$2" is a name like any other, and parameters are
// numbered in the order in which they appear. Immutable.
class SqliteParameterMap {
  public:
    // `name_of(i)` is what sqlite3_bind_parameter_name() answers for 1 to `count`. Throws Failure for
    // placeholders that cannot be told apart, such as $1 beside ?.
    template <class NameOf>
    SqliteParameterMap(int count, NameOf&& name_of) {
        if (count <= 0) return;
        bool numbered = false;
        bool in_order = false;  // ?, ?5, :name: SQLite's own numbers count
        for (int i = 1; i <= count; ++i) {
            const char* name = name_of(i);
            const std::size_t number = name == nullptr ? 0 : detail::number_of_sqlite_parameter(name);
            (number != 0 ? numbered : in_order) = true;
            if (numbered && in_order)
                detail::refuse_sqlite_parameter("a statement cannot mix $1 with other kinds of parameters");
            const std::size_t position = number != 0 ? number : static_cast<std::size_t>(i);
            if (position > index_.size()) index_.resize(position);
            index_[position - 1] = i;
        }
        columns_.resize(index_.size());
        for (std::size_t i = 0; i < index_.size(); ++i) {
            const char* name = index_[i] == 0 ? nullptr : name_of(index_[i]);
            columns_[i].name = name != nullptr ? name : sqlite_parameter_name(i + 1);
            columns_[i].type = DBWAY_T_NULL;
        }
    }

    std::size_t size() const noexcept { return index_.size(); }
    // SQLite's index of the parameter with this number less one; 0: the text does not use it.
    int index(std::size_t parameter) const noexcept { return index_[parameter]; }
    const std::vector<Column>& columns() const noexcept { return columns_; }

  private:
    std::vector<int> index_;
    std::vector<Column> columns_;
};

}  // namespace dbway::sdk
