#ifndef DBWAY_TESTS_SUPPORT_FAULT_PROXY_HPP
#define DBWAY_TESTS_SUPPORT_FAULT_PROXY_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace dbway::test {

// A TCP proxy on a port of 127.0.0.1 that does to connections what networks do. Its faults are switched while
// it runs, and hold for connections that are open and for new ones. Thread-safe.
class FaultProxy {
  public:
    enum class Mode {
        pass,
        refuse,      // nothing listens; open connections go on
        black_hole,  // connections are accepted; what anybody sends is taken and goes nowhere
        hold,        // as black_hole, but what was sent arrives once the mode is another
    };
    enum class Cut {
        reset,       // RST to both sides
        close,       // an orderly end for both sides, what was sent before arrives
        black_hole,  // this connection goes silent in both directions, and stays open
    };
    enum class Direction { to_server, to_client };

    // How what passes is passed.
    struct Shape {
        std::chrono::milliseconds delay{0};
        std::size_t bytes_per_second = 0;  // 0: no limit; each direction of each connection
        std::size_t slice = 0;             // most bytes in one segment; 0: no limit
    };

    FaultProxy(std::string server_host, int server_port);
    FaultProxy(const FaultProxy&) = delete;
    FaultProxy& operator=(const FaultProxy&) = delete;
    ~FaultProxy();

    static std::string host() { return "127.0.0.1"; }
    int port() const { return port_; }

    void set_mode(Mode mode);
    void set_shape(const Shape& shape);
    // Each connection, also one made later, is cut once this many more bytes have passed in the direction.
    void cut_after(Direction direction, std::size_t bytes, Cut how);
    void forget_cuts();
    // Cuts all connections now.
    void cut_all(Cut how);
    // mode pass, no shape, no cuts; what is open stays so.
    void heal();

    std::size_t connections() const;                  // open
    std::size_t accepted() const;                     // since the start
    std::size_t cuts() const;                         // made by cut_after() and cut_all()
    std::uint64_t passed(Direction direction) const;  // bytes, all connections together
    std::uint64_t swallowed() const;                  // bytes
    std::size_t turns() const;  // how often a server answered what a client had sent: round trips

  private:
    class Link;
    struct Plan {
        std::size_t bytes = std::numeric_limits<std::size_t>::max();
        Cut how = Cut::reset;
    };

    void run();
    void listen_again();
    void accept_one();
    void wake() const;
    // Calls `change` with the mutex held, and lets the thread look at the new state.
    void change(const std::function<void()>& change);

    std::string server_host_;
    int server_port_;
    int port_ = 0;
    int listener_ = -1;
    int wake_[2] = {-1, -1};

    mutable std::mutex mutex_;
    bool ending_ = false;
    Mode mode_ = Mode::pass;
    Shape shape_;
    Plan plans_[2];
    std::vector<std::unique_ptr<Link>> links_;
    std::size_t accepted_ = 0, cuts_ = 0, turns_ = 0;
    std::uint64_t passed_[2] = {0, 0}, swallowed_ = 0;

    std::thread thread_;
};

}  // namespace dbway::test

#endif
