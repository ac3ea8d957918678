#include "cli/value_type.hpp"

#include "cli/exit_code.hpp"

#include <dbway/provider.h>
#include <gtest/gtest.h>

namespace dbway::cli {
namespace {

std::uint32_t guess(std::initializer_list<const char*> texts, bool quoted = false) {
    TypeGuess guess;
    for (const char* text : texts) guess.add(text, quoted);
    return guess.type();
}

TEST(TypeGuess, finds_the_type_that_holds_all_texts) {
    EXPECT_EQ(guess({"1", "-20", "0", "9223372036854775807"}), std::uint32_t{DBWAY_T_I64});
    EXPECT_EQ(guess({"1", "2.50"}), std::uint32_t{DBWAY_T_DECIMAL});
    EXPECT_EQ(guess({"9223372036854775808"}), std::uint32_t{DBWAY_T_DECIMAL});
    EXPECT_EQ(guess({"true", "false"}), std::uint32_t{DBWAY_T_BOOL});
    EXPECT_EQ(guess({"2024-02-29", "1999-12-31"}), std::uint32_t{DBWAY_T_DATE});
    EXPECT_EQ(guess({"2024-02-29 10:00:00", "2024-02-29T10:00:00.5"}), std::uint32_t{DBWAY_T_TIMESTAMP});
    EXPECT_EQ(guess({"2024-02-29T10:00:00Z", "2024-02-29 10:00:00+02:00"}),
              std::uint32_t{DBWAY_T_TIMESTAMPTZ});
}

TEST(TypeGuess, leaves_as_text_what_would_not_come_back_as_it_was) {
    for (const char* text : {"007", "00D0EF", "1e5", "+1", "-0", "1.", ".5", "0x10", "Infinity", "NaN", "1 ",
                             "TRUE", "t", "2023-02-29", "2024-1-1", "12:00", "1,5", "\xD9\xA1"})
        EXPECT_EQ(guess({text}), std::uint32_t{DBWAY_T_TEXT}) << text;
    EXPECT_EQ(guess({"1", "x"}), std::uint32_t{DBWAY_T_TEXT});
    EXPECT_EQ(guess({"1", "true"}), std::uint32_t{DBWAY_T_TEXT});
    EXPECT_EQ(guess({"2024-02-29 10:00:00", "2024-02-29 10:00:00Z"}), std::uint32_t{DBWAY_T_TEXT});
}

TEST(TypeGuess, is_text_for_no_value_and_for_the_empty_text) {
    EXPECT_EQ(guess({}), std::uint32_t{DBWAY_T_TEXT});
    EXPECT_EQ(guess({"1", ""}, true), std::uint32_t{DBWAY_T_TEXT});
}

TEST(TypeLabel, goes_both_ways) {
    for (std::uint32_t type = DBWAY_T_NULL; type <= DBWAY_T_ARRAY; ++type)
        EXPECT_EQ(parse_type_label(type_label(type)), type);
    EXPECT_EQ(type_label(99), "unknown type 99");
    EXPECT_THROW(parse_type_label("native"), UsageError);
    try {
        parse_type_label("intger");
        FAIL();
    } catch (const UsageError& error) {
        EXPECT_STREQ(error.what(), "no type \"intger\"; did you mean \"integer\"?");
    }
}

}  // namespace
}  // namespace dbway::cli
