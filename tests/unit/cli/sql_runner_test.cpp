#include "cli/sql_runner.hpp"

#include <gtest/gtest.h>

namespace dbway::cli {
namespace {

TEST(SplitScript, gives_statements_with_the_line_of_their_first_word) {
    const auto statements =
        split_script("-- a comment\n\nselect 1;\n;;\n/* x\n */ select\n 2; select 3", sdk::Dialect::sqlite);
    ASSERT_EQ(statements.size(), 3u);
    EXPECT_EQ(statements[0].text, "select 1;");
    EXPECT_EQ(statements[0].line, 3u);
    EXPECT_EQ(statements[1].text, "select\n 2;");
    EXPECT_EQ(statements[1].line, 6u);
    EXPECT_EQ(statements[2].text, "select 3");
    EXPECT_EQ(statements[2].line, 7u);
    EXPECT_TRUE(split_script("  -- nothing\n;", sdk::Dialect::sqlite).empty());
}

TEST(SplitScript, keeps_the_body_of_a_trigger_together) {
    const auto statements = split_script(
        "create trigger t after insert on a begin\n insert into b values (1);\n select 2;\nend;\nselect 3;",
        sdk::Dialect::sqlite);
    ASSERT_EQ(statements.size(), 2u);
    EXPECT_EQ(statements[1].line, 5u);
}

TEST(IsUnfinished, waits_for_the_semicolon_that_ends_the_statement) {
    const auto unfinished = [](std::string_view text) { return is_unfinished(text, sdk::Dialect::sqlite); };
    EXPECT_TRUE(unfinished("select 1\n"));
    EXPECT_TRUE(unfinished("select 1; select 2\n"));
    EXPECT_TRUE(unfinished("select ';\n"));
    EXPECT_TRUE(unfinished("select 1 -- ;\n"));
    EXPECT_TRUE(unfinished("create trigger t after insert on a begin\n insert into b values (1);\n"));
    EXPECT_FALSE(unfinished("select 1;"));
    EXPECT_FALSE(unfinished("select 1;\n"));
    EXPECT_FALSE(unfinished("select 1; -- done\n"));
    EXPECT_FALSE(unfinished(""));
    EXPECT_FALSE(unfinished("-- a comment\n"));
}

}  // namespace
}  // namespace dbway::cli
