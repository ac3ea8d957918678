// mailbox.hpp - what reaches a connection from outside of its calls: notifications, a cancel, the loss of the
// connection; and the waiting for them.
#pragma once

#include <dbway/sdk/provider.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace dbway::mock {

// Thread-safe. The descriptor is readable while there is something to take, or the connection is lost.
class Mailbox {
  public:
    using Clock = sdk::Request::Clock;

    // Throws Failure (DBWAY_ERR_RESOURCE) when no descriptors are left.
    Mailbox();
    ~Mailbox();
    Mailbox(const Mailbox&) = delete;
    Mailbox& operator=(const Mailbox&) = delete;

    std::int64_t descriptor() const noexcept { return read_end_; }

    void listen(std::string_view channel);
    void unlisten(std::string_view channel);  // empty: all
    // Kept if the connection listens to its channel.
    void deliver(const sdk::Notification& notification);
    std::optional<sdk::Notification> take();

    void lose();
    bool lost() const;

    // A request starts: a cancel that came too late for the one before is forgotten.
    void start();
    void cancel() noexcept;
    // Waits for `delay`, or for ever if it is max(). Throws Failure on a cancel, at the deadline, and when
    // the connection is lost meanwhile.
    void wait(std::chrono::nanoseconds delay, Clock::time_point deadline);

  private:
    void signal() noexcept;
    void clear_signal() noexcept;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::set<std::string, std::less<>> channels_;
    std::deque<sdk::Notification> waiting_;
    bool cancelled_ = false;
    bool lost_ = false;
    int read_end_ = -1;
    int write_end_ = -1;
};

// The Failure of a request whose connection is gone. `before`: the server has not seen the request.
[[noreturn]] void throw_lost(bool before);

}  // namespace dbway::mock
