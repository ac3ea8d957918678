// The proxy between a client and an echo server, both plain sockets.
#include "support/fault_proxy.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <functional>

namespace dbway::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// Sends back what it gets, on any number of connections.
class EchoServer {
  public:
    EchoServer() {
        listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
        EXPECT_EQ(listen(listener_, 16), 0);
        getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { run(); });
    }
    ~EchoServer() {
        shutdown(listener_, SHUT_RDWR);
        thread_.join();
        for (std::thread& client : clients_) client.join();
        close(listener_);
    }
    int port() const { return port_; }

  private:
    void run() {
        for (;;) {
            const int fd = accept(listener_, nullptr, nullptr);
            if (fd < 0) return;
            clients_.emplace_back([fd] {
                char buffer[4096];
                for (ssize_t n; (n = recv(fd, buffer, sizeof buffer, 0)) > 0;)
                    if (send(fd, buffer, static_cast<std::size_t>(n), MSG_NOSIGNAL) < 0) break;
                close(fd);
            });
        }
    }
    int listener_ = -1, port_ = 0;
    std::thread thread_;
    std::vector<std::thread> clients_;
};

class Client {
  public:
    explicit Client(const FaultProxy& proxy) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(static_cast<std::uint16_t>(proxy.port()));
        error_ = connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 ? 0 : errno;
    }
    ~Client() { close(fd_); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    int error() const { return error_; }
    void say(const std::string& text) const { send(fd_, text.data(), text.size(), MSG_NOSIGNAL); }
    // What comes until `size` bytes are there or the connection ends; its errno is in `end`, 0 for an orderly
    // end.
    std::string hear(std::size_t size, int* end = nullptr) const {
        std::string heard;
        char buffer[4096];
        while (heard.size() < size) {
            const ssize_t n = recv(fd_, buffer, std::min(sizeof buffer, size - heard.size()), 0);
            if (n <= 0) {
                if (end != nullptr) *end = n == 0 ? 0 : errno;
                break;
            }
            heard.append(buffer, static_cast<std::size_t>(n));
        }
        return heard;
    }
    bool hears_within(std::chrono::milliseconds time) const {
        pollfd entry{fd_, POLLIN, 0};
        return poll(&entry, 1, static_cast<int>(time.count())) > 0;
    }

  private:
    int fd_;
    int error_ = 0;
};

bool eventually(const std::function<bool()>& condition) {
    const auto end = Clock::now() + 10s;
    while (!condition() && Clock::now() < end) std::this_thread::yield();
    return condition();
}

class FaultProxyTest : public testing::Test {
  protected:
    EchoServer server_;
    FaultProxy proxy_{"127.0.0.1", server_.port()};
};

TEST_F(FaultProxyTest, PassesBothWays) {
    const Client client(proxy_);
    std::string long_text(300'000, 'x');
    for (std::size_t i = 0; i < long_text.size(); ++i) long_text[i] = static_cast<char>('a' + i % 26);
    std::thread speaker([&] { client.say(long_text); });
    EXPECT_EQ(client.hear(long_text.size()), long_text);
    speaker.join();
    EXPECT_EQ(proxy_.accepted(), 1u);
    EXPECT_EQ(proxy_.connections(), 1u);
    EXPECT_EQ(proxy_.passed(FaultProxy::Direction::to_server), long_text.size());
    EXPECT_EQ(proxy_.passed(FaultProxy::Direction::to_client), long_text.size());
}

TEST_F(FaultProxyTest, RefusesAndListensAgainOnTheSamePort) {
    const Client before(proxy_);
    before.say("a");
    EXPECT_EQ(before.hear(1), "a");
    proxy_.set_mode(FaultProxy::Mode::refuse);
    EXPECT_EQ(Client(proxy_).error(), ECONNREFUSED);
    before.say("b");
    EXPECT_EQ(before.hear(1), "b");
    proxy_.set_mode(FaultProxy::Mode::pass);
    const Client after(proxy_);
    after.say("c");
    EXPECT_EQ(after.hear(1), "c");
}

TEST_F(FaultProxyTest, ABlackHoleSwallowsAndAHoldKeeps) {
    const Client client(proxy_);
    proxy_.set_mode(FaultProxy::Mode::hold);
    client.say("held");
    EXPECT_FALSE(client.hears_within(50ms));
    proxy_.heal();
    EXPECT_EQ(client.hear(4), "held");

    proxy_.set_mode(FaultProxy::Mode::black_hole);
    const Client lost(proxy_);
    EXPECT_EQ(lost.error(), 0);
    lost.say("gone");
    client.say("gone");
    EXPECT_TRUE(eventually([&] { return proxy_.swallowed() == 8; }));
    EXPECT_FALSE(client.hears_within(50ms));
    proxy_.heal();
    client.say("back");
    EXPECT_EQ(client.hear(4), "back");
    EXPECT_FALSE(lost.hears_within(50ms));
}

TEST_F(FaultProxyTest, CutsAfterExactlySoManyBytesInTheDirection) {
    for (const auto direction : {FaultProxy::Direction::to_server, FaultProxy::Direction::to_client}) {
        proxy_.cut_after(direction, 7, FaultProxy::Cut::close);
        const Client client(proxy_);
        client.say("0123456789");
        int end = -1;
        const std::string heard = client.hear(10, &end);
        EXPECT_EQ(end, 0);
        EXPECT_EQ(heard, std::string("0123456").substr(0, heard.size()));
        if (direction == FaultProxy::Direction::to_client) {
            EXPECT_EQ(heard.size(), 7u);
        }
        proxy_.forget_cuts();
    }
    EXPECT_EQ(proxy_.cuts(), 2u);
    const Client client(proxy_);
    client.say("0123456789");
    EXPECT_EQ(client.hear(10), "0123456789");
}

TEST_F(FaultProxyTest, ACutMayGoSilentOrReset) {
    const Client silent(proxy_), reset(proxy_);
    proxy_.cut_after(FaultProxy::Direction::to_client, 3, FaultProxy::Cut::black_hole);
    silent.say("01234");
    EXPECT_EQ(silent.hear(3), "012");
    silent.say("567");
    EXPECT_FALSE(silent.hears_within(50ms));
    EXPECT_EQ(proxy_.connections(), 2u);

    proxy_.cut_all(FaultProxy::Cut::reset);
    int end = -1;
    EXPECT_EQ(reset.hear(1, &end), "");
    EXPECT_EQ(end, ECONNRESET);
    EXPECT_EQ(proxy_.connections(), 0u);
}

TEST_F(FaultProxyTest, DelaysAndSlowsDown) {
    const Client client(proxy_);
    proxy_.set_shape({.delay = 60ms});
    auto start = Clock::now();
    client.say("x");
    EXPECT_EQ(client.hear(1), "x");
    EXPECT_GE(Clock::now() - start, 120ms) << "60 ms there and 60 ms back";

    proxy_.set_shape({.bytes_per_second = 10'000});
    start = Clock::now();
    client.say(std::string(2'000, 'y'));
    EXPECT_EQ(client.hear(2'000).size(), 2'000u);
    EXPECT_GE(Clock::now() - start, 150ms) << "2000 bytes at 10 kB/s";
}

TEST_F(FaultProxyTest, SlicesArriveWhole) {
    const Client client(proxy_);
    proxy_.set_shape({.slice = 1});
    std::string text(5'000, ' ');
    for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>('a' + i % 26);
    client.say(text);
    EXPECT_EQ(client.hear(text.size()), text);
}

TEST_F(FaultProxyTest, PassesOnThatOneSideHasClosed) {
    {
        const Client client(proxy_);
        client.say("x");
        EXPECT_EQ(client.hear(1), "x");
    }
    EXPECT_TRUE(eventually([&] { return proxy_.connections() == 0; }));
}

TEST(FaultProxyWithoutServer, ResetsTheClient) {
    int port = 0;
    {
        const EchoServer server;
        port = server.port();
    }
    FaultProxy proxy("127.0.0.1", port);
    const Client client(proxy);
    int end = -1;
    EXPECT_EQ(client.hear(1, &end), "");
    EXPECT_EQ(end, ECONNRESET);
}

}  // namespace
}  // namespace dbway::test
