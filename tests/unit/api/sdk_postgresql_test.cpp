// What the providers of PostgreSQL share: their options, the list of servers, and cancel requests.
#include <dbway/sdk/postgresql_cancel.hpp>
#include <dbway/sdk/postgresql_options.hpp>
#include <dbway/sdk/postgresql_targets.hpp>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

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

TEST(PostgresqlCancel, TheKeyOfAnAttemptThatIsTraced) {
    PostgresqlConnectTrace trace;
    EXPECT_FALSE(trace.end());
    ASSERT_NE(trace.begin(), nullptr);
    std::FILE* const stream = trace.begin();  // the attempt before was given up
    ASSERT_NE(stream, nullptr);
    std::fputs("B\t12\tBackendKeyData\t 4711 5\n", stream);
    const auto key = trace.end();
    ASSERT_TRUE(key);
    EXPECT_EQ(key->process, 4711u);
    EXPECT_FALSE(trace.end());
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

// In place of libpq: it knows three keywords, and of URLs the one that it takes.
struct Keyword {
    const char* keyword;
    const char* val;
};
constexpr PostgresqlConninfo<Keyword> libpq = {
    [] {
        return new Keyword[]{{"host", nullptr}, {"dbname", nullptr}, {"connect_timeout", nullptr}, {}};
    },
    [](const char* text, char** error) -> Keyword* {
        if (std::string_view(text) == "good") return new Keyword[]{{"host", "a,b"}, {"dbname", "app"}, {}};
        *error = ::strdup(text);
        return nullptr;
    },
    [](Keyword* keywords) { delete[] keywords; },
    [](void* text) { std::free(text); },
};

PostgresqlOptions read(std::vector<dbway_option> list) {
    const Options given(list.data(), list.size());
    return read_postgresql_options(given, OptionReader(given), libpq);
}
dbway_option option(const char* key, std::string_view value) { return {key, {value.data(), value.size()}}; }
std::string refusal(std::vector<dbway_option> list) {
    try {
        read(std::move(list));
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.diagnostic().status, DBWAY_ERR_INVALID);
        return failure.what();
    }
    return {};
}

TEST(PostgresqlOptions, AUrlAndWhatIsNotSaid) {
    const PostgresqlOptions options =
        read({option("url", "good"), option("connect_timeout", "7"), option("cancel_timeout", "2s")});
    EXPECT_EQ(options.targets.size(), 2u);
    EXPECT_EQ(options.connect_timeout, 7s);
    EXPECT_EQ(options.cancel_timeout, 2s);
    const auto& keywords = options.keywords;
    EXPECT_EQ(keywords.at("dbname"), "app");
    EXPECT_EQ(keywords.at("client_encoding"), "UTF8");
    EXPECT_EQ(keywords.at("keepalives_idle"), "60");
    EXPECT_FALSE(keywords.contains("host"));
    EXPECT_FALSE(keywords.contains("connect_timeout"));

    const PostgresqlConnectParameters parameters(options, options.targets[1]);
    std::map<std::string, std::string> passed;
    std::size_t n = 0;
    for (; parameters.keywords()[n] != nullptr; ++n)
        passed[parameters.keywords()[n]] = parameters.values()[n];
    EXPECT_EQ(parameters.values()[n], nullptr);
    EXPECT_EQ(passed.at("host"), "b");
    EXPECT_EQ(passed.at("dbname"), "app");
    EXPECT_FALSE(passed.contains("port"));
}

// What libpq quotes may be a part of a password.
TEST(PostgresqlOptions, RefusalsQuoteNoUrl) {
    for (const char* message : {"no \"=\" behind \"se\"cret\" in it\n", "no »=« behind »se«cret« in it\n",
                                "no \"=\" behind \"se\ncret\" in it\n"})
        EXPECT_EQ(refusal({option("url", message)}),
                  "option 'url' is not a PostgreSQL URL or connection string: no … in it")
            << message;
    EXPECT_EQ(refusal({option("url", "no host\n")}),
              "option 'url' is not a PostgreSQL URL or connection string: no host");
}

TEST(PostgresqlOptions, RefusalsNameTheOption) {
    for (const auto& [key, value] : {std::pair<const char*, std::string_view>{"connect_timeout", "soon"},
                                     {"connect_timeout", "1000001"},
                                     {"host", std::string_view("a\0b", 3)},
                                     {"hots", "a"}})
        EXPECT_NE(refusal({option(key, value)}).find("'" + std::string(key) + "'"), std::string::npos) << key;
    EXPECT_NE(refusal({option("database", "a"), option("dbname", "b")}), "");
}

}  // namespace
}  // namespace dbway::sdk
