// The SQL scanner on random text: hostile bytes, and statements composed of parts whose meaning is known.
#include <dbway/sdk/scanner.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::sdk {
namespace {

constexpr Dialect all_dialects[] = {Dialect::generic, Dialect::sqlite, Dialect::postgresql, Dialect::mysql};

// Bytes that matter to the lexer, in any order.
std::string hostile_text(std::mt19937& random) {
    static constexpr std::string_view pieces[] = {
        "'",        "\"",     "`",    "[", "]",  "$",     "$$",           "$a$",      "$1",
        ":a",       "::",     ":=",   "?", "--", "\n",    "/*",           "*/",       "#",
        "\\",       ";",      "(",    ")", "E'", "begin", "end",          "create",   "trigger",
        "function", "atomic", "case", " ", "x",  "9",     "\xEF\xBB\xBF", "\xC3\xA9", "/*!"};
    std::string text;
    const std::size_t count = random() % 40;
    for (std::size_t i = 0; i < count; ++i) text += pieces[random() % std::size(pieces)];
    if (random() % 8 == 0) text.push_back('\0');
    return text;
}

TEST(ScannerRandom, TokensCoverEveryByteAndStatementLengthsAddUp) {
    std::mt19937 random(20240607);
    for (int round = 0; round < 20000; ++round) {
        const std::string text = hostile_text(random);
        for (const Dialect dialect : all_dialects) {
            Lexer lexer(text, dialect);
            std::string joined;
            for (Token token = lexer.next(); token.kind != TokenKind::end; token = lexer.next()) {
                ASSERT_FALSE(token.text.empty());
                joined += token.text;
            }
            ASSERT_EQ(joined, text);

            std::string_view rest = text;
            while (const std::size_t length = statement_length(rest, dialect)) {
                ASSERT_LE(length, rest.size());
                rest.remove_prefix(length);
            }
            // Nothing but blanks and comments may be left over.
            ASSERT_TRUE(is_empty_statement(rest, dialect)) << text;

            ASSERT_LE(rewrite_to_numbered_question(text, dialect).text.size(), text.size());
            rewrite_named(text, dialect);
        }
    }
}

struct Part {
    std::string text;
    bool literal = false;  // no rewriting may touch it
    int parameter = 0;     // $n, or the n-th name
};

// A string of characters that end or open things elsewhere.
std::string inner(std::mt19937& random, std::string_view alphabet) {
    std::string text;
    for (std::size_t left = random() % 12; left > 0; --left)
        text.push_back(alphabet[random() % alphabet.size()]);
    return text;
}

Part random_part(std::mt19937& random, Dialect dialect, bool named) {
    const bool postgresql = dialect == Dialect::postgresql;
    const bool mysql = dialect == Dialect::mysql;
    switch (random() % 9) {
        case 0:
            return {"'" + inner(random, "a:$1\";-/*[`?") + "'", true};
        case 1:
            return {"\"" + inner(random, "a:$1';-/*[`?") + "\"", true};
        case 2:
            return {"/*" + inner(random, "a:$1'\";-`?") + "*/", true};
        case 3:
            return {"-- " + inner(random, "a:$1'\";-/*`?") + "\n", true};
        case 4:
            if (postgresql) return {"$q$" + inner(random, "a:1'\";-/*?") + "$q$", true};
            if (dialect == Dialect::sqlite) return {"[" + inner(random, "a:$1'\";-/*?") + "]", true};
            return {"`" + inner(random, "a:$1'\";-/*?") + "`", true};
        case 5:
            if (postgresql) return {"E'" + inner(random, "a:$1\";-/*") + "\\':x'", true};
            if (mysql) return {"'" + inner(random, "a:$1\";-/*") + "\\':x'", true};
            return {"word", false};
        case 6: {
            const int number = 1 + static_cast<int>(random() % 5);
            if (named) return {":n" + std::to_string(number), false, number};
            return {"$" + std::to_string(number), false, number};
        }
        case 7:
            return {"::", false};
        default:
            return {"word", false};
    }
}

TEST(ScannerRandom, RewritingTouchesPlaceholdersOnly) {
    std::mt19937 random(7);
    for (int round = 0; round < 20000; ++round) {
        for (const Dialect dialect : all_dialects) {
            const bool named = random() % 2 == 0;
            std::string text;
            std::string expected;
            std::vector<int> order;
            std::vector<int> names;
            for (std::size_t left = random() % 10; left > 0; --left) {
                const Part part = random_part(random, dialect, named);
                text += part.text + " ";
                if (part.parameter == 0) {
                    expected += part.text;
                } else if (named) {
                    auto at = std::find(names.begin(), names.end(), part.parameter);
                    if (at == names.end()) at = names.insert(names.end(), part.parameter);
                    expected += "$" + std::to_string(at - names.begin() + 1);
                } else {
                    order.push_back(part.parameter);
                    expected += "?";
                }
                expected += " ";
            }
            if (named) {
                const NamedRewrite result = rewrite_named(text, dialect);
                ASSERT_EQ(result.error, "") << text;
                ASSERT_EQ(result.names.size(), names.size()) << text;
                ASSERT_EQ(result.text, names.empty() ? std::string() : expected);
            } else {
                const QuestionRewrite result = rewrite_to_question(text, dialect);
                ASSERT_EQ(result.error, "") << text;
                ASSERT_EQ(result.text, expected);
                ASSERT_EQ(std::vector<int>(result.order.begin(), result.order.end()), order) << text;
            }
        }
    }
}

}  // namespace
}  // namespace dbway::sdk
