// What ends a call that blocks, over a socket pair in place of a server.
#include "canceller.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <thread>

namespace dbway::test {
namespace {

using orm::Canceller;
using namespace std::chrono_literals;

class CancellerTest : public testing::Test {
  protected:
    void SetUp() override { ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets_), 0); }
    void TearDown() override {
        for (const int socket : sockets_) close(socket);
    }
    // Blocks until somebody writes or the connection is shut down: the bytes received.
    ssize_t block() const {
        char byte;
        return recv(sockets_[0], &byte, 1, 0);
    }
    void answer() const { ASSERT_EQ(send(sockets_[1], "x", 1, 0), 1); }

    int sockets_[2];
};

TEST_F(CancellerTest, TheServerIsAskedUntilTheCallEnds) {
    Canceller canceller(1h);
    canceller.attach(sockets_[0]);
    std::atomic<int> asked{0};
    canceller.ask_by([&](Canceller::Clock::time_point) {
        if (++asked == 2) answer();
        return Canceller::Answer::told;
    });
    canceller.start();
    canceller.cancel();
    {
        const Canceller::Call call(canceller, Canceller::Way::stop);
        EXPECT_EQ(block(), 1);
    }
    EXPECT_GE(asked, 2);
    EXPECT_TRUE(canceller.cancelled());
    EXPECT_FALSE(canceller.lost());
    canceller.start();
    EXPECT_FALSE(canceller.cancelled());
}

TEST_F(CancellerTest, ACancelDuringTheCallReachesIt) {
    Canceller canceller(1h);
    canceller.attach(sockets_[0]);
    canceller.ask_by([&](Canceller::Clock::time_point) {
        answer();
        return Canceller::Answer::told;
    });
    canceller.start();
    const Canceller::Call call(canceller, Canceller::Way::stop);
    std::thread other([&] { canceller.cancel(); });
    EXPECT_EQ(block(), 1);
    other.join();
}

TEST_F(CancellerTest, AServerThatDoesNotListenLosesItsConnection) {
    Canceller canceller(20ms);
    canceller.attach(sockets_[0]);
    canceller.ask_by([](Canceller::Clock::time_point) { return Canceller::Answer::unsent; });
    canceller.start();
    canceller.cancel();
    {
        const Canceller::Call call(canceller, Canceller::Way::stop);
        EXPECT_EQ(block(), 0);
    }
    EXPECT_TRUE(canceller.lost());
}

TEST_F(CancellerTest, WhatMustBeCompletedIsNotStopped) {
    Canceller canceller(20ms);
    canceller.attach(sockets_[0]);
    bool asked = false;
    canceller.ask_by([&](Canceller::Clock::time_point) {
        asked = true;
        return Canceller::Answer::told;
    });
    canceller.start();
    canceller.cancel();
    {
        const Canceller::Call call(canceller, Canceller::Way::complete);
        EXPECT_EQ(block(), 0);
    }
    EXPECT_FALSE(asked);
    EXPECT_TRUE(canceller.lost());
}

TEST_F(CancellerTest, ADoubtfulCancelLosesTheConnectionToo) {
    Canceller canceller(1h);
    canceller.attach(sockets_[0]);
    canceller.ask_by([&](Canceller::Clock::time_point) {
        answer();
        return Canceller::Answer::doubtful;
    });
    canceller.start();
    canceller.cancel();
    {
        const Canceller::Call call(canceller, Canceller::Way::stop);
        EXPECT_EQ(block(), 1);
    }
    EXPECT_TRUE(canceller.lost());
}

// Before the call, while it begins, or while it blocks: it must not block for ever.
TEST_F(CancellerTest, ACancelAtAnyMomentReachesTheCall) {
    constexpr int rounds = 1000;
    Canceller canceller(1h);
    canceller.attach(sockets_[0]);
    std::atomic<bool> answered{false};
    canceller.ask_by([&](Canceller::Clock::time_point) {
        if (!answered.exchange(true)) answer();
        return Canceller::Answer::told;
    });
    std::atomic<int> started{0};
    std::atomic<int> cancelled{0};
    std::thread other([&] {
        for (int round = 1; round <= rounds; ++round) {
            while (started != round) std::this_thread::yield();
            canceller.cancel();
            cancelled = round;
        }
    });
    int received = 0;
    for (int round = 1; round <= rounds; ++round) {
        canceller.start();
        answered = false;
        started = round;
        for (int left = round % 64; left > 0 && cancelled != round; --left) {
        }
        {
            const Canceller::Call call(canceller, Canceller::Way::stop);
            received += block() == 1 ? 1 : 0;
        }
        while (cancelled != round) std::this_thread::yield();
        // What comes after the end of the call finds nothing to stop.
        const Canceller::Call next(canceller, Canceller::Way::complete);
    }
    other.join();
    EXPECT_EQ(received, rounds);
    EXPECT_FALSE(canceller.lost());
}

TEST_F(CancellerTest, AContinuedRequestStaysCancelled) {
    Canceller canceller(1h);
    canceller.attach(sockets_[0]);
    canceller.start();
    canceller.cancel();
    canceller.continue_request();
    canceller.start();
    EXPECT_TRUE(canceller.cancelled());
    canceller.start();
    EXPECT_FALSE(canceller.cancelled());
}

}  // namespace
}  // namespace dbway::test
