// mysql_statement.hpp - what the text of a statement of MySQL or MariaDB tells that the client libraries do
// not.
#pragma once

#include <dbway/sdk/lexer.hpp>
#include <dbway/sdk/mysql_dialect.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dbway::sdk {

// What a statement does to the transaction, beside its own work.
enum class MysqlEffect : std::uint8_t {
    none,
    begins,
    ends,
    ends_and_begins,  // COMMIT AND CHAIN
    commits_first,    // most changes of the schema: the server commits before and after them
    depends           // a procedure, a setting: only the server can tell
};

struct MysqlStatementText {
    std::string keyword;  // upper case: "INSERT", "CREATE"; of WITH … SELECT it is SELECT
    std::string schema;   // of what INSERT, REPLACE, UPDATE and DELETE change; empty if none is named
    std::string table;
    std::vector<std::string> columns;  // that an INSERT names
    bool plain_insert = false;         // neither IGNORE nor ON DUPLICATE KEY UPDATE: each row is new
    bool returning = false;
    bool changes = false;      // INSERT, REPLACE, UPDATE, DELETE
    bool yields_rows = false;  // SELECT and its like, RETURNING: can be prepared, gives one result
    MysqlEffect effect = MysqlEffect::none;

    bool inserts() const { return keyword == "INSERT" || keyword == "REPLACE"; }
};

namespace mysql_detail {

inline std::string upper(std::string_view word) {
    std::string result(word);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    return result;
}

template <std::size_t n>
bool is_one_of(std::string_view word, const std::array<std::string_view, n>& words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

class StatementReader {
  public:
    explicit StatementReader(std::string_view sql) : lexer_(sql, Dialect::mysql) { advance(); }

    MysqlStatementText read() {
        while (token_.text == "(") advance();
        if (token_.kind != TokenKind::word) return std::move(result_);
        const bool with = is_keyword(token_.text, "with");
        if (with) skip_common_tables();
        result_.keyword = upper(token_.text);
        advance();
        read_body();
        return std::move(result_);
    }

  private:
    void advance() { token_ = lexer_.next_significant(); }
    bool is(const char* keyword) const {
        return token_.kind == TokenKind::word && is_keyword(token_.text, keyword);
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
            // SELECT … INTO @variable yields none.
            result_.yields_rows = !find_outside("into");
        } else if (result_.inserts()) {
            read_insert();
        } else if (keyword == "UPDATE" || keyword == "DELETE") {
            read_change();
        } else if (is_one_of(keyword, commit_first)) {
            take("or");
            take("replace");
            result_.effect = is("temporary") ? MysqlEffect::none : MysqlEffect::commits_first;
        } else if (keyword == "BEGIN") {
            result_.effect = MysqlEffect::begins;
        } else if (keyword == "START") {
            result_.effect = is("transaction") ? MysqlEffect::begins : MysqlEffect::none;
        } else if (keyword == "COMMIT" || keyword == "ROLLBACK") {
            read_end();
        } else if (keyword == "CALL" || keyword == "EXECUTE" || keyword == "XA" || keyword == "UNLOCK" ||
                   keyword == "SET") {
            result_.effect =
                keyword == "SET" && !find_outside("autocommit") ? MysqlEffect::none : MysqlEffect::depends;
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
               is_keyword(token_.text.substr(token_.text.size() - std::string_view(keyword).size()), keyword);
    }

    void read_target() {
        MysqlTableName name = detail::read_mysql_name(lexer_, token_);
        result_.schema = std::move(name.schema);
        result_.table = std::move(name.table);
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
                if (std::string name = detail::mysql_name_of(token_); !name.empty())
                    result_.columns.push_back(std::move(name));
                advance();
            }
            advance();
            // "(SELECT …)" is a source of rows, not a list of columns.
            if (!result_.columns.empty() && is_keyword(result_.columns.front(), "select"))
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
        result_.effect = MysqlEffect::ends;
        if (take("and") && !is("no")) result_.effect = MysqlEffect::ends_and_begins;
    }

    Lexer lexer_;
    Token token_;
    MysqlStatementText result_;
};

}  // namespace mysql_detail

inline MysqlStatementText read_mysql_statement(std::string_view sql) {
    return mysql_detail::StatementReader(sql).read();
}

}  // namespace dbway::sdk
