#include <dbway/sdk/cancel_gate.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace dbway::sdk::detail {
namespace {

using Answer = CancelGate::Answer;

TEST(CancelGate, TellsOfTheRunningRequestOnly) {
    CancelGate gate;
    int told = 0;
    const auto tell = [&] { return ++told > 0; };
    gate.submitted(2);
    EXPECT_EQ(gate.cancel(0, tell), Answer::nothing_to_do);
    ASSERT_TRUE(gate.start(7, 0));
    EXPECT_EQ(gate.cancel(7, tell), Answer::told);
    EXPECT_EQ(gate.cancel(0, tell), Answer::told);
    EXPECT_EQ(told, 2);
    EXPECT_TRUE(gate.cancelled());
    gate.end();
    EXPECT_FALSE(gate.cancelled());
    EXPECT_EQ(gate.cancel(0, tell), Answer::nothing_to_do);
    EXPECT_EQ(told, 2);
}

TEST(CancelGate, RemembersWhatIsCancelledBeforeItStarts) {
    CancelGate gate;
    const auto tell = [] { return true; };
    gate.submitted(2);
    ASSERT_TRUE(gate.start(7, 0));
    EXPECT_EQ(gate.cancel(8, tell), Answer::noted_for_later);
    gate.end();
    EXPECT_FALSE(gate.start(8, 1));
    gate.end();
    EXPECT_TRUE(gate.start(8, 2)) << "the same id, submitted after the cancel";
}

TEST(CancelGate, RepeatsForTheSameRunAndForNoLaterOne) {
    CancelGate gate;
    int told = 0;
    const auto tell = [&] { return ++told > 0; };
    ASSERT_TRUE(gate.start(7, 0));
    std::uint64_t run = 0;
    gate.cancel(7, [&] {
        run = gate.run();
        return tell();
    });
    EXPECT_TRUE(gate.repeat(run, tell));
    EXPECT_EQ(told, 2);
    gate.end();
    EXPECT_FALSE(gate.repeat(run, tell));
    ASSERT_TRUE(gate.start(7, 1)) << "an id may come again";
    EXPECT_FALSE(gate.repeat(run, tell));
    EXPECT_FALSE(gate.cancelled());
    EXPECT_EQ(told, 2);
}

// The driver may still be at it when the request has been answered; the next one must not be sent before.
TEST(CancelGate, TheEndWaitsForWhoTells) {
    CancelGate gate;
    for (int round = 0; round < 200; ++round) {
        ASSERT_TRUE(gate.start(1, static_cast<std::uint64_t>(round)));
        std::atomic<bool> telling{false}, over{false};
        const std::uint64_t run = gate.run();
        std::thread other([&] {
            const auto tell = [&] {
                telling = true;
                std::this_thread::yield();
                EXPECT_FALSE(over);
                return true;
            };
            if (round % 2 == 0)
                gate.cancel(1, tell);
            else
                gate.repeat(run, tell);
        });
        while (!telling) std::this_thread::yield();
        gate.end();
        over = true;
        other.join();
    }
}

}  // namespace
}  // namespace dbway::sdk::detail
