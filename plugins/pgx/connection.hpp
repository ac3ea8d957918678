// One connection: requests in, events out, and the conversation with the server in between.
//
// Requests become messages as far as the send buffer has room (connection_send.cpp); messages of the server
// become events of the oldest request (connection_receive.cpp); next() (connection_next.cpp) drives both, and
// is the only one that waits. Requests that are conversations of their own (COPY, scripts, RESET) are
// Conversations, which have the connection for themselves while they last.
#pragma once

#include "buffer.hpp"
#include "canceller.hpp"
#include "connector.hpp"
#include "conversation.hpp"
#include "database.hpp"
#include "options.hpp"
#include "receive_buffer.hpp"
#include "receive_pace.hpp"
#include "request.hpp"
#include "row_decoder.hpp"
#include "server_message.hpp"
#include "transport.hpp"

#include <dbway/provider.h>
#include <dbway/sdk/diagnostics.hpp>

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace dbway::pgx {

// [serial], but for cancel().
class Connection {
  public:
    // `args` is complete (R4) and its options are not kept. Blocking mode: throws sdk::Failure unless it is
    // open.
    Connection(Shared& shared, const dbway_open_args& args);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    dbway_status submit(const dbway_request* const* requests, std::size_t count);
    dbway_status next(dbway_event* out);
    void discard() noexcept;
    void wait_info(dbway_wait& out) const noexcept;
    dbway_status cancel(std::uint64_t request_id);
    void info(dbway_conn_info& out) const noexcept;

    const sdk::detail::DiagnosticSink& sink() const noexcept { return sink_; }

  private:
    friend class Conversation;
    using Taken = Conversation::Taken;  // whether a message has made the event complete

    // Opening.
    dbway_status advance_open(dbway_event& event);
    void attach();
    static void on_libpq_notice(void* context, const PGresult* notice);

    // Sending.
    void accept(const dbway_request& host, Clock::time_point now);
    void bind_statement(Request& request);
    void fill();
    bool encode_next();
    bool joins_next(std::size_t index);
    void close_segment(std::size_t last);
    void send_again(Request& request);
    // Sends what the socket takes. False: it takes no more for now.
    bool flush();
    bool send_pending() const noexcept { return sent_ < out_.size(); }

    // Receiving.
    Taken take(const Message& message, dbway_event& event);
    Taken take_rows(Message message, dbway_event& event);
    // The answer to a request that is plain, as far as it is there and as it usually is; what is not, the
    // other functions take up where this one has left off.
    Taken take_plain_answer(Request& request, dbway_event& event);
    Taken take_answer(const Message& message, dbway_event& event);
    void stop_unread(Request& request, std::size_t size);
    void take_columns(Request& request, const Message& message);
    Taken announce(Request& request, dbway_event& event);
    Taken take_completion(Request& request, std::string_view tag, dbway_event& event);
    Taken take_error(const Message& message, dbway_event& event);
    Taken take_ready(const Message& message, dbway_event& event);
    void take_notice(const Message& message);
    void take_parameter(const Message& message);
    void take_described_types(const Message& row);
    Taken take_notification(const Message& message, dbway_event& event);
    Taken misplaced(const Message& message);
    // Whether every type of these shapes (null: none) is known. False: the server was asked.
    bool types_known(std::initializer_list<Shape*> shapes);
    bool types_arrived();
    void add_described_types();

    // Events.
    Taken give_rows(dbway_event& event);
    Taken finish(dbway_event& event);
    Taken fail_head(const sdk::Diagnostic& diagnostic, dbway_event& event);
    std::size_t internal_behind_head() noexcept;
    void end_head();
    void report(const sdk::Diagnostic& diagnostic, std::uint64_t request_id) const noexcept;
    Request* head() noexcept;
    void start_head();

    // next().
    std::optional<dbway_status> step(dbway_event& event);
    Taken step_locally(dbway_event& event);
    std::optional<dbway_status> receive(dbway_event& event);
    // False: the time of the oldest request is over, or a signal came.
    bool wait_to_receive();
    Taken give_up(sdk::Diagnostic& why, dbway_event& event);
    dbway_status lose(sdk::Diagnostic why, dbway_event& event);
    Clock::time_point limit() const noexcept;
    Taken check_time(dbway_event& event);

    Shared& shared_;
    ConnectionOptions options_;
    sdk::detail::DiagnosticSink sink_;
    bool nonblocking_ = false;
    bool read_only_ = false;

    std::unique_ptr<Connector> connector_;  // while it is being opened
    ConnectionHandle handle_;
    Transport transport_;
    Database* database_ = nullptr;
    std::optional<Canceller> canceller_;
    std::string server_version_text_;
    std::string database_name_;
    std::string user_name_;
    std::uint64_t server_version_ = 0;
    std::int64_t session_id_ = -1;

    RequestRing queue_;
    std::size_t n_sent_ = 0;         // of queue_, from its front
    std::size_t host_requests_ = 0;  // in queue_; requests of our own wait for one to go with
    std::unordered_map<std::uint64_t, std::unique_ptr<Statement>> statements_;
    std::uint64_t bound_ = 0;                     // the name of the statement that was executed last…
    Statement* bound_statement_ = nullptr;        // …if it is still there
    std::unique_ptr<Conversation> conversation_;  // of the oldest request

    Buffer out_;
    std::size_t sent_ = 0;             // of out_
    bool segment_open_ = false;        // the last message sent was no Sync, and one must follow
    bool in_transaction_ = false;      // once everything sent has succeeded
    std::uint32_t orphan_syncs_ = 0;   // ReadyForQuery to come that ends no request
    std::uint32_t ignored_syncs_ = 0;  // everything up to so many of them concerns nobody

    ReceiveBuffer in_;
    ReceivePace pace_;
    RowDecoder rows_;
    const Shape* shape_ = nullptr;  // of rows_, and of the result set that is being read
    std::unique_ptr<Shape> own_shape_;
    std::vector<std::unique_ptr<Shape>> old_shapes_;  // the host may still look at them until the final event
    bool decoding_ = false;                           // rows_ is set to shape_
    bool segment_failed_ = false;                     // the server skips everything up to the next Sync
    bool chain_broken_ = false;                       // the next request is to be skipped
    std::uint32_t transaction_state_ = DBWAY_TX_STATE_IDLE;
    std::array<char, 64> tag_{};  // the server's own limit
    std::size_t tag_size_ = 0;
    bool columns_due_ = false;     // COLUMNS of a PREPARE is the next event
    bool final_due_ = false;       // its final event comes after that
    bool awaiting_types_ = false;  // no message is taken until the types it names are known
    bool types_asked_ = false;
    bool types_answered_ = false;
    bool given_ = false;        // the host has the rows of rows_
    bool shapes_done_ = false;  // a request has ended: old_shapes_ can go with the next call
    std::vector<std::vector<std::string>> described_;  // rows of an answer to kind_describe_types
    std::array<dbway_value, 3> note_{};

    Clock::time_point grace_ = Clock::time_point::max();  // a cancelled request must have ended by then
    bool source_waits_ = false;
    bool more_to_send_ = false;
    bool dry_ = false;  // there was nothing to receive, and nothing was sent since
    bool want_write_ = false;
    bool dead_ = false;
    bool send_failed_ = false;
    std::uint64_t last_statement_ = 0;
    std::size_t scanned_ = 0;  // bytes of in_ that types_arrived() has seen
    std::uint32_t scanned_syncs_ = 0;
};

}  // namespace dbway::pgx
