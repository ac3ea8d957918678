#include <gtest/gtest.h>

#include "receive_pace.hpp"

namespace dbway::pgx {
namespace {

constexpr std::size_t send = 8192;
constexpr std::size_t room = 64 * 1024;

void receive(ReceivePace& pace, std::size_t bytes) {
    for (; bytes > 0; bytes -= send) pace.received(send, room);
}

TEST(ReceivePaceTest, AShortAnswerIsTakenAsItComes) {
    ReceivePace pace;
    pace.sent();
    for (int i = 0; i < 15; ++i) {
        EXPECT_FALSE(pace.rests(0));
        pace.received(send, room);
    }
}

TEST(ReceivePaceTest, ALongAnswerIsLeftToPileUp) {
    ReceivePace pace;
    receive(pace, 16 * send);
    for (int i = 0; i < 1000; ++i) {
        EXPECT_TRUE(pace.rests(0));
        pace.received(3 * send, room);
    }
}

TEST(ReceivePaceTest, TheNextAnswerBeginsAnew) {
    ReceivePace pace;
    receive(pace, 16 * send);
    EXPECT_TRUE(pace.rests(0));
    pace.received(3 * send, room);
    pace.sent();
    EXPECT_FALSE(pace.rests(0));
}

TEST(ReceivePaceTest, WhereARestBringsNothingMoreItIsRarelyTaken) {
    ReceivePace pace;
    receive(pace, 16 * send);
    int rests = 0;
    for (int i = 0; i < 650; ++i) {
        if (pace.rests(0)) ++rests;
        pace.received(i % 2 == 0 ? send : 0, room);
    }
    EXPECT_EQ(rests, 15) << "after 0, 1, 2, 4, 8, 16, 32 others, and then after 64 each";
}

TEST(ReceivePaceTest, ShortAnswersThatComeOneByOneAreLeftToPileUp) {
    ReceivePace pace;
    pace.sent();
    EXPECT_FALSE(pace.rests(1));
    EXPECT_FALSE(pace.rests(2));
    for (int i = 0; i < 100; ++i) {
        EXPECT_TRUE(pace.rests(3));
        pace.received(90, room);
    }
    EXPECT_FALSE(pace.rests(2)) << "the last ones are wanted at once";
}

TEST(ReceivePaceTest, ASlowServerIsWaitedForWithoutRests) {
    ReceivePace pace;
    int rests = 0;
    for (int i = 0; i < 650; ++i) {
        if (pace.rests(10)) {
            ++rests;
            pace.received(0, room);
        }
        pace.received(90, room);
    }
    EXPECT_LT(rests, 20);
    for (int i = 0; i < 65 && !pace.rests(10); ++i) pace.received(90, room);
    pace.received(90, room);
    EXPECT_TRUE(pace.rests(10)) << "one that was of use: the next follows at once";
}

TEST(ReceivePaceTest, AServerThatIsFasterIsNotKeptWaiting) {
    ReceivePace pace;
    receive(pace, 16 * send);
    for (int i = 0; i < 100; ++i) {
        pace.received(room, room);
        EXPECT_FALSE(pace.rests(0));
    }
    pace.received(3 * send, room);
    EXPECT_TRUE(pace.rests(0));
}

}  // namespace
}  // namespace dbway::pgx
