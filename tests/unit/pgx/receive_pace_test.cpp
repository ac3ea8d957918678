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
        EXPECT_FALSE(pace.rests());
        pace.received(send, room);
    }
}

TEST(ReceivePaceTest, ALongAnswerIsLeftToPileUp) {
    ReceivePace pace;
    receive(pace, 16 * send);
    for (int i = 0; i < 1000; ++i) {
        EXPECT_TRUE(pace.rests());
        pace.received(3 * send, room);
    }
}

TEST(ReceivePaceTest, TheNextAnswerBeginsAnew) {
    ReceivePace pace;
    receive(pace, 16 * send);
    EXPECT_TRUE(pace.rests());
    pace.received(3 * send, room);
    pace.sent();
    EXPECT_FALSE(pace.rests());
}

TEST(ReceivePaceTest, WhereARestBringsNothingMoreItIsRarelyTaken) {
    ReceivePace pace;
    receive(pace, 16 * send);
    int rests = 0;
    for (int i = 0; i < 650; ++i) {
        if (pace.rests()) ++rests;
        pace.received(i % 2 == 0 ? send : 0, room);
    }
    EXPECT_EQ(rests, 10);
}

TEST(ReceivePaceTest, AServerThatIsFasterIsNotKeptWaiting) {
    ReceivePace pace;
    receive(pace, 16 * send);
    for (int i = 0; i < 100; ++i) {
        pace.received(room, room);
        EXPECT_FALSE(pace.rests());
    }
    pace.received(3 * send, room);
    EXPECT_TRUE(pace.rests());
}

}  // namespace
}  // namespace dbway::pgx
