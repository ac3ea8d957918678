// RESET: the session as new.
#pragma once

#include "conversation.hpp"

namespace dbway::pgx {

// Ends a transaction, then DISCARD ALL, which the server does not run in one.
class Reset final : public Conversation {
  public:
    Reset(Connection& connection, Request& request) : Conversation(connection, request) {}

    void start() override;
    Taken ready(dbway_event& event) override;

  private:
    enum class Step : std::uint8_t { roll_back, discard, set_up, done };
    void send_next();

    Step next_ = Step::roll_back;
};

}  // namespace dbway::pgx
