// provider.hpp - one created provider of a plugin, with the host table that it sees.
#pragma once

#include <dbway/ext/dialect.h>
#include <dbway/provider.h>
#include <dbway/options.hpp>
#include <loader/plugin.hpp>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::detail {

// What the host lends to its providers. All may be called from any thread; what is empty has a default.
struct HostServices {
    std::function<void(int severity, std::string_view message)> log;  // DBWAY_LOG_*; default: dropped
    std::function<std::uint64_t()> now_ns;                            // default: the monotonic clock
    std::function<const void*(std::string_view id)> get_extension;    // default: none
};

// A dbway_provider from create() to destroy(). Thread-safe as far as the ABI tags its functions; destroyed
// once all of its connections are closed.
class DBWAY_API ProviderInstance {
  public:
    // Calls create() with the options of [provider.NAME]. Throws the dbway::Error that the provider reported,
    // or PluginError when it breaks the contract: an exception, no provider, or tables without what every
    // provider has.
    ProviderInstance(std::shared_ptr<const Plugin> plugin, std::span<const ProviderOption> options,
                     HostServices services = {});
    ~ProviderInstance();
    ProviderInstance(const ProviderInstance&) = delete;
    ProviderInstance& operator=(const ProviderInstance&) = delete;

    const std::string& id() const noexcept { return plugin_->id(); }
    const Plugin& plugin() const noexcept { return *plugin_; }
    dbway_provider* get() const noexcept { return provider_; }
    const dbway_conn_api* conn_api() const noexcept { return provider_->conn; }
    const dbway_host* host() const noexcept { return &host_; }
    std::uint64_t caps() const noexcept { return provider_->caps; }
    // The provider's extension of that id, or null.
    const void* extension(const char* id) const noexcept;
    // Null when the provider does not tell its dialect, or tells less of it than this header has.
    const dbway_ext_dialect* dialect() const noexcept { return dialect_; }
    std::uint64_t now_ns() const noexcept { return host_.now_ns(&host_); }

  private:
    void create(std::span<const ProviderOption> options);

    std::shared_ptr<const Plugin> plugin_;
    HostServices services_;
    dbway_host host_{};
    dbway_provider* provider_ = nullptr;
    const dbway_ext_dialect* dialect_ = nullptr;
};

// The table of dbway.dialect/1 that get_extension() has answered; null when there is none, or less of it than
// this header has.
const dbway_ext_dialect* usable_dialect(const void* extension) noexcept;

// "pipeline", "copy_in", … in the order of their bits; "bit_N" for those that this host does not know.
DBWAY_API std::vector<std::string> capability_names(std::uint64_t caps);

}  // namespace dbway::detail
