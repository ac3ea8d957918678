#include <pool/parking.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <thread>

namespace dbway::detail {
namespace {

template <typename Parking>
class ParkingTest : public testing::Test {};

using Kinds = testing::Types<Parking, PortableParking>;
TYPED_TEST_SUITE(ParkingTest, Kinds);

constexpr auto endless = std::chrono::steady_clock::time_point::max();

TYPED_TEST(ParkingTest, ASignalThatCameBeforeIsNotLost) {
    TypeParam parking;
    parking.wake(2);
    EXPECT_EQ(parking.wait_until(2, endless), 2U);
}

TYPED_TEST(ParkingTest, TheTimeEndsAWait) {
    TypeParam parking;
    const auto limit = std::chrono::steady_clock::now() + std::chrono::milliseconds(5);
    EXPECT_EQ(parking.wait_until(1, limit), 0U);
    EXPECT_GE(std::chrono::steady_clock::now(), limit);
}

TYPED_TEST(ParkingTest, ATimeLongAgoIsNoWait) {
    TypeParam parking;
    EXPECT_EQ(parking.wait_until(1, std::chrono::steady_clock::time_point::min()), 0U);
    parking.wake(1);
    EXPECT_EQ(parking.wait_until(1, std::chrono::steady_clock::time_point::min()), 1U);
}

TYPED_TEST(ParkingTest, OtherSignalsAreKeptAndDoNotEndTheWait) {
    TypeParam parking;
    std::thread other([&] {
        parking.wake(4);
        parking.wake(1);
    });
    EXPECT_EQ(parking.wait_until(1, endless), 5U);
    other.join();
}

TYPED_TEST(ParkingTest, ItMayBeGoneAsSoonAsTheSignalIsSeenAndWhatWasWrittenBeforeCanBeRead) {
    for (int i = 0; i < 2000; ++i) {
        auto parking = std::make_unique<TypeParam>();
        int given = 0;
        std::thread other([&given, to = parking.get(), i] {
            given = i + 1;
            to->wake(1);
        });
        ASSERT_EQ(parking->wait_until(1, endless), 1U);
        parking.reset();
        ASSERT_EQ(given, i + 1);
        other.join();
    }
}

}  // namespace
}  // namespace dbway::detail
