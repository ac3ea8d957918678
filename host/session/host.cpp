#include <dbway/host.hpp>

#include <dbway/error.hpp>
#include <loader/catalog.hpp>
#include <loader/plugin.hpp>
#include <loader/provider.hpp>
#include <pool/pool.hpp>
#include <session/timer.hpp>

#include <map>
#include <mutex>
#include <utility>

namespace dbway {

namespace detail {

// Thread-safe: nothing changes after construction but the cache behind capable().
class HostState {
  public:
    HostState(ParsedConfiguration parsed, const HostOptions& options)
        : log_(options.log ? options.log : [](int, std::string_view) {}) {
        std::vector<std::string> directories;
        for (const std::filesystem::path& directory : options.plugin_directories)
            directories.push_back(std::filesystem::absolute(directory).string());
        catalog_ = std::make_shared<const Catalog>(
            Catalog::scan(parsed.configuration.plugins, directories, options.linked));
        check_provider_options(parsed, *catalog_);
        parsed.raise();
        for (const Problem& warning : parsed.warnings) log_(DBWAY_LOG_WARN, warning.to_string());
        configuration_ = std::make_shared<const Configuration>(std::move(parsed.configuration));
        for (const SourceOptions& source : configuration_->sources) add_source(source);
    }

    const Configuration& configuration() const noexcept { return *configuration_; }
    const std::map<std::string, std::shared_ptr<Pool>, std::less<>>& pools() const noexcept { return pools_; }

  private:
    std::shared_ptr<ProviderInstance> provider(const std::string& id) {
        std::shared_ptr<ProviderInstance>& instance = providers_[id];
        if (!instance) instance = create(*configuration_, *catalog_, id, log_);
        return instance;
    }

    static std::shared_ptr<ProviderInstance> create(const Configuration& configuration,
                                                    const Catalog& catalog, const std::string& id,
                                                    const LogHandler& log) {
        const PluginFile* file = catalog.find(id);
        if (file == nullptr) throw_error(Category::plugin, catalog.not_found_message(id));
        const auto options = configuration.providers.find(id);
        const std::vector<ProviderOption> none;
        HostServices services;
        services.log = log;
        return std::make_shared<ProviderInstance>(
            load_plugin(*file), options != configuration.providers.end() ? options->second : none,
            std::move(services));
    }

    void add_source(const SourceOptions& source) {
        SessionEnvironment environment;
        environment.options = source;
        environment.provider = provider(source.provider);
        environment.watchdog = watchdog_;
        environment.log = log_;
        environment.capable = [catalog = catalog_, configuration = configuration_,
                               log = log_](std::uint64_t capability) {
            return capable(*catalog, *configuration, log, capability);
        };
        environment.extended = [catalog = catalog_, configuration = configuration_,
                                log = log_](const char* extension) {
            return hint(*catalog, *configuration, log, "extension \"" + std::string(extension) + "\"",
                        [&](const ProviderInstance& one) { return one.extension(extension) != nullptr; });
        };
        auto pool = std::make_shared<Pool>(std::move(environment), housekeeper_);
        pool->start();
        pools_.emplace(source.name, std::move(pool));
    }

    // For a hint in an error: only now are the other plugins loaded, since only a provider tells what it can
    // do.
    static std::string capable(const Catalog& catalog, const Configuration& configuration,
                               const LogHandler& log, std::uint64_t capability) {
        const std::vector<std::string> names = capability_names(capability);
        return hint(catalog, configuration, log,
                    names.empty() ? std::string("capability") : "capability \"" + names.front() + "\"",
                    [&](const ProviderInstance& one) { return (one.caps() & capability) != 0; });
    }

    template <typename Predicate>
    static std::string hint(const Catalog& catalog, const Configuration& configuration, const LogHandler& log,
                            const std::string& what, const Predicate& has) {
        std::string found;
        for (const PluginFile& file : catalog.files()) {
            if (!file.usable()) continue;
            try {
                if (!has(*create(configuration, catalog, file.metadata.id, log))) continue;
            } catch (const Error&) {
                continue;
            }
            if (!found.empty()) found += ", ";
            found += file.metadata.id;
        }
        return found.empty() ? "none of the providers found has the " + what
                             : "providers found with the " + what + ": " + found;
    }

    LogHandler log_;
    std::shared_ptr<const Configuration> configuration_;  // shared with the pools, for their hints
    std::shared_ptr<const Catalog> catalog_;
    std::shared_ptr<Timer> watchdog_ = std::make_shared<Timer>();
    std::shared_ptr<Timer> housekeeper_ = std::make_shared<Timer>();
    std::map<std::string, std::shared_ptr<ProviderInstance>, std::less<>> providers_;
    std::map<std::string, std::shared_ptr<Pool>, std::less<>> pools_;
};

}  // namespace detail

Host Host::open(const std::filesystem::path& file, const HostOptions& options) {
    return Host(std::make_shared<detail::HostState>(read_configuration(file), options));
}

Host Host::open(const Configuration& configuration, const HostOptions& options) {
    return Host(std::make_shared<detail::HostState>(ParsedConfiguration{configuration, {}, {}}, options));
}

Source Host::source(std::string_view name) const {
    const auto found = state_->pools().find(name);
    if (found != state_->pools().end()) return Source(found->second);
    std::string known;
    for (const auto& [other, pool] : state_->pools()) known += (known.empty() ? "\"" : ", \"") + other + "\"";
    throw_error(Category::invalid, "there is no source \"" + std::string(name) + "\" in " +
                                       configuration().file +
                                       (known.empty() ? "; it names no source" : "; it has " + known));
}

std::vector<std::string> Host::source_names() const {
    std::vector<std::string> names;
    for (const SourceOptions& source : configuration().sources) names.push_back(source.name);
    return names;
}

const Configuration& Host::configuration() const noexcept { return state_->configuration(); }

}  // namespace dbway
