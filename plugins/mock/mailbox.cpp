#include "mailbox.hpp"

#include <dbway/sdk/sqlstate.hpp>

#include <fcntl.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>

#include <algorithm>
#include <utility>

namespace dbway::mock {

void throw_lost(bool before) {
    sdk::Diagnostic diagnostic;
    diagnostic.sqlstate = before ? "08003" : "08006";
    diagnostic.status = sdk::status_of_sqlstate(diagnostic.sqlstate);
    diagnostic.flags = sdk::diagnostic_flags_of_sqlstate(diagnostic.sqlstate);
    diagnostic.message = before ? "the connection was lost before the request reached the server"
                                : "the connection was lost before the answer arrived";
    diagnostic.context = "the mock was told so";
    throw sdk::Failure(std::move(diagnostic));
}

Mailbox::Mailbox() {
    int ends[2];
    if (pipe(ends) != 0)
        throw sdk::Failure(DBWAY_ERR_RESOURCE, std::string("no pipe for the connection's notifications: ") +
                                                   std::strerror(errno));
    for (const int end : ends) {
        fcntl(end, F_SETFL, fcntl(end, F_GETFL) | O_NONBLOCK);
        fcntl(end, F_SETFD, FD_CLOEXEC);
    }
    read_end_ = ends[0];
    write_end_ = ends[1];
}

Mailbox::~Mailbox() {
    close(read_end_);
    close(write_end_);
}

void Mailbox::listen(std::string_view channel) {
    const std::lock_guard lock(mutex_);
    channels_.emplace(channel);
}

void Mailbox::unlisten(std::string_view channel) {
    const std::lock_guard lock(mutex_);
    if (channel.empty())
        channels_.clear();
    else if (const auto found = channels_.find(channel); found != channels_.end())
        channels_.erase(found);
}

void Mailbox::deliver(const sdk::Notification& notification) {
    const std::lock_guard lock(mutex_);
    if (lost_ || !channels_.contains(notification.channel)) return;
    waiting_.push_back(notification);
    signal();
}

std::optional<sdk::Notification> Mailbox::take() {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) return std::nullopt;
    sdk::Notification first = std::move(waiting_.front());
    waiting_.pop_front();
    if (waiting_.empty() && !lost_) clear_signal();
    return first;
}

void Mailbox::lose() {
    {
        const std::lock_guard lock(mutex_);
        lost_ = true;
        signal();
    }
    changed_.notify_all();
}

bool Mailbox::lost() const {
    const std::lock_guard lock(mutex_);
    return lost_;
}

void Mailbox::start() {
    const std::lock_guard lock(mutex_);
    cancelled_ = false;
}

void Mailbox::cancel() noexcept {
    {
        const std::lock_guard lock(mutex_);
        cancelled_ = true;
    }
    changed_.notify_all();
}

void Mailbox::wait(std::chrono::nanoseconds delay, Clock::time_point deadline) {
    const auto now = Clock::now();
    const auto end = delay < Clock::time_point::max() - now
                         ? now + std::chrono::duration_cast<Clock::duration>(delay)
                         : Clock::time_point::max();
    const auto until = std::min(end, deadline);
    const auto interrupted = [this] { return cancelled_ || lost_; };
    std::unique_lock lock(mutex_);
    // The largest time_point overflows inside wait_until() where it is converted to another clock.
    if (until == Clock::time_point::max())
        changed_.wait(lock, interrupted);
    else
        changed_.wait_until(lock, until, interrupted);
    if (lost_) {
        lock.unlock();
        throw_lost(false);
    }
    if (cancelled_) throw sdk::Failure(DBWAY_ERR_CANCELLED, "the request was cancelled", "57014");
    if (Clock::now() >= deadline) throw sdk::Failure(DBWAY_ERR_TIMEOUT, "the time for the request is over");
}

void Mailbox::signal() noexcept {
    // A full pipe is readable as well.
    [[maybe_unused]] const auto written = write(write_end_, "", 1);
}

void Mailbox::clear_signal() noexcept {
    char sink[64];
    while (read(read_end_, sink, sizeof sink) > 0) {
    }
}

}  // namespace dbway::mock
