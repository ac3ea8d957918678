#include "statement_text.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/lexer.hpp>

#include <algorithm>
#include <array>

namespace dbway::mysql {
namespace {

using sdk::Token;
using sdk::TokenKind;

std::string upper(std::string_view word) {
    std::string result(word);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    return result;
}

template <std::size_t n>
bool is_one_of(std::string_view word, const std::array<std::string_view, n>& words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

// The name that a token stands for; empty if it is none. A text in double quotes is a name where the mode
// ANSI_QUOTES holds, and nothing that can stand in its place where it does not.
std::string name_of(const Token& token) {
    if (token.kind == TokenKind::word) return std::string(token.text);
    const bool quoted = token.kind == TokenKind::identifier ||
                        (token.kind == TokenKind::string && token.text.starts_with('"'));
    if (!quoted || token.text.size() < 2 || token.text.back() != token.text.front()) return {};
    std::string name;
    for (std::size_t i = 1; i + 1 < token.text.size(); ++i) {
        name += token.text[i];
        if (token.text[i] == token.text.front()) ++i;  // a doubled quote
    }
    return name;
}

class Reader {
  public:
    explicit Reader(std::string_view sql) : lexer_(sql, sdk::Dialect::mysql) { advance(); }

    StatementText read() {
        while (token_.text == "(") advance();
        if (token_.kind != TokenKind::word) return std::move(result_);
        const bool with = sdk::is_keyword(token_.text, "with");
        if (with) skip_common_tables();
        result_.keyword = upper(token_.text);
        advance();
        read_body();
        return std::move(result_);
    }

  private:
    void advance() { token_ = lexer_.next_significant(); }
    bool is(const char* keyword) const {
        return token_.kind == TokenKind::word && sdk::is_keyword(token_.text, keyword);
    }
    bool take(const char* keyword) {
        if (!is(keyword)) return false;
        advance();
        return true;
    }

    // To the statement proper, which is the first verb outside the parentheses of the common tables.
    void skip_common_tables() {
        int depth = 0;
        while (token_.kind != TokenKind::end) {
            if (token_.text == "(") ++depth;
            if (token_.text == ")") --depth;
            if (depth == 0 && (is("select") || is("update") || is("delete") || is("values") || is("insert")))
                return;
            advance();
        }
    }

    void read_body() {
        static constexpr std::array<std::string_view, 4> rows{"SELECT", "VALUES", "TABLE", "WITH"};
        static constexpr std::array<std::string_view, 16> commit_first{
            "CREATE", "ALTER",    "DROP",   "TRUNCATE", "RENAME",  "GRANT",     "REVOKE", "ANALYZE",
            "CHECK",  "OPTIMIZE", "REPAIR", "LOCK",     "INSTALL", "UNINSTALL", "FLUSH",  "CACHE"};
        const std::string& keyword = result_.keyword;
        if (is_one_of(keyword, rows)) {
            result_.yields_rows = true;
            // SELECT … INTO @variable yields none.
            result_.yields_rows = !find_outside("into");
        } else if (keyword == "INSERT" || keyword == "REPLACE") {
            read_insert();
        } else if (keyword == "UPDATE" || keyword == "DELETE") {
            read_change();
        } else if (is_one_of(keyword, commit_first)) {
            take("or");
            take("replace");
            result_.effect = is("temporary") ? Effect::none : Effect::commits_first;
        } else if (keyword == "BEGIN") {
            result_.effect = Effect::begins;
        } else if (keyword == "START") {
            result_.effect = is("transaction") ? Effect::begins : Effect::none;
        } else if (keyword == "COMMIT" || keyword == "ROLLBACK") {
            read_end();
        } else if (keyword == "CALL" || keyword == "EXECUTE" || keyword == "XA" || keyword == "UNLOCK" ||
                   keyword == "SET") {
            result_.effect = keyword == "SET" && !find_outside("autocommit") ? Effect::none : Effect::depends;
        }
    }

    bool find_outside(const char* keyword) {
        int depth = 0;
        for (; token_.kind != TokenKind::end; advance()) {
            if (token_.text == "(") ++depth;
            if (token_.text == ")") --depth;
            if (depth == 0 && (is(keyword) || contains_word(keyword))) return true;
        }
        return false;
    }
    // "@@autocommit" and the like, which may be one token.
    bool contains_word(const char* keyword) const {
        if (token_.kind == TokenKind::string || token_.kind == TokenKind::identifier) return false;
        return token_.text.size() > std::string_view(keyword).size() && token_.text.starts_with('@') &&
               sdk::is_keyword(token_.text.substr(token_.text.size() - std::string_view(keyword).size()),
                               keyword);
    }

    void read_target() {
        result_.table = name_of(token_);
        if (result_.table.empty()) return;
        advance();
        if (token_.text != ".") return;
        advance();
        result_.schema = std::move(result_.table);
        result_.table = name_of(token_);
        advance();
    }

    void read_insert() {
        result_.changes = true;
        result_.plain_insert = result_.keyword == "INSERT";
        for (;;) {
            if (take("ignore"))
                result_.plain_insert = false;
            else if (!take("low_priority") && !take("delayed") && !take("high_priority"))
                break;
        }
        take("into");
        read_target();
        if (token_.text == "(") {
            advance();
            while (token_.kind != TokenKind::end && token_.text != ")") {
                if (std::string name = name_of(token_); !name.empty())
                    result_.columns.push_back(std::move(name));
                advance();
            }
            advance();
            // "(SELECT …)" is a source of rows, not a list of columns.
            if (!result_.columns.empty() && sdk::is_keyword(result_.columns.front(), "select"))
                result_.columns.clear();
        }
        read_tail();
    }

    void read_change() {
        result_.changes = true;
        while (take("low_priority") || take("quick") || take("ignore")) continue;
        take("from");
        read_target();
        read_tail();
    }

    void read_tail() {
        int depth = 0;
        for (; token_.kind != TokenKind::end; advance()) {
            if (token_.text == "(") ++depth;
            if (token_.text == ")") --depth;
            if (depth != 0) continue;
            if (is("duplicate")) result_.plain_insert = false;
            if (is("returning")) result_.returning = result_.yields_rows = true;
        }
    }

    // COMMIT [WORK] [AND [NO] CHAIN] [[NO] RELEASE]; ROLLBACK … TO a savepoint.
    void read_end() {
        take("work");
        if (is("to")) return;
        result_.effect = Effect::ends;
        if (take("and") && !is("no")) result_.effect = Effect::ends_and_begins;
    }

    sdk::Lexer lexer_;
    Token token_;
    StatementText result_;
};

}  // namespace

StatementText read_statement_text(std::string_view sql) { return Reader(sql).read(); }

std::vector<std::string> parse_name(std::string_view text) {
    sdk::Lexer lexer(text, sdk::Dialect::mysql);
    std::vector<std::string> parts;
    for (;;) {
        std::string name = name_of(lexer.next_significant());
        if (name.empty()) return {};
        parts.push_back(std::move(name));
        const Token next = lexer.next_significant();
        if (next.kind == TokenKind::end) return parts;
        if (next.text != ".") return {};
    }
}

std::string quote_identifier(std::string_view name) {
    std::string result = "`";
    for (const char c : name) {
        if (c == '`') result += '`';
        result += c;
    }
    return result + '`';
}

std::string quote_table(std::string_view text) {
    const std::vector<std::string> parts = parse_name(text);
    if (parts.empty() || parts.size() > 2)
        throw sdk::Failure(DBWAY_ERR_INVALID, "\"" + std::string(text) + "\" is not the name of a table",
                           "42602");
    std::string result;
    for (const std::string& part : parts)
        result.append(result.empty() ? "" : ".").append(quote_identifier(part));
    return result;
}

}  // namespace dbway::mysql
