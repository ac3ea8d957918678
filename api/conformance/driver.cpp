#include "conformance/driver.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>

#include "conformance/check.hpp"

namespace dbway::conformance {
namespace {

constexpr std::size_t guard_size = 64;
constexpr unsigned char guard_byte = 0xa5;
constexpr unsigned char stale_byte = 0xdb;

std::uint64_t DBWAY_CALL steady_now(const dbway_host*) noexcept {
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                          std::chrono::steady_clock::now().time_since_epoch())
                                          .count());
}
void DBWAY_CALL drop_log(const dbway_host*, std::int32_t, const char*, std::size_t) noexcept {}
const void* DBWAY_CALL no_extension(const dbway_host*, const char*) noexcept { return nullptr; }

std::vector<ColumnInfo> copy_columns(const dbway_column* const* columns, std::uint32_t count) {
    std::vector<ColumnInfo> copies;
    for (std::uint32_t i = 0; columns != nullptr && i < count; ++i) {
        if (columns[i] == nullptr) continue;
        copies.push_back({to_string(columns[i]->name), to_string(columns[i]->native_name), columns[i]->type,
                          columns[i]->item_type, columns[i]->flags});
    }
    return copies;
}

std::vector<dbway_option> to_options(const Options& options) {
    std::vector<dbway_option> encoded;
    for (const auto& [key, value] : options) encoded.push_back({key.c_str(), to_str(value)});
    return encoded;
}

}  // namespace

std::string status_label(dbway_status status) {
    static constexpr std::array<const char*, 17> errors = {
        "OK",         "UNSUPPORTED", "INVALID",  "TOO_NEW",   "NOMEM",   "INTERNAL",
        "CONNECTION", "AUTH",        "TIMEOUT",  "CANCELLED", "SYNTAX",  "PERMISSION",
        "CONSTRAINT", "DATA",        "CONFLICT", "RESOURCE",  "DATABASE"};
    if (status == DBWAY_AGAIN) return "AGAIN";
    if (status == DBWAY_END) return "END";
    if (status <= 0 && -status < static_cast<int>(errors.size()))
        return errors[static_cast<std::size_t>(-status)];
    return "status " + std::to_string(status);
}

std::string kind_label(std::uint32_t kind) {
    static constexpr std::array<const char*, 19> names = {
        "kind 0", "QUERY",    "PREPARE",   "EXECUTE", "UNPREPARE",   "SCRIPT",  "BEGIN",
        "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "ROLLBACK_TO", "COPY_IN", "COPY_OUT",
        "LISTEN", "UNLISTEN", "PING",      "RESET",   "SCHEMA"};
    return kind < names.size() ? names[kind] : "kind " + std::to_string(kind);
}

std::string event_label(std::uint32_t kind) {
    static constexpr std::array<const char*, 8> names = {"no final event", "READY",  "COLUMNS", "ROWS",
                                                         "DONE",           "FAILED", "SKIPPED", "NOTIFY"};
    return kind < names.size() ? names[kind] : "event kind " + std::to_string(kind);
}

std::string tx_label(std::uint32_t state) {
    static constexpr std::array<const char*, 4> names = {"UNKNOWN", "IDLE", "ACTIVE", "FAILED"};
    return state < names.size() ? names[state] : "tx_state " + std::to_string(state);
}

std::vector<OwnedRow> Outcome::rows() const {
    std::vector<OwnedRow> all;
    for (const auto& set : sets) all.insert(all.end(), set.rows.begin(), set.rows.end());
    return all;
}

std::string Outcome::message() const {
    for (const auto& diag : diags)
        if (diag.status < 0) return diag.message;
    return {};
}

std::string Outcome::describe() const {
    std::string text = event_label(final_kind);
    if (failed()) text += " with " + status_label(status);
    if (const auto told = message(); !told.empty()) text += ": " + told;
    return text;
}

void Environment::note_call(std::string call) {
    const std::lock_guard lock(mutex_);
    last_call_ = std::move(call);
}

std::string Environment::last_call() const {
    const std::lock_guard lock(mutex_);
    return last_call_;
}

dbway_diag_sink Sink::abi() { return {this, receive}; }

void Sink::enter(const char* name) {
    environment_.note_call(name);
    const std::lock_guard lock(mutex_);
    caller_ = std::this_thread::get_id();
}

void Sink::leave() {
    const std::lock_guard lock(mutex_);
    caller_ = {};
}

void Sink::check_thread(const char* callback) {
    std::thread::id caller;
    {
        const std::lock_guard lock(mutex_);
        caller = caller_;
    }
    if (caller == std::thread::id())
        environment_.observer.breach(invariant::call_thread,
                                     std::string(callback) + "() outside of any call of the host");
    else if (caller != std::this_thread::get_id())
        environment_.observer.breach(invariant::call_thread,
                                     std::string(callback) + "() on another thread than the call");
}

void DBWAY_CALL Sink::receive(void* self, const dbway_diag* diag) noexcept {
    auto& sink = *static_cast<Sink*>(self);
    auto& observer = sink.environment_.observer;
    sink.check_thread("report");
    if (diag == nullptr || diag->struct_size < offsetof(dbway_diag, detail)) {
        observer.breach(invariant::reports, "a report without a message (null, or struct_size too small)");
        return;
    }
    Diag copy;
    copy.status = diag->status;
    copy.severity = diag->severity;
    copy.flags = diag->flags;
    copy.request_id = diag->request_id;
    copy.native_code = diag->native_code;
    const auto* end = static_cast<const char*>(std::memchr(diag->sqlstate, 0, sizeof diag->sqlstate));
    copy.sqlstate.assign(diag->sqlstate, end != nullptr ? static_cast<std::size_t>(end - diag->sqlstate)
                                                        : sizeof diag->sqlstate);
    copy.message = to_string(diag->message);
    const std::string what = "a report (\"" + copy.message + "\")";
    if (diag->status > 0 || !is_known_status(diag->status))
        observer.breach(invariant::reports, what + " has status " + std::to_string(diag->status));
    if (diag->severity < DBWAY_LOG_ERROR || diag->severity > DBWAY_LOG_DEBUG)
        observer.breach(invariant::reports, what + " has severity " + std::to_string(diag->severity));
    if (diag->status < 0 && copy.message.empty())
        observer.breach(invariant::reports, "a report of " + status_label(diag->status) + " has no message");
    if (!copy.sqlstate.empty() && copy.sqlstate.size() != 5)
        observer.breach(invariant::reports,
                        what + " has sqlstate '" + copy.sqlstate + "', expected five characters");
    if ((diag->flags & ~15u) != 0)
        observer.breach(invariant::nothing_newer, what + " has flags " + std::to_string(diag->flags));
    inspect_text(diag->message, "the message of a report", observer);
    const std::lock_guard lock(sink.mutex_);
    sink.diags_.push_back(std::move(copy));
}

std::vector<Diag> Sink::take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(diags_, {});
}

std::vector<Diag> Sink::all() const {
    const std::lock_guard lock(mutex_);
    return diags_;
}

const dbway_host& test_host() {
    static const dbway_host host = [] {
        dbway_host table{};
        table.struct_size = sizeof table;
        table.abi_major = DBWAY_ABI_MAJOR;
        table.abi_minor = DBWAY_ABI_MINOR;
        table.name = "dbway conformance";
        table.version = "1.0";
        table.log = drop_log;
        table.now_ns = steady_now;
        table.get_extension = no_extension;
        return table;
    }();
    return host;
}

Provider::Provider(Environment& environment) : environment_(environment) {
    Sink sink(environment);
    const auto options = to_options(environment.settings.provider_options);
    dbway_create_args args{};
    args.struct_size = sizeof args;
    args.options = options.data();
    args.n_options = options.size();
    args.diag = sink.abi();
    dbway_status status = DBWAY_OK;
    {
        const Sink::Call call(sink, "create()");
        status = environment.entry->create(&test_host(), &args, &raw_);
    }
    const auto diags = sink.take();
    expect(status == DBWAY_OK, "create() answered " + status_label(status) + ", expected OK" +
                                   (diags.empty() ? "" : ": " + diags.front().message));
    expect(raw_ != nullptr, "create() answered OK but gave no provider");
    expect(raw_->conn != nullptr && DBWAY_HAS(dbway_provider, raw_, open) &&
               DBWAY_HAS(dbway_provider, raw_, destroy),
           "create() gave a provider without open(), destroy() or table of connection functions");
    const auto* api = raw_->conn;
    expect(DBWAY_HAS(dbway_conn_api, api, close) && DBWAY_HAS(dbway_conn_api, api, submit) &&
               DBWAY_HAS(dbway_conn_api, api, next),
           "the table of connection functions lacks close(), submit() or next()");
}

Provider::~Provider() {
    if (raw_ == nullptr) return;
    environment_.note_call("destroy()");
    raw_->destroy(raw_);
}

// A request in the form of the ABI with all that it refers to.
struct Connection::Encoded {
    explicit Encoded(const Request& from, std::uint64_t id)
        : sql(from.sql), params(from.params), names(from.names), cells(params) {
        for (const auto& name : names) name_strs.push_back(to_str(name));
        request.struct_size = sizeof request;
        request.kind = from.kind;
        request.id = id;
        request.stmt = from.stmt;
        request.timeout_ns = from.timeout_ns;
        request.flags = from.flags;
        request.arg = from.arg;
        request.batch_rows = from.batch_rows;
        request.n_params = params.empty() ? 0 : static_cast<std::uint32_t>(params[0].size());
        request.n_sets = params.size() > 1 ? static_cast<std::uint32_t>(params.size()) : 0;
        request.n_names = static_cast<std::uint32_t>(names.size());
        request.sql = to_str(sql);
        request.params = cells.data();
        request.names = name_strs.empty() ? nullptr : name_strs.data();
        request.source = from.source;
    }
    // A provider that still reads what was borrowed until the final event shall notice.
    ~Encoded() {
        std::fill(sql.begin(), sql.end(), static_cast<char>(stale_byte));
        for (auto& row : params)
            for (auto& value : row)
                std::fill(value.bytes.begin(), value.bytes.end(), static_cast<char>(stale_byte));
        for (auto& name : names) std::fill(name.begin(), name.end(), static_cast<char>(stale_byte));
    }
    Encoded(const Encoded&) = delete;
    Encoded& operator=(const Encoded&) = delete;

    std::string sql;
    std::vector<OwnedRow> params;
    std::vector<std::string> names;
    CellBuffer cells;
    std::vector<dbway_str> name_strs;
    dbway_request request{};
};

// A submitted request and what has been seen of it.
struct Connection::Expected {
    std::uint64_t id = 0, stmt = 0;
    std::uint32_t kind = 0, flags = 0, batch_rows = 0, n_sets = 0;
    bool overtaken = false;       // a later request's event came before its final one
    std::int64_t n_columns = -1;  // of the current result set; -1: none announced
    bool rows_seen = false;
    std::size_t announcements = 0;
    const dbway_column* const* columns = nullptr;
    std::vector<ColumnInfo> copies;
};

Connection::Connection(Provider& provider, std::uint32_t flags)
    : provider_(provider), environment_(provider.environment()), sink_(std::make_unique<Sink>(environment_)) {
    const auto options = to_options(environment_.source_options);
    dbway_open_args args{};
    args.struct_size = sizeof args;
    args.flags = flags | (environment_.settings.nonblocking ? DBWAY_OPEN_NONBLOCK : 0u);
    args.options = options.data();
    args.n_options = options.size();
    args.diag = sink_->abi();
    dbway_status status = DBWAY_OK;
    {
        const Sink::Call call(*sink_, "open()");
        status = provider.raw()->open(provider.raw(), &args, &raw_);
    }
    const auto complaint = [&] {
        for (const auto& diag : sink_->take())
            if (diag.status < 0) return ": " + diag.message;
        return std::string();
    };
    expect(status == DBWAY_OK, "open() answered " + status_label(status) + ", expected OK" + complaint());
    expect(raw_ != nullptr, "open() answered OK but gave no connection");
    if ((args.flags & DBWAY_OPEN_NONBLOCK) == 0) return;
    Event event;
    status = next(event);
    if (status != DBWAY_OK || event.kind != DBWAY_E_READY) {
        const std::string got = status == DBWAY_OK ? event_label(event.kind) : status_label(status);
        const std::string reason = complaint();
        close();
        throw CheckFailed("a non-blocking open gave " + got + ", expected READY" + reason);
    }
}

Connection::~Connection() { close(); }

void Connection::close() {
    if (raw_ == nullptr) return;
    {
        const Sink::Call call(*sink_, "close()");
        api().close(raw_);
    }
    raw_ = nullptr;
}

dbway_status Connection::submit(const std::vector<Request>& requests, std::vector<std::uint64_t>* ids) {
    std::vector<const dbway_request*> pointers;
    std::vector<std::unique_ptr<Encoded>> encoded;
    for (const auto& request : requests) {
        encoded.push_back(std::make_unique<Encoded>(request, next_id_++));
        pointers.push_back(&encoded.back()->request);
        if (ids != nullptr) ids->push_back(encoded.back()->request.id);
    }
    const auto status = submit_raw(pointers.data(), pointers.size());
    if (status >= 0)
        for (auto& one : encoded) encoded_.push_back(std::move(one));
    return status;
}

dbway_status Connection::submit_raw(const dbway_request* const* requests, std::size_t count) {
    dbway_status status = DBWAY_OK;
    {
        const Sink::Call call(*sink_, "submit()");
        status = api().submit(raw_, requests, count);
    }
    if (status >= 0)
        for (std::size_t i = 0; i < count; ++i) register_request(*requests[i]);
    return status;
}

void Connection::register_request(const dbway_request& request) {
    // Hand-made requests may end before any of the later members.
    const auto member = [&](std::size_t offset, std::uint32_t value) {
        return request.struct_size >= offset + sizeof value ? value : 0u;
    };
    Expected expected;
    expected.id = request.id;
    expected.kind = request.kind;
    expected.stmt = request.stmt;
    expected.flags = member(offsetof(dbway_request, flags), request.flags);
    expected.batch_rows = member(offsetof(dbway_request, batch_rows), request.batch_rows);
    expected.n_sets = member(offsetof(dbway_request, n_sets), request.n_sets);
    next_id_ = std::max(next_id_, request.id + 1);
    expected_.push_back(std::move(expected));
}

dbway_status Connection::next_raw(dbway_event* event) {
    std::string call = "next()";
    if (!expected_.empty())
        call += " with request " + std::to_string(expected_.front().id) + " (" +
                kind_label(expected_.front().kind) + ") first";
    const Sink::Call scope(*sink_, call.c_str());
    return api().next(raw_, event);
}

dbway_status Connection::next(Event& event) {
    struct Guarded {
        dbway_event event;
        std::array<unsigned char, guard_size> guard;
    };
    for (;;) {
        for (const auto id : std::exchange(ended_, {})) retire(id);
        Guarded memory{};
        memory.guard.fill(guard_byte);
        memory.event.struct_size = sizeof memory.event;
        const dbway_status status = next_raw(&memory.event);
        for (const auto& diag : sink_->take()) diags_.push_back(diag);
        if (std::any_of(memory.guard.begin(), memory.guard.end(),
                        [](unsigned char b) { return b != guard_byte; }))
            environment_.observer.breach(invariant::within_size, "next() wrote past the end of the event");
        if (status == DBWAY_OK) {
            if (memory.event.struct_size > sizeof memory.event)
                environment_.observer.breach(invariant::within_size,
                                             "next() set struct_size " +
                                                 std::to_string(memory.event.struct_size) + ", given " +
                                                 std::to_string(sizeof memory.event));
            observe(memory.event);
            event = copy_event(memory.event);
            if (event.kind == DBWAY_E_NOTIFY) {
                notifications_.push_back(std::move(event));
                continue;
            }
            return status;
        }
        if (status == DBWAY_END) {
            for (const auto& expected : expected_) {
                const std::string what = "next() answered END, but request " + std::to_string(expected.id) +
                                         " (" + kind_label(expected.kind) + ") got no final event";
                if (chain_broken_) {
                    environment_.observer.breach(invariant::skipped, what + ", expected SKIPPED");
                } else {
                    environment_.observer.breach(invariant::no_missing_final, what);
                }
                chain_broken_ = chain_broken_ && (expected.flags & DBWAY_RF_CHAIN) != 0;
            }
            expected_.clear();
            return status;
        }
        if (status != DBWAY_AGAIN) return status;
        const dbway_wait wait = wait_info();
        if (wait.fd < 0 && wait.timeout_ns == 0) return DBWAY_AGAIN;
        pollfd descriptor{static_cast<int>(wait.fd), 0, 0};
        if ((wait.interest & DBWAY_WAIT_READ) != 0) descriptor.events |= POLLIN;
        if ((wait.interest & DBWAY_WAIT_WRITE) != 0) descriptor.events |= POLLOUT;
        const std::uint64_t millis =
            wait.timeout_ns == 0 ? 1000 : std::min<std::uint64_t>(wait.timeout_ns / 1'000'000 + 1, 1000);
        poll(&descriptor, 1, static_cast<int>(millis));
    }
}

void Connection::breach(const char* invariant, const dbway_event& event, const std::string& message) {
    environment_.observer.breach(invariant, event_label(event.kind) + " of request " +
                                                std::to_string(event.request_id) + " " + message);
}

void Connection::observe(const dbway_event& event) {
    auto& observer = environment_.observer;
    if (event.kind == 0 || event.kind > DBWAY_E_NOTIFY) {
        observer.breach(invariant::nothing_newer, "next() gave event kind " + std::to_string(event.kind));
        return;
    }
    if ((event.flags & ~(DBWAY_EF_SET | DBWAY_EF_FINAL)) != 0)
        breach(invariant::nothing_newer, event, "has flags " + std::to_string(event.flags));
    if (event.kind == DBWAY_E_READY || event.kind == DBWAY_E_NOTIFY) {
        if (event.request_id != 0) breach(invariant::request_order, event, "has a request_id, expected 0");
        for (std::uint32_t i = 0;
             event.kind == DBWAY_E_NOTIFY && event.cells != nullptr && i < event.n_columns; ++i)
            inspect_value(event.cells[i], observer);
        return;
    }
    const bool final =
        event.kind != DBWAY_E_COLUMNS && (event.kind != DBWAY_E_ROWS || (event.flags & DBWAY_EF_FINAL) != 0);
    const auto found = std::find_if(expected_.begin(), expected_.end(),
                                    [&](const Expected& e) { return e.id == event.request_id; });
    if (found == expected_.end()) {
        if (event.request_id != 0 && event.request_id < next_id_) {
            breach(invariant::one_final, event, "came after the final event of that request");
        } else {
            breach(invariant::request_order, event, "belongs to no request that was submitted");
        }
        return;
    }
    if (found->overtaken) breach(invariant::request_order, event, "came after an event of a later request");
    for (auto earlier = expected_.begin(); earlier != found; ++earlier) earlier->overtaken = true;
    observe_columns_live(*found);
    if (event.kind == DBWAY_E_COLUMNS) {
        if (event.n_columns != 0 && event.columns == nullptr)
            breach(invariant::values, event, "has no columns");
        if (found->n_columns >= 0 && found->kind != DBWAY_R_SCRIPT && found->n_sets <= 1)
            breach(invariant::announced_once, event, "announces the result set a second time");
        remember_columns(event, *found);
        found->rows_seen = false;
    }
    if (event.kind == DBWAY_E_ROWS) observe_rows(event, *found);
    if (final) {
        const Expected expected = *found;
        expected_.erase(found);
        ended_.push_back(expected.id);
        Expected ending = expected;
        observe_final(event, ending);
    }
}

void Connection::remember_columns(const dbway_event& event, Expected& expected) {
    expected.n_columns = event.n_columns;
    expected.columns = event.columns;
    expected.copies = copy_columns(event.columns, event.n_columns);
    ++expected.announcements;
    if (expected.kind == DBWAY_R_PREPARE || expected.kind == DBWAY_R_EXECUTE)
        prepared_columns_[expected.stmt] = event.n_columns;
    for (std::uint32_t i = 0; event.columns != nullptr && i < event.n_columns; ++i) {
        if (event.columns[i] == nullptr) {
            breach(invariant::values, event, "has a null column");
            continue;
        }
        if (event.columns[i]->struct_size < offsetof(dbway_column, native_name))
            breach(invariant::within_size, event,
                   "has a column with struct_size " + std::to_string(event.columns[i]->struct_size));
        if (event.columns[i]->type > DBWAY_T_NATIVE)
            breach(invariant::nothing_newer, event, "has a column of " + type_label(event.columns[i]->type));
        inspect_text(event.columns[i]->name, "the name of a column", environment_.observer);
    }
}

void Connection::observe_columns_live(Expected& expected) {
    if (expected.columns == nullptr) return;
    if (copy_columns(expected.columns, static_cast<std::uint32_t>(expected.n_columns)) != expected.copies) {
        environment_.observer.breach(invariant::columns_live,
                                     "the columns of request " + std::to_string(expected.id) + " (" +
                                         kind_label(expected.kind) + ") changed before its final event");
        expected.columns = nullptr;
    }
}

void Connection::observe_rows(const dbway_event& event, Expected& expected) {
    auto& observer = environment_.observer;
    if ((event.flags & DBWAY_EF_SET) != 0) {
        if (expected.n_columns >= 0 && !expected.rows_seen && expected.kind != DBWAY_R_SCRIPT &&
            expected.n_sets <= 1)
            breach(invariant::announced_once, event, "has EF_SET although COLUMNS announced the result set");
        if (event.n_columns != 0 && event.columns == nullptr)
            breach(invariant::values, event, "has EF_SET but no columns");
        remember_columns(event, expected);
    } else if (expected.n_columns < 0) {
        const auto prepared = prepared_columns_.find(expected.stmt);
        if (expected.kind == DBWAY_R_EXECUTE && (expected.flags & DBWAY_RF_COLUMNS_KNOWN) != 0 &&
            prepared != prepared_columns_.end()) {
            expected.n_columns = prepared->second;
        } else {
            breach(invariant::announced_once, event, "came before the columns of its result set");
            expected.n_columns = event.n_columns;
        }
    }
    expected.rows_seen = true;
    if (event.n_columns != expected.n_columns)
        breach(invariant::announced_once, event,
               "has " + std::to_string(event.n_columns) + " columns, announced " +
                   std::to_string(expected.n_columns));
    const std::uint32_t limit = expected.batch_rows != 0 ? expected.batch_rows : 256;
    if (event.n_rows > limit)
        breach(invariant::batch_size, event,
               "has " + std::to_string(event.n_rows) + " rows, allowed " + std::to_string(limit));
    const std::size_t cells = std::size_t{event.n_rows} * event.n_columns;
    if (cells != 0 && event.cells == nullptr) {
        breach(invariant::values, event, "has rows but no cells");
        return;
    }
    for (std::size_t i = 0; i < cells; ++i) inspect_value(event.cells[i], observer);
}

bool Connection::reported_failure(std::uint64_t id) {
    return std::any_of(diags_.begin(), diags_.end(),
                       [&](const Diag& diag) { return diag.request_id == id && diag.status < 0; });
}

void Connection::observe_final(const dbway_event& event, Expected& expected) {
    if (event.tx_state > DBWAY_TX_STATE_FAILED)
        breach(invariant::nothing_newer, event, "has tx_state " + std::to_string(event.tx_state));
    if (event.kind == DBWAY_E_FAILED) {
        if (event.status >= 0)
            breach(invariant::final_fields, event,
                   "has status " + status_label(event.status) + ", expected an error");
        if (!is_known_status(event.status))
            breach(invariant::nothing_newer, event, "has status " + std::to_string(event.status));
        if (!reported_failure(expected.id))
            breach(invariant::report_before_failed, event, "came without a report of that request_id");
    } else if (event.kind != DBWAY_E_SKIPPED) {
        if (event.status != DBWAY_OK)
            breach(invariant::final_fields, event,
                   "has status " + status_label(event.status) + ", expected OK");
        if (event.affected < -1)
            breach(invariant::final_fields, event, "has affected " + std::to_string(event.affected));
        if (event.last_id != nullptr) inspect_value(*event.last_id, environment_.observer);
        inspect_text(event.tag, "the tag of DONE", environment_.observer);
    }
    if (chain_broken_ && event.kind != DBWAY_E_SKIPPED)
        breach(invariant::skipped, event,
               "(" + kind_label(expected.kind) + ") follows a failure in its chain, expected SKIPPED");
    if (!chain_broken_ && event.kind == DBWAY_E_SKIPPED)
        breach(invariant::skipped, event, "follows no failure in its chain");
    chain_broken_ = (expected.flags & DBWAY_RF_CHAIN) != 0 &&
                    (event.kind == DBWAY_E_FAILED || event.kind == DBWAY_E_SKIPPED);
}

void Connection::retire(std::uint64_t id) {
    std::erase_if(encoded_, [&](const auto& encoded) { return encoded->request.id == id; });
}

Event copy_event(const dbway_event& event) {
    Event copy;
    copy.kind = event.kind;
    copy.request_id = event.request_id;
    copy.status = event.status;
    copy.tx_state = event.tx_state;
    copy.affected = event.affected;
    copy.flags = event.flags;
    copy.n_columns = event.n_columns;
    copy.tag = to_string(event.tag);
    if (event.last_id != nullptr) copy.last_id = OwnedValue::copy(*event.last_id);
    // Elsewhere the columns may be fewer than n_columns tells: only an announcement is taken at its word.
    const bool announces = event.kind == DBWAY_E_COLUMNS || (event.flags & DBWAY_EF_SET) != 0;
    if (announces) copy.columns = copy_columns(event.columns, event.n_columns);
    if (event.kind == DBWAY_E_COLUMNS) copy.params = copy_columns(event.params, event.n_params);
    if (event.cells != nullptr && (event.kind == DBWAY_E_ROWS || event.kind == DBWAY_E_NOTIFY)) {
        for (std::uint32_t r = 0; r < event.n_rows; ++r) {
            OwnedRow row;
            for (std::uint32_t c = 0; c < event.n_columns; ++c)
                row.push_back(OwnedValue::copy(event.cells[std::size_t{r} * event.n_columns + c]));
            copy.rows.push_back(std::move(row));
        }
    }
    return copy;
}

void Connection::gather(const Event& event, Outcome& outcome) {
    if (outcome.final_kind != 0) return;
    const bool set =
        event.kind == DBWAY_E_COLUMNS || (event.kind == DBWAY_E_ROWS && (event.flags & DBWAY_EF_SET) != 0);
    if (set) {
        outcome.announced = true;
        outcome.columns = event.columns;
        if (event.kind == DBWAY_E_COLUMNS && !event.params.empty()) outcome.params = event.params;
        outcome.sets.push_back({event.columns, {}, {}});
    }
    if (event.kind == DBWAY_E_ROWS) {
        if (outcome.sets.empty()) outcome.sets.emplace_back();
        auto& rows = outcome.sets.back().rows;
        rows.insert(rows.end(), event.rows.begin(), event.rows.end());
        outcome.sets.back().batches.push_back(event.rows.size());
    }
    if (event.is_final()) {
        outcome.final_kind = event.kind == DBWAY_E_ROWS ? DBWAY_E_DONE : event.kind;
        outcome.status = event.status;
        outcome.tx_state = event.tx_state;
        outcome.affected = event.affected;
        outcome.tag = event.tag;
    }
}

std::vector<Outcome> Connection::collect() {
    std::vector<Outcome> outcomes;
    for (const auto& expected : expected_) outcomes.push_back({.id = expected.id});
    Event event;
    for (;;) {
        const dbway_status status = next(event);
        if (status == DBWAY_END) break;
        if (status == DBWAY_AGAIN) continue;
        if (status < 0) {
            std::string message =
                "next() answered " + status_label(status) + " (the connection is lost), expected an event";
            for (const auto& diag : std::exchange(diags_, {}))
                if (diag.status < 0) message += ": " + diag.message;
            throw CheckFailed(message);
        }
        for (auto& outcome : outcomes)
            if (outcome.id == event.request_id) gather(event, outcome);
    }
    for (auto& outcome : outcomes)
        for (const auto& diag : diags_)
            if (diag.request_id == outcome.id) outcome.diags.push_back(diag);
    diags_.clear();
    return outcomes;
}

std::vector<Outcome> Connection::run(const std::vector<Request>& requests) {
    const auto status = submit(requests);
    if (status < 0) {
        std::string message = "submit() answered " + status_label(status) + ", expected OK";
        for (const auto& diag : sink_->take()) message += ": " + diag.message;
        throw CheckFailed(message);
    }
    auto outcomes = collect();
    expect(outcomes.size() == requests.size(), "the queue held other requests than those submitted");
    return outcomes;
}

Outcome Connection::run(Request request) { return run(std::vector<Request>{std::move(request)}).front(); }

Outcome Connection::query(std::string sql, OwnedRow params) {
    Request request{.sql = std::move(sql)};
    if (!params.empty()) request.params = {std::move(params)};
    return run(std::move(request));
}

dbway_status Connection::discard() {
    expect(DBWAY_HAS(dbway_conn_api, &api(), discard), "the table of connection functions lacks discard()");
    const Sink::Call call(*sink_, "discard()");
    return api().discard(raw_);
}

dbway_status Connection::cancel(std::uint64_t id) {
    if (!DBWAY_HAS(dbway_conn_api, &api(), cancel)) return DBWAY_ERR_UNSUPPORTED;
    return api().cancel(raw_, id);
}

dbway_conn_info Connection::info() {
    expect(DBWAY_HAS(dbway_conn_api, &api(), info), "the table of connection functions lacks info()");
    dbway_conn_info info{};
    info.struct_size = sizeof info;
    const Sink::Call call(*sink_, "info()");
    const auto status = api().info(raw_, &info);
    expect(status == DBWAY_OK, "info() answered " + status_label(status) + ", expected OK");
    return info;
}

dbway_wait Connection::wait_info() {
    dbway_wait wait{};
    wait.struct_size = sizeof wait;
    wait.fd = -1;
    if (!DBWAY_HAS(dbway_conn_api, &api(), wait_info)) return wait;
    const Sink::Call call(*sink_, "wait_info()");
    const auto status = api().wait_info(raw_, &wait);
    expect(status == DBWAY_OK, "wait_info() answered " + status_label(status) + ", expected OK");
    return wait;
}

std::uint64_t Connection::caps() { return info().caps; }

std::vector<Event> Connection::take_notifications() { return std::exchange(notifications_, {}); }

}  // namespace dbway::conformance
