#ifndef DBWAY_TESTS_SUPPORT_SCRIPTED_PROVIDER_HPP
#define DBWAY_TESTS_SUPPORT_SCRIPTED_PROVIDER_HPP

#include <dbway/provider.h>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conformance/owned_value.hpp"

namespace dbway::test {

using conformance::OwnedRow;
using conformance::OwnedValue;

// The owning form of a dbway_diag.
struct Diagnostic {
    std::int32_t status = DBWAY_ERR_DATABASE;
    std::string message = "scripted failure";
    std::uint32_t flags = 0;
    std::string sqlstate{};
    std::int64_t native_code = 0;
    std::uint32_t position = 0;
    std::int32_t severity = DBWAY_LOG_ERROR;
    std::string detail{}, hint{}, context{}, schema_name{}, table_name{}, column_name{}, constraint_name{};
};

// The owning form of a dbway_column.
struct Column {
    std::string name{};
    std::uint32_t type = DBWAY_T_TEXT;
    std::uint32_t flags = 0;
    std::uint32_t item_type = 0;
    std::int32_t precision = -1;
    std::int32_t scale = -1;
    std::string native_name{};
    std::uint64_t native_type = 0;
    std::string schema_name{}, table_name{};
};

namespace detail {
struct ScriptState;
struct Hooks;
}  // namespace detail

// Something a script waits for and the test opens. A copy is the same gate. Thread-safe.
class Gate {
  public:
    Gate();
    void open() const;
    bool is_open() const;
    // Blocks until a request waits at the gate; false after ten seconds.
    bool await_arrival() const;

  private:
    friend class ScriptedProvider;
    friend struct detail::Hooks;
    struct State;
    std::shared_ptr<State> state_;
};

// What a request is answered with: a list of steps, each of which next() takes in turn. The last step should
// end the request. Built by chaining; a value afterwards.
class Answer {
  public:
    enum class Misbehaviour {
        wrong_request_id,       // DONE for a request that was never submitted
        unknown_event,          // an event kind of a later minor
        unknown_value_type,     // ROWS with a cell of type 200
        rows_before_columns,    // ROWS of a result set that nothing announced
        event_after_end,        // a second DONE for the same request
        changing_column_count,  // a second ROWS that is one column wider
        failed_without_report,  // FAILED, the sink heard nothing
        unknown_status,         // FAILED with status -99
    };

    static Answer ok(std::int64_t affected = 0) { return Answer().done(affected); }
    static Answer error(Diagnostic diagnostic) { return Answer().failed(std::move(diagnostic)); }
    // A whole result, sliced by the request's batch_rows; its first ROWS carries EF_SET (unless the request
    // has RF_COLUMNS_KNOWN), its last EF_FINAL.
    static Answer table(std::vector<Column> columns, std::vector<OwnedRow> rows) {
        return Answer().result(std::move(columns), std::move(rows), true);
    }

    Answer& columns(std::vector<Column> columns);
    Answer& rows(std::vector<OwnedRow> rows);
    // As table(), as one result of several; `final` makes its last ROWS end the request.
    Answer& result(std::vector<Column> columns, std::vector<OwnedRow> rows, bool final = false);
    Answer& done(std::int64_t affected = 0, std::string tag = {}, std::optional<OwnedValue> last_id = {});
    Answer& failed(Diagnostic diagnostic);
    Answer& notice(Diagnostic diagnostic);
    // Waits for the gate: blocks next(), or answers AGAIN with a descriptor that becomes readable
    // (non-blocking). Ends FAILED when cancelled, and at the request's timeout if the provider has
    // CAP_TIMEOUT.
    Answer& wait(Gate gate);
    // next() answers AGAIN this many times, at once; wait_info() has timeout_ns 1.
    Answer& again(int times);
    // The connection dies here: next() answers DBWAY_ERR_CONNECTION from now on.
    Answer& die(std::optional<Diagnostic> diagnostic = Diagnostic{
                    DBWAY_ERR_CONNECTION, "the server closed the connection", DBWAY_DIAG_CONN_DEAD, "08006"});
    // Any event. `fill` gets a zeroed event with kind 0 and the request's id; memory it points to is the
    // test's to keep.
    Answer& event(std::function<void(dbway_event&)> fill);
    Answer& misbehave(Misbehaviour what);
    // The state of the transaction that the final event and info() tell from here on.
    Answer& tx_state(std::uint32_t state);
    // For COPY_IN: the server fails once it has this many rows.
    Answer& copy_fails_after(std::size_t rows, Diagnostic diagnostic);

    struct Step;  // defined where scripts are played

  private:
    friend struct detail::Hooks;
    Answer& add(Step step);
    std::vector<std::shared_ptr<const Step>> steps_;
};

// One request as the provider saw it.
struct SeenRequest {
    std::uint64_t connection = 0;  // 1 for the first one opened
    std::uint32_t kind = 0;
    std::uint64_t id = 0;
    std::uint64_t stmt = 0;
    std::uint64_t timeout_ns = 0;
    std::uint32_t flags = 0;
    std::uint32_t arg = 0;
    std::uint32_t batch_rows = 0;
    std::string sql;  // EXECUTE, UNPREPARE: the text that PREPARE gave
    std::vector<OwnedRow> params;
    std::vector<std::string> names;
    std::vector<OwnedRow> copied;  // COPY_IN: the rows pulled so far
    std::size_t submit = 0;        // which call of submit() on that connection
    bool finished = false;         // its final event was handed out
};

struct SeenOpen {
    std::uint64_t connection = 0;  // 0: open failed
    std::uint32_t flags = 0;
    std::uint64_t timeout_ns = 0;
    std::vector<std::pair<std::string, std::string>> options;
};

struct SeenCancel {
    std::uint64_t connection = 0;
    std::uint64_t request_id = 0;
};

// A provider on the raw ABI without a database behind it: what it answers is a script, and it records what it
// was asked. Thread-safe. Every request kind works without a script except QUERY, SCRIPT, COPY_OUT and
// SCHEMA, which fail with SYNTAX "no answer scripted". The object must outlive its use by a host; at most 64
// live at once.
class ScriptedProvider {
  public:
    explicit ScriptedProvider(std::string id = "scripted");
    ~ScriptedProvider();
    ScriptedProvider(const ScriptedProvider&) = delete;
    ScriptedProvider& operator=(const ScriptedProvider&) = delete;

    const dbway_entry* entry() const;

    // Capabilities of the provider and of its connections; all but RETURNING, TX_DDL, TLS and BINARY at
    // first.
    void set_caps(std::uint64_t caps);
    void set_connection_caps(std::uint64_t caps);
    // The option keys that open() and create() know ("url", "database" at first); others are refused.
    void set_options(std::vector<std::string> source, std::vector<std::string> provider = {});
    // A failing statement inside a transaction leaves it FAILED, as PostgreSQL does. Off at first.
    void set_fail_transaction_on_error(bool on);
    // wait_info() says that there is nothing to wait for while the oldest request has one of these texts.
    void set_at_hand(std::vector<std::string> texts);
    // get_extension(id) of the provider answers this; it must outlive the script.
    void set_extension(std::string id, const void* extension);

    // Answers for a statement text, whatever kind carries it (QUERY, EXECUTE of a statement PREPAREd with it,
    // COPY_IN of a table, SCRIPT, LISTEN). The k-th such request gets the k-th answer, later ones the last.
    // The rule added last wins.
    void on(std::string sql, std::vector<Answer> answers);
    void on(std::string sql, Answer answer) { on(std::move(sql), std::vector<Answer>{std::move(answer)}); }
    void on_kind(std::uint32_t kind, std::vector<Answer> answers);
    void on_kind(std::uint32_t kind, Answer answer) { on_kind(kind, std::vector<Answer>{std::move(answer)}); }
    void on_match(std::function<bool(const SeenRequest&)> matches, std::vector<Answer> answers);
    // PREPARE of this text announces these columns and parameters. Without it, PREPARE announces the columns
    // of the first table() among the answers for the text.
    void on_prepare(std::string sql, std::vector<Column> columns, std::vector<Column> params = {});

    // The next `times` calls of open() (or the READY of a non-blocking one) fail.
    void fail_open(Diagnostic diagnostic, int times = 1);
    // create() fails this many times.
    void fail_create(Diagnostic diagnostic, int times = 1);
    // open() waits here; it ends with TIMEOUT at its timeout.
    void hold_open(Gate gate);
    // A NOTIFY on every connection that listens to the channel.
    void notify(std::string channel, std::string payload, std::int64_t sender = 42);
    // All open connections (or one of them) are dead: their descriptor becomes readable, next() tells.
    void kill_connections();
    void kill_connection(std::uint64_t connection);

    std::vector<SeenRequest> requests() const;
    std::vector<SeenRequest> requests(std::uint32_t kind) const;
    std::vector<SeenRequest> requests(std::string_view sql) const;
    std::vector<SeenOpen> opens() const;
    std::vector<SeenCancel> cancels() const;
    std::size_t closes() const;
    std::size_t discards() const;
    std::size_t creates() const;
    std::size_t destroys() const;
    std::size_t open_connections() const;
    // Two threads inside one connection at once, destroy() with open connections: each as one sentence.
    std::vector<std::string> misuses() const;
    void forget_seen();

    // Blocks until `ready` holds over the script's records, ten seconds at most.
    bool await(const std::function<bool(const ScriptedProvider&)>& ready) const;

  private:
    std::shared_ptr<detail::ScriptState> state_;
    std::size_t slot_ = 0;
};

}  // namespace dbway::test

#endif
