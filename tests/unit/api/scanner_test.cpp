// The SQL scanner: literals, comments and placeholders of each dialect.
#include <dbway/sdk/scanner.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dbway::sdk {
namespace {

constexpr Dialect all_dialects[] = {Dialect::generic, Dialect::sqlite, Dialect::postgresql, Dialect::mysql};

// The named parameters that the lexer sees, with their bytes.
std::vector<std::string> names_in(std::string_view sql, Dialect dialect) {
    std::vector<std::string> names;
    Lexer lexer(sql, dialect);
    for (Token token = lexer.next(); token.kind != TokenKind::end; token = lexer.next())
        if (token.kind == TokenKind::named_parameter) names.emplace_back(token.text);
    return names;
}

using Names = std::vector<std::string>;

TEST(Lexer, DoubledQuotesStayInsideEveryDialect) {
    for (const Dialect dialect : all_dialects)
        EXPECT_EQ(names_in("select 'it''s :a', :b", dialect), Names{":b"});
}

TEST(Lexer, QuotedIdentifiers) {
    for (const Dialect dialect : all_dialects)
        EXPECT_EQ(names_in(R"(select "a "":x" , :b)", dialect), Names{":b"});
    EXPECT_EQ(names_in("select `a``:x`, :b", Dialect::mysql), Names{":b"});
    EXPECT_EQ(names_in("select `a``:x`, :b", Dialect::sqlite), Names{":b"});
    EXPECT_EQ(names_in("select [a:x], :b", Dialect::sqlite), Names{":b"});
    EXPECT_EQ(names_in("select [:x]", Dialect::postgresql), Names{":x"});
}

TEST(Lexer, BackslashEscapesOnlyWhereTheDialectHasThem) {
    EXPECT_EQ(names_in(R"(select 'a\':x', :b)", Dialect::mysql), Names{":b"});
    EXPECT_EQ(names_in(R"(select "a\":x", :b)", Dialect::mysql), Names{":b"});
    EXPECT_EQ(names_in(R"(select 'a\' , :b)", Dialect::postgresql), Names{":b"});
    EXPECT_EQ(names_in(R"(select 'a\' , :b)", Dialect::sqlite), Names{":b"});
    EXPECT_EQ(names_in(R"(select E'a\':x', :b)", Dialect::postgresql), Names{":b"});
    EXPECT_EQ(names_in(R"(select e'a\':x', :b)", Dialect::postgresql), Names{":b"});
    // A name that ends in e is no prefix.
    EXPECT_EQ(names_in(R"(select date'a\', :b)", Dialect::postgresql), Names{":b"});
    // U&'' has escapes, but a backslash does not hide its quote.
    EXPECT_EQ(names_in(R"(select U&'a\', :b)", Dialect::postgresql), Names{":b"});
}

TEST(Lexer, ContinuedEscapeStringsKeepTheirBackslashes) {
    EXPECT_EQ(names_in("select E'a'\n'\\':x', :b", Dialect::postgresql), Names{":b"});
    EXPECT_EQ(names_in("select E'a' -- note\n '\\':x', :b", Dialect::postgresql), Names{":b"});
    // Without a line break there is no continuation: the second literal is an ordinary one.
    EXPECT_EQ(names_in("select E'a' '\\', :b", Dialect::postgresql), Names{":b"});
}

TEST(Lexer, DollarQuotes) {
    EXPECT_EQ(names_in("select $$ :x ' $$, :b", Dialect::postgresql), Names{":b"});
    EXPECT_EQ(names_in("select $t$ :x $$ $u$ $t$, :b", Dialect::postgresql), Names{":b"});
    EXPECT_EQ(names_in("select a$$, :b", Dialect::postgresql), Names{":b"});
    EXPECT_EQ(names_in("select $$ :x", Dialect::sqlite), Names{":x"});
}

TEST(Lexer, Comments) {
    for (const Dialect dialect : all_dialects) {
        EXPECT_EQ(names_in("select 1 -- :x\n, :b", dialect), Names{":b"});
        EXPECT_EQ(names_in("select /* :x */ :b", dialect), Names{":b"});
    }
    EXPECT_EQ(names_in("/* a /* :x */ :y */ :b", Dialect::postgresql), Names{":b"});
    EXPECT_EQ(names_in("/* a /* :x */ :b", Dialect::sqlite), Names{":b"});
    EXPECT_EQ(names_in("select 1 # :x\n, :b", Dialect::mysql), Names{":b"});
    EXPECT_EQ(names_in("select a #> :b", Dialect::postgresql), Names{":b"});
    EXPECT_EQ(names_in("select 5--:b", Dialect::mysql), Names{":b"});
    EXPECT_EQ(names_in("select 5--:b", Dialect::sqlite), Names{});
}

TEST(Lexer, CastsAssignmentsAndSlicesAreNoParameters) {
    for (const Dialect dialect : all_dialects) {
        EXPECT_EQ(names_in("select a::text, :b", dialect), Names{":b"});
        EXPECT_EQ(names_in("select @a := 1, :b", dialect), Names{":b"});
    }
    EXPECT_EQ(names_in("select :a::int", Dialect::postgresql), Names{":a"});
    EXPECT_EQ(names_in("select x[1:2], x[1:n], x[i:j], x[f(1):n], :b", Dialect::postgresql), Names{":b"});
    EXPECT_EQ(names_in("select x[:a], array[:b, :c]", Dialect::postgresql), (Names{":a", ":b", ":c"}));
    EXPECT_EQ(names_in("select x[case when :a then 1 end]", Dialect::postgresql), Names{":a"});
    EXPECT_EQ(names_in("select x[f(1, :a)]", Dialect::postgresql), Names{":a"});
}

TEST(Lexer, QuestionMarks) {
    Lexer postgresql("a ? 'b' ?| c", Dialect::postgresql);
    for (Token token = postgresql.next(); token.kind != TokenKind::end; token = postgresql.next())
        EXPECT_NE(token.kind, TokenKind::question_parameter);
    Lexer sqlite("?12", Dialect::sqlite);
    const Token token = sqlite.next();
    EXPECT_EQ(token.kind, TokenKind::question_parameter);
    EXPECT_EQ(token.number, 12U);
}

TEST(Lexer, WordsMayHoldDollars) {
    Lexer lexer("a$1", Dialect::postgresql);
    EXPECT_EQ(lexer.next().kind, TokenKind::word);
    EXPECT_EQ(lexer.next().kind, TokenKind::end);
}

TEST(Lexer, WhatIsNotTerminatedRunsToTheEnd) {
    const std::string_view texts[] = {"'abc", "\"abc", "/* abc", "-- abc", "E'abc\\", "$x$ abc", "'abc''"};
    for (const Dialect dialect : all_dialects)
        for (const std::string_view text : texts) {
            Lexer lexer(text, dialect);
            while (lexer.next().kind != TokenKind::end) {
            }
            EXPECT_EQ(lexer.position(), text.size()) << text;
        }
    Lexer lexer("/* a /* b */", Dialect::postgresql);
    EXPECT_EQ(lexer.next().text, "/* a /* b */");
}

TEST(Placeholders, NamesBecomeNumbers) {
    const NamedRewrite result =
        rewrite_named("select :a, :bc, ':no', :a -- :no\n from t where x = :d", Dialect::sqlite);
    EXPECT_EQ(result.error, "");
    EXPECT_EQ(result.text, "select $1, $2, ':no', $1 -- :no\n from t where x = $3");
    EXPECT_EQ(result.names, (std::vector<std::string_view>{"a", "bc", "d"}));
}

TEST(Placeholders, TextWithoutNamesIsLeftToTheCaller) {
    for (const std::string_view text : {"select $1", "select a::int", ""}) {
        const NamedRewrite result = rewrite_named(text, Dialect::postgresql);
        EXPECT_TRUE(result.names.empty());
        EXPECT_TRUE(result.error.empty());
        EXPECT_TRUE(result.text.empty());
    }
}

TEST(Placeholders, MixedStylesAreAnErrorAtTheSecondOne) {
    const NamedRewrite named = rewrite_named("select :a, $1", Dialect::sqlite);
    EXPECT_NE(named.error, "");
    EXPECT_EQ(named.error_byte, 11U);
    EXPECT_NE(rewrite_named("select $1, :a", Dialect::sqlite).error, "");
    EXPECT_NE(rewrite_to_question("select $1, ?", Dialect::mysql).error, "");
    EXPECT_NE(rewrite_to_question("select ?, $1", Dialect::mysql).error, "");
    EXPECT_EQ(rewrite_to_question("select $1 ? 'x'", Dialect::postgresql).error, "");
}

TEST(Placeholders, NumbersBecomeQuestionMarks) {
    const QuestionRewrite result =
        rewrite_to_question("select $2, '$1', $1, $2 /* $9 */ from `$3`", Dialect::mysql);
    EXPECT_EQ(result.error, "");
    EXPECT_EQ(result.text, "select ?, '$1', ?, ? /* $9 */ from `$3`");
    EXPECT_EQ(result.order, (std::vector<std::uint32_t>{2, 1, 2}));
    EXPECT_EQ(result.highest, 2U);
}

TEST(Placeholders, NumberedQuestionMarksKeepEveryPosition) {
    const std::string_view sql = "select $2, '$1', $10";
    const QuestionRewrite result = rewrite_to_numbered_question(sql, Dialect::sqlite);
    EXPECT_EQ(result.text, "select ?2, '$1', ?10");
    EXPECT_EQ(result.text.size(), sql.size());
    EXPECT_EQ(result.highest, 10U);
}

TEST(Placeholders, QuestionMarksOfTheTextItselfCount) {
    const QuestionRewrite result = rewrite_to_question("select ?, ?", Dialect::mysql);
    EXPECT_EQ(result.text, "select ?, ?");
    EXPECT_EQ(result.order, (std::vector<std::uint32_t>{1, 2}));
    const QuestionRewrite numbered = rewrite_to_numbered_question("select ?3, ?", Dialect::sqlite);
    EXPECT_EQ(numbered.order, (std::vector<std::uint32_t>{3, 4}));
}

TEST(Placeholders, NumbersOutOfRangeAreRefused) {
    for (const char* sql : {"select $0", "select $65536", "select $99999999999999999999"})
        EXPECT_NE(rewrite_to_question(sql, Dialect::sqlite).error, "") << sql;
    EXPECT_EQ(rewrite_to_question("select $65535", Dialect::sqlite).error, "");
}

std::vector<std::string> split(std::string_view script, Dialect dialect) {
    std::vector<std::string> parts;
    for (;;) {
        const std::size_t length = statement_length(script, dialect);
        if (length == 0) return parts;
        parts.emplace_back(script.substr(0, length));
        script.remove_prefix(length);
    }
}

TEST(Script, SplitsAtSemicolonsOutsideLiterals) {
    EXPECT_EQ(split("select 1; select ';'; -- ;\n select 2", Dialect::sqlite),
              (Names{"select 1;", " select ';';", " -- ;\n select 2"}));
    EXPECT_EQ(split("  -- only this\n", Dialect::sqlite), Names{});
    EXPECT_EQ(split("", Dialect::sqlite), Names{});
    EXPECT_EQ(split(";;a", Dialect::sqlite), (Names{";", ";", "a"}));
}

TEST(Script, SqliteTriggersEndAfterTheirEnd) {
    const std::string trigger =
        "create temp trigger x after insert on t when new.a in (1) begin update t set a = case when 1 then 2 "
        "end; select 1; end;";
    EXPECT_EQ(split(trigger + "select 2;", Dialect::sqlite), (Names{trigger, "select 2;"}));
    EXPECT_EQ(split("explain " + trigger + "x", Dialect::sqlite), (Names{"explain " + trigger, "x"}));
    // A trigger without a body is a mistake that must not swallow the script.
    EXPECT_EQ(split("create trigger x; select 2;", Dialect::sqlite).size(), 2U);
    EXPECT_EQ(split("create table trigger_log(a); select 2;", Dialect::sqlite).size(), 2U);
    EXPECT_EQ(
        split("create trigger \"x\" after insert on t begin select 1; end; select 2", Dialect::sqlite).size(),
        2U);
    EXPECT_EQ(split("begin; select 1; end; select 2;", Dialect::sqlite).size(), 4U);
}

TEST(Script, PostgresqlBodies) {
    const std::string function =
        "create or replace function f(a int) returns int begin atomic select case when a > 0 then 1 end; "
        "select 2; end;";
    EXPECT_EQ(split(function + " select 1;", Dialect::postgresql), (Names{function, " select 1;"}));
    EXPECT_EQ(split("create function f() as $$ begin; end; $$; select 1", Dialect::postgresql).size(), 2U);
    EXPECT_EQ(split("create rule r as on insert to t do (select 1; select 2); select 3", Dialect::postgresql)
                  .size(),
              2U);
    EXPECT_EQ(split("begin; select 1; end;", Dialect::postgresql).size(), 3U);
    EXPECT_EQ(split("create function f(x int) returns int return x; select 1", Dialect::postgresql).size(),
              2U);
}

TEST(Script, LeadingKeyword) {
    EXPECT_EQ(leading_keyword(" /* x */ -- y\n ((SELECT 1))", Dialect::sqlite), "SELECT");
    EXPECT_EQ(leading_keyword("\xEF\xBB\xBFinsert into t", Dialect::sqlite), "insert");
    EXPECT_EQ(leading_keyword("# note\nupdate t", Dialect::mysql), "update");
    EXPECT_EQ(leading_keyword(" 'x'", Dialect::sqlite), "");
    EXPECT_EQ(leading_keyword("", Dialect::sqlite), "");
    EXPECT_TRUE(is_keyword("SeLeCt", "select"));
    EXPECT_FALSE(is_keyword("selected", "select"));
}

TEST(Script, WhatIsEmpty) {
    EXPECT_TRUE(is_empty_statement(" ; -- x\n ;", Dialect::sqlite));
    EXPECT_FALSE(is_empty_statement(" ; x", Dialect::sqlite));
    // MySQL runs what stands in such a comment.
    EXPECT_FALSE(is_empty_statement("/*!40101 set names utf8 */;", Dialect::mysql));
    EXPECT_TRUE(is_empty_statement("/*!40101 set names utf8 */;", Dialect::sqlite));
}

TEST(Dialects, ByName) {
    EXPECT_EQ(dialect_by_name("postgresql"), Dialect::postgresql);
    EXPECT_EQ(dialect_by_name("mariadb"), Dialect::mysql);
    EXPECT_EQ(dialect_by_name("oracle"), Dialect::generic);
}

}  // namespace
}  // namespace dbway::sdk
