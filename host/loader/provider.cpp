#include <dbway/error.hpp>
#include <loader/provider.hpp>
#include <session/diagnostics.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <utility>

#ifndef DBWAY_VERSION
#define DBWAY_VERSION "unknown"
#endif

namespace dbway::detail {

namespace {

const HostServices& services_of(const dbway_host* host) {
    return *static_cast<const HostServices*>(host->impl);
}

// The three functions of the host table. A handler that throws must not unwind into the plugin.
void DBWAY_CALL host_log(const dbway_host* host, int32_t level, const char* message, size_t length) noexcept {
    try {
        const HostServices& services = services_of(host);
        if (services.log && message != nullptr) services.log(level, std::string_view(message, length));
    } catch (...) {
        // A log that fails is no reason to fail what is logged.
    }
}

uint64_t DBWAY_CALL host_now_ns(const dbway_host* host) noexcept {
    const HostServices& services = services_of(host);
    if (services.now_ns) return services.now_ns();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                          std::chrono::steady_clock::now().time_since_epoch())
                                          .count());
}

const void* DBWAY_CALL host_extension(const dbway_host* host, const char* id) noexcept {
    try {
        const HostServices& services = services_of(host);
        return services.get_extension && id != nullptr ? services.get_extension(id) : nullptr;
    } catch (...) {
        return nullptr;
    }
}

// A name for create() without noexcept: a plugin in C or C++11 may have one that throws, against R3, and a
// call through the noexcept type would end the process instead of reaching a handler.
using ThrowingCreate = dbway_status(DBWAY_CALL*)(const dbway_host*, const dbway_create_args*,
                                                 dbway_provider**);

// What every provider must have is missing: why, or nothing.
std::string table_problem(const dbway_provider& provider) {
    constexpr std::size_t least = offsetof(dbway_provider, open) + sizeof provider.open;
    if (provider.struct_size < least)
        return "created a provider of " + std::to_string(provider.struct_size) + " bytes; it needs " +
               std::to_string(least);
    if (provider.destroy == nullptr) return "created a provider without destroy()";
    if (provider.open == nullptr) return "created a provider without open()";
    if (provider.conn == nullptr) return "created a provider without a table of connection functions";
    const dbway_conn_api& connection = *provider.conn;
    constexpr std::size_t least_connection = offsetof(dbway_conn_api, next) + sizeof connection.next;
    if (connection.struct_size < least_connection)
        return "has a connection table of " + std::to_string(connection.struct_size) + " bytes; it needs " +
               std::to_string(least_connection);
    if (connection.close == nullptr) return "has connections without close()";
    if (connection.submit == nullptr) return "has connections without submit()";
    if (connection.next == nullptr) return "has connections without next()";
    return {};
}

constexpr std::array<std::string_view, 20> capability_texts = {
    "nonblock", "pipeline",  "stream",      "cancel", "prepare", "copy_in", "copy_out",
    "notify",   "savepoint", "returning",   "arrays", "script",  "tx_ddl",  "schema",
    "tls",      "multi_set", "transaction", "write",  "timeout", "binary"};

}  // namespace

ProviderInstance::ProviderInstance(std::shared_ptr<const Plugin> plugin,
                                   std::span<const ProviderOption> options, HostServices services)
    : plugin_(std::move(plugin)), services_(std::move(services)) {
    host_.struct_size = sizeof host_;
    host_.abi_major = DBWAY_ABI_MAJOR;
    host_.abi_minor = DBWAY_ABI_MINOR;
    host_.name = "dbway";
    host_.version = DBWAY_VERSION;
    host_.impl = &services_;
    host_.log = &host_log;
    host_.now_ns = &host_now_ns;
    host_.get_extension = &host_extension;
    create(options);
}

void ProviderInstance::create(std::span<const ProviderOption> options) {
    const auto broken = [&](const std::string& reason) {
        throw PluginError(Category::plugin,
                          "plugin \"" + id() + "\" (" + plugin_->display_path() + ") " + reason);
    };
    std::vector<dbway_option> passed;
    passed.reserve(options.size());
    for (const ProviderOption& option : options) {
        const std::string_view text = option.value.reveal();
        passed.push_back({option.key.c_str(), {text.data(), text.size()}});
    }
    DiagnosticCollector diagnostics(services_.log);
    dbway_create_args args{};
    args.struct_size = sizeof args;
    args.options = passed.data();
    args.n_options = passed.size();
    args.diag = diagnostics.sink();

    const ThrowingCreate create_provider = plugin_->entry()->create;
    dbway_provider* created = nullptr;
    dbway_status status = DBWAY_ERR_INTERNAL;
    bool threw = false;
    try {
        status = create_provider(&host_, &args, &created);
    } catch (...) {
        threw = true;
    }
    if (threw) broken("threw an exception out of create(), which rule R3 forbids");
    if (status < 0) {
        ErrorDetails details = diagnostics.take(status);
        details.message = "provider \"" + id() + "\": " + details.message;
        throw_error(std::move(details));
    }
    if (status != DBWAY_OK || created == nullptr) broken("created no provider, and reported no error");
    if (const std::string problem = table_problem(*created); !problem.empty()) {
        if (created->struct_size >= offsetof(dbway_provider, destroy) + sizeof created->destroy &&
            created->destroy != nullptr)
            created->destroy(created);
        broken(problem);
    }
    provider_ = created;
    dialect_ = usable_dialect(extension(DBWAY_EXT_DIALECT));
}

// Revision 1 is frozen: whoever has less of it does not implement it.
const dbway_ext_dialect* usable_dialect(const void* extension) noexcept {
    const auto* dialect = static_cast<const dbway_ext_dialect*>(extension);
    const bool whole = dialect != nullptr && dialect->struct_size >= offsetof(dbway_ext_dialect, type_name) +
                                                                         sizeof dialect->type_name;
    return whole ? dialect : nullptr;
}

ProviderInstance::~ProviderInstance() {
    if (provider_ != nullptr) provider_->destroy(provider_);
}

const void* ProviderInstance::extension(const char* extension_id) const noexcept {
    return DBWAY_HAS(dbway_provider, provider_, get_extension)
               ? provider_->get_extension(provider_, extension_id)
               : nullptr;
}

std::vector<std::string> capability_names(std::uint64_t caps) {
    std::vector<std::string> names;
    for (std::size_t bit = 0; bit < 64; ++bit) {
        if ((caps >> bit & 1) == 0) continue;
        names.push_back(bit < capability_texts.size() ? std::string(capability_texts[bit])
                                                      : "bit_" + std::to_string(bit));
    }
    return names;
}

}  // namespace dbway::detail
