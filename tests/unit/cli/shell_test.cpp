#include "cli/completion.hpp"
#include "cli/copy_format.hpp"
#include "cli/exit_code.hpp"
#include "cli/line_editor.hpp"
#include "cli/progress.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dbway::cli {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

std::vector<TableView> tables() {
    TableView users;
    users.schema = "main";
    users.name = "users";
    users.columns.resize(2);
    users.columns[0].name = "id";
    users.columns[1].name = "user_name";
    TableView orders;
    orders.schema = "main";
    orders.name = "orders";
    orders.columns.resize(1);
    orders.columns[0].name = "order_id";
    return {users, orders};
}

std::vector<std::string> complete_line(std::string_view line) {
    return complete(line, last_word(line), tables());
}

TEST(Completion, offers_tables_columns_and_keywords) {
    EXPECT_THAT(complete_line("select us"), ElementsAre("user_name", "users", "using"));
    EXPECT_THAT(complete_line("SEL"), ElementsAre("select"));
    EXPECT_THAT(complete_line("select xyz"), IsEmpty());
}

TEST(Completion, offers_tables_alone_where_a_table_stands) {
    EXPECT_THAT(complete_line("select * from "), ElementsAre("orders", "users"));
    EXPECT_THAT(complete_line("select * from us"), ElementsAre("users"));
    EXPECT_THAT(complete_line("\\d o"), ElementsAre("orders"));
}

TEST(Completion, offers_columns_of_a_table_and_tables_of_a_schema) {
    EXPECT_THAT(complete_line("select users."), ElementsAre("users.id", "users.user_name"));
    EXPECT_THAT(complete_line("select * from main.u"), ElementsAre("main.users"));
}

TEST(Completion, offers_the_commands) {
    EXPECT_THAT(complete_line("\\d"), ElementsAre("\\d", "\\dt"));
    EXPECT_THAT(complete_line("\\"), Contains("\\timing"));
    EXPECT_THAT(complete_line("d"), Not(Contains("\\d")));
}

TEST(LineEditor, common_prefix_and_last_word) {
    EXPECT_EQ(common_prefix({"users", "user_name"}), "user");
    EXPECT_EQ(common_prefix({"a", "b"}), "");
    EXPECT_EQ(common_prefix({}), "");
    EXPECT_EQ(last_word("select count(us"), "us");
    EXPECT_EQ(last_word("select a.b"), "a.b");
    EXPECT_EQ(last_word("select "), "");
}

TEST(Progress, line_has_rows_bytes_rate_and_share) {
    EXPECT_EQ(progress_line(1'234'567, 5'600'000, 0, 2.0), "1,234,567 rows  5.6 MB  617,283 rows/s");
    EXPECT_EQ(progress_line(10, 50, 200, 1.0), "10 rows  0.0 MB  10 rows/s  25 %");
    EXPECT_EQ(grouped(0), "0");
    EXPECT_EQ(grouped(999), "999");
    EXPECT_EQ(grouped(1000), "1,000");
}

TEST(CopyFormat, comes_from_the_flag_or_the_name) {
    EXPECT_FALSE(is_jsonl("", "a.csv"));
    EXPECT_TRUE(is_jsonl("", "a.ndjson"));
    EXPECT_FALSE(is_jsonl("csv", "a.jsonl"));
    EXPECT_THROW(is_jsonl("json", "a"), UsageError);
    EXPECT_EQ(parse_delimiter("\\t"), '\t');
    EXPECT_EQ(parse_delimiter(";"), ';');
    for (const char* bad : {"", "ab", "\"", "\n", "\xC3\xA4"})
        EXPECT_THROW(parse_delimiter(bad), UsageError) << bad;
}

}  // namespace
}  // namespace dbway::cli
