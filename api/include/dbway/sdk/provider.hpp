// provider.hpp - the classes that the author of a blocking provider implements. The SDK owns the rest:
// request queue, event order, chains, batching, argument checks, the catch-all and the entry symbol (see
// entry.hpp).
//
// All calls on one connection, its statements and its copies come from one thread at a time ([serial]),
// except Connection::cancel(), which may come from any. Errors are thrown as Failure; any other exception
// becomes DBWAY_ERR_INTERNAL, std::bad_alloc DBWAY_ERR_NOMEM.
#pragma once

#include <dbway/provider.h>
#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/lexer.hpp>
#include <dbway/sdk/row_batch.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::sdk {

// One column or parameter as an author describes it.
struct Column {
    std::string name;
    std::uint32_t type = DBWAY_T_TEXT;
    std::uint32_t item_type = DBWAY_T_NULL;
    std::uint64_t native_type = 0;
    std::int32_t precision = -1;
    std::int32_t scale = -1;
    std::uint32_t flags = 0;  // DBWAY_COL_*
    std::string native_name;
    std::string schema_name;
    std::string table_name;
};

// What a finished request tells beside its rows.
struct Outcome {
    std::int64_t affected = -1;           // rows changed; -1 unknown
    std::optional<std::int64_t> last_id;  // generated key of the last insert
    std::string_view tag;                 // lives until the next call on the connection
};

// The one request that is running. Valid during the call it is passed to.
class Request {
  public:
    using Clock = std::chrono::steady_clock;
    std::uint64_t id = 0;
    std::uint32_t flags = 0;                                // DBWAY_RF_*
    Clock::time_point deadline = Clock::time_point::max();  // max(): none
    bool has_deadline() const noexcept { return deadline != Clock::time_point::max(); }
};

// A prepared statement, or one made for a single execution. Executed any number of times, one at a time.
class Statement {
  public:
    virtual ~Statement() = default;

    // The result columns; empty for a statement that yields no rows. May change with execute() (a schema
    // change): version() must then change too, before execute() returns. If there are parameters(), the SDK
    // refuses an execution with another number of values.
    virtual const std::vector<Column>& columns() const = 0;
    virtual const std::vector<Column>& parameters() const = 0;
    virtual std::uint64_t version() const { return 0; }

    // Starts one execution. `values` are borrowed until finish(). If it throws, finish(false) follows.
    virtual void execute(std::span<const dbway_value> values, const Request& request) = 0;

    // Adds rows until `batch.full()` or the end. True: there may be more rows. Called only for a statement
    // with columns, until it returns false, throws, or the host discards the rest. What cells point to must
    // be in batch.arena() or outlive finish() and the next execute(): the host reads the rows after those.
    // Rows may be there already, of the set of parameters before.
    virtual bool fetch(RowBatch& batch) = 0;

    // Ends the execution, after the last fetch(), after a failure (`ok` false: must not throw), or when the
    // host has discarded the rest. Leaves the statement ready for execute().
    virtual void finish(bool ok, Outcome& outcome) = 0;
};

// What a COPY_IN request asks for.
struct CopyTarget {
    std::string_view table;                 // may be schema-qualified; or a whole statement if `is_sql`
    std::vector<std::string_view> columns;  // empty: all, in the table's order
    std::uint32_t column_count = 0;         // cells per row
    bool is_sql = false;
    bool raw = false;  // one BLOB per row, in the server's own format
};

// One running COPY_IN. The SDK pulls rows from the host and hands them over. finish() makes them permanent,
// or as permanent as the transaction around it; destruction without finish() must leave nothing behind.
class CopyIn {
  public:
    virtual ~CopyIn() = default;
    virtual void write(const dbway_value* cells, std::uint32_t rows) = 0;
    virtual void finish(Outcome& outcome) = 0;
};

struct Notification {
    std::string channel;
    std::string payload;
    std::int64_t sender = 0;
};

// What info() answers.
struct ConnectionInfo {
    std::uint64_t capabilities = 0;    // DBWAY_CAP_*, what this server really offers
    std::uint64_t server_version = 0;  // major * 1000000 + minor * 1000 + patch
    std::int64_t session_id = -1;
    std::string product;
    std::string version;
    std::string database;
    std::string user;
};

// A connection. What a subclass does not override is answered with DBWAY_ERR_UNSUPPORTED.
class Connection {
  public:
    virtual ~Connection() = default;

    virtual std::unique_ptr<Statement> prepare(std::string_view sql,
                                               std::span<const dbway_value> parameter_types) = 0;
    // A statement that is executed once and forgotten (QUERY, SCRIPT), for clients that would prepare it in
    // vain. The default prepares it.
    virtual std::unique_ptr<Statement> query(std::string_view sql,
                                             std::span<const dbway_value> parameter_types) {
        return prepare(sql, parameter_types);
    }
    virtual const ConnectionInfo& info() const = 0;
    virtual std::uint32_t transaction_state() const { return DBWAY_TX_STATE_IDLE; }
    // True once the connection can never be used again; asked after each failure.
    virtual bool dead() const noexcept { return false; }

    virtual void begin(std::uint32_t flags, const Request&);  // DBWAY_TX_*
    virtual void commit(const Request&);
    virtual void rollback(const Request&);
    virtual void savepoint(std::string_view name, const Request&);
    virtual void release(std::string_view name, const Request&);
    virtual void rollback_to(std::string_view name, const Request&);

    // Whose rules of quoting and comments the SDK's scanner follows.
    virtual Dialect dialect() const { return Dialect::generic; }
    // The next statement of a script: how many bytes of `sql` it takes, 0 at the end. The SDK runs each by
    // prepare(), without its closing semicolon. The default uses the scanner of `dialect()`.
    virtual std::size_t next_statement(std::string_view sql);

    // The SDK executes what copy_out() and schema() return, once, without values.
    virtual std::unique_ptr<CopyIn> copy_in(const CopyTarget&, const Request&);
    virtual std::unique_ptr<Statement> copy_out(const CopyTarget&, const Request&);
    virtual std::unique_ptr<Statement> schema(std::uint32_t kind, std::string_view schema_filter,
                                              std::string_view table_filter);

    virtual void listen(std::string_view channel, const Request&);
    virtual void unlisten(std::string_view channel, const Request&);
    // One notification that has arrived, without waiting.
    virtual std::optional<Notification> poll_notification() { return std::nullopt; }
    // A descriptor that becomes readable when a notification may have arrived; -1: none.
    virtual std::int64_t notification_descriptor() const { return -1; }

    virtual void ping(const Request&) {}
    virtual void reset(const Request&);

    // [any] Makes the running call end soon, with a Failure of DBWAY_ERR_CANCELLED. The SDK calls it only
    // while a request runs, which cannot end meanwhile; what it leaves behind, the next request must clear.
    // Between two batches of rows the SDK stops a cancelled request by itself. True: the driver was told;
    // false: it cannot be.
    virtual bool cancel() noexcept { return false; }

    virtual const void* extension(std::string_view id) {
        (void)id;
        return nullptr;
    }
};

// The options of one open(), in the order given. Values are borrowed for the call.
class Options {
  public:
    Options(const dbway_option* options, std::size_t count) : options_(options, count) {}
    std::span<const dbway_option> all() const noexcept { return options_; }
    std::optional<std::string_view> find(std::string_view key) const noexcept;

  private:
    std::span<const dbway_option> options_;
};

// How a connection speaks outside its calls: notices and log lines. Valid as long as the connection.
class Reporter {
  public:
    virtual ~Reporter() = default;
    // [serial] A notice of the running request (severity DBWAY_LOG_WARN … DBWAY_LOG_DEBUG).
    virtual void notice(const Diagnostic&) noexcept = 0;
    // [any] A line for the host's log.
    virtual void log(std::int32_t severity, std::string_view message) noexcept = 0;
};

struct OpenRequest {
    Options options;
    bool read_only = false;
    Request::Clock::time_point deadline = Request::Clock::time_point::max();
    Reporter* reporter = nullptr;
};

// A provider: made by create(), shared by its connections. open() may be called from several threads at once.
class Provider {
  public:
    virtual ~Provider() = default;
    virtual std::uint64_t capabilities() const = 0;  // DBWAY_CAP_*, the upper bound
    virtual std::unique_ptr<Connection> open(const OpenRequest&) = 0;
    // [any] A table named by `id`, alive as long as the provider; null: none.
    virtual const void* extension(std::string_view id) {
        (void)id;
        return nullptr;
    }
};

}  // namespace dbway::sdk

#include <dbway/sdk/provider_defaults.hpp>
