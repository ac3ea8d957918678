// What the providers of PostgreSQL share: the list of servers, and cancel requests.
#include <dbway/sdk/postgresql_cancel.hpp>
#include <dbway/sdk/postgresql_options.hpp>
#include <dbway/sdk/postgresql_targets.hpp>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <array>
#include <map>
#include <string>
#include <thread>

namespace dbway::sdk {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

TEST(PostgresqlCancel, TheLastKeyOfATrace) {
    EXPECT_FALSE(find_postgresql_cancel_key(""));
    EXPECT_FALSE(find_postgresql_cancel_key("B\t12\tBackendKeyData"));
    EXPECT_FALSE(find_postgresql_cancel_key("B\t12\tBackendKeyData\t 17"));
    const auto key = find_postgresql_cancel_key(
        "B\t12\tBackendKeyData\t 1 2\nB\t5\tReadyForQuery\t I\nB\t12\tBackendKeyData\t 4711 -559038737\n");
    ASSERT_TRUE(key);
    EXPECT_EQ(key->process, 4711u);
    EXPECT_EQ(key->secret, 0xDEADBEEFu);
}

class CancelServer : public testing::Test {
  protected:
    void SetUp() override {
        listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
        auto& address = reinterpret_cast<sockaddr_in&>(address_);
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        ASSERT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address_), size_), 0);
        ASSERT_EQ(::listen(listener_, 8), 0);
        ASSERT_EQ(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address_), &size_), 0);
    }
    void TearDown() override {
        if (listener_ >= 0) ::close(listener_);
    }
    PostgresqlCancelAnswer send(Clock::duration patience) {
        return send_postgresql_cancel(address_, size_, {4711, 0xDEADBEEF}, Clock::now() + patience);
    }

    int listener_ = -1;
    sockaddr_storage address_{};
    socklen_t size_ = sizeof(sockaddr_in);
};

TEST_F(CancelServer, IsToldOnceItHasClosed) {
    std::array<unsigned char, 16> received{};
    std::thread server([&] {
        const int client = ::accept(listener_, nullptr, nullptr);
        EXPECT_EQ(::recv(client, received.data(), received.size(), MSG_WAITALL), 16);
        ::close(client);
    });
    EXPECT_EQ(send(30s), PostgresqlCancelAnswer::told);
    server.join();
    const std::array<unsigned char, 16> expected = {0, 0, 0,    16,   4,    0xD2, 0x16, 0x2E,
                                                    0, 0, 0x12, 0x67, 0xDE, 0xAD, 0xBE, 0xEF};
    EXPECT_EQ(received, expected);
}

TEST_F(CancelServer, IsLeftWhenItDoesNotAnswer) {
    // The kernel accepts for a server that does nothing.
    const auto start = Clock::now();
    EXPECT_EQ(send(50ms), PostgresqlCancelAnswer::doubtful);
    EXPECT_GE(Clock::now() - start, 50ms);
    ::close(listener_);
    listener_ = -1;
    EXPECT_EQ(send(30s), PostgresqlCancelAnswer::unsent);
}

using Keywords = std::map<std::string, std::string>;

TEST(PostgresqlTargets, EachServerOfTheLists) {
    Keywords keywords = {
        {"host", "a,b,c"}, {"port", "1,2,3"}, {"target_session_attrs", "any"}, {"user", "u"}};
    auto targets = take_postgresql_targets(keywords, false);
    EXPECT_EQ(keywords, (Keywords{{"user", "u"}}));
    ASSERT_EQ(targets.size(), 3u);
    EXPECT_EQ(targets[2].host, "c");
    EXPECT_EQ(targets[2].port, "3");
    EXPECT_EQ(targets[2].session_attributes, "any");
    EXPECT_TRUE(targets[2].hostaddr.empty());

    keywords = {{"host", "a,b"}, {"hostaddr", "1.1.1.1,2.2.2.2"}, {"port", "7"}};
    targets = take_postgresql_targets(keywords, true);
    ASSERT_EQ(targets.size(), 2u);
    const std::size_t b = targets[0].host == "b" ? 0 : 1;
    EXPECT_EQ(targets[b].hostaddr, "2.2.2.2");
    EXPECT_EQ(targets[b].port, "7");

    keywords = {{"host", "a,b"}, {"target_session_attrs", "prefer-standby"}};
    targets = take_postgresql_targets(keywords, false);
    ASSERT_EQ(targets.size(), 4u);
    EXPECT_EQ(targets[1].session_attributes, "standby");
    EXPECT_EQ(targets[2].host, "a");
    EXPECT_EQ(targets[2].session_attributes, "any");
}

TEST(PostgresqlTargets, ListsThatDoNotFit) {
    for (const Keywords& lists : {Keywords{{"host", "a,b"}, {"port", "1,2,3"}},
                                  Keywords{{"host", "a,b,c"}, {"hostaddr", "1.1.1.1,2.2.2.2"}},
                                  Keywords{{"host", "a"}, {"port", "1,2"}}}) {
        Keywords keywords = lists;
        EXPECT_THROW(take_postgresql_targets(keywords, false), Failure);
    }
}

// A service file may have the list, and only libpq reads it.
TEST(PostgresqlTargets, AServiceIsLeftToLibpq) {
    Keywords keywords = {{"service", "orders"}, {"port", "1"}};
    const auto targets = take_postgresql_targets(keywords, false);
    ASSERT_EQ(targets.size(), 1u);
    EXPECT_TRUE(targets[0].host.empty());
    EXPECT_EQ(keywords.at("port"), "1");
}

TEST(PostgresqlTargets, WhoElseMayDoBetter) {
    for (const char* elsewhere : {"08001", "08006", "53300", "57P03"})
        EXPECT_TRUE(worth_another_postgresql_target(elsewhere)) << elsewhere;
    for (const char* everywhere : {"28P01", "3D000", "42501", ""})
        EXPECT_FALSE(worth_another_postgresql_target(everywhere)) << everywhere;
}

}  // namespace
}  // namespace dbway::sdk
