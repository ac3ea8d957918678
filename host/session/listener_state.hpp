// listener_state.hpp - a Listener's connection, its channels and its patience.
#pragma once

#include <dbway/cursor.hpp>
#include <dbway/listener.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::detail {

class Pool;

// Used by one thread at a time.
class ListenerState {
  public:
    ListenerState(std::shared_ptr<Pool> pool, std::string_view channel);
    ListenerState(const ListenerState&) = delete;
    ListenerState& operator=(const ListenerState&) = delete;
    ~ListenerState();

    void add(std::string_view channel);
    void remove(std::string_view channel);
    std::optional<Notification> next(std::chrono::nanoseconds timeout, const std::stop_token& stop);

  private:
    using Clock = std::chrono::steady_clock;

    void connect(Clock::time_point deadline, const std::stop_token& stop);
    // Connects and listens again; false at the deadline or a stop request.
    bool reconnect(Clock::time_point deadline, const std::stop_token& stop);

    std::shared_ptr<Pool> pool_;
    std::vector<std::string> channels_;
    Lease lease_;
    bool gap_ = false;  // the connection was lost, and the application was not told yet
    std::uint32_t attempts_ = 0;
};

Listener make_listener(const std::shared_ptr<Pool>& pool, std::string_view channel);

// How long to wait before attempt number `attempt` (from 0), full jitter by `chance` from 0 to 1.
std::chrono::milliseconds reconnect_pause(std::uint32_t attempt, double chance) noexcept;

}  // namespace dbway::detail
