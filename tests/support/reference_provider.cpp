#include "support/reference_provider.hpp"

#include <dbway/ext/conformance.h>
#include <dbway/ext/dialect.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <set>
#include <thread>
#include <utility>

#include "support/reference_database.hpp"

namespace dbway::test {
namespace {

using conformance::CellBuffer;
using conformance::to_str;
using conformance::to_string;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

class Session;

// Tables shared by sessions. One session at a time holds uncommitted changes; the others see `committed`.
struct Database {
    std::mutex mutex;
    Tables tables;
    Tables committed;
    Session* writer = nullptr;
    std::set<Session*> sessions;
};

struct Instance {
    dbway_provider base{};
    Fault fault{};
    std::mutex mutex;
    std::map<std::string, std::unique_ptr<Database>> databases;
    int references = 1;  // more than one only with Fault::shares_instances

    Database& database(const std::string& name) {
        const std::lock_guard lock(mutex);
        auto& found = databases[name];
        if (!found) found = std::make_unique<Database>();
        return *found;
    }
};

struct Complaint {
    dbway_status status;
    std::string message;
    const char* sqlstate = "";
    std::uint32_t flags = 0;
};

void report(const dbway_diag_sink& sink, const Complaint& complaint, std::uint64_t request_id) {
    if (sink.report == nullptr) return;
    dbway_diag diag{};
    diag.struct_size = sizeof diag;
    diag.status = complaint.status;
    diag.severity = DBWAY_LOG_ERROR;
    diag.flags = complaint.flags;
    diag.request_id = request_id;
    std::memcpy(diag.sqlstate, complaint.sqlstate, std::min<std::size_t>(std::strlen(complaint.sqlstate), 5));
    diag.message = to_str(complaint.message);
    sink.report(sink.ctx, &diag);
}

// The columns of one result set in the form of the ABI.
struct Columns {
    explicit Columns(std::vector<TableColumn> from) : owned(std::move(from)) {
        for (const auto& column : owned) {
            dbway_column abi{};
            abi.struct_size = sizeof abi;
            abi.flags =
                (column.not_null ? DBWAY_COL_NOT_NULL : 0u) | (column.primary ? DBWAY_COL_PRIMARY : 0u);
            abi.type = column.type;
            abi.item_type = column.item_type;
            abi.precision = column.precision;
            abi.scale = column.scale;
            abi.name = to_str(column.name);
            columns.push_back(abi);
        }
        for (const auto& column : columns) pointers.push_back(&column);
    }
    Columns(const Columns&) = delete;
    Columns& operator=(const Columns&) = delete;

    std::vector<TableColumn> owned;
    std::vector<dbway_column> columns;
    std::vector<const dbway_column*> pointers;
};

struct Prepared {
    std::string sql;
    Statement statement;
    std::vector<std::pair<std::string, std::uint32_t>> described;  // what the host knows
    std::unique_ptr<Columns> columns, params;
    std::vector<OwnedRow> first_batch;  // of Fault::repeats_first_batch
    bool executed = false;
};

std::vector<std::pair<std::string, std::uint32_t>> shape(const std::vector<TableColumn>& columns) {
    std::vector<std::pair<std::string, std::uint32_t>> names;
    for (const auto& column : columns) names.emplace_back(column.name, column.type);
    return names;
}

// A queued request. Its text and values stay the host's.
struct Job {
    dbway_request request{};
    Clock::time_point submitted = Clock::now();
    bool started = false;
    bool discarded = false;
    bool announced = false;
    bool paused = false;  // non-blocking: AGAIN was answered once before it ran
    std::deque<Cursor> results;
    std::unique_ptr<Columns> columns;                       // of the current result set
    std::vector<std::unique_ptr<Columns>> earlier_columns;  // live until the final event, too
    std::size_t copied = 0;
    std::optional<std::pair<Tables, bool>> before_copy;  // to undo it; whether it took the write lock
    std::int64_t affected = 0;
    bool forget_rows = false;  // of Fault::discard_hits_next
    Prepared* prepared = nullptr;
};

constexpr std::uint32_t known_request_flags =
    DBWAY_RF_CHAIN | DBWAY_RF_NO_ROWS | DBWAY_RF_RAW | DBWAY_RF_SQL | DBWAY_RF_COLUMNS_KNOWN;
constexpr std::uint32_t known_tx_bits =
    15u | DBWAY_TX_READ_ONLY | DBWAY_TX_READ_WRITE | DBWAY_TX_DEFERRABLE | DBWAY_TX_WRITE_LOCK;
constexpr std::uint64_t all_caps =
    DBWAY_CAP_NONBLOCK | DBWAY_CAP_PIPELINE | DBWAY_CAP_STREAM | DBWAY_CAP_CANCEL | DBWAY_CAP_PREPARE |
    DBWAY_CAP_COPY_IN | DBWAY_CAP_COPY_OUT | DBWAY_CAP_NOTIFY | DBWAY_CAP_SAVEPOINT | DBWAY_CAP_ARRAYS |
    DBWAY_CAP_SCRIPT | DBWAY_CAP_SCHEMA | DBWAY_CAP_MULTI_SET | DBWAY_CAP_TRANSACTION | DBWAY_CAP_WRITE |
    DBWAY_CAP_TIMEOUT | DBWAY_CAP_BINARY;

// One connection. Serial, but for cancel() and for what the database's mutex guards.
class Session {
  public:
    Session(Instance& instance, Database& database, const dbway_diag_sink& sink, std::uint32_t flags)
        : instance_(instance),
          database_(database),
          sink_(sink),
          nonblock_((flags & DBWAY_OPEN_NONBLOCK) != 0),
          read_only_((flags & DBWAY_OPEN_READONLY) != 0),
          opening_(nonblock_),
          wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
        const std::lock_guard lock(database_.mutex);
        database_.sessions.insert(this);
    }
    ~Session() {
        const std::lock_guard lock(database_.mutex);
        roll_back();
        database_.sessions.erase(this);
        if (!has(Fault::leaves_descriptor)) ::close(wake_);
    }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    dbway_status submit(const dbway_request* const* requests, std::size_t count);
    dbway_status next(dbway_event* out);
    dbway_status discard();
    dbway_status wait_info(dbway_wait* out);
    dbway_status cancel(std::uint64_t id);
    dbway_status info(dbway_conn_info* out);

  private:
    bool has(Fault fault) const { return instance_.fault == fault; }
    void refuse(dbway_status status, const std::string& message) { report(sink_, {status, message}, 0); }
    std::optional<dbway_status> check(const dbway_request* request, Job& job);
    std::optional<dbway_status> play(Job& job, dbway_event& event);
    void start(Job& job);
    void start_statement(Job& job, const Statement& statement);
    void start_transaction_kind(Job& job);
    void prepare(Job& job, dbway_event& event);
    std::optional<dbway_status> copy_in(Job& job);
    void schema(Job& job);
    std::optional<dbway_status> wait_slowly(Job& job);
    std::optional<dbway_status> send_rows(Job& job, dbway_event& event);
    void fail(Job& job, dbway_event& event, const Complaint& complaint);
    void finish(dbway_event& event, std::uint32_t kind, dbway_status status);
    std::string text_of(const Job& job) const;
    OwnedRow params_of(const Job& job, std::size_t set) const;
    bool is_cancelled(std::uint64_t id);
    // The three below need the database's mutex.
    void take_write_lock();
    void roll_back();
    Tables& visible();
    void drain() {
        std::uint64_t count = 0;
        [[maybe_unused]] const auto got = read(wake_, &count, sizeof count);
    }
    void wake() const {
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto put = write(wake_, &one, sizeof one);
    }

    Instance& instance_;
    Database& database_;
    dbway_diag_sink sink_;
    const bool nonblock_, read_only_;
    bool opening_;
    int wake_;
    std::deque<Job> queue_;
    std::optional<Job> ended_;
    std::map<std::uint64_t, Prepared> prepared_;
    bool skip_next_ = false;
    bool forget_next_ = false;
    bool in_transaction_ = false, transaction_read_only_ = false;
    std::vector<std::pair<std::string, Tables>> savepoints_;
    std::optional<dbway_event> repeat_;
    dbway_wait wait_{};

    std::vector<OwnedRow> rows_;
    CellBuffer cells_;
    std::vector<dbway_value> altered_;

    std::set<std::string> channels_;                            // guarded by the database's mutex
    std::deque<std::pair<std::string, std::string>> notified_;  // likewise

    std::mutex cancel_mutex_;
    std::condition_variable cancel_seen_;
    std::set<std::uint64_t> live_, cancelled_;
    std::uint64_t running_ = 0;
    bool cancel_any_ = false;
};

std::string Session::text_of(const Job& job) const {
    if (has(Fault::nul_terminated_text) && job.request.sql.ptr != nullptr) return job.request.sql.ptr;
    return to_string(job.request.sql);
}

OwnedRow Session::params_of(const Job& job, std::size_t set) const {
    OwnedRow row;
    for (std::uint32_t i = 0; i < job.request.n_params; ++i)
        row.push_back(OwnedValue::copy(job.request.params[set * job.request.n_params + i]));
    return row;
}

// Why submit() refuses the request; fills the job otherwise.
std::optional<dbway_status> Session::check(const dbway_request* request, Job& job) {
    if (request == nullptr) {
        refuse(DBWAY_ERR_INVALID, "a request is null");
        return DBWAY_ERR_INVALID;
    }
    if (request->struct_size < offsetof(dbway_request, stmt) || request->id == 0) {
        refuse(DBWAY_ERR_INVALID, "a request has no id");
        return DBWAY_ERR_INVALID;
    }
    std::memcpy(&job.request, request, std::min<std::size_t>(request->struct_size, sizeof job.request));
    if (!has(Fault::ignores_newer_tail) &&
        dbway_check_tail(request, request->struct_size, sizeof job.request) != DBWAY_OK) {
        refuse(DBWAY_ERR_TOO_NEW, "a request uses members of a newer ABI");
        return DBWAY_ERR_TOO_NEW;
    }
    return {};
}

dbway_status Session::submit(const dbway_request* const* requests, std::size_t count) {
    ended_.reset();
    std::deque<Job> jobs;
    std::optional<dbway_status> refused;
    for (std::size_t i = 0; i < count && !refused; ++i) {
        Job job;
        refused = check(requests[i], job);
        if (!refused) jobs.push_back(std::move(job));
    }
    if (refused && !has(Fault::submit_keeps_good_ones)) return *refused;
    if (has(Fault::chain_ends_with_submit) && queue_.empty()) skip_next_ = false;
    const std::lock_guard lock(cancel_mutex_);
    for (auto& job : jobs) {
        live_.insert(job.request.id);
        queue_.push_back(std::move(job));
    }
    return refused.value_or(DBWAY_OK);
}

bool Session::is_cancelled(std::uint64_t id) {
    const std::lock_guard lock(cancel_mutex_);
    if (std::exchange(cancel_any_, false)) return true;
    return cancelled_.contains(id);
}

dbway_status Session::cancel(std::uint64_t id) {
    const std::lock_guard lock(cancel_mutex_);
    if (has(Fault::cancel_ignored)) return DBWAY_OK;
    const std::uint64_t target = id != 0 ? id : running_;
    if (live_.contains(target)) {
        cancelled_.insert(target);
    } else if (has(Fault::cancel_hits_next)) {
        cancel_any_ = true;
    }
    cancel_seen_.notify_all();
    wake();
    return DBWAY_OK;
}

dbway_status Session::next(dbway_event* out) {
    ended_.reset();
    wait_ = {};
    wait_.fd = -1;
    drain();
    dbway_event event{};
    std::optional<dbway_status> status;
    while (!status) {
        event = {};
        event.struct_size = sizeof event;
        event.affected = -1;
        if (opening_) {
            opening_ = false;
            event.kind = DBWAY_E_READY;
            status = DBWAY_OK;
            break;
        }
        if (repeat_) {
            event = *std::exchange(repeat_, std::nullopt);
            status = DBWAY_OK;
            break;
        }
        if (queue_.empty() || !queue_.front().started) {
            std::unique_lock lock(database_.mutex);
            if (!notified_.empty()) {
                rows_ = {{OwnedValue::text(notified_.front().first),
                          OwnedValue::text(notified_.front().second), OwnedValue::i64(1)}};
                notified_.pop_front();
                if (!notified_.empty()) wake();
                lock.unlock();
                cells_ = CellBuffer(rows_);
                event.kind = DBWAY_E_NOTIFY;
                event.cells = cells_.data();
                event.n_rows = 1;
                event.n_columns = 3;
                status = DBWAY_OK;
                break;
            }
        }
        if (queue_.empty()) {
            wait_.fd = wake_;
            wait_.interest = DBWAY_WAIT_READ;
            return DBWAY_END;
        }
        status = play(queue_.front(), event);
    }
    if (*status != DBWAY_OK) return *status;
    if (has(Fault::writes_past_event))
        std::memset(reinterpret_cast<unsigned char*>(out) + out->struct_size, 0, 8);
    const auto size = std::min<std::size_t>(out->struct_size, sizeof event);
    event.struct_size = static_cast<std::uint32_t>(size);
    std::memcpy(static_cast<void*>(out), &event, size);
    return DBWAY_OK;
}

// One event or status; nothing when the caller should look again.
std::optional<dbway_status> Session::play(Job& job, dbway_event& event) {
    const auto& request = job.request;
    event.request_id = request.id;
    if (!job.started && skip_next_) {
        if (has(Fault::runs_what_is_skipped) && request.kind == DBWAY_R_QUERY) {
            try {
                start(job);
            } catch (const DatabaseError&) {
            }
        }
        finish(event, DBWAY_E_SKIPPED, DBWAY_OK);
        if (has(Fault::forgets_skipped)) return {};
        return DBWAY_OK;
    }
    if (nonblock_ && !std::exchange(job.paused, true)) {
        wait_.timeout_ns = 1;
        return DBWAY_AGAIN;
    }
    try {
        if (is_cancelled(request.id)) {
            fail(job, event, {DBWAY_ERR_CANCELLED, "cancelled by the host", "57014"});
            return DBWAY_OK;
        }
        if (!std::exchange(job.started, true)) {
            {
                const std::lock_guard lock(cancel_mutex_);
                running_ = request.id;
            }
            job.forget_rows = std::exchange(forget_next_, false);
            if (request.kind == DBWAY_R_PREPARE) {
                prepare(job, event);
                return DBWAY_OK;
            }
            start(job);
        }
        if (request.kind == DBWAY_R_COPY_IN)
            if (const auto status = copy_in(job)) return status;
        if (!job.results.empty() && !job.columns && !job.results.front().columns.empty() &&
            job.results.front().columns[0].name == "never") {
            if (const auto status = wait_slowly(job)) return status;
            throw DatabaseError(DBWAY_ERR_INTERNAL, "XX000", "the slow statement has ended");
        }
        if (const auto status = send_rows(job, event)) return status;
        event.affected = job.affected;
        finish(event, DBWAY_E_DONE, DBWAY_OK);
        return DBWAY_OK;
    } catch (const DatabaseError& error) {
        event = {};
        event.struct_size = sizeof event;
        event.affected = -1;
        event.request_id = request.id;
        fail(job, event, {error.status, error.what(), error.sqlstate});
        return DBWAY_OK;
    }
}

void Session::start(Job& job) {
    const auto& request = job.request;
    if (!has(Fault::ignores_unknown_flags) && (request.flags & ~known_request_flags) != 0)
        throw DatabaseError(DBWAY_ERR_TOO_NEW, "", "the request has unknown flags");
    switch (request.kind) {
        case DBWAY_R_QUERY:
            if (request.sql.ptr == nullptr || request.sql.len == 0)
                throw DatabaseError(DBWAY_ERR_INVALID, "", "the statement is empty");
            if (request.n_params != 0 && request.params == nullptr)
                throw DatabaseError(DBWAY_ERR_INVALID, "", "the parameters are missing");
            return start_statement(job, Statement::parse(text_of(job)));
        case DBWAY_R_EXECUTE: {
            const auto found = prepared_.find(request.stmt);
            if (found == prepared_.end())
                throw DatabaseError(DBWAY_ERR_INVALID, "26000",
                                    "there is no statement " + std::to_string(request.stmt));
            if (request.n_params != 0 && request.params == nullptr)
                throw DatabaseError(DBWAY_ERR_INVALID, "", "the parameters are missing");
            job.prepared = &found->second;
            return start_statement(job, found->second.statement);
        }
        case DBWAY_R_UNPREPARE:
            prepared_.erase(request.stmt);
            return;
        case DBWAY_R_SCRIPT: {
            std::string text = text_of(job);
            for (std::size_t end; (end = text.find(';')) != std::string::npos || !text.empty();) {
                const auto one = text.substr(0, end);
                text = end == std::string::npos ? "" : text.substr(end + 1);
                if (one.find_first_not_of(" \n") != std::string::npos)
                    start_statement(job, Statement::parse(one));
            }
            return;
        }
        case DBWAY_R_COPY_IN: {
            if (request.source == nullptr)
                throw DatabaseError(DBWAY_ERR_INVALID, "", "the source is missing");
            if (dbway_check_tail(request.source, request.source->struct_size, sizeof *request.source) !=
                DBWAY_OK)
                throw DatabaseError(DBWAY_ERR_TOO_NEW, "", "the source uses members of a newer ABI");
            const std::lock_guard lock(database_.mutex);
            if (!visible().contains(text_of(job)))
                throw DatabaseError(DBWAY_ERR_SYNTAX, "42P01", "there is no table '" + text_of(job) + "'");
            const bool held = database_.writer == this;
            take_write_lock();
            job.before_copy = {database_.tables, !held && !in_transaction_};
            return;
        }
        case DBWAY_R_COPY_OUT: {
            std::string columns = "*";
            for (std::uint32_t i = 0; i < request.n_names; ++i)
                columns = (i == 0 ? "" : columns + ", ") + to_string(request.names[i]);
            return start_statement(job, Statement::parse("select " + columns + " from " + text_of(job)));
        }
        case DBWAY_R_LISTEN:
        case DBWAY_R_UNLISTEN: {
            const std::lock_guard lock(database_.mutex);
            if (request.kind == DBWAY_R_LISTEN)
                channels_.insert(text_of(job));
            else if (request.sql.len == 0)
                channels_.clear();
            else
                channels_.erase(text_of(job));
            return;
        }
        case DBWAY_R_PING:
            while (has(Fault::hangs_on_ping)) std::this_thread::sleep_for(1h);
            return;
        case DBWAY_R_RESET: {
            const std::lock_guard lock(database_.mutex);
            roll_back();
            prepared_.clear();
            channels_.clear();
            return;
        }
        case DBWAY_R_SCHEMA:
            return schema(job);
        default:
            if (request.kind >= DBWAY_R_BEGIN && request.kind <= DBWAY_R_ROLLBACK_TO)
                return start_transaction_kind(job);
            if (has(Fault::accepts_unknown_kind)) return;
            throw DatabaseError(DBWAY_ERR_UNSUPPORTED, "0A000",
                                "unknown request kind " + std::to_string(request.kind));
    }
}

void Session::take_write_lock() {
    if (read_only_ || transaction_read_only_) {
        if (!has(Fault::read_only_writes))
            throw DatabaseError(DBWAY_ERR_PERMISSION, "25006", "the transaction is read-only");
    }
    if (database_.writer == this) return;
    if (database_.writer != nullptr)
        throw DatabaseError(DBWAY_ERR_CONFLICT, "40001", "another connection is writing");
    database_.writer = this;
    database_.committed = database_.tables;
}

void Session::roll_back() {
    if (database_.writer == this) {
        if (!has(Fault::rolls_forward)) database_.tables = std::move(database_.committed);
        database_.writer = nullptr;
    }
    savepoints_.clear();
    in_transaction_ = transaction_read_only_ = false;
}

Tables& Session::visible() {
    return database_.writer == nullptr || database_.writer == this ? database_.tables : database_.committed;
}

void Session::start_statement(Job& job, const Statement& statement) {
    const std::size_t sets = std::max<std::size_t>(job.request.n_sets, 1);
    const std::lock_guard lock(database_.mutex);
    const bool held = database_.writer == this;
    if (statement.writes()) take_write_lock();
    const auto before = statement.writes() ? std::optional<Tables>(database_.tables) : std::nullopt;
    const auto release = [&] {
        if (statement.writes() && !held && !in_transaction_) database_.writer = nullptr;
    };
    try {
        for (std::size_t set = 0; set < sets; ++set) {
            Cursor cursor = run(statement,
                                job.request.kind == DBWAY_R_SCRIPT || job.request.kind == DBWAY_R_COPY_OUT
                                    ? OwnedRow{}
                                    : params_of(job, set),
                                visible());
            job.affected += cursor.affected;
            if (!cursor.columns.empty()) job.results.push_back(std::move(cursor));
        }
    } catch (const DatabaseError&) {
        if (before) database_.tables = *before;
        release();
        throw;
    }
    release();
    if (statement.verb == Statement::Verb::notify)
        for (auto* session : database_.sessions)
            if (session->channels_.contains(statement.table)) {
                session->notified_.emplace_back(statement.table, statement.payload);
                session->wake();
            }
}

void Session::start_transaction_kind(Job& job) {
    const std::uint32_t kind = job.request.kind;
    const std::string name = text_of(job);
    const std::lock_guard lock(database_.mutex);
    if (kind == DBWAY_R_BEGIN) {
        if ((job.request.arg & ~known_tx_bits) != 0)
            throw DatabaseError(DBWAY_ERR_TOO_NEW, "", "BEGIN has unknown bits");
        if (in_transaction_) throw DatabaseError(DBWAY_ERR_INVALID, "25001", "a transaction is already open");
        in_transaction_ = true;
        transaction_read_only_ = (job.request.arg & DBWAY_TX_READ_ONLY) != 0;
        return;
    }
    if (!in_transaction_) throw DatabaseError(DBWAY_ERR_INVALID, "25P01", "there is no transaction");
    if (kind == DBWAY_R_COMMIT) {
        if (database_.writer == this) database_.writer = nullptr;
        return roll_back();
    }
    if (kind == DBWAY_R_ROLLBACK) return roll_back();
    if (kind == DBWAY_R_SAVEPOINT) {
        if (!transaction_read_only_) take_write_lock();
        savepoints_.emplace_back(name, database_.tables);
        return;
    }
    const auto found = std::find_if(savepoints_.rbegin(), savepoints_.rend(),
                                    [&](const auto& savepoint) { return savepoint.first == name; });
    if (found == savepoints_.rend())
        throw DatabaseError(DBWAY_ERR_INVALID, "3B001", "there is no savepoint '" + name + "'");
    const auto kept = savepoints_.size() - static_cast<std::size_t>(found - savepoints_.rbegin());
    if (kind == DBWAY_R_ROLLBACK_TO) {
        if (!transaction_read_only_) database_.tables = found->second;
        savepoints_.erase(savepoints_.begin() + static_cast<std::ptrdiff_t>(kept), savepoints_.end());
    } else {
        savepoints_.erase(savepoints_.begin() + static_cast<std::ptrdiff_t>(kept) - 1, savepoints_.end());
    }
}

// Announces the columns; the DONE follows with the next call.
void Session::prepare(Job& job, dbway_event& event) {
    if ((job.request.flags & ~known_request_flags) != 0)
        throw DatabaseError(DBWAY_ERR_TOO_NEW, "", "the request has unknown flags");
    if (job.request.sql.ptr == nullptr || job.request.sql.len == 0)
        throw DatabaseError(DBWAY_ERR_INVALID, "", "the statement is empty");
    Prepared prepared;
    prepared.sql = text_of(job);
    prepared.statement = Statement::parse(prepared.sql);
    std::vector<TableColumn> columns;
    {
        const std::lock_guard lock(database_.mutex);
        columns = describe(prepared.statement, visible());
    }
    prepared.described = shape(columns);
    prepared.columns = std::make_unique<Columns>(std::move(columns));
    prepared.params = std::make_unique<Columns>(std::vector<TableColumn>(prepared.statement.n_params));
    auto& kept = prepared_[job.request.stmt] = std::move(prepared);
    event.kind = DBWAY_E_COLUMNS;
    event.columns = kept.columns->pointers.data();
    event.n_columns = static_cast<std::uint32_t>(kept.columns->pointers.size());
    event.params = kept.params->pointers.data();
    event.n_params = static_cast<std::uint32_t>(kept.params->pointers.size());
}

// Nothing: the source has ended.
std::optional<dbway_status> Session::copy_in(Job& job) {
    const auto& source = *job.request.source;
    const std::string name = text_of(job);
    std::vector<std::string> columns;
    for (std::uint32_t i = 0; i < job.request.n_names; ++i)
        columns.push_back(to_string(job.request.names[i]));
    for (;;) {
        if (is_cancelled(job.request.id))
            throw DatabaseError(DBWAY_ERR_CANCELLED, "57014", "cancelled by the host");
        const dbway_value* cells = nullptr;
        std::uint32_t n_rows = 0;
        const auto status = source.pull(source.ctx, &cells, &n_rows);
        if (status == DBWAY_AGAIN) return DBWAY_AGAIN;
        if (status < 0) throw DatabaseError(status, "57014", "the source of the rows aborted the COPY");
        const std::lock_guard lock(database_.mutex);
        if (status == DBWAY_END) {
            job.affected = static_cast<std::int64_t>(job.copied);
            if (job.before_copy->second) database_.writer = nullptr;
            job.before_copy.reset();
            return {};
        }
        for (std::uint32_t r = 0; r < n_rows; ++r) {
            OwnedRow row;
            for (std::uint32_t c = 0; c < source.n_columns; ++c)
                row.push_back(OwnedValue::copy(cells[std::size_t{r} * source.n_columns + c]));
            insert(database_.tables[name], name, columns, row);
            ++job.copied;
        }
    }
}

void Session::schema(Job& job) {
    const auto filter = [&](std::uint32_t i) {
        return i < job.request.n_names ? to_string(job.request.names[i]) : std::string();
    };
    const auto text = [](std::string name) {
        return TableColumn{.name = std::move(name), .type = DBWAY_T_TEXT};
    };
    const auto number = [](std::string name) {
        return TableColumn{.name = std::move(name), .type = DBWAY_T_I64};
    };
    const auto flag = [](std::string name) {
        return TableColumn{.name = std::move(name), .type = DBWAY_T_BOOL};
    };
    Cursor cursor;
    const OwnedValue main = OwnedValue::text("main");
    switch (job.request.arg) {
        case DBWAY_SCHEMA_SCHEMAS:
            cursor.columns = {text("schema")};
            cursor.rows = {{main}};
            break;
        case DBWAY_SCHEMA_TABLES:
            cursor.columns = {text("schema"), text("table"), text("kind"), text("definition")};
            break;
        case DBWAY_SCHEMA_COLUMNS:
            cursor.columns = {text("schema"),        text("table"),         text("column"),
                              number("position"),    text("type"),          flag("nullable"),
                              text("default_value"), number("primary_key"), flag("generated")};
            break;
        case DBWAY_SCHEMA_INDEXES:
            cursor.columns = {text("schema"), text("table"),  text("index"),     number("position"),
                              text("column"), flag("unique"), text("definition")};
            break;
        case DBWAY_SCHEMA_CONSTRAINTS:
            cursor.columns = {
                text("schema"),     text("table"),  text("constraint"),       text("kind"),
                number("position"), text("column"), text("referenced_table"), text("referenced_column"),
                text("definition")};
            break;
        default:
            throw DatabaseError(DBWAY_ERR_UNSUPPORTED, "0A000", "unknown schema request");
    }
    const std::lock_guard lock(database_.mutex);
    for (const auto& [name, table] : visible()) {
        if ((!filter(0).empty() && filter(0) != "main") || (!filter(1).empty() && filter(1) != name))
            continue;
        const OwnedValue table_name = OwnedValue::text(name);
        if (job.request.arg == DBWAY_SCHEMA_TABLES)
            cursor.rows.push_back({main, table_name, OwnedValue::text("table"), OwnedValue::null()});
        for (std::size_t i = 0; i < table.columns.size(); ++i) {
            const auto& column = table.columns[i];
            const OwnedValue position = OwnedValue::i64(static_cast<std::int64_t>(i) + 1);
            if (job.request.arg == DBWAY_SCHEMA_COLUMNS)
                cursor.rows.push_back(
                    {main, table_name, OwnedValue::text(column.name), position,
                     OwnedValue::text(type_name(column.type,
                                                column.type == DBWAY_T_ARRAY
                                                    ? static_cast<std::int32_t>(column.item_type)
                                                    : column.precision,
                                                column.scale)),
                     OwnedValue::boolean(!column.not_null), OwnedValue::null(),
                     OwnedValue::i64(column.primary ? 1 : 0), OwnedValue::boolean(false)});
            if (job.request.arg == DBWAY_SCHEMA_CONSTRAINTS && column.primary)
                cursor.rows.push_back({main, table_name, OwnedValue::text(name + "_key"),
                                       OwnedValue::text("primary key"), OwnedValue::i64(1),
                                       OwnedValue::text(column.name), OwnedValue::null(), OwnedValue::null(),
                                       OwnedValue::null()});
        }
    }
    job.results.push_back(std::move(cursor));
}

// The slow statement: only a cancel or a timeout ends it.
std::optional<dbway_status> Session::wait_slowly(Job& job) {
    const auto id = job.request.id;
    const bool timed = job.request.timeout_ns != 0 && !has(Fault::timeout_ignored);
    const auto deadline = job.submitted + std::chrono::nanoseconds(timed ? job.request.timeout_ns : 0);
    std::unique_lock lock(cancel_mutex_);
    for (;;) {
        if (std::exchange(cancel_any_, false) || cancelled_.contains(id))
            throw DatabaseError(DBWAY_ERR_CANCELLED, "57014", "cancelled by the host");
        if (timed && Clock::now() >= deadline)
            throw DatabaseError(DBWAY_ERR_TIMEOUT, "57014", "the request took longer than its timeout");
        if (nonblock_) {
            wait_.fd = wake_;
            wait_.interest = DBWAY_WAIT_READ;
            if (timed)
                wait_.timeout_ns =
                    static_cast<std::uint64_t>(std::max<std::int64_t>((deadline - Clock::now()).count(), 1));
            return DBWAY_AGAIN;
        }
        if (timed) {
            cancel_seen_.wait_until(lock, deadline);
        } else {
            cancel_seen_.wait(lock);
        }
    }
}

// Nothing: there is no result set (any more).
std::optional<dbway_status> Session::send_rows(Job& job, dbway_event& event) {
    const auto& request = job.request;
    if (job.results.empty()) return {};
    Cursor& cursor = job.results.front();
    const bool quiet = job.discarded || (request.flags & DBWAY_RF_NO_ROWS) != 0 || job.forget_rows;
    std::size_t most = request.batch_rows != 0 ? request.batch_rows : 256;
    if (has(Fault::oversized_batches)) most *= 2;
    std::vector<OwnedRow> rows;
    if (!quiet) rows = cursor.take(most);
    if (job.prepared != nullptr && has(Fault::repeats_first_batch) && cursor.position == rows.size()) {
        if (job.prepared->executed) rows = job.prepared->first_batch;
        job.prepared->first_batch = rows;
        job.prepared->executed = true;
    }
    const bool set_ends = quiet || cursor.position == cursor.size();
    if (has(Fault::loses_last_partial_batch) && set_ends && cursor.size() > most && rows.size() < most)
        rows.clear();
    rows_ = std::move(rows);
    if (has(Fault::invalid_utf8) && !rows_.empty() && rows_[0].size() == 2 &&
        rows_[0][1] == OwnedValue::text("one"))
        rows_[0][1].bytes = "on\xff";
    if (has(Fault::bends_decimals))
        for (auto& row : rows_)
            for (auto& value : row)
                if (value.type == DBWAY_T_DECIMAL && value.bytes.find('.') != std::string::npos &&
                    value.bytes.ends_with('0'))
                    value.bytes.pop_back();
    cells_ = CellBuffer(rows_);
    event.kind = DBWAY_E_ROWS;
    event.cells = cells_.data();
    if (has(Fault::newer_value_type) && !cursor.columns.empty() && cursor.columns.back().name == "word") {
        altered_.assign(cells_.data(), cells_.data() + cells_.size());
        for (std::size_t i = 0; i < altered_.size(); i += cursor.columns.size())
            altered_[i].type = DBWAY_T_NATIVE + 1;
        event.cells = altered_.data();
    }
    event.n_rows = static_cast<std::uint32_t>(rows_.size());
    event.n_columns = static_cast<std::uint32_t>(cursor.columns.size());
    if (!job.columns) {
        // Columns of a re-executed statement that have not changed are the host's already.
        const bool unchanged = job.prepared != nullptr && job.prepared->described == shape(cursor.columns);
        const bool known =
            (request.flags & DBWAY_RF_COLUMNS_KNOWN) != 0 && unchanged && !has(Fault::columns_known_ignored);
        job.columns = std::make_unique<Columns>(cursor.columns);
        if (job.prepared != nullptr) job.prepared->described = shape(cursor.columns);
        if (!known) {
            event.flags |= DBWAY_EF_SET;
            event.columns = job.columns->pointers.data();
        }
    } else if (has(Fault::reuses_column_memory)) {
        for (auto& column : job.columns->columns) column.name = to_str("reused");
    }
    if (set_ends) {
        job.results.pop_front();
        if (job.results.empty()) {
            const auto flags = event.flags | DBWAY_EF_FINAL;
            event.affected = job.affected != 0 ? job.affected : -1;
            finish(event, DBWAY_E_DONE, DBWAY_OK);
            event.kind = DBWAY_E_ROWS;
            event.flags = flags;
        } else {
            job.earlier_columns.push_back(std::move(job.columns));
        }
    }
    return DBWAY_OK;
}

void Session::fail(Job& job, dbway_event& event, const Complaint& complaint) {
    if (job.before_copy) {
        const std::lock_guard lock(database_.mutex);
        if (!has(Fault::copy_keeps_rows)) database_.tables = std::move(job.before_copy->first);
        if (job.before_copy->second) database_.writer = nullptr;
        job.before_copy.reset();
    }
    if (has(Fault::reports_on_other_thread)) {
        std::thread([&] { report(sink_, complaint, job.request.id); }).join();
    } else if (!has(Fault::failed_without_report)) {
        report(sink_, complaint, job.request.id);
    }
    finish(event, DBWAY_E_FAILED, complaint.status);
}

// Ends the first job of the queue with this event.
void Session::finish(dbway_event& event, std::uint32_t kind, dbway_status status) {
    Job& job = queue_.front();
    event.kind = kind;
    event.status = status;
    event.tx_state = in_transaction_ ? DBWAY_TX_STATE_ACTIVE : DBWAY_TX_STATE_IDLE;
    if (has(Fault::stale_tx_state) && job.request.kind == DBWAY_R_BEGIN) event.tx_state = DBWAY_TX_STATE_IDLE;
    skip_next_ = (job.request.flags & DBWAY_RF_CHAIN) != 0 && kind != DBWAY_E_DONE;
    if (has(Fault::final_event_twice) && kind == DBWAY_E_DONE && job.request.kind == DBWAY_R_UNPREPARE)
        repeat_ = event;
    {
        const std::lock_guard lock(cancel_mutex_);
        live_.erase(job.request.id);
        cancelled_.erase(job.request.id);
        if (running_ == job.request.id) running_ = 0;
    }
    ended_ = std::move(job);
    queue_.pop_front();
}

dbway_status Session::discard() {
    if (queue_.empty() || !queue_.front().started) {
        if (!queue_.empty()) queue_.front().discarded = true;
        return DBWAY_OK;
    }
    queue_.front().discarded = true;
    if (has(Fault::discard_hits_next)) forget_next_ = true;
    return DBWAY_OK;
}

dbway_status Session::wait_info(dbway_wait* out) {
    dbway_wait wait = wait_;
    if (queue_.empty()) {
        wait.fd = wake_;
        wait.interest = DBWAY_WAIT_READ;
    }
    const auto size = std::min<std::size_t>(out->struct_size, sizeof wait);
    wait.struct_size = static_cast<std::uint32_t>(size);
    std::memcpy(static_cast<void*>(out), &wait, size);
    return DBWAY_OK;
}

dbway_status Session::info(dbway_conn_info* out) {
    dbway_conn_info info{};
    const auto size = std::min<std::size_t>(out->struct_size, sizeof info);
    info.struct_size = static_cast<std::uint32_t>(size);
    info.tx_state = in_transaction_ ? DBWAY_TX_STATE_ACTIVE : DBWAY_TX_STATE_IDLE;
    info.caps = all_caps;
    info.server_version = 1'000'000;
    info.session_id = -1;
    info.product = to_str("Reference");
    info.version = to_str("1.0");
    std::memcpy(static_cast<void*>(out), &info, size);
    return DBWAY_OK;
}

Session& self(dbway_conn* connection) { return *reinterpret_cast<Session*>(connection); }

void DBWAY_CALL close_connection(dbway_conn* connection) noexcept { delete &self(connection); }
dbway_status DBWAY_CALL submit(dbway_conn* connection, const dbway_request* const* requests,
                               std::size_t n) noexcept {
    return self(connection).submit(requests, n);
}
dbway_status DBWAY_CALL next(dbway_conn* connection, dbway_event* event) noexcept {
    return self(connection).next(event);
}
dbway_status DBWAY_CALL discard(dbway_conn* connection) noexcept { return self(connection).discard(); }
dbway_status DBWAY_CALL wait_info(dbway_conn* connection, dbway_wait* out) noexcept {
    return self(connection).wait_info(out);
}
dbway_status DBWAY_CALL cancel(dbway_conn* connection, std::uint64_t id) noexcept {
    return self(connection).cancel(id);
}
dbway_status DBWAY_CALL info(dbway_conn* connection, dbway_conn_info* out) noexcept {
    return self(connection).info(out);
}
const void* DBWAY_CALL connection_extension(dbway_conn*, const char*) noexcept { return nullptr; }

const dbway_conn_api connection_api = {
    sizeof(dbway_conn_api), 0, close_connection, submit, next, discard, wait_info, cancel, info,
    connection_extension};

const char* DBWAY_CALL dialect_type_name(dbway_provider*, std::uint32_t type, std::int32_t precision,
                                         std::int32_t scale) noexcept {
    return type_name(type, precision, scale);
}

const dbway_ext_dialect dialect = {sizeof(dbway_ext_dialect),
                                   DBWAY_PLACEHOLDER_DOLLAR,
                                   DBWAY_UPSERT_NONE,
                                   0,
                                   0,
                                   0,
                                   "postgresql",
                                   "\"\"",
                                   dialect_type_name,
                                   nullptr};
const dbway_ext_conformance statements = {
    sizeof(dbway_ext_conformance), 0, "sample", "series $1", "fail", "slow", "match $1", "two"};

const void* DBWAY_CALL provider_extension(dbway_provider*, const char* id) noexcept {
    if (std::strcmp(id, DBWAY_EXT_DIALECT) == 0) return &dialect;
    if (std::strcmp(id, DBWAY_EXT_CONFORMANCE) == 0) return &statements;
    return nullptr;
}

Instance& instance_of(dbway_provider* provider) { return *static_cast<Instance*>(provider->impl); }

std::mutex shared_mutex;
Instance* shared_instance = nullptr;  // of Fault::shares_instances

void DBWAY_CALL destroy(dbway_provider* provider) noexcept {
    auto& instance = instance_of(provider);
    if (instance.fault == Fault::leaves_thread) std::thread([] { std::this_thread::sleep_for(6s); }).detach();
    if (instance.fault == Fault::shares_instances) {
        const std::lock_guard lock(shared_mutex);
        if (--instance.references > 0) return;
        shared_instance = nullptr;
    }
    delete &instance;
}

dbway_status refuse_option(const dbway_diag_sink& sink, const char* key) {
    report(sink, {DBWAY_ERR_INVALID, std::string("unknown option '") + key + "'"}, 0);
    return DBWAY_ERR_INVALID;
}

// Copies what the caller gave, whatever its size; nothing when it uses what this side does not know.
template <typename T>
std::optional<T> read_struct(const T* given, Fault fault) {
    T copy{};
    if (given->struct_size < offsetof(T, flags) + sizeof given->flags) return copy;
    std::memcpy(static_cast<void*>(&copy), given, std::min<std::size_t>(given->struct_size, sizeof copy));
    if (fault != Fault::ignores_newer_tail &&
        dbway_check_tail(given, given->struct_size, sizeof copy) != DBWAY_OK)
        return {};
    return copy;
}

dbway_status DBWAY_CALL open(dbway_provider* provider, const dbway_open_args* given,
                             dbway_conn** out) noexcept {
    auto& instance = instance_of(provider);
    const auto args = read_struct(given, instance.fault);
    const bool unknown_flags = args && (args->flags & ~(DBWAY_OPEN_NONBLOCK | DBWAY_OPEN_READONLY)) != 0;
    if (!args || (unknown_flags && instance.fault != Fault::ignores_unknown_flags)) {
        report(given->diag, {DBWAY_ERR_TOO_NEW, "open() uses members or flags of a newer ABI"}, 0);
        return DBWAY_ERR_TOO_NEW;
    }
    std::string name;
    for (std::size_t i = 0; i < args->n_options; ++i) {
        if (std::strcmp(args->options[i].key, "database") == 0) {
            name = to_string(args->options[i].value);
        } else if (instance.fault != Fault::accepts_any_option) {
            return refuse_option(args->diag, args->options[i].key);
        }
    }
    *out = reinterpret_cast<dbway_conn*>(
        new Session(instance, instance.database(name), args->diag, args->flags));
    return DBWAY_OK;
}

dbway_status create(Fault fault, const dbway_create_args* given, dbway_provider** out) {
    const auto args = read_struct(given, fault);
    if (!args || (args->flags != 0 && fault != Fault::ignores_unknown_flags)) {
        report(given->diag, {DBWAY_ERR_TOO_NEW, "create() uses members or flags of a newer ABI"}, 0);
        return DBWAY_ERR_TOO_NEW;
    }
    if (args->n_options != 0 && fault != Fault::accepts_any_option)
        return refuse_option(args->diag, args->options[0].key);
    if (fault == Fault::shares_instances) {
        const std::lock_guard lock(shared_mutex);
        if (shared_instance != nullptr) {
            ++shared_instance->references;
            *out = &shared_instance->base;
            return DBWAY_OK;
        }
    }
    auto* instance = new Instance;
    instance->fault = fault;
    instance->base.struct_size = sizeof instance->base;
    instance->base.caps = all_caps;
    instance->base.impl = instance;
    instance->base.conn = &connection_api;
    instance->base.destroy = destroy;
    instance->base.open = open;
    instance->base.get_extension = provider_extension;
    if (fault == Fault::shares_instances) {
        const std::lock_guard lock(shared_mutex);
        shared_instance = instance;
    }
    *out = &instance->base;
    return DBWAY_OK;
}

template <std::size_t fault>
dbway_status DBWAY_CALL create_with(const dbway_host*, const dbway_create_args* args,
                                    dbway_provider** out) noexcept {
    return create(static_cast<Fault>(fault), args, out);
}

constexpr std::size_t fault_count = static_cast<std::size_t>(Fault::last) + 1;
constexpr char meta[] = DBWAY_META("id='reference'\nversion='1.0.0'\nabi='1.0'\n");
constexpr const char* schemes[] = {nullptr};

template <std::size_t... fault>
std::array<dbway_entry, fault_count> make_entries(std::index_sequence<fault...>) {
    const auto entry = [](decltype(dbway_entry::create) function) {
        dbway_entry made{};
        std::memcpy(made.magic, DBWAY_MAGIC, sizeof made.magic);
        made.struct_size = sizeof made;
        made.abi_major = DBWAY_ABI_MAJOR;
        made.abi_minor = DBWAY_ABI_MINOR;
        made.meta = meta;
        made.id = "reference";
        made.version = "1.0.0";
        made.name = "Reference provider";
        made.vendor = "dbway tests";
        made.url = "";
        made.schemes = schemes;
        made.create = function;
        return made;
    };
    return {entry(create_with<fault>)...};
}

}  // namespace

const dbway_entry* reference_entry(Fault fault) {
    static const auto entries = make_entries(std::make_index_sequence<fault_count>());
    return &entries[static_cast<std::size_t>(fault)];
}

const char* fault_name(Fault fault) {
    static constexpr std::array<const char*, fault_count> names = {"none",
                                                                   "accepts_any_option",
                                                                   "accepts_unknown_kind",
                                                                   "bends_decimals",
                                                                   "cancel_hits_next",
                                                                   "cancel_ignored",
                                                                   "chain_ends_with_submit",
                                                                   "columns_known_ignored",
                                                                   "copy_keeps_rows",
                                                                   "discard_hits_next",
                                                                   "failed_without_report",
                                                                   "final_event_twice",
                                                                   "forgets_skipped",
                                                                   "hangs_on_ping",
                                                                   "ignores_newer_tail",
                                                                   "ignores_unknown_flags",
                                                                   "invalid_utf8",
                                                                   "leaves_descriptor",
                                                                   "leaves_thread",
                                                                   "loses_last_partial_batch",
                                                                   "newer_value_type",
                                                                   "nul_terminated_text",
                                                                   "oversized_batches",
                                                                   "read_only_writes",
                                                                   "repeats_first_batch",
                                                                   "reports_on_other_thread",
                                                                   "reuses_column_memory",
                                                                   "rolls_forward",
                                                                   "runs_what_is_skipped",
                                                                   "shares_instances",
                                                                   "stale_tx_state",
                                                                   "submit_keeps_good_ones",
                                                                   "timeout_ignored",
                                                                   "writes_past_event"};
    return names[static_cast<std::size_t>(fault)];
}

}  // namespace dbway::test
