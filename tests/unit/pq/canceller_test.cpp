// How a blocking call is ended, without a server: a socket pair in place of the connection.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>
#include <canceller.hpp>

#include <chrono>

namespace dbway::pq {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

class PqCanceller : public testing::Test {
  protected:
    void SetUp() override {
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends_), 0);
        canceller_.attach(ends_[0], std::nullopt);
    }
    void TearDown() override {
        ::close(ends_[0]);
        ::close(ends_[1]);
    }
    // What a call of libpq does: it waits for bytes. Zero: the connection has ended.
    ssize_t receive() {
        char byte;
        return ::recv(ends_[0], &byte, 1, 0);
    }

    int ends_[2] = {-1, -1};
    Canceller canceller_{50ms};
};

TEST_F(PqCanceller, AServerThatSaysNothingIsLeft) {
    const auto start = Clock::now();
    {
        const Canceller::Call call(canceller_, Canceller::Way::stop);
        canceller_.cancel();
        canceller_.cancel();
        EXPECT_EQ(receive(), 0);
    }
    EXPECT_GE(Clock::now() - start, 50ms);
    EXPECT_TRUE(canceller_.lost());
}

TEST_F(PqCanceller, ACallThatEndsInTimeKeepsItsConnection) {
    Canceller patient(1h);
    patient.attach(ends_[0], std::nullopt);
    for (int round = 0; round < 100; ++round) {
        patient.start();
        {
            const Canceller::Call call(patient, Canceller::Way::stop);
            patient.cancel();
            ASSERT_EQ(::send(ends_[1], "x", 1, 0), 1);
            EXPECT_EQ(receive(), 1);
        }
        EXPECT_TRUE(patient.cancelled());
        EXPECT_FALSE(patient.lost());
    }
}

TEST_F(PqCanceller, WhatIsCancelledAlreadyHasLimitedTime) {
    canceller_.cancel();
    for (const auto way : {Canceller::Way::complete, Canceller::Way::stop}) {
        const Canceller::Call call(canceller_, way);
        EXPECT_EQ(receive(), 0);
    }
    EXPECT_TRUE(canceller_.lost());
}

TEST_F(PqCanceller, ANewRequestIsNotCancelled) {
    canceller_.cancel();
    canceller_.start();
    EXPECT_FALSE(canceller_.cancelled());
    {
        const Canceller::Call call(canceller_, Canceller::Way::stop);
        ASSERT_EQ(::send(ends_[1], "x", 1, 0), 1);
        EXPECT_EQ(receive(), 1);
    }
    EXPECT_FALSE(canceller_.lost());
}

}  // namespace
}  // namespace dbway::pq
