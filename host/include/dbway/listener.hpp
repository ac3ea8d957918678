// listener.hpp - notifications from the server.
#pragma once

#include <dbway/export.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace dbway {

struct Notification {
    std::string channel;
    std::string payload;
    std::int64_t sender = 0;  // the server's number for the session that sent it
    // The connection was lost and found again: notifications sent meanwhile are lost. Such an entry has no
    // channel and no payload; the application should look for itself what has changed.
    bool gap = false;
};

namespace detail {
class ListenerState;
struct ListenerStateDeleter {
    DBWAY_API void operator()(ListenerState* state) const noexcept;
};
}  // namespace detail

// Listens on a connection of its own, and connects and listens again by itself, with backoff, when it is
// lost. One thread at a time.
class DBWAY_API Listener {
  public:
    explicit Listener(std::unique_ptr<detail::ListenerState, detail::ListenerStateDeleter> state) noexcept;
    Listener(Listener&&) noexcept;
    Listener& operator=(Listener&&) noexcept;
    ~Listener();

    // Another channel on the same connection.
    void add(std::string_view channel);
    void remove(std::string_view channel);
    // The next notification; nothing after `timeout`, or once stop is requested.
    std::optional<Notification> next(std::chrono::nanoseconds timeout, const std::stop_token& stop = {});

  private:
    std::unique_ptr<detail::ListenerState, detail::ListenerStateDeleter> state_;
};

}  // namespace dbway
