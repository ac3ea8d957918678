#include "cli/arguments.hpp"

#include "cli/exit_code.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dbway::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Command parse(std::vector<const char*> words) {
    words.insert(words.begin(), "dbway");
    return parse_arguments(static_cast<int>(words.size()), words.data());
}

template <typename Arguments>
Arguments parse_as(std::vector<const char*> words) {
    return std::get<Arguments>(parse(std::move(words)));
}

std::string refusal(std::vector<const char*> words) {
    try {
        parse(std::move(words));
    } catch (const UsageError& error) {
        return error.what();
    }
    return "accepted";
}

TEST(Arguments, query_takes_values_in_order) {
    const auto query = parse_as<QueryArguments>({"query", "-s", "main", "-c", "x.toml", "-p", "1", "-p", "-5",
                                                 "--format", "csv", "select $1", "three", "--dir", "d"});
    EXPECT_EQ(query.sql, "select $1");
    EXPECT_THAT(query.parameters, ElementsAre("1", "-5"));
    EXPECT_THAT(query.more_parameters, ElementsAre("three"));
    EXPECT_EQ(query.format, "csv");
    EXPECT_EQ(query.common.source, "main");
    EXPECT_EQ(query.common.configuration, "x.toml");
    EXPECT_THAT(query.common.directories, ElementsAre("d"));
    EXPECT_FALSE(query.null_text.has_value());
}

TEST(Arguments, query_keeps_commas_and_brackets_of_values) {
    const auto query = parse_as<QueryArguments>(
        {"query", "-p", "a,b", "-p", "[1,2]", "-p", "", "--types", "text,null", "select 1"});
    EXPECT_THAT(query.parameters, ElementsAre("a,b", "[1,2]", ""));
    EXPECT_THAT(query.types, ElementsAre("text", "null"));
}

TEST(Arguments, copy_in_has_a_header_unless_told_otherwise) {
    EXPECT_TRUE(parse_as<CopyInArguments>({"copy", "in", "t", "f.csv"}).header);
    EXPECT_TRUE(parse_as<CopyInArguments>({"copy", "in", "--header", "t", "f.csv"}).header);
    const auto copy = parse_as<CopyInArguments>({"copy", "in", "--no-header", "--create", "--null", "\\N",
                                                 "--on-error", "skip", "--columns", "a,b", "t", "-"});
    EXPECT_FALSE(copy.header);
    EXPECT_TRUE(copy.create);
    EXPECT_EQ(copy.null_text, "\\N");
    EXPECT_EQ(copy.on_error, "skip");
    EXPECT_THAT(copy.columns, ElementsAre("a", "b"));
    EXPECT_EQ(copy.file, "-");
}

TEST(Arguments, copy_out_takes_a_table_or_a_query) {
    const auto table = parse_as<CopyOutArguments>({"copy", "out", "t", "f.csv"});
    EXPECT_EQ(table.table, "t");
    EXPECT_EQ(table.file, "f.csv");
    const auto query = parse_as<CopyOutArguments>({"copy", "out", "--query", "select 1", "f.csv"});
    EXPECT_EQ(query.query, "select 1");
    EXPECT_EQ(query.file, "f.csv");
    EXPECT_EQ(parse_as<CopyOutArguments>({"copy", "out", "t"}).file, "-");
    EXPECT_THAT(refusal({"copy", "out"}), HasSubstr("TABLE"));
}

TEST(Arguments, help_and_version_are_texts) {
    EXPECT_THAT(parse_as<PrintText>({}).text, HasSubstr("Exit codes"));
    EXPECT_THAT(parse_as<PrintText>({"--help"}).text, HasSubstr("providers"));
    EXPECT_THAT(parse_as<PrintText>({"help", "query"}).text, HasSubstr("--types"));
    EXPECT_THAT(parse_as<PrintText>({"help", "copy", "in"}).text, HasSubstr("--on-error"));
    EXPECT_THAT(parse_as<PrintText>({"copy", "in", "--help"}).text, HasSubstr("--on-error"));
    EXPECT_EQ(parse_as<PrintText>({"--version"}).text.rfind("dbway ", 0), 0u);
}

TEST(Arguments, mistakes_come_with_the_nearest_word) {
    EXPECT_THAT(refusal({"qurey", "select 1"}), HasSubstr("no command \"qurey\"; did you mean \"query\"?"));
    EXPECT_THAT(refusal({"copy", "int", "t", "f"}), HasSubstr("\"copy int\"; did you mean \"in\"?"));
    EXPECT_THAT(refusal({"help", "shel"}), HasSubstr("did you mean \"shell\"?"));
    EXPECT_THAT(refusal({"copy", "in", "--creat", "t", "f"}),
                HasSubstr("no option --creat; did you mean \"--create\"?"));
    EXPECT_THAT(refusal({"copy"}), HasSubstr("copy in or copy out?"));
    EXPECT_THAT(refusal({"new", "provider"}), HasSubstr("NAME"));
    EXPECT_THAT(refusal({"validate", "a", "b"}), HasSubstr("\"b\" is one argument too many"));
    EXPECT_THAT(refusal({"query", "-p"}), HasSubstr("dbway help query"));
}

TEST(Arguments, settings_are_cut_at_the_first_equals_sign) {
    EXPECT_EQ(split_setting("a=b=c", "--option"), std::pair(std::string("a"), std::string("b=c")));
    EXPECT_THROW(split_setting("a", "--option"), UsageError);
    EXPECT_THROW(split_setting("=a", "--option"), UsageError);
}

}  // namespace
}  // namespace dbway::cli
