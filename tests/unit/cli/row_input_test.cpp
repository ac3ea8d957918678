#include "cli/row_input.hpp"

#include "cli/exit_code.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdlib>

namespace dbway::cli {
namespace {

using testing::ElementsAre;

class RowInputTest : public testing::Test {
  protected:
    void SetUp() override {
        path_ = testing::TempDir() + "dbway-row-input-XXXXXX";
        const int descriptor = mkstemp(path_.data());
        ASSERT_GE(descriptor, 0);
        close(descriptor);
    }
    void TearDown() override { unlink(path_.c_str()); }

    ByteInput& open(const std::string& text) {
        FILE* file = std::fopen(path_.c_str(), "wb");
        std::fwrite(text.data(), 1, text.size(), file);
        std::fclose(file);
        bytes_.emplace(path_, nullptr);
        return *bytes_;
    }

    static std::vector<std::string> rows(RowInput& input) {
        std::vector<std::string> result;
        for (RowInput::Event event; (event = input.next()) != RowInput::Event::end;) {
            std::string row = std::to_string(input.line()) + ":";
            if (event == RowInput::Event::bad) {
                row += input.error();
            } else {
                for (const InputField& field : input.fields())
                    row += field.null ? " NULL" : " [" + std::string(field.text) + "]";
            }
            result.push_back(row);
        }
        return result;
    }

    std::string path_;
    std::optional<ByteInput> bytes_;
};

TEST_F(RowInputTest, csv_with_header_gives_names_and_rows_of_that_width) {
    ByteInput& bytes = open("id,name\n1,a\n2\n\n3,\"\"\n4,\n");
    EXPECT_THAT(make_csv_input(bytes, {})->read_names(), ElementsAre("id", "name"));
    bytes.rewind();
    auto input = make_csv_input(bytes, {});
    input->set_columns({"id", "name"});
    EXPECT_THAT(rows(*input),
                ElementsAre("2: [1] [a]", "3:1 field where 2 are expected", "5: [3] []", "6: [4] NULL"));
}

TEST_F(RowInputTest, csv_without_header_begins_with_the_first_record) {
    CsvInputOptions options;
    options.header = false;
    ByteInput& bytes = open("1;a\n");
    options.delimiter = ';';
    auto input = make_csv_input(bytes, options);
    EXPECT_TRUE(input->read_names().empty());
    EXPECT_THAT(rows(*input), ElementsAre("1: [1] [a]"));
}

TEST_F(RowInputTest, csv_null_text_counts_only_outside_of_quotes) {
    CsvInputOptions options;
    options.header = false;
    options.null = "\\N";
    auto input = make_csv_input(open("\\N,\"\\N\",,x\n"), options);
    EXPECT_THAT(rows(*input), ElementsAre("1: NULL [\\N] [] [x]"));
}

TEST_F(RowInputTest, an_empty_line_is_a_row_of_a_single_column) {
    CsvInputOptions options;
    options.header = false;
    auto input = make_csv_input(open("a\n\nb\n"), options);
    input->set_columns({"x"});
    EXPECT_THAT(rows(*input), ElementsAre("1: [a]", "2: NULL", "3: [b]"));
}

TEST_F(RowInputTest, jsonl_gives_values_by_name_with_the_digits_as_they_are) {
    ByteInput& bytes = open(
        "{\"id\": 12345678901234567890.10, \"t\": \"a\\u00e4\\n\"}\n"
        "  \n"
        "{\"t\": null, \"id\": true}\n"
        "{\"t\": {\"x\": [1, 2]}}\n");
    EXPECT_THAT(make_jsonl_input(bytes)->read_names(), ElementsAre("id", "t"));
    bytes.rewind();
    auto input = make_jsonl_input(bytes);
    input->set_columns({"id", "t"});
    EXPECT_THAT(rows(*input), ElementsAre("1: [12345678901234567890.10] [a\xC3\xA4\n]", "3: [true] NULL",
                                          "4: NULL [{\"x\": [1, 2]}]"));
}

TEST_F(RowInputTest, jsonl_reports_what_is_no_object_and_unknown_keys) {
    auto input = make_jsonl_input(open("{\"id\": 1\n[1]\n{\"ID\": 1}\n{\"id\": 2}"));
    input->set_columns({"id"});
    EXPECT_THAT(rows(*input),
                ElementsAre("1:not valid JSON", "2:not a JSON object", "3:no column \"ID\"", "4: [2]"));
}

TEST_F(RowInputTest, a_missing_file_and_a_directory_are_mistakes_of_usage) {
    EXPECT_THROW(ByteInput("/nonexistent/file.csv", nullptr), UsageError);
    EXPECT_THROW(ByteInput("/", nullptr), UsageError);
}

TEST_F(RowInputTest, bytes_start_over_until_they_are_forgotten) {
    ByteInput& bytes = open("abcdef");
    char block[4];
    EXPECT_EQ(bytes.read(block), 4u);
    bytes.rewind();
    EXPECT_EQ(bytes.bytes(), 0u);
    bytes.forget();
    EXPECT_EQ(bytes.read(block), 4u);
    EXPECT_EQ(std::string_view(block, 4), "abcd");
    EXPECT_EQ(bytes.read(block), 2u);
    EXPECT_EQ(std::string_view(block, 2), "ef");
    EXPECT_EQ(bytes.read(block), 0u);
}

}  // namespace
}  // namespace dbway::cli
