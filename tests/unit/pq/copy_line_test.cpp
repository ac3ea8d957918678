#include "copy_line.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::pq {
namespace {

dbway_value bytes(std::uint32_t type, std::string_view text) {
    dbway_value value{};
    value.type = static_cast<std::uint8_t>(type);
    value.v.text = text.data();
    value.len = static_cast<std::uint32_t>(text.size());
    return value;
}
std::vector<std::string> fields(std::string line) {
    std::vector<std::string> result;
    LineReader reader(line.data(), line.size());
    while (reader.next()) result.push_back(reader.null() ? "<null>" : std::string(reader.text()));
    return result;
}

TEST(PqCopyLine, WritesAndReadsBack) {
    const std::string nasty = "tab\t nl\n cr\r bs\b ff\f vt\v \\ \\N \\.";
    const std::vector<dbway_value> row = {bytes(DBWAY_T_TEXT, nasty), dbway_value{}, bytes(DBWAY_T_TEXT, ""),
                                          bytes(DBWAY_T_BLOB, "ab"), bytes(DBWAY_T_TEXT, "\\N")};
    std::string line;
    std::string scratch;
    append_line(row.data(), 5, line, scratch);
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    EXPECT_EQ(fields(line), (std::vector<std::string>{nasty, "<null>", "", "\\x6162", "\\N"}));
}

TEST(PqCopyLine, RandomTextsSurvive) {
    std::mt19937 random(3);
    const std::string alphabet = "\t\n\r\\Nab.\"";
    for (int i = 0; i < 5'000; ++i) {
        std::vector<std::string> texts(1 + random() % 4);
        std::vector<dbway_value> row;
        for (std::string& text : texts)
            for (std::size_t left = random() % 6; left > 0; --left)
                text += alphabet[random() % alphabet.size()];
        for (const std::string& text : texts) row.push_back(bytes(DBWAY_T_TEXT, text));
        std::string line;
        std::string scratch;
        append_line(row.data(), static_cast<std::uint32_t>(row.size()), line, scratch);
        ASSERT_EQ(fields(line), texts) << line;
    }
}

TEST(PqCopyLine, ALineWithoutItsEnd) {
    EXPECT_EQ(fields("a\t\\N\tb"), (std::vector<std::string>{"a", "<null>", "b"}));
    EXPECT_EQ(fields("\n"), (std::vector<std::string>{""}));
    EXPECT_EQ(fields("a\\"), (std::vector<std::string>{"a\\"}));
}

}  // namespace
}  // namespace dbway::pq
