// COPY … TO STDOUT in the server's own format: one BLOB per line or, in binary, per chunk that the server
// sends.
#pragma once

#include "conversation.hpp"

#include <vector>

namespace dbway::pgx {

// Rows of typed values are a query instead (request_encoder.cpp).
class CopyOut final : public Conversation {
  public:
    CopyOut(Connection& connection, Request& request);

    void start() override;
    Taken take(const Message& message, dbway_event& event) override;

  private:
    Taken give(dbway_event& event);

    dbway_column column_{};
    const dbway_column* columns_[1] = {&column_};
    std::vector<dbway_value> cells_;  // point into the receive buffer
    bool copying_ = false;
};

}  // namespace dbway::pgx
