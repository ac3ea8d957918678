// Requests that are more than messages in a pipeline: while one runs, nothing else is sent.
#pragma once

#include "message.hpp"

#include <dbway/provider.h>
#include <dbway/sdk/failure.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace dbway::pgx {

class Buffer;
class Connection;
class Shape;
class TypeCatalog;
struct Request;

// [serial]. Started when everything before it has ended.
class Conversation {
  public:
    enum class Taken : std::uint8_t { nothing, event };  // as Connection's

    // For a request that is not pipelined().
    static std::unique_ptr<Conversation> make(Connection& connection, Request& request);

    virtual ~Conversation() = default;
    Conversation(const Conversation&) = delete;
    Conversation& operator=(const Conversation&) = delete;

    // Appends the first messages. May throw sdk::Failure; then nothing was appended.
    virtual void start() = 0;
    // A message of the server but errors, notices and ReadyForQuery.
    virtual Taken take(const Message& message, dbway_event& event);
    // The server waits for the next command: appends it, or ends the request by finish().
    virtual Taken ready(dbway_event& event) { return finish(event); }
    // Whether DataRow messages are rows for the host.
    virtual bool has_rows() const noexcept { return false; }
    // An error of the server that ready() will make good.
    virtual bool recover(const sdk::Diagnostic&) { return false; }
    // Adds to an error of the server what it cannot know.
    virtual void explain(sdk::Diagnostic&) {}
    // Appends what can be sent now. DBWAY_OK: there may be more; DBWAY_AGAIN: the host's row source has
    // nothing yet; DBWAY_END: it is the server's turn.
    virtual dbway_status produce() { return DBWAY_END; }

  protected:
    Conversation(Connection& connection, Request& request) : connection_(connection), request_(request) {}

    // The connection's parts that a conversation works with.
    Buffer& out() noexcept;
    const TypeCatalog& types() const noexcept;
    std::uint32_t transaction_state() const noexcept;
    bool read_only() const noexcept;
    void forget_statements() noexcept;
    Taken finish(dbway_event& event);
    // The request has failed for a reason of this side.
    void fail(const sdk::Diagnostic& why);
    // Whether every type of the shape is known; if not, ready() comes once the server has described them.
    bool types_known(Shape& shape);
    void begin_result_set();
    Taken end_result_set(dbway_event& event);
    const Shape* result_columns() const noexcept;
    // The next message if it is here and CopyData; takes it.
    bool next_copy_data(Message& message);

    Connection& connection_;
    Request& request_;
};

}  // namespace dbway::pgx
