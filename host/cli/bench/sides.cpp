#include "cli/bench/sides.hpp"

#include "cli/context.hpp"
#include "cli/exit_code.hpp"

#include <config/nearest.hpp>

#include <algorithm>
#include <set>

namespace dbway::cli::bench {

namespace {

// By which option a provider for several kinds of database is told which one.
constexpr std::string_view choice_of_database = "backend";

// A side that has not been opened yet.
struct Candidate {
    SourceOptions source;
    bool own = false;     // with the provider that the configuration names
    std::string refusal;  // why it cannot be opened
};

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), sdk::lower_ascii);
    return result;
}

// Whether "sqlite3" or "mysql" is the kind of database that "SQLite" or "MariaDB" is.
bool is_of_kind(std::string_view choice, std::string_view product) {
    while (!choice.empty() && choice.back() >= '0' && choice.back() <= '9') choice.remove_suffix(1);
    const std::string name = lower(product);
    const sdk::Dialect dialect = sdk::dialect_by_name(choice);
    return choice == name || (dialect != sdk::Dialect::generic && dialect == sdk::dialect_by_name(name));
}

Configuration with_only(const Configuration& configuration, const SourceOptions& source) {
    Configuration one = configuration;
    one.sources.assign(1, source);
    return one;
}

Side open_side(const Configuration& configuration, const HostOptions& host_options,
               const FoundPlugins& plugins, const QueryOptions& options) {
    Host host = Host::open(configuration, host_options);
    Source source = host.source(configuration.sources.front().name);
    const detail::PluginFile* file = plugins.catalog.find(source.provider());
    ServerInfo server = source.connection(options).info();
    return {{},
            configuration,
            host_options,
            std::move(host),
            std::move(source),
            std::move(server),
            file != nullptr ? file->metadata.version : ""};
}

// What the provider says to options that were written for another one; empty: it takes them.
std::string refusal_of(const Configuration& configuration, const FoundPlugins& plugins) {
    ParsedConfiguration parsed{configuration, {}, {}};
    check_provider_options(parsed, plugins.catalog);
    std::string reasons;
    for (const Problem& problem : parsed.problems) {
        if (!reasons.empty()) reasons += "; ";
        reasons += problem.message;
    }
    return reasons;
}

class SideMaker {
  public:
    SideMaker(const BenchArguments& arguments, const QueryOptions& options)
        : arguments_(arguments),
          options_(options),
          host_options_(host_options(arguments.common)),
          plugins_(find_plugins(arguments.common, need_configuration(arguments.common))) {
        // Here, so that paths are absolute and secrets known before another provider gets them.
        check_provider_options(*plugins_.parsed, plugins_.catalog);
        plugins_.parsed->raise();
        hide_secrets(plugins_.parsed->configuration);
        for (const std::string& provider : arguments.providers)
            if (plugins_.catalog.find(provider) == nullptr)
                throw_error(Category::plugin, plugins_.catalog.not_found_message(provider));
    }

    Sides make() {
        std::vector<Candidate> candidates;
        std::vector<std::optional<Side>> opened;
        for (const std::string& name : source_names()) {
            const SourceOptions& source = *configuration().find_source(name);
            candidates.push_back({source, true, {}});
            opened.emplace_back(
                open_side(with_only(configuration(), source), host_options_, plugins_, options_));
            const std::string product = opened.back()->server.product;
            for (const std::string& provider : providers_beside(source.provider)) {
                candidates.push_back(
                    {moved_to(plugins_.catalog.find(provider)->metadata, source, product), false, {}});
                opened.push_back(try_open(candidates.back(), product));
            }
        }
        return take(candidates, opened);
    }

  private:
    const Configuration& configuration() const { return plugins_.parsed->configuration; }

    std::vector<std::string> source_names() const {
        if (arguments_.sources.empty()) return {choose_source(configuration(), {})};
        std::vector<std::string> names;
        for (const std::string& wanted : arguments_.sources)
            if (std::string name = choose_source(configuration(), wanted);
                std::find(names.begin(), names.end(), name) == names.end())
                names.push_back(std::move(name));
        return names;
    }

    std::vector<std::string> providers_beside(const std::string& own) const {
        std::vector<std::string> providers;
        for (const std::string& provider : arguments_.providers)
            if (provider != own && std::find(providers.begin(), providers.end(), provider) == providers.end())
                providers.push_back(provider);
        return providers;
    }

    std::optional<Side> try_open(Candidate& candidate, const std::string& product) {
        const Configuration one = with_only(configuration(), candidate.source);
        candidate.refusal = refusal_of(one, plugins_);
        if (!candidate.refusal.empty()) {
            candidate.refusal += " (write a source of its own for \"" + candidate.source.provider +
                                 "\" and name both with -s)";
            return std::nullopt;
        }
        try {
            Side side = open_side(one, host_options_, plugins_, options_);
            if (lower(side.server.product) == lower(product)) return side;
            candidate.refusal = "it reaches " + side.server.product + " where the source is on " + product;
        } catch (const Error& error) {
            if (error.category() == Category::cancelled) throw;
            candidate.refusal = error.what();
        }
        return std::nullopt;
    }

    Sides take(const std::vector<Candidate>& candidates, std::vector<std::optional<Side>>& opened) const {
        std::vector<SourceOptions> options;
        options.reserve(candidates.size());
        for (const Candidate& candidate : candidates) options.push_back(candidate.source);
        const std::vector<std::string> names = side_names(options);
        Sides result;
        for (std::size_t i = 0; i < candidates.size(); ++i) {
            if (!opened[i]) {
                result.left_out.push_back({names[i], candidates[i].refusal});
                continue;
            }
            opened[i]->name = names[i];
            result.sides.push_back(std::move(*opened[i]));
        }
        put_base_first(result, names);
        return result;
    }

    void put_base_first(Sides& result, const std::vector<std::string>& names) const {
        if (arguments_.base.empty()) return;
        const auto is_base = [&](const auto& side) { return side.name == arguments_.base; };
        const auto base = std::find_if(result.sides.begin(), result.sides.end(), is_base);
        if (base != result.sides.end()) {
            std::rotate(result.sides.begin(), base, base + 1);
            return;
        }
        const auto left_out = std::find_if(result.left_out.begin(), result.left_out.end(), is_base);
        if (left_out != result.left_out.end())
            throw Failure("--base " + arguments_.base + " is left out: " + left_out->reason);
        const std::vector<std::string_view> known(names.begin(), names.end());
        std::string list;
        for (const std::string& name : names) list.append(list.empty() ? "" : ", ").append(name);
        throw UsageError("--base: no side \"" + arguments_.base + "\"" +
                         detail::did_you_mean(arguments_.base, known) + " (there are " + list + ")");
    }

    const BenchArguments& arguments_;
    const QueryOptions& options_;
    HostOptions host_options_;
    FoundPlugins plugins_;
};

}  // namespace

Sides open_sides(const BenchArguments& arguments, const QueryOptions& options) {
    return SideMaker(arguments, options).make();
}

SourceOptions moved_to(const detail::PluginMetadata& provider, const SourceOptions& source,
                       std::string_view product) {
    SourceOptions moved = source;
    moved.provider = provider.id;
    const detail::DeclaredOption* choice =
        provider.find_option(detail::OptionScope::source, choice_of_database);
    const auto is_choice = [](const ProviderOption& option) { return option.key == choice_of_database; };
    if (choice == nullptr) {
        std::erase_if(moved.options, is_choice);
    } else if (std::none_of(moved.options.begin(), moved.options.end(), is_choice)) {
        for (const std::string& value : choice->values) {
            if (!is_of_kind(value, product)) continue;
            ProviderOption option;
            option.key = choice_of_database;
            option.value = Secret(value);
            moved.options.push_back(std::move(option));
            break;
        }
    }
    return moved;
}

std::vector<std::string> side_names(const std::vector<SourceOptions>& sides) {
    std::set<std::string> sources, providers;
    for (const SourceOptions& side : sides) {
        sources.insert(side.name);
        providers.insert(side.provider);
    }
    std::vector<std::string> names;
    for (const SourceOptions& side : sides) {
        if (sources.size() == sides.size())
            names.push_back(side.name);
        else if (sources.size() == 1)
            names.push_back(side.provider);
        else
            names.push_back(side.name + "/" + side.provider);
    }
    return names;
}

}  // namespace dbway::cli::bench
