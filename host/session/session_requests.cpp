// Sending: from a call to requests, with the prepared-statement cache in between.
#include <dbway/sdk/placeholders.hpp>
#include <session/cursor_extras.hpp>
#include <session/session.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace dbway::detail {

namespace {

// A guard's end is the end of what fail() may ask it.
struct GuardReset {
    StopGuard*& guard;
    bool armed = true;
    ~GuardReset() {
        if (armed) guard = nullptr;
    }
};

}  // namespace

[[gnu::hot]] std::uint64_t Session::timeout_of(const QueryOptions* options) const {
    std::chrono::nanoseconds timeout = environment_.options.deadline;
    if (options != nullptr && options->stop.stop_requested()) {
        ErrorDetails details;
        details.category = Category::cancelled;
        details.message = "stopped before the statement was sent";
        details.not_executed = true;
        throw_details(std::move(details));
    }
    if (options != nullptr && options->deadline) {
        timeout = *options->deadline;
        if (timeout.count() <= 0) {
            ErrorDetails details;
            details.category = Category::timeout;
            details.message = "the deadline had passed before the statement was sent";
            details.not_executed = true;
            throw_details(std::move(details));
        }
    }
    return static_cast<std::uint64_t>(timeout.count());
}

[[gnu::hot]] dbway_request& Session::add_request(std::uint32_t kind, std::uint64_t timeout) {
    dbway_request& request = requests_.emplace_back();
    request.struct_size = sizeof request;
    request.kind = kind;
    request.id = ++last_request_;
    request.timeout_ns = timeout;
    return request;
}

[[gnu::hot]] void Session::submit() {
    pointers_.clear();
    for (const dbway_request& request : requests_) pointers_.push_back(&request);
    diagnostics_.clear();
    const dbway_status status = api_->submit(connection_, pointers_.data(), pointers_.size());
    if (status != DBWAY_OK) [[unlikely]] {
        if (status > 0) broken("submit() answered " + std::to_string(status));
        // Of requests that were not accepted none has run.
        ErrorDetails details = take_error(status);
        details.not_executed = true;
        details.outcome_unknown = false;
        throw_details(std::move(details));
    }
}

[[gnu::hot]] std::unique_ptr<StopGuard> Session::make_guard(const QueryOptions* options,
                                                            std::uint64_t timeout) {
    const bool stoppable = options != nullptr && options->stop.stop_possible();
    const bool watched = timeout != 0 && !provider_keeps_time_;
    if (!stoppable && !watched) return nullptr;
    const std::uint64_t first = requests_.front().id;
    const std::uint64_t last = requests_.back().id;
    try {
        auto guard = std::make_unique<StopGuard>(
            [this, first, last] {
                for (std::uint64_t id = first; id <= last; ++id) cancel(id);
            },
            stoppable ? options->stop : std::stop_token());
        if (watched) guard->watch(*environment_.watchdog, deadline_of(std::chrono::nanoseconds(timeout)));
        return guard;
    } catch (...) {
        dead_ = true;  // requests are on their way and nobody will read their answers
        throw;
    }
}

std::size_t Session::add_unprepares(std::uint64_t timeout) {
    for (const std::uint64_t evicted : evicted_) add_request(DBWAY_R_UNPREPARE, timeout).stmt = evicted;
    return evicted_.size();
}

void Session::forget_unprepared(std::size_t count) {
    evicted_.erase(evicted_.begin(), evicted_.begin() + static_cast<std::ptrdiff_t>(count));
}

[[gnu::hot]] CachedStatement* Session::known_statement(std::string_view sql, bool named) {
    CachedStatement* statement = cache_.find(sql);
    if (statement == nullptr || !named || !statement->names.empty()) return statement;
    // It was prepared for positional parameters, its :name left to the provider.
    drop_statement(*statement);
    return nullptr;
}

[[gnu::hot]] CachedStatement* Session::cached_statement(const Call& call, std::uint64_t timeout) {
    if (call.kind != DBWAY_R_QUERY || cache_.capacity() == 0) return nullptr;
    if (call.options != nullptr && !call.options->prepare) return nullptr;
    if (CachedStatement* statement = known_statement(call.sql, call.names != nullptr)) return statement;

    sdk::NamedRewrite rewrite;
    if (call.names != nullptr) {
        rewrite = sdk::rewrite_named(call.sql, dialect_);
        if (!rewrite.error.empty()) throw_error(Category::invalid, rewrite.error);
    }
    CachedStatement& statement = cache_.insert(call.sql, next_statement_++);
    statement.sql = std::move(rewrite.text);
    statement.names.assign(rewrite.names.begin(), rewrite.names.end());
    if (const std::uint64_t evicted = cache_.evict()) evicted_.push_back(evicted);
    dbway_request& prepare = add_request(DBWAY_R_PREPARE, timeout);
    prepare.stmt = statement.id;
    prepare.flags = DBWAY_RF_CHAIN;
    const std::string_view sql = statement.provider_sql();
    prepare.sql = {sql.data(), sql.size()};
    return &statement;
}

[[gnu::hot]] void Session::set_values(dbway_request& request, const Call& call,
                                      const std::vector<std::string>* names, bool keep) {
    std::size_t count = call.count;
    const dbway_value* values = call.values;
    if (call.names != nullptr) {
        // Names in the order of their numbers; each must be given, and each given one used.
        count = names->size();
        parameters_.resize(std::max(parameters_.size(), count));
        for (std::uint32_t i = 0; i < call.count; ++i)
            if (std::find(names->begin(), names->end(), call.names[i]) == names->end())
                throw_error(Category::invalid,
                            "the statement has no placeholder :" + std::string(call.names[i]));
        for (std::size_t i = 0; i < count; ++i) {
            const auto given = std::find(call.names, call.names + call.count, (*names)[i]);
            if (given == call.names + call.count)
                throw_error(Category::invalid, "no value for the placeholder :" + (*names)[i]);
            parameters_[i] = call.values[given - call.names];
        }
        values = parameters_.data();
    }
    if (keep && count != 0) {
        parameter_arena_.clear();
        if (parameters_.size() < count) parameters_.resize(count);
        copy_values(values, count, parameters_.data(), parameter_arena_);
        values = parameters_.data();
    }
    request.params = values;
    request.n_params = static_cast<std::uint32_t>(count);
}

[[gnu::hot]] dbway_request& Session::add_call(const Call& call, CachedStatement* statement,
                                              std::uint64_t timeout, bool keep) {
    running_kind_ = statement != nullptr ? static_cast<std::uint32_t>(DBWAY_R_EXECUTE) : call.kind;
    dbway_request& request = add_request(running_kind_, timeout);
    request.flags = call.flags;
    request.arg = call.argument;
    request.batch_rows = call.options != nullptr && call.options->batch_rows != 0
                             ? call.options->batch_rows
                             : environment_.options.batch_rows;
    if (statement != nullptr) {
        running_statement_ = statement->id;
        running_sql_ = statement->text;
        request.stmt = statement->id;
        request.flags |= DBWAY_RF_COLUMNS_KNOWN;
        if (call.count != 0 || call.names != nullptr) set_values(request, call, &statement->names, keep);
        return request;
    }
    running_statement_ = 0;
    text_.assign(call.sql);
    running_sql_ = text_;
    if (call.names != nullptr) {
        const sdk::NamedRewrite rewrite = sdk::rewrite_named(call.sql, dialect_);
        if (!rewrite.error.empty()) throw_error(Category::invalid, rewrite.error);
        const std::vector<std::string> names(rewrite.names.begin(), rewrite.names.end());
        if (!names.empty()) text_ = rewrite.text;
        running_sql_ = text_;
        set_values(request, call, &names, keep);
    } else if (call.count != 0) {
        set_values(request, call, nullptr, keep);
    }
    request.sql = {text_.data(), text_.size()};
    if (call.filter_count != 0) {
        parameter_arena_.clear();
        filter_.clear();
        for (std::uint32_t i = 0; i < call.filter_count; ++i) {
            const dbway_value copy = copy_value({{.text = call.filter[i].ptr},
                                                 static_cast<std::uint32_t>(call.filter[i].len),
                                                 DBWAY_T_TEXT,
                                                 0,
                                                 0},
                                                parameter_arena_);
            filter_.push_back({copy.v.text, copy.len});
        }
        request.names = filter_.data();
        request.n_names = call.filter_count;
    }
    return request;
}

[[gnu::hot]] CachedStatement* Session::send(const Call& call, bool keep, std::unique_ptr<StopGuard>& guard) {
    requests_.clear();
    guard_ = nullptr;
    const std::uint64_t timeout = timeout_of(call.options);
    const std::size_t unprepared = add_unprepares(timeout);
    CachedStatement* statement = cached_statement(call, timeout);
    const bool fresh = statement != nullptr && !statement->prepared;
    try {
        add_call(call, statement, timeout, keep);
        submit();
    } catch (...) {
        if (fresh) {
            running_sql_ = {};
            cache_.erase(call.sql);
        }
        throw;
    }
    if (unprepared != 0) forget_unprepared(unprepared);
    guard = make_guard(call.options, timeout);
    guard_ = guard.get();
    if (requests_.size() > 1) read_answers_before(statement);
    return statement;
}

void Session::send_ahead(const Call& call, std::uint32_t flags, Clock::time_point deadline) noexcept {
    const QueryOptions* const options = call.options;
    if (call.kind != DBWAY_R_QUERY || !evicted_.empty() || active_ != nullptr ||
        (options != nullptr && (!options->prepare || options->stop.stop_possible())))
        return;
    std::uint64_t timeout = 0;
    if (deadline != Clock::time_point::max()) {
        const auto left = std::chrono::nanoseconds(deadline - Clock::now()).count();
        if (!provider_keeps_time_ || left <= 0) return;
        timeout = static_cast<std::uint64_t>(left);
    }
    CachedStatement* const statement = cache_.find(call.sql);
    if (statement == nullptr || !statement->prepared || (call.names != nullptr && statement->names.empty()))
        return;
    ahead_ = statement;
    try {
        Call whole = call;
        whole.flags |= flags;
        requests_.clear();
        guard_ = nullptr;
        add_call(whole, statement, timeout, (flags & DBWAY_RF_NO_ROWS) == 0);
        submit();
    } catch (...) {
        ahead_error_ = std::current_exception();
    }
}

CachedStatement* Session::take_ahead() {
    CachedStatement* const statement = std::exchange(ahead_, nullptr);
    if (ahead_error_) std::rethrow_exception(std::exchange(ahead_error_, nullptr));
    return statement;
}

// What the parameters, the text and the names of a call point to may be memory of the provider that goes away
// while the active result is read to its end: a column's view given to the next statement, for instance.
template <typename Run>
auto Session::after_buffering(const Call& call, Run run) {
    sdk::Arena arena;
    const auto copy_text = [&arena](std::string_view text) {
        std::uint8_t* to = arena.allocate(text.size());
        if (!text.empty()) std::memcpy(to, text.data(), text.size());
        return std::string_view(reinterpret_cast<const char*>(to), text.size());
    };
    Call copy = call;
    copy.sql = copy_text(call.sql);
    std::vector<dbway_value> values(call.count);
    copy_values(call.values, call.count, values.data(), arena);
    copy.values = values.data();
    std::vector<std::string_view> names;
    if (call.names != nullptr) {
        for (std::uint32_t i = 0; i < call.count; ++i) names.push_back(copy_text(call.names[i]));
        copy.names = names.data();
    }
    std::vector<dbway_str> filter;
    for (std::uint32_t i = 0; i < call.filter_count; ++i) {
        const std::string_view text = copy_text({call.filter[i].ptr, call.filter[i].len});
        filter.push_back({text.data(), text.size()});
    }
    copy.filter = filter.data();
    buffer_active();
    return run(copy);
}

[[gnu::hot]] void Session::start(const Call& call, Cursor& cursor) {
    CachedStatement* ahead = take_ahead();
    require_usable();
    if (active_ != nullptr) [[unlikely]]
        return after_buffering(call, [&](const Call& copy) { start(copy, cursor); });
    for (bool first = true;; first = false) {
        std::unique_ptr<StopGuard> guard;
        GuardReset reset{guard_};
        CachedStatement* statement = std::exchange(ahead, nullptr);
        if (statement == nullptr) statement = send(call, true, guard);
        const bool known = statement != nullptr && !sent_prepare();
        next_event();
        if (event_.kind == DBWAY_E_FAILED && event_.request_id == requests_.back().id) {
            finish_event(cursor.outcome_);
            ErrorDetails details = take_error(event_.status);
            if (known && first && stale_statement(details)) {
                drop_statement(*statement);
                continue;
            }
            throw_details(std::move(details));
        }
        cursor.session_ = this;
        cursor.request_id_ = requests_.back().id;
        if (statement != nullptr && statement->columns) cursor.begin_set(statement->columns);
        if (guard) cursor.extras().stop = std::move(guard);
        reset.armed = false;
        active_ = &cursor;
        try {
            while (!take_event(cursor, nullptr) && cursor.pending_rows_ == 0 && !cursor.set_pending_)
                next_event();
        } catch (...) {
            cursor.close();
            throw;
        }
        if (cursor.final_ && cursor.pending_rows_ == 0 && !cursor.set_pending_) cursor.finish();
        return;
    }
}

[[gnu::hot]] Outcome Session::run_to_end(const Call& call) {
    CachedStatement* ahead = take_ahead();
    require_usable();
    if (active_ != nullptr) [[unlikely]]
        return after_buffering(call, [&](const Call& copy) { return run_to_end(copy); });
    Call quiet = call;
    quiet.flags |= DBWAY_RF_NO_ROWS;
    for (bool first = true;; first = false) {
        std::unique_ptr<StopGuard> guard;
        const GuardReset reset{guard_};
        CachedStatement* statement = std::exchange(ahead, nullptr);
        if (statement == nullptr) statement = send(quiet, false, guard);
        const bool known = statement != nullptr && !sent_prepare();
        Outcome outcome;
        if (read_to_end(statement, outcome)) return outcome;
        ErrorDetails details = take_error(event_.status);
        if (!known || !first || !stale_statement(details)) throw_details(std::move(details));
        drop_statement(*statement);
    }
}

// Reads the events of the last request, ignoring rows. False: it failed.
[[gnu::hot]] bool Session::read_to_end(CachedStatement* statement, Outcome& outcome) {
    const std::uint64_t id = requests_.back().id;
    while (true) {
        next_event();
        if (event_.request_id != id) broken("an event for request " + std::to_string(event_.request_id));
        if (event_.kind == DBWAY_E_COLUMNS || event_.kind == DBWAY_E_ROWS) {
            const bool announces = event_.kind == DBWAY_E_COLUMNS || (event_.flags & DBWAY_EF_SET);
            if (announces && statement != nullptr) statement->columns = read_columns();
            if (event_.kind == DBWAY_E_COLUMNS || !(event_.flags & DBWAY_EF_FINAL)) continue;
        } else if (event_.kind != DBWAY_E_DONE && event_.kind != DBWAY_E_FAILED) {
            broken("event " + std::to_string(event_.kind) + " as an answer");
        }
        finish_event(outcome);
        return event_.kind != DBWAY_E_FAILED;
    }
}

void Session::drop_statement(const CachedStatement& statement) {
    evicted_.push_back(statement.id);
    const std::string text = statement.text;
    cache_.erase(text);
}

Outcome Session::command(std::uint32_t kind, std::string_view text, std::uint32_t argument,
                         const QueryOptions& options) {
    Call call;
    call.sql = text;
    call.kind = kind;
    call.argument = argument;
    call.options = &options;
    if (active_ != nullptr) buffer_active();
    require_usable();
    std::unique_ptr<StopGuard> guard;
    const GuardReset reset{guard_};
    send(call, false, guard);
    Outcome outcome;
    if (!read_to_end(nullptr, outcome)) fail(event_.status);
    // A session as new knows no statements; one that kept them is told to forget them.
    if (kind == DBWAY_R_RESET) {
        running_sql_ = {};
        cache_.clear(evicted_);
    }
    return outcome;
}

}  // namespace dbway::detail
