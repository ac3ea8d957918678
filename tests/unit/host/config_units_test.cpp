// Units, nearest words and secrets.
#include <config/nearest.hpp>
#include <config/units.hpp>
#include <dbway/secret.hpp>

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <sstream>

namespace dbway::detail {
namespace {

using namespace std::chrono_literals;

TEST(Units, DurationsAreNumbersWithUnitsFromLargeToSmall) {
    EXPECT_EQ(parse_duration("30s"), 30s);
    EXPECT_EQ(parse_duration("250ms"), 250ms);
    EXPECT_EQ(parse_duration("1.5s"), 1500ms);
    EXPECT_EQ(parse_duration("1h30m"), 90min);
    EXPECT_EQ(parse_duration("1d2h3m4s5ms6us7ns"),
              24h + 2h + 3min + 4s + 5ms + 6us + std::chrono::nanoseconds(7));
    EXPECT_EQ(parse_duration("0s"), 0s);
}

TEST(Units, WhatIsNoDurationIsRefused) {
    for (const char* text : {"", "30", "s", "30 s", "-1s", "30sec", "1m1h", "1s1s", "1..5s", ".s", "1.s",
                             "1.5ns", "9999999999999d", "99999999999999999999s", "213503d24h"})
        EXPECT_EQ(parse_duration(text), std::nullopt) << text;
}

TEST(Units, ADurationsTextReadsBackAsItself) {
    for (const auto duration :
         std::initializer_list<std::chrono::nanoseconds>{0ns, 1ns, 999us, 30s, 90min, 24h + 1ns})
        EXPECT_EQ(parse_duration(duration_text(duration)), duration) << duration_text(duration);
    EXPECT_EQ(duration_text(90min), "1h30m");
}

TEST(Units, SizesAreBinary) {
    EXPECT_EQ(parse_size("64MiB"), 64u << 20);
    EXPECT_EQ(parse_size("1GiB512KiB"), (1u << 30) + (512u << 10));
    EXPECT_EQ(parse_size("100B"), 100u);
    for (const char* text : {"", "64", "64MB", "64mib", "17179869184GiB"})
        EXPECT_EQ(parse_size(text), std::nullopt) << text;
    EXPECT_EQ(size_text(64u << 20), "64MiB");
}

TEST(Nearest, AnEditIsAnInsertionADeletionAChangeOrASwap) {
    EXPECT_EQ(edit_distance("", "abc"), 3u);
    EXPECT_EQ(edit_distance("pool", "pool"), 0u);
    EXPECT_EQ(edit_distance("polo", "pool"), 1u);
    EXPECT_EQ(edit_distance("pgx", "pg"), 1u);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
}

TEST(Nearest, AWordIsNearWithinTwoEditsAndAThirdOfItsLength) {
    constexpr std::array<std::string_view, 3> known = {"max", "min", "acquire_timeout"};
    EXPECT_EQ(nearest_word("maxx", known), "max");
    EXPECT_EQ(nearest_word("aquire_timeuot", known), "acquire_timeout");
    EXPECT_EQ(nearest_word("aquire_timeeuoot", known), "");  // three edits
    EXPECT_EQ(nearest_word("mo", known), "");                // a third of two letters is none
    EXPECT_EQ(nearest_word("mxa", known), "max");
    EXPECT_EQ(did_you_mean("maxx", known), "; did you mean \"max\"?");
    EXPECT_EQ(did_you_mean("other", known), "");
}

TEST(SecretText, IsShownAsStars) {
    std::ostringstream out;
    out << Secret("hunter2") << ' ' << Secret();
    EXPECT_EQ(out.str(), "*** ***");
}

TEST(SecretText, CopiesAndMovesKeepTheText) {
    Secret original("hunter2");
    Secret copy = original;
    EXPECT_EQ(copy, original);
    Secret moved = std::move(original);
    EXPECT_EQ(moved.reveal(), "hunter2");
    copy = Secret("other");
    EXPECT_EQ(moved.reveal(), "hunter2");
    moved = copy;
    EXPECT_EQ(moved.reveal(), "other");
    EXPECT_FALSE(Secret("a") == Secret("b"));
}

TEST(SecretText, WipingLeavesZeros) {
    char bytes[] = "hunter2";
    wipe_memory(bytes, sizeof bytes);
    for (const char byte : bytes) EXPECT_EQ(byte, 0);
}

}  // namespace
}  // namespace dbway::detail
