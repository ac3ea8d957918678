#include <session/session.hpp>

#include <dbway/sdk/script.hpp>
#include <session/cursor_extras.hpp>

#include <poll.h>

#include <utility>

namespace dbway::detail {

Session::Clock::time_point deadline_of(std::optional<std::chrono::nanoseconds> timeout) noexcept {
    if (!timeout) return Session::Clock::time_point::max();
    const auto now = Session::Clock::now();
    if (*timeout > Session::Clock::time_point::max() - now) return Session::Clock::time_point::max();
    return now + std::chrono::duration_cast<Session::Clock::duration>(*timeout);
}

namespace {

// The provider's options as the ABI takes them; their texts stay where they are.
std::vector<dbway_option> abi_options(const std::vector<ProviderOption>& options) {
    std::vector<dbway_option> result;
    result.reserve(options.size());
    for (const ProviderOption& option : options) {
        const std::string_view value = option.value.reveal();
        result.push_back({option.key.c_str(), {value.data(), value.size()}});
    }
    return result;
}

// The capability that a request of this kind needs; 0: none of its own.
std::uint64_t capability_of(std::uint32_t kind) noexcept {
    switch (kind) {
        case DBWAY_R_SCRIPT:
            return DBWAY_CAP_SCRIPT;
        case DBWAY_R_BEGIN:
        case DBWAY_R_COMMIT:
        case DBWAY_R_ROLLBACK:
            return DBWAY_CAP_TRANSACTION;
        case DBWAY_R_SAVEPOINT:
        case DBWAY_R_RELEASE:
        case DBWAY_R_ROLLBACK_TO:
            return DBWAY_CAP_SAVEPOINT;
        case DBWAY_R_COPY_IN:
            return DBWAY_CAP_COPY_IN;
        case DBWAY_R_COPY_OUT:
            return DBWAY_CAP_COPY_OUT;
        case DBWAY_R_LISTEN:
        case DBWAY_R_UNLISTEN:
            return DBWAY_CAP_NOTIFY;
        case DBWAY_R_SCHEMA:
            return DBWAY_CAP_SCHEMA;
        default:
            return 0;
    }
}

}  // namespace

Session::Session(const SessionEnvironment& environment, std::chrono::nanoseconds timeout)
    : environment_(environment),
      api_(environment.provider->conn_api()),
      diagnostics_(environment.log),
      cache_((environment.provider->caps() & DBWAY_CAP_PREPARE) != 0 ? environment.options.statement_cache
                                                                     : 0) {
    const ProviderInstance& provider = *environment.provider;
    provider_keeps_time_ = (provider.caps() & DBWAY_CAP_TIMEOUT) != 0;

    const std::vector<dbway_option> options = abi_options(environment.options.options);
    dbway_open_args args{};
    args.struct_size = sizeof args;
    args.flags = environment.options.read_only ? DBWAY_OPEN_READONLY : 0;
    args.timeout_ns = timeout.count() > 0 ? static_cast<std::uint64_t>(timeout.count()) : 0;
    args.options = options.data();
    args.n_options = options.size();
    args.diag = diagnostics_.sink();
    const dbway_status status = provider.get()->open(provider.get(), &args, &connection_);
    if (status != DBWAY_OK || connection_ == nullptr) {
        if (status == DBWAY_OK)
            throw_error(Category::internal, "provider \"" + provider.id() + "\" opened no connection");
        ErrorDetails details = diagnostics_.take(status);
        details.connection_lost = false;
        details.not_executed = true;
        throw_details(std::move(details));
    }
    learn_dialect();
    diagnostics_.clear();
}

void Session::learn_dialect() {
    const dbway_ext_dialect* dialect = environment_.provider->dialect();
    if (dialect == nullptr && DBWAY_HAS(dbway_conn_api, api_, get_extension)) {
        dialect = usable_dialect(api_->get_extension(connection_, DBWAY_EXT_DIALECT));
        environment_.dialect->store(dialect, std::memory_order_release);
    }
    if (dialect != nullptr && dialect->name != nullptr) dialect_ = sdk::dialect_by_name(dialect->name);
}

Session::~Session() {
    if (active_ != nullptr) active_->close();
    copy_guard_.reset();  // it could still cancel
    if (connection_ != nullptr) api_->close(connection_);
}

void Session::throw_details(ErrorDetails details) const {
    details.source = environment_.options.name;
    throw_error(std::move(details));
}

void Session::refuse_use() {
    if (!dead()) throw_error(Category::invalid, "a bulk load is running on this connection; finish it first");
    ErrorDetails details;
    details.category = Category::connection;
    details.message = "the connection was lost earlier; take a new one";
    details.connection_lost = true;
    details.not_executed = true;
    throw_details(std::move(details));
}

void Session::broken(const std::string& what) {
    dead_ = true;
    ErrorDetails details;
    details.category = Category::internal;
    details.message = "provider \"" + environment_.provider->id() + "\" broke its contract: " + what +
                      "; the connection is closed. Run `dbway check` on the plugin";
    details.connection_lost = true;
    details.outcome_unknown = may_have_changed();
    throw_details(std::move(details));
}

bool Session::may_have_changed() const {
    switch (running_kind_) {
        case DBWAY_R_COMMIT:
            return true;
        case DBWAY_R_QUERY:
        case DBWAY_R_EXECUTE:
        case DBWAY_R_SCRIPT:
        case DBWAY_R_COPY_IN:
            break;
        default:
            return false;
    }
    // Inside a transaction nothing becomes permanent before its COMMIT.
    if (in_transaction()) return false;
    if (running_kind_ == DBWAY_R_COPY_IN || running_kind_ == DBWAY_R_SCRIPT) return true;
    const std::string_view keyword = sdk::leading_keyword(running_sql_, dialect_);
    for (const std::string_view reading : {"select", "show", "explain", "values", "describe"}) {
        if (keyword.size() != reading.size()) continue;
        bool same = true;
        for (std::size_t i = 0; i < keyword.size(); ++i) same = same && (keyword[i] | 0x20) == reading[i];
        if (same) return false;
    }
    return true;
}

void Session::check_failure() {
    if (category_of(event_.status) == Category::internal && event_.status != DBWAY_ERR_INTERNAL)
        broken("a request FAILED with status " + std::to_string(event_.status));
    if (!diagnostics_.has_error())
        broken("a request FAILED with status " + std::to_string(event_.status) + " and no report");
}

ErrorDetails Session::take_error(dbway_status status) {
    ErrorDetails details = diagnostics_.take(status);
    if (dead() || status == DBWAY_ERR_CONNECTION) {
        dead_ = true;
        details.connection_lost = true;
        details.outcome_unknown = !details.not_executed && may_have_changed();
    }
    if (details.category == Category::unsupported && details.hint.empty() && environment_.capable)
        if (const std::uint64_t capability = capability_of(running_kind_))
            details.hint = environment_.capable(capability);
    // A provider that cannot keep a deadline was told to cancel; to the application it is the deadline.
    if (guard_ != nullptr && guard_->expired() && details.category == Category::cancelled) {
        details.category = Category::timeout;
        details.message = "the deadline passed: " + details.message;
    }
    return details;
}

void Session::fail(dbway_status status) { throw_details(take_error(status)); }

void Session::cancel(std::uint64_t request_id) noexcept {
    if (DBWAY_HAS(dbway_conn_api, api_, cancel)) api_->cancel(connection_, request_id);
}

ServerInfo Session::info() {
    ServerInfo result;
    result.capabilities = environment_.provider->caps();
    if (!DBWAY_HAS(dbway_conn_api, api_, info)) return result;
    dbway_conn_info info{};
    info.struct_size = sizeof info;
    info.session_id = -1;
    const dbway_status status = api_->info(connection_, &info);
    if (status < 0) fail(status);
    const auto text = [](const dbway_str& s) {
        return s.ptr == nullptr ? std::string() : std::string(s.ptr, s.len);
    };
    result.product = text(info.product);
    result.version = text(info.version);
    result.version_number = info.server_version;
    result.database = text(info.database);
    result.user = text(info.user);
    result.session_id = info.session_id;
    result.capabilities = info.caps;
    return result;
}

std::uint64_t Session::capabilities() { return info().capabilities; }

[[gnu::hot]] bool Session::clean() noexcept {
    try {
        if (copying_ || ahead_ != nullptr) return false;
        if (active_ != nullptr) active_->close();
        if (!dead() && in_transaction()) command(DBWAY_R_ROLLBACK);
        if (!notifications_.empty()) notifications_.clear();
    } catch (...) {
        // Whatever went wrong, the connection must not be handed on.
        return false;
    }
    return !dead() && !in_transaction();
}

std::optional<dbway_wait> Session::wait_info() const noexcept {
    dbway_wait wait{};
    wait.struct_size = sizeof wait;
    wait.fd = -1;
    if (!DBWAY_HAS(dbway_conn_api, api_, wait_info) || api_->wait_info(connection_, &wait) < 0)
        return std::nullopt;
    return wait;
}

bool Session::next_is_at_hand() const noexcept {
    if (dead_) return false;
    const std::optional<dbway_wait> wait = wait_info();
    return wait && wait->fd >= 0 && wait->interest == 0;
}

bool Session::check_idle() noexcept {
    if (dead()) return false;
    if (!DBWAY_HAS(dbway_conn_api, api_, wait_info)) return true;
    const std::optional<dbway_wait> wait = wait_info();
    if (!wait) return false;
    if (wait->fd < 0) return true;
    pollfd descriptor{static_cast<int>(wait->fd), POLLIN, 0};
    if (poll(&descriptor, 1, 0) <= 0) return true;
    // Something has arrived on an idle connection: a notification, or its end.
    try {
        while (true) {
            event_ = dbway_event{};
            event_.struct_size = sizeof event_;
            const dbway_status status = api_->next(connection_, &event_);
            if (status != DBWAY_OK) return status >= 0 && !dead();
            if (event_.kind != DBWAY_E_NOTIFY) return false;
        }
    } catch (...) {
        return false;
    }
}

}  // namespace dbway::detail
