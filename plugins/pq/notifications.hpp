// notifications.hpp - LISTEN and what arrives on the channels.
#pragma once

#include "session.hpp"

#include <dbway/sdk/provider.hpp>

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace dbway::pq {

// [serial] with its session, which outlives it.
class Notifications {
  public:
    explicit Notifications(Session& session) : session_(session) {}

    void listen(std::string_view channel);
    void unlisten(std::string_view channel);  // empty: all
    // The session listens no more, by other means than unlisten().
    void forget();

    bool listening() const noexcept { return !receivers_.empty(); }
    // One that has arrived, without waiting. Throws Failure if the connection is lost.
    std::optional<sdk::Notification> poll();

  private:
    class Receiver final : public pqxx::notification_receiver {
      public:
        Receiver(pqxx::connection_base& connection, const std::string& channel,
                 std::deque<sdk::Notification>& arrived)
            : pqxx::notification_receiver(connection, channel), arrived_(arrived) {}
        void operator()(const std::string& payload, int backend) override {
            arrived_.push_back({channel(), payload, backend});
        }

      private:
        std::deque<sdk::Notification>& arrived_;
    };

    Session& session_;
    std::deque<sdk::Notification> arrived_;
    std::map<std::string, std::unique_ptr<Receiver>, std::less<>> receivers_;
};

}  // namespace dbway::pq
