#include "canceller.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace dbway::orm {
namespace {

constexpr std::chrono::milliseconds pause_between_cancels{100};

}  // namespace

Canceller::~Canceller() {
    if (socket_ >= 0) ::close(socket_);
}

void Canceller::attach(int socket) {
    socket_ = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
    if (socket_ < 0)
        throw std::system_error(errno, std::generic_category(),
                                "no descriptor for cancelling what runs on the connection");
}

void Canceller::cancel() noexcept {
    const std::lock_guard lock(mutex_);
    cancelled_.store(true);
    if (blocked()) watch();
}

// Under the mutex.
void Canceller::watch() {
    if (watcher_.joinable()) return;
    try {
        watcher_ = std::thread([this, limit = Clock::now() + patience_] { stop(limit); });
    } catch (...) {
        give_up();  // without a thread there is no patience either
    }
}

void Canceller::give_up() noexcept {
    lost_.store(true, std::memory_order_relaxed);
    ::shutdown(socket_, SHUT_RDWR);
}

void Canceller::stop(Clock::time_point limit) {
    std::unique_lock lock(mutex_);
    const bool may_ask = blocked_.load() == Blocked::stoppable && ask_ != nullptr;
    while (blocked()) {
        Clock::time_point next = limit;
        if (may_ask) {
            lock.unlock();
            if (ask_(limit) == Answer::doubtful) lost_.store(true, std::memory_order_relaxed);
            lock.lock();
            next = std::min(limit, Clock::now() + pause_between_cancels);
        }
        if (ended_.wait_until(lock, next, [this] { return !blocked(); })) return;
        if (Clock::now() < limit) continue;
        give_up();
        return;
    }
}

Canceller::Call::Call(Canceller& canceller, Way way) : canceller_(canceller) {
    canceller_.blocked_.store(way == Way::stop ? Blocked::stoppable : Blocked::completing);
    if (!canceller_.cancelled_.load()) [[likely]]
        return;
    const std::lock_guard lock(canceller_.mutex_);
    canceller_.watch();
}

Canceller::Call::~Call() {
    canceller_.blocked_.store(Blocked::no);
    if (!canceller_.cancelled_.load()) [[likely]]
        return;
    std::thread watcher;
    {
        const std::lock_guard lock(canceller_.mutex_);
        watcher = std::move(canceller_.watcher_);
    }
    if (!watcher.joinable()) return;
    canceller_.ended_.notify_all();
    watcher.join();
}

}  // namespace dbway::orm
