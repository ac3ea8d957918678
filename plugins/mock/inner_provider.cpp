#include "inner_provider.hpp"

#include "script_table.hpp"

#include <dbway/sdk/diagnostics.hpp>

#include <dlfcn.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>

namespace dbway::mock {
namespace {

using Clock = sdk::Request::Clock;
using sdk::detail::to_view;

std::uint64_t DBWAY_CALL now_ns(const dbway_host*) noexcept {
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch()).count());
}
// The host hears of the recorded provider through its requests.
void DBWAY_CALL log_nothing(const dbway_host*, std::int32_t, const char*, std::size_t) noexcept {}
const void* DBWAY_CALL no_extension(const dbway_host*, const char*) noexcept { return nullptr; }

[[noreturn]] void refuse(const std::string& file, const std::string& what) {
    throw sdk::Failure(DBWAY_ERR_INVALID, "the provider to record, " + file + ", " + what);
}

std::string loader_error() {
    const char* const text = dlerror();
    return text == nullptr ? "for a reason the loader does not tell" : text;
}

const dbway_entry* load(const std::string& file) {
    // Without a path the loader would search where libraries are.
    char* const resolved = realpath(file.c_str(), nullptr);
    if (resolved == nullptr) refuse(file, "cannot be found: " + std::string(std::strerror(errno)));
    const std::string path = resolved;
    std::free(resolved);
    void* const handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) refuse(file, "cannot be loaded: " + loader_error());
    const auto* const entry = static_cast<const dbway_entry*>(dlsym(handle, DBWAY_ENTRY_SYMBOL));
    if (entry == nullptr) refuse(file, "is no plugin of dbway: " + loader_error());
    return entry;
}

sdk::Diagnostic to_diagnostic(const dbway_diag& from) {
    const auto text = [](dbway_str given) { return std::string(to_view(given)); };
    sdk::Diagnostic diagnostic;
    diagnostic.status = from.status;
    diagnostic.severity = from.severity;
    diagnostic.flags = from.flags;
    diagnostic.native_code = from.native_code;
    diagnostic.position = from.position;
    diagnostic.sqlstate.assign(from.sqlstate, strnlen(from.sqlstate, 5));
    diagnostic.message = text(from.message);
    diagnostic.detail = text(from.detail);
    diagnostic.hint = text(from.hint);
    diagnostic.context = text(from.context);
    diagnostic.schema_name = text(from.schema_name);
    diagnostic.table_name = text(from.table_name);
    diagnostic.column_name = text(from.column_name);
    diagnostic.constraint_name = text(from.constraint_name);
    return diagnostic;
}

// Collects the error of create(), which has no connection yet.
void DBWAY_CALL collect(void* into, const dbway_diag* diag) noexcept {
    try {
        if (diag->status != DBWAY_OK)
            static_cast<std::optional<sdk::Diagnostic>*>(into)->emplace(to_diagnostic(*diag));
    } catch (...) {
        // The status alone must do.
    }
}

std::uint64_t time_left(Clock::time_point deadline) {
    if (deadline == Clock::time_point::max()) return 0;
    const auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(deadline - Clock::now()).count();
    return left > 0 ? static_cast<std::uint64_t>(left) : 1;
}

}  // namespace

InnerOptions parse_inner_options(std::string_view toml) {
    toml::table document;
    try {
        document = toml::parse(toml);
    } catch (const toml::parse_error& error) {
        throw sdk::Failure(DBWAY_ERR_INVALID, "option 'provider_options' is no TOML, line " +
                                                  std::to_string(error.source().begin.line) +
                                                  ": it holds lines such as database = \"app.db\"");
    }
    InnerOptions options;
    for (const auto& [key, value] : document) {
        std::string text;
        if (const auto* string = value.as_string())
            text = string->get();
        else if (const auto* integer = value.as_integer())
            text = std::to_string(integer->get());
        else if (const auto* boolean = value.as_boolean())
            text = boolean->get() ? "true" : "false";
        else
            throw sdk::Failure(DBWAY_ERR_INVALID, "option 'provider_options': '" + std::string(key.str()) +
                                                      "' is no string, integer or boolean");
        options.emplace_back(std::string(key.str()), std::move(text));
    }
    return options;
}

InnerProvider::InnerProvider(const std::string& file) : entry_(load(file)) {
    if (std::memcmp(entry_->magic, DBWAY_MAGIC, sizeof entry_->magic) != 0 ||
        entry_->struct_size < sizeof(dbway_entry) || entry_->create == nullptr)
        refuse(file, "has a broken entry");
    if (entry_->abi_major != DBWAY_ABI_MAJOR)
        refuse(file, "speaks version " + std::to_string(entry_->abi_major) + " of the interface, not " +
                         std::to_string(DBWAY_ABI_MAJOR));
    host_ = {sizeof host_, DBWAY_ABI_MAJOR, DBWAY_ABI_MINOR, 0,      "dbway mock",
             "1",          nullptr,         log_nothing,     now_ns, no_extension};
    std::optional<sdk::Diagnostic> error;
    dbway_create_args args{};
    args.struct_size = sizeof args;
    args.diag = {&error, collect};
    const dbway_status status = entry_->create(&host_, &args, &provider_);
    if (status != DBWAY_OK && error) throw sdk::Failure(std::move(*error));
    if (status != DBWAY_OK || provider_ == nullptr) refuse(file, "made no provider");
    extensions_.emplace(provider_);
}

InnerProvider::~InnerProvider() {
    extensions_.reset();
    provider_->destroy(provider_);
}

InnerConnection::InnerConnection(std::shared_ptr<InnerProvider> provider, const InnerOptions& options,
                                 const sdk::OpenRequest& request)
    : provider_(std::move(provider)), api_(provider_->get()->conn), reporter_(request.reporter) {
    std::vector<dbway_option> borrowed;
    borrowed.reserve(options.size());
    for (const auto& [key, value] : options) borrowed.push_back({key.c_str(), {value.data(), value.size()}});
    dbway_open_args args{};
    args.struct_size = sizeof args;
    args.flags = request.read_only ? DBWAY_OPEN_READONLY : 0;
    args.timeout_ns = time_left(request.deadline);
    args.options = borrowed.data();
    args.n_options = borrowed.size();
    args.diag = {this, report};
    const dbway_status status = provider_->get()->open(provider_->get(), &args, &connection_);
    if (status != DBWAY_OK || connection_ == nullptr)
        fail(status == DBWAY_OK ? dbway_status{DBWAY_ERR_INTERNAL} : status);
    error_.reset();
    try {
        if (const void* dialect = inner_extension(DBWAY_EXT_DIALECT))
            dialect_ = provider_->extensions().dialect(*static_cast<const dbway_ext_dialect*>(dialect));
        if (const void* orm = inner_extension(DBWAY_EXT_ORM))
            orm_ = provider_->extensions().orm(*static_cast<const dbway_ext_orm*>(orm));
    } catch (...) {
        api_->close(connection_);
        throw;
    }
}

InnerConnection::~InnerConnection() {
    if (connection_ != nullptr) api_->close(connection_);
}

const void* InnerConnection::inner_extension(const char* id) noexcept {
    dbway_provider* const provider = provider_->get();
    const void* found = nullptr;
    if (DBWAY_HAS(dbway_provider, provider, get_extension)) found = provider->get_extension(provider, id);
    if (found == nullptr && DBWAY_HAS(dbway_conn_api, api_, get_extension))
        found = api_->get_extension(connection_, id);
    return found;
}

sdk::Dialect InnerConnection::dialect() const noexcept {
    return dialect_ == nullptr || dialect_->name == nullptr ? sdk::Dialect::generic
                                                            : sdk::dialect_by_name(dialect_->name);
}

void InnerConnection::report(void* self, const dbway_diag* diag) noexcept {
    auto& connection = *static_cast<InnerConnection*>(self);
    try {
        sdk::Diagnostic diagnostic = to_diagnostic(*diag);
        if (diag->status == DBWAY_OK) {
            if (connection.reporter_ != nullptr) connection.reporter_->notice(diagnostic);
            return;
        }
        if ((diag->flags & DBWAY_DIAG_CONN_DEAD) != 0) connection.dead_ = true;
        connection.error_ = std::move(diagnostic);
    } catch (...) {
        // The status alone must do.
    }
}

void InnerConnection::fail(dbway_status status) {
    running_.store(0, std::memory_order_relaxed);
    sdk::Diagnostic diagnostic;
    if (error_)
        diagnostic = *error_;
    else
        diagnostic.message = "the recorded provider failed and does not say why";
    error_.reset();
    diagnostic.status = status;
    throw sdk::Failure(std::move(diagnostic));
}

dbway_request InnerConnection::make(std::uint32_t kind, const sdk::Request& request) {
    dbway_request result{};
    result.struct_size = sizeof result;
    result.kind = kind;
    result.id = ++last_id_;
    result.timeout_ns = time_left(request.deadline);
    return result;
}

void InnerConnection::submit(const dbway_request& request) {
    error_.reset();
    const dbway_request* const pointer = &request;
    running_.store(request.id, std::memory_order_relaxed);
    const dbway_status status = api_->submit(connection_, &pointer, 1);
    if (status < 0) fail(status);
}

bool InnerConnection::next(dbway_event& event) {
    for (;;) {
        event = {};
        event.struct_size = sizeof event;
        const dbway_status status = api_->next(connection_, &event);
        if (status == DBWAY_AGAIN) return false;
        if (status != DBWAY_OK) {
            dead_ = true;
            fail(status == DBWAY_END ? dbway_status{DBWAY_ERR_INTERNAL} : status);
        }
        if (event.kind == DBWAY_E_NOTIFY) {
            keep(event);
            continue;
        }
        const bool last = event.kind == DBWAY_E_DONE || event.kind == DBWAY_E_FAILED ||
                          event.kind == DBWAY_E_SKIPPED ||
                          (event.kind == DBWAY_E_ROWS && (event.flags & DBWAY_EF_FINAL) != 0);
        if (last) {
            transaction_state_ = event.tx_state;
            running_.store(0, std::memory_order_relaxed);
        }
        if (event.kind == DBWAY_E_FAILED) fail(event.status);
        return true;
    }
}

dbway_event InnerConnection::finish() {
    dbway_event event{};
    do {
        if (!next(event)) continue;
    } while (running_.load(std::memory_order_relaxed) != 0);
    return event;
}

void InnerConnection::discard() noexcept {
    if (DBWAY_HAS(dbway_conn_api, api_, discard)) api_->discard(connection_);
}

bool InnerConnection::cancel() noexcept {
    const std::uint64_t id = running_.load(std::memory_order_relaxed);
    return id != 0 && DBWAY_HAS(dbway_conn_api, api_, cancel) && api_->cancel(connection_, id) == DBWAY_OK;
}

void InnerConnection::keep(const dbway_event& event) {
    if (event.n_columns < 3 || event.cells == nullptr) return;
    const auto text = [](const dbway_value& cell) {
        return cell.len == 0 ? std::string() : std::string(cell.v.text, cell.len);
    };
    notifications_.push_back({text(event.cells[0]), text(event.cells[1]), event.cells[2].v.i64});
}

std::optional<sdk::Notification> InnerConnection::poll_notification() {
    while (notifications_.empty() && !dead_) {
        dbway_event event{};
        event.struct_size = sizeof event;
        const dbway_status status = api_->next(connection_, &event);
        if (status == DBWAY_END || status == DBWAY_AGAIN) return std::nullopt;
        if (status < 0) {
            dead_ = true;
            fail(status);
        }
        if (event.kind == DBWAY_E_NOTIFY) keep(event);
    }
    if (notifications_.empty()) return std::nullopt;
    sdk::Notification first = std::move(notifications_.front());
    notifications_.pop_front();
    return first;
}

std::int64_t InnerConnection::descriptor() noexcept {
    dbway_wait wait{};
    wait.struct_size = sizeof wait;
    wait.fd = -1;
    if (!DBWAY_HAS(dbway_conn_api, api_, wait_info) || api_->wait_info(connection_, &wait) != DBWAY_OK)
        return -1;
    return wait.fd;
}

sdk::ConnectionInfo InnerConnection::info() {
    sdk::ConnectionInfo result;
    result.capabilities = provider_->get()->caps;
    dbway_conn_info info{};
    info.struct_size = sizeof info;
    info.session_id = -1;
    if (!DBWAY_HAS(dbway_conn_api, api_, info) || api_->info(connection_, &info) != DBWAY_OK) return result;
    result.capabilities = info.caps;
    result.server_version = info.server_version;
    result.session_id = info.session_id;
    result.product = to_view(info.product);
    result.version = to_view(info.version);
    result.database = to_view(info.database);
    result.user = to_view(info.user);
    transaction_state_ = info.tx_state;
    return result;
}

}  // namespace dbway::mock
