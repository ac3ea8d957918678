#include "support/fault_proxy.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <stdexcept>
#include <utility>

namespace dbway::test {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostHeld = 1 << 20;  // bytes read ahead of a receiver in one direction

sockaddr_in address_of(const std::string& host, int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    inet_pton(AF_INET, host.c_str(), &address.sin_addr);
    return address;
}

void send_small_segments(int fd) {
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void reset(int fd) {
    const linger at_once{1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(fd);
}

}  // namespace

// A client's connection and the one to the server that belongs to it. Used with the proxy's mutex held.
class FaultProxy::Link {
  public:
    Link(int client, int server, const Plan (&plans)[2]) : fds_{server, client} {
        flows_[0].left = plans[0].bytes;
        flows_[1].left = plans[1].bytes;
    }
    ~Link() {
        for (const int fd : fds_)
            if (fd >= 0) close(fd);
    }
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    // Bytes from now on to the cut, per direction.
    void plan(Direction direction, std::size_t bytes) { flow(direction).left = bytes; }

    void cut(Cut how) {
        if (how == Cut::black_hole) {
            silent_ = true;
            return;
        }
        for (int& fd : fds_) {
            if (fd < 0) continue;
            if (how == Cut::reset)
                reset(fd);
            else
                close(fd);
            fd = -1;
        }
        over_ = true;
    }
    bool over() const { return over_; }
    // Bytes since the last call.
    std::size_t take_swallowed() { return std::exchange(swallowed_, 0); }
    std::size_t take_turns() { return std::exchange(turns_, 0); }

    // What poll() shall wait for, and until when. Index 0 is the server's socket, 1 the client's.
    void prepare(pollfd (&entries)[2], Mode mode, Clock::time_point now, Clock::time_point& wake) const {
        for (int side = 0; side < 2; ++side) {
            entries[side] = {fds_[side], 0, 0};
            const Flow& out = flows_[side];  // flows_[to_server] writes to fds_[0], to_client to fds_[1]
            const Flow& in = flows_[1 - side];
            if (!in.ended && in.held < kMostHeld) entries[side].events |= POLLIN;
            if (out.queue.empty() || blocked(mode)) continue;
            const auto due = std::max(out.queue.front().due, out.next_send);
            if (due <= now)
                entries[side].events |= POLLOUT;
            else
                wake = std::min(wake, due);
        }
    }

    // Moves what can be moved. Counts what passed.
    void work(const pollfd (&entries)[2], Mode mode, const Shape& shape, const Plan (&plans)[2],
              std::uint64_t (&passed)[2], std::size_t& cuts) {
        for (int side = 0; side < 2 && !over_; ++side) {
            if ((entries[side].revents & (POLLIN | POLLHUP | POLLERR)) != 0)
                receive(side, entries[side].revents, mode, shape);
            if (over_) return;
            if ((entries[side].revents & POLLOUT) == 0) continue;
            passed[side] += send_some(side, shape);
            if (!over_ && flows_[side].left == 0) {
                flows_[side].left = std::numeric_limits<std::size_t>::max();
                ++cuts;
                cut(plans[side].how);
            }
        }
        finish(mode);
    }

  private:
    struct Chunk {
        Clock::time_point due;
        std::string bytes;
    };
    struct Flow {
        std::deque<Chunk> queue;
        std::size_t held = 0;
        bool ended = false;    // its sender has closed
        bool shut = false;     // and its receiver knows
        std::size_t left = 0;  // bytes to the cut
        Clock::time_point next_send{};
    };

    Flow& flow(Direction direction) { return flows_[direction == Direction::to_server ? 0 : 1]; }
    bool blocked(Mode mode) const { return silent_ || mode == Mode::hold || mode == Mode::black_hole; }

    void receive(int side, short revents, Mode mode, const Shape& shape) {
        Flow& flow = flows_[1 - side];
        if (flow.ended) {
            if ((revents & POLLERR) != 0) cut(Cut::reset);
            return;
        }
        char buffer[16384];
        const ssize_t n = recv(fds_[side], buffer, sizeof buffer, MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (n < 0) {
            cut(Cut::reset);  // one side was reset: so is the other
            return;
        }
        if (n == 0) {
            flow.ended = true;
            return;
        }
        if (silent_ || mode == Mode::black_hole) {
            swallowed_ += static_cast<std::size_t>(n);
            return;
        }
        if (side == 0 && asked_) ++turns_;
        asked_ = side == 1;
        flow.queue.push_back({Clock::now() + shape.delay, std::string(buffer, static_cast<std::size_t>(n))});
        flow.held += static_cast<std::size_t>(n);
    }

    std::size_t send_some(int side, const Shape& shape) {
        Flow& flow = flows_[side];
        Chunk& chunk = flow.queue.front();
        std::size_t size = std::min(chunk.bytes.size(), flow.left);
        if (shape.slice != 0) size = std::min(size, shape.slice);
        // A limited flow goes in portions of a fiftieth of a second.
        if (shape.bytes_per_second != 0)
            size = std::min(size, std::max<std::size_t>(1, shape.bytes_per_second / 50));
        const ssize_t n = send(fds_[side], chunk.bytes.data(), size, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0) {
            if (errno != EAGAIN && errno != EINTR) cut(Cut::reset);
            return 0;
        }
        const std::size_t sent = static_cast<std::size_t>(n);
        flow.held -= sent;
        if (flow.left != std::numeric_limits<std::size_t>::max()) flow.left -= sent;
        if (sent == chunk.bytes.size())
            flow.queue.pop_front();
        else
            chunk.bytes.erase(0, sent);
        if (shape.bytes_per_second != 0)
            flow.next_send =
                Clock::now() + std::chrono::nanoseconds(1'000'000'000ull * sent / shape.bytes_per_second);
        return sent;
    }

    // Passes on that a side has closed, once all before it has been passed on.
    void finish(Mode mode) {
        for (int side = 0; side < 2; ++side) {
            Flow& flow = flows_[side];
            if (!flow.ended || flow.shut || !flow.queue.empty() || blocked(mode)) continue;
            flow.shut = true;
            if (fds_[side] >= 0) shutdown(fds_[side], SHUT_WR);
        }
        if ((flows_[0].shut && flows_[1].shut) || (silent_ && flows_[0].ended)) over_ = true;
    }

    int fds_[2];  // the server's, the client's
    Flow flows_[2];
    std::size_t swallowed_ = 0;
    std::size_t turns_ = 0;
    bool asked_ = false;  // the last that came was the client's
    bool silent_ = false;
    bool over_ = false;
};

FaultProxy::FaultProxy(std::string server_host, int server_port)
    : server_host_(std::move(server_host)), server_port_(server_port) {
    listen_again();
    if (pipe2(wake_, O_CLOEXEC | O_NONBLOCK) != 0)
        throw std::runtime_error(std::string("pipe: ") + std::strerror(errno));
    thread_ = std::thread([this] { run(); });
}

FaultProxy::~FaultProxy() {
    change([this] { ending_ = true; });
    thread_.join();
    if (listener_ >= 0) close(listener_);
    close(wake_[0]);
    close(wake_[1]);
}

void FaultProxy::listen_again() {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int on = 1;
    setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address = address_of(host(), port_);
    socklen_t size = sizeof address;
    if (bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        listen(listener_, 128) != 0 ||
        getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        throw std::runtime_error(std::string("the fault proxy cannot listen: ") + std::strerror(errno));
    port_ = ntohs(address.sin_port);
}

void FaultProxy::wake() const {
    const char byte = 0;
    // A full pipe wakes as well.
    [[maybe_unused]] const ssize_t ignored = write(wake_[1], &byte, 1);
}

void FaultProxy::change(const std::function<void()>& change) {
    {
        const std::lock_guard lock(mutex_);
        change();
    }
    wake();
}

void FaultProxy::set_mode(Mode mode) {
    change([&] {
        mode_ = mode;
        if (mode == Mode::refuse && listener_ >= 0) {
            shutdown(listener_, SHUT_RDWR);  // close() alone takes effect when poll() lets go of it
            close(listener_);
            listener_ = -1;
        } else if (mode != Mode::refuse && listener_ < 0) {
            listen_again();
        }
    });
}

void FaultProxy::set_shape(const Shape& shape) {
    change([&] { shape_ = shape; });
}

void FaultProxy::cut_after(Direction direction, std::size_t bytes, Cut how) {
    change([&] {
        plans_[direction == Direction::to_server ? 0 : 1] = {bytes, how};
        for (const auto& link : links_) link->plan(direction, bytes);
    });
}

void FaultProxy::forget_cuts() {
    const Plan none;
    cut_after(Direction::to_server, none.bytes, none.how);
    cut_after(Direction::to_client, none.bytes, none.how);
}

void FaultProxy::cut_all(Cut how) {
    change([&] {
        cuts_ += links_.size();
        for (const auto& link : links_) link->cut(how);
        std::erase_if(links_, [](const auto& link) { return link->over(); });
    });
}

void FaultProxy::heal() {
    forget_cuts();
    set_shape({});
    set_mode(Mode::pass);
}

std::size_t FaultProxy::connections() const {
    const std::lock_guard lock(mutex_);
    return links_.size();
}

std::size_t FaultProxy::accepted() const {
    const std::lock_guard lock(mutex_);
    return accepted_;
}

std::size_t FaultProxy::cuts() const {
    const std::lock_guard lock(mutex_);
    return cuts_;
}

std::uint64_t FaultProxy::passed(Direction direction) const {
    const std::lock_guard lock(mutex_);
    return passed_[direction == Direction::to_server ? 0 : 1];
}

std::size_t FaultProxy::turns() const {
    const std::lock_guard lock(mutex_);
    return turns_;
}

std::uint64_t FaultProxy::swallowed() const {
    const std::lock_guard lock(mutex_);
    return swallowed_;
}

void FaultProxy::accept_one() {
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return;
    ++accepted_;
    int server = -1;
    // A client in a black hole has no server behind it, now or later.
    if (mode_ != Mode::black_hole) {
        server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const sockaddr_in address = address_of(server_host_, server_port_);
        if (connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            close(server);
            reset(client);
            return;
        }
        send_small_segments(server);
    }
    send_small_segments(client);
    links_.push_back(std::make_unique<Link>(client, server, plans_));
    if (server < 0) links_.back()->cut(Cut::black_hole);
}

void FaultProxy::run() {
    std::vector<pollfd> entries;
    for (;;) {
        int timeout = -1;
        std::size_t n_links = 0;
        bool listening = false;
        {
            const std::lock_guard lock(mutex_);
            if (ending_) {
                links_.clear();
                return;
            }
            const auto now = Clock::now();
            auto wake = Clock::time_point::max();
            entries.assign(1, {wake_[0], POLLIN, 0});
            listening = listener_ >= 0;
            if (listening) entries.push_back({listener_, POLLIN, 0});
            for (const auto& link : links_) {
                pollfd pair[2];
                link->prepare(pair, mode_, now, wake);
                entries.insert(entries.end(), pair, pair + 2);
            }
            n_links = links_.size();
            if (wake != Clock::time_point::max())
                timeout = static_cast<int>(
                    std::chrono::ceil<std::chrono::milliseconds>(std::max(wake - now, Clock::duration(0)))
                        .count());
        }
        if (poll(entries.data(), entries.size(), timeout) < 0 && errno != EINTR) return;
        char drain[64];
        while (read(wake_[0], drain, sizeof drain) > 0) {
        }

        const std::lock_guard lock(mutex_);
        // A change came in between: the numbers of the descriptors may mean others by now.
        if (n_links != links_.size() || listening != (listener_ >= 0)) continue;
        std::size_t at = 1;
        const bool knock = listening && (entries[at++].revents & POLLIN) != 0;
        for (std::size_t i = 0; i < n_links; ++i) {
            const pollfd pair[2] = {entries[at + 2 * i], entries[at + 2 * i + 1]};
            links_[i]->work(pair, mode_, shape_, plans_, passed_, cuts_);
            swallowed_ += links_[i]->take_swallowed();
            turns_ += links_[i]->take_turns();
        }
        std::erase_if(links_, [](const auto& link) { return link->over(); });
        if (knock && listener_ >= 0) accept_one();
    }
}

}  // namespace dbway::test
