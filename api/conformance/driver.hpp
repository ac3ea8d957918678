#ifndef DBWAY_CONFORMANCE_DRIVER_HPP
#define DBWAY_CONFORMANCE_DRIVER_HPP

#include <dbway/provider.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "conformance/observer.hpp"
#include "conformance/owned_value.hpp"
#include "conformance/suite.hpp"

namespace dbway::conformance {

// The owning form of a dbway_diag.
struct Diag {
    dbway_status status = DBWAY_OK;
    std::int32_t severity = 0;
    std::uint32_t flags = 0;
    std::uint64_t request_id = 0;
    std::int64_t native_code = 0;
    std::string sqlstate, message;
};

struct ColumnInfo {
    std::string name, native_name;
    std::uint32_t type = 0;
    std::uint32_t item_type = 0;
    std::uint32_t flags = 0;
    friend bool operator==(const ColumnInfo&, const ColumnInfo&) = default;
};

// One request as a check writes it.
struct Request {
    std::uint32_t kind = DBWAY_R_QUERY;
    std::string sql{};
    std::vector<OwnedRow> params{};  // one row; several: n_sets
    std::uint64_t stmt = 0;
    std::uint32_t flags = 0;
    std::uint32_t arg = 0;
    std::uint32_t batch_rows = 0;
    std::uint64_t timeout_ns = 0;
    std::vector<std::string> names{};
    const dbway_row_source* source = nullptr;
};

// One event, copied.
struct Event {
    std::uint32_t kind = 0;
    std::uint64_t request_id = 0;
    dbway_status status = DBWAY_OK;
    std::uint32_t tx_state = 0;
    std::int64_t affected = 0;
    std::uint32_t flags = 0;
    std::uint32_t n_columns = 0;
    std::vector<OwnedRow> rows;
    std::vector<ColumnInfo> columns, params;
    std::string tag;
    OwnedValue last_id;

    bool is_final() const {
        return kind == DBWAY_E_DONE || kind == DBWAY_E_FAILED || kind == DBWAY_E_SKIPPED ||
               (kind == DBWAY_E_ROWS && (flags & DBWAY_EF_FINAL) != 0);
    }
};

struct ResultSet {
    std::vector<ColumnInfo> columns;
    std::vector<OwnedRow> rows;
    std::vector<std::size_t> batches;  // rows in each ROWS event
};

// All that came back for one request.
struct Outcome {
    std::uint64_t id = 0;
    std::uint32_t final_kind = 0;  // DBWAY_E_DONE also for ROWS with EF_FINAL; 0: no final event came
    dbway_status status = DBWAY_OK;
    std::uint32_t tx_state = 0;
    std::int64_t affected = 0;
    std::string tag{};
    bool announced = false;                       // COLUMNS or EF_SET
    std::vector<ColumnInfo> columns{}, params{};  // as last announced
    std::vector<ResultSet> sets{};
    std::vector<Diag> diags{};

    bool done() const { return final_kind == DBWAY_E_DONE; }
    bool failed() const { return final_kind == DBWAY_E_FAILED; }
    bool skipped() const { return final_kind == DBWAY_E_SKIPPED; }
    std::vector<OwnedRow> rows() const;  // of all sets
    std::string message() const;         // of the first error reported
    std::string describe() const;        // "FAILED with SYNTAX: no such table"
};

std::string status_label(dbway_status status);
std::string kind_label(std::uint32_t request_kind);
std::string event_label(std::uint32_t event_kind);
std::string tx_label(std::uint32_t tx_state);

// What all objects of a run share. Immutable but for the observer and the note of the last call.
struct Environment {
    const dbway_entry* entry = nullptr;
    Options source_options;
    Settings settings;
    Observer observer;

    void note_call(std::string call);
    std::string last_call() const;

  private:
    mutable std::mutex mutex_;
    std::string last_call_;
};

// Receives reports. Thread-safe, for a provider that breaks R2 must not crash the run.
class Sink {
  public:
    explicit Sink(Environment& environment) : environment_(environment) {}
    dbway_diag_sink abi();
    std::vector<Diag> take();
    std::vector<Diag> all() const;

    // While alive, this thread may be called back.
    class Call {
      public:
        Call(Sink& sink, const char* name) : sink_(sink) { sink_.enter(name); }
        ~Call() { sink_.leave(); }
        Call(const Call&) = delete;
        Call& operator=(const Call&) = delete;

      private:
        Sink& sink_;
    };
    void check_thread(const char* callback);

  private:
    static void DBWAY_CALL receive(void* self, const dbway_diag* diag) noexcept;
    void enter(const char* name);
    void leave();

    Environment& environment_;
    mutable std::mutex mutex_;
    std::vector<Diag> diags_;
    std::thread::id caller_;
};

// The host that providers see: a steady clock, no extensions, a log that is dropped.
const dbway_host& test_host();

// One instance of the provider. Its functions follow the [any]/[serial] tags of provider.h.
class Provider {
  public:
    // Throws CheckFailed when create() fails.
    explicit Provider(Environment& environment);
    ~Provider();
    Provider(const Provider&) = delete;
    Provider& operator=(const Provider&) = delete;

    dbway_provider* raw() const { return raw_; }
    Environment& environment() const { return environment_; }
    std::uint64_t caps() const { return raw_->caps; }
    template <typename Extension>
    const Extension* extension(const char* id) const {
        if (!DBWAY_HAS(dbway_provider, raw_, get_extension)) return nullptr;
        return static_cast<const Extension*>(raw_->get_extension(raw_, id));
    }

  private:
    Environment& environment_;
    dbway_provider* raw_ = nullptr;
};

// One connection. Serial; cancel() from any thread. Every event and report is inspected on the way.
class Connection {
  public:
    // Throws CheckFailed when the connection does not open.
    Connection(Provider& provider, std::uint32_t flags = 0);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // Submits, then collects until next() answers END. Throws CheckFailed when submit() refuses.
    std::vector<Outcome> run(const std::vector<Request>& requests);
    Outcome run(Request request);
    Outcome query(std::string sql, OwnedRow params = {});

    // The pieces of run(). `ids` gets the ids given to the requests.
    dbway_status submit(const std::vector<Request>& requests, std::vector<std::uint64_t>* ids = nullptr);
    // Requests made by hand; their memory is the caller's to keep until the final event.
    dbway_status submit_raw(const dbway_request* const* requests, std::size_t count);
    // DBWAY_OK with an event, DBWAY_END, a negative status, or DBWAY_AGAIN when there is nothing to wait for.
    // Waits by poll() in non-blocking mode.
    dbway_status next(Event& event);
    // next() into memory of the caller's, uninspected but for order.
    dbway_status next_raw(dbway_event* event);
    // Events until the final one of the queue; outcomes in order of the requests.
    std::vector<Outcome> collect();
    // Adds an event to the outcome of its request.
    static void gather(const Event& event, Outcome& outcome);
    dbway_status discard();
    dbway_status cancel(std::uint64_t id);
    dbway_conn_info info();
    dbway_wait wait_info();
    std::uint64_t caps();
    void close();

    std::uint64_t next_id() const { return next_id_; }
    Sink& sink() { return *sink_; }
    dbway_conn* raw() const { return raw_; }
    const dbway_conn_api& api() const { return *provider_.raw()->conn; }
    Environment& environment() const { return environment_; }
    std::vector<Event> take_notifications();

  private:
    struct Encoded;
    struct Expected;

    void register_request(const dbway_request& request);
    void observe(const dbway_event& event);
    void observe_rows(const dbway_event& event, Expected& expected);
    void observe_final(const dbway_event& event, Expected& expected);
    void observe_columns_live(Expected& expected);
    void remember_columns(const dbway_event& event, Expected& expected);
    bool reported_failure(std::uint64_t id);
    void retire(std::uint64_t id);
    void breach(const char* invariant, const dbway_event& event, const std::string& message);

    Provider& provider_;
    Environment& environment_;
    std::unique_ptr<Sink> sink_;
    dbway_conn* raw_ = nullptr;
    std::uint64_t next_id_ = 1;
    std::deque<std::unique_ptr<Encoded>> encoded_;
    std::deque<Expected> expected_;
    std::vector<std::uint64_t> ended_;
    bool chain_broken_ = false;
    std::map<std::uint64_t, std::uint32_t> prepared_columns_;
    std::vector<Diag> diags_;
    std::vector<Event> notifications_;
};

Event copy_event(const dbway_event& event);

}  // namespace dbway::conformance

#endif
