#include "cli/csv_reader.hpp"

#include "cli/csv_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>

namespace dbway::cli {
namespace {

using testing::ElementsAre;

// Rows as "a|b", quoted fields in quotes; errors as "line: message".
std::vector<std::string> read_in_blocks(std::string_view text, std::size_t block, char delimiter = ',',
                                        std::size_t limit = 64 * 1024 * 1024) {
    CsvReader reader(delimiter, limit);
    std::vector<std::string> result;
    while (true) {
        switch (reader.next()) {
            case CsvReader::Event::end:
                return result;
            case CsvReader::Event::error:
                result.push_back(std::to_string(reader.line()) + ": " + reader.error());
                break;
            case CsvReader::Event::row: {
                std::string row = std::to_string(reader.line()) + ">";
                for (const CsvField& field : reader.fields()) {
                    if (row.back() != '>') row += '|';
                    const std::string body(field.text);
                    row += field.quoted ? "\"" + body + "\"" : body;
                    if (row.back() == '>') row += "~";
                }
                result.push_back(row);
                break;
            }
            case CsvReader::Event::need_input: {
                const auto room = reader.room();
                const std::size_t size = std::min({block, room.size(), text.size()});
                std::memcpy(room.data(), text.data(), size);
                text.remove_prefix(size);
                reader.filled(size);
                break;
            }
        }
    }
}

// However the input is cut into blocks, the rows are the same.
std::vector<std::string> read(std::string_view text, char delimiter = ',') {
    const std::vector<std::string> whole = read_in_blocks(text, text.size() + 1, delimiter);
    for (const std::size_t block : {1, 2, 3, 5, 7})
        EXPECT_EQ(read_in_blocks(text, block, delimiter), whole) << block;
    return whole;
}

TEST(CsvReader, reads_plain_records) {
    EXPECT_THAT(read("a,b\nc,d\n"), ElementsAre("1>a|b", "2>c|d"));
    EXPECT_THAT(read("a,b\r\nc,d\r\n"), ElementsAre("1>a|b", "2>c|d"));
    EXPECT_THAT(read("a;b\n", ';'), ElementsAre("1>a|b"));
    EXPECT_THAT(read(""), ElementsAre());
}

TEST(CsvReader, needs_no_line_end_after_the_last_record) {
    EXPECT_THAT(read("a,b\nc,d"), ElementsAre("1>a|b", "2>c|d"));
    EXPECT_THAT(read("a,"), ElementsAre("1>a|"));
    EXPECT_THAT(read("a,\"b\""), ElementsAre("1>a|\"b\""));
    EXPECT_THAT(read("a\r"), ElementsAre("1>a"));
}

TEST(CsvReader, tells_quoted_from_unquoted_and_keeps_blanks) {
    EXPECT_THAT(read("\"\",x\n"), ElementsAre("1>\"\"|x"));
    EXPECT_THAT(read(" a , b \n"), ElementsAre("1> a | b "));
    EXPECT_THAT(read("\"\\N\",\\N\n"), ElementsAre("1>\"\\N\"|\\N"));
}

TEST(CsvReader, undoes_doubled_quotes_and_keeps_line_breaks_and_delimiters_in_quotes) {
    EXPECT_THAT(read("\"a\"\"b\",\"\"\"\"\n"), ElementsAre("1>\"a\"b\"|\"\"\""));
    EXPECT_THAT(read("\"a\r\nb\",\"c,d\"\nx,y\n"), ElementsAre("1>\"a\r\nb\"|\"c,d\"", "3>x|y"));
}

TEST(CsvReader, drops_a_byte_order_mark_at_the_beginning_only) {
    EXPECT_THAT(read("\xEF\xBB\xBF\"a\",b\n"), ElementsAre("1>\"a\"|b"));
    EXPECT_THAT(read("a\n\xEF\xBB\xBF"
                     "b\n"),
                ElementsAre("1>a",
                            "2>\xEF\xBB\xBF"
                            "b"));
    EXPECT_THAT(read("\xEF\xBB\xBF"), ElementsAre());
}

TEST(CsvReader, gives_an_empty_line_as_one_empty_field) {
    EXPECT_THAT(read("a\n\nb\n"), ElementsAre("1>a", "2>~", "3>b"));
}

TEST(CsvReader, reports_what_is_malformed_with_its_line_and_goes_on) {
    EXPECT_THAT(read("a\n\"b\"x,\"c\n\",d\ne\n"),
                ElementsAre("1>a", "2: text after a closing quote", "3: a quote that is not closed", "4>e"));
    EXPECT_THAT(read("a\nb\"c,d\ne\n"),
                ElementsAre("1>a", "2: a quote inside a field that does not begin with one", "3>e"));
    EXPECT_THAT(read("\"a\nb\",\"c\" d\ne\n"), ElementsAre("1: text after a closing quote", "3>e"));
    EXPECT_THAT(read("a\rb\nc\n"), ElementsAre("1: a carriage return that no line feed follows", "2>c"));
    EXPECT_THAT(read("a\"b"), ElementsAre("1: a quote inside a field that does not begin with one"));
}

TEST(CsvReader, reports_nul_and_text_that_is_not_utf8) {
    using namespace std::string_literals;
    EXPECT_THAT(read("a\nb\0c\nd\n"s), ElementsAre("1>a", "2: a NUL character", "3>d"));
    EXPECT_THAT(read("\"b\0c\"\nd\n"s), ElementsAre("1: a NUL character", "2>d"));
    EXPECT_THAT(read("a\nb\xFF,c\nd\n"), ElementsAre("1>a", "2: text that is not UTF-8", "3>d"));
    EXPECT_THAT(read("\xC3\xA4,\xE2\x82\xAC\n"), ElementsAre("1>\xC3\xA4|\xE2\x82\xAC"));
    EXPECT_THAT(read("\xED\xA0\x80\n"), ElementsAre("1: text that is not UTF-8"));
}

TEST(CsvReader, goes_on_behind_the_line_of_a_quote_that_is_not_closed) {
    EXPECT_THAT(read("a\n\"b,c\nd\ne\n"), ElementsAre("1>a", "2: a quote that is not closed", "3>d", "4>e"));
    EXPECT_THAT(read("\"a"), ElementsAre("1: a quote that is not closed"));
}

TEST(CsvReader, limits_the_size_of_a_record) {
    const std::string text = "a\n\"b" + std::string(200, '\n') + "\nc\n";
    const auto rows = read_in_blocks(text, 16, ',', 100);
    ASSERT_GE(rows.size(), 2u);
    EXPECT_EQ(rows[0], "1>a");
    EXPECT_EQ(rows[1], "2: a record that is too long: is a quote not closed?");
    EXPECT_EQ(rows.back(), "203>c");
    EXPECT_THAT(read_in_blocks(std::string(300, 'x') + "\ny\n", 16, ',', 100),
                ElementsAre("1: a record that is too long", "2>y"));
}

TEST(CsvReader, reads_records_larger_than_its_buffer) {
    const std::string big(3'000'000, 'x');
    CsvReader reader;
    const std::string text = "\"" + big + "\"\"\",1\n2,3\n";
    std::string_view left = text;
    CsvReader::Event event = reader.next();
    while (event == CsvReader::Event::need_input) {
        const auto room = reader.room();
        const std::size_t size = std::min(room.size(), left.size());
        std::memcpy(room.data(), left.data(), size);
        left.remove_prefix(size);
        reader.filled(size);
        event = reader.next();
    }
    ASSERT_EQ(event, CsvReader::Event::row);
    ASSERT_EQ(reader.fields().size(), 2u);
    EXPECT_EQ(reader.fields()[0].text, big + "\"");
    ASSERT_EQ(reader.next(), CsvReader::Event::row);
    EXPECT_EQ(reader.fields()[1].text, "3");
}

// Property: what the writer wrote, the reader reads, NULL and empty text told apart.
TEST(CsvReader, reads_back_what_the_writer_writes) {
    std::mt19937 random(20260101);
    const std::string alphabet[] = {
        "a", "b", ",", "\"", "\n", "\r", "\r\n", " ", "\\N", "\xC3\xA4", "\xF0\x9F\x8E\x89", ";"};
    for (int round = 0; round < 300; ++round) {
        const std::size_t width = 1 + random() % 5, height = random() % 8;
        std::vector<std::vector<std::optional<std::string>>> table(height);
        std::string text;
        for (auto& row : table)
            for (std::size_t i = 0; i < width; ++i) {
                if (i != 0) text += ',';
                row.emplace_back();
                if (random() % 5 != 0) {
                    row.back().emplace();
                    for (std::size_t n = random() % 6; n != 0; --n)
                        *row.back() += alphabet[random() % std::size(alphabet)];
                    append_csv_field(text, *row.back(), ',');
                }
                if (i + 1 == width) text += '\n';
            }
        CsvReader reader;
        std::size_t at = 0, row = 0;
        const std::size_t block = 1 + random() % 9;
        for (CsvReader::Event event; (event = reader.next()) != CsvReader::Event::end;) {
            if (event == CsvReader::Event::need_input) {
                const auto room = reader.room();
                const std::size_t size = std::min(block, text.size() - at);
                std::memcpy(room.data(), text.data() + at, size);
                at += size;
                reader.filled(size);
                continue;
            }
            ASSERT_EQ(event, CsvReader::Event::row) << reader.error() << " in\n" << text;
            ASSERT_LT(row, height);
            ASSERT_EQ(reader.fields().size(), width) << text;
            for (std::size_t i = 0; i < width; ++i) {
                const CsvField& field = reader.fields()[i];
                const bool null = !field.quoted && field.text.empty();
                ASSERT_EQ(null, !table[row][i].has_value()) << text;
                if (!null) {
                    ASSERT_EQ(field.text, *table[row][i]) << text;
                }
            }
            ++row;
        }
        ASSERT_EQ(row, height) << text;
    }
}

}  // namespace
}  // namespace dbway::cli
