#include "cli/output_format.hpp"

#include "cli/exit_code.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cmath>

namespace dbway::cli {
namespace {

Column column(std::string name, std::uint32_t type) {
    Column result;
    result.name = std::move(name);
    result.type = type;
    return result;
}

dbway_value null() { return {}; }
dbway_value text(std::string_view t, std::uint8_t type = DBWAY_T_TEXT) {
    dbway_value value{};
    value.type = type;
    value.v.text = t.data();
    value.len = static_cast<std::uint32_t>(t.size());
    return value;
}
dbway_value integer(std::int64_t i, std::uint8_t type = DBWAY_T_I64) {
    dbway_value value{};
    value.type = type;
    value.v.i64 = i;
    return value;
}
dbway_value real(double d) {
    dbway_value value{};
    value.type = DBWAY_T_F64;
    value.v.f64 = d;
    return value;
}

using Row = std::vector<dbway_value>;

std::string write(Format format, const std::vector<Column>& columns, const std::vector<Row>& rows,
                  const FormatOptions& options = {}) {
    Output output(-1);  // never flushed: the buffer is looked at
    const auto writer = make_row_writer(format, output, options);
    writer->begin(columns);
    for (const Row& row : rows) writer->row(row.data());
    writer->end();
    return output.buffer();
}

const std::vector<Column> two = {column("id", DBWAY_T_I64), column("name", DBWAY_T_TEXT)};

TEST(OutputFormat, csv_tells_null_from_empty_and_quotes_what_needs_it) {
    EXPECT_EQ(write(Format::csv, two,
                    {{integer(1), text("a")}, {null(), text("")}, {integer(-2), text("x,\"y\"\nz")}}),
              "id,name\n1,a\n,\"\"\n-2,\"x,\"\"y\"\"\nz\"\n");
}

TEST(OutputFormat, csv_writes_the_canonical_text_of_every_type) {
    const std::vector<Column> columns = {column("b", DBWAY_T_BOOL),        column("t", DBWAY_T_TIMESTAMP),
                                         column("z", DBWAY_T_TIMESTAMPTZ), column("x", DBWAY_T_BLOB),
                                         column("d", DBWAY_T_DECIMAL),     column("f", DBWAY_T_F64)};
    EXPECT_EQ(
        write(Format::csv, columns,
              {{integer(1, DBWAY_T_BOOL), integer(0, DBWAY_T_TIMESTAMP),
                integer(1'500'000, DBWAY_T_TIMESTAMPTZ), text(std::string_view("\x00\xff", 2), DBWAY_T_BLOB),
                text("1.50", DBWAY_T_DECIMAL), real(0.1)}}),
        "b,t,z,x,d,f\ntrue,1970-01-01 00:00:00,1970-01-01 00:00:01.500000+00,\\x00ff,1.50,0.1\n");
}

TEST(OutputFormat, csv_null_text_is_quoted_where_it_is_a_value) {
    FormatOptions options;
    options.null = "NA";
    options.header = false;
    EXPECT_EQ(write(Format::csv, two, {{null(), text("NA")}, {integer(1), text("")}}, options),
              "NA,\"NA\"\n1,\"\"\n");
}

TEST(OutputFormat, tsv_escapes) {
    EXPECT_EQ(write(Format::tsv, two, {{null(), text("a\tb\\c\nd")}}), "id\tname\n\\N\ta\\tb\\\\c\\nd\n");
}

TEST(OutputFormat, jsonl_lines_are_json) {
    const std::vector<Column> columns = {column("i", DBWAY_T_I64),     column("d", DBWAY_T_DECIMAL),
                                         column("f", DBWAY_T_F64),     column("s", DBWAY_T_TEXT),
                                         column("j", DBWAY_T_JSON),    column("n", DBWAY_T_TEXT),
                                         column("k", DBWAY_T_DECIMAL), column("bad", DBWAY_T_JSON)};
    const std::string line = write(
        Format::jsonl, columns,
        {{integer(INT64_MIN), text("1.500", DBWAY_T_DECIMAL), real(std::nan("")), text("\"\x01\xC3\xA4"),
          text("{\"a\":\n1}", DBWAY_T_JSON), null(), text("NaN", DBWAY_T_DECIMAL), text("{", DBWAY_T_JSON)}});
    EXPECT_EQ(line,
              "{\"i\":-9223372036854775808,\"d\":1.500,\"f\":\"NaN\",\"s\":\"\\\"\\u0001\xC3\xA4\",\"j\":{"
              "\"a\": 1},"
              "\"n\":null,\"k\":\"NaN\",\"bad\":\"{\"}\n");
    EXPECT_TRUE(nlohmann::json::accept(line));
}

TEST(OutputFormat, json_is_an_array) {
    EXPECT_EQ(write(Format::json, two, {}), "[]\n");
    const auto json =
        nlohmann::json::parse(write(Format::json, two, {{integer(1), text("a")}, {integer(2), null()}}));
    EXPECT_EQ(json.size(), 2u);
    EXPECT_EQ(json[1]["id"], 2);
    EXPECT_TRUE(json[1]["name"].is_null());
}

TEST(OutputFormat, table_aligns_by_what_a_terminal_shows) {
    EXPECT_EQ(
        write(Format::table, two,
              {{integer(1), text("\xE6\x97\xA5\xE6\x9C\xAC")},
               {integer(10), text("a\nb")},
               {null(), text("")}}),
        " id   | name\n------+------\n    1 | \xE6\x97\xA5\xE6\x9C\xAC\n   10 | a\\nb\n NULL | \n(3 rows)\n");
    const std::vector<Column> reversed = {two[1], two[0]};
    EXPECT_EQ(write(Format::table, reversed,
                    {{text("\xE6\x97\xA5\xE6\x9C\xAC"), integer(1)}, {text("abcde"), null()}}),
              " name  | id\n-------+------\n \xE6\x97\xA5\xE6\x9C\xAC  |    1\n abcde | NULL\n(2 rows)\n");
}

TEST(OutputFormat, table_of_many_rows_keeps_no_more_than_a_block) {
    std::vector<Row> rows(2500, Row{integer(7), text("x")});
    const std::string written = write(Format::table, two, rows);
    EXPECT_EQ(std::count(written.begin(), written.end(), '\n'), 2503);
    EXPECT_TRUE(written.ends_with("(2500 rows)\n"));
}

TEST(OutputFormat, markdown_escapes_bars_and_line_breaks) {
    EXPECT_EQ(write(Format::markdown, two, {{integer(1), text("a|b\nc")}}),
              "| id | name |\n| ---: | --- |\n| 1 | a\\|b<br>c |\n");
}

TEST(OutputFormat, vertical_has_a_line_for_each_value) {
    EXPECT_EQ(write(Format::vertical, two, {{integer(1), text("a")}}),
              "-[ row 1 ]-\nid   | 1\nname | a\n(1 row)\n");
}

TEST(OutputFormat, a_value_without_a_text_is_an_error_that_names_the_column) {
    try {
        write(Format::csv, {column("day", DBWAY_T_DATE)}, {{integer(99'999'999, DBWAY_T_DATE)}});
        FAIL();
    } catch (const DataError& error) {
        EXPECT_THAT(error.what(), testing::HasSubstr("\"day\""));
    }
}

TEST(OutputFormat, names_are_parsed_with_a_suggestion) {
    EXPECT_EQ(parse_format("jsonl"), Format::jsonl);
    try {
        parse_format("cvs");
        FAIL();
    } catch (const UsageError& error) {
        EXPECT_THAT(error.what(), testing::HasSubstr("did you mean \"csv\"?"));
    }
}

TEST(Output, tells_a_closed_pipe_from_a_full_disk) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    close(ends[0]);
    const auto before = signal(SIGPIPE, SIG_IGN);
    Output closed(ends[1]);
    closed.write("x");
    EXPECT_THROW(closed.flush(), OutputClosed);
    signal(SIGPIPE, before);
    close(ends[1]);

    const int full = open("/dev/full", O_WRONLY);
    ASSERT_GE(full, 0);
    Output disk(full, "/dev/full");
    disk.write("x");
    EXPECT_THROW(disk.flush(), Failure);
    close(full);
}

}  // namespace
}  // namespace dbway::cli
