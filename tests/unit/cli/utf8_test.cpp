#include "cli/utf8.hpp"

#include <gtest/gtest.h>

namespace dbway::cli {
namespace {

TEST(Utf8, accepts_well_formed_text_only) {
    for (const char* good : {"", "plain ascii, longer than eight", "\xC3\xA4", "\xE2\x82\xAC",
                             "\xF0\x9F\x8E\x89", "\xF4\x8F\xBF\xBF"})
        EXPECT_TRUE(is_utf8(good)) << good;
    for (const char* bad : {"\x80", "\xC0\xAF", "\xC3", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                            "\xF5\x80\x80\x80", "12345678\xFF", "\xE2\x82"})
        EXPECT_FALSE(is_utf8(bad)) << bad;
}

TEST(Utf8, width_is_what_a_terminal_shows) {
    EXPECT_EQ(display_width("abc"), 3u);
    EXPECT_EQ(display_width("\xC3\xA4"), 1u);
    EXPECT_EQ(display_width("a\xCC\x88"), 1u);                 // a and a combining diaeresis
    EXPECT_EQ(display_width("\xE6\x97\xA5\xE6\x9C\xAC"), 4u);  // two Han characters
    EXPECT_EQ(display_width("\xF0\x9F\x8E\x89"), 2u);          // an emoji
    EXPECT_EQ(display_width("\xEF\xBC\xA1"), 2u);              // fullwidth A
}

TEST(Utf8, printable_text_cannot_disturb_a_terminal) {
    std::string out;
    append_printable(out, "a\tb\nc\r\x1b[31m\x7f\xC2\x9B\xFF\xC3\xA4");
    EXPECT_EQ(out, "a\\tb\\nc\\r\\x1b[31m\\x7f\\x9b\xEF\xBF\xBD\xC3\xA4");
}

}  // namespace
}  // namespace dbway::cli
