#include "options.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/option_reader.hpp>
#include <dbway/sdk/option_text.hpp>
#include <dbway/sdk/postgresql_options.hpp>

#include <libpq-fe.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <random>
#include <utility>

namespace dbway::pgx {
namespace {

using namespace std::chrono_literals;

struct FreeConninfo {
    void operator()(PQconninfoOption* options) const noexcept { PQconninfoFree(options); }
};
using Conninfo = std::unique_ptr<PQconninfoOption, FreeConninfo>;

[[noreturn]] void invalid(const std::string& message) { throw sdk::Failure(DBWAY_ERR_INVALID, message); }

// A message of libpq about a URL quotes parts of it, which may be parts of a password.
std::string without_quotations(const char* message) {
    std::string text;
    bool quoted = false;
    for (const char* c = message; *c != '\0' && *c != '\n'; ++c) {
        if (*c == '"') {
            quoted = !quoted;
            if (quoted) text += "\"…";
        }
        if (!quoted) text += *c;
    }
    return text;
}

void add_url(std::string_view url, Keywords& keywords) {
    char* error = nullptr;
    const Conninfo parsed(PQconninfoParse(std::string(url).c_str(), &error));
    if (!parsed) {
        const std::string reason = error == nullptr ? "out of memory" : without_quotations(error);
        PQfreemem(error);
        invalid("option 'url' is no PostgreSQL URL or connection string: " + reason);
    }
    for (const PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option)
        if (option->val != nullptr) keywords[option->keyword] = option->val;
}

bool is_libpq_keyword(const PQconninfoOption* defaults, std::string_view key) {
    for (const PQconninfoOption* option = defaults; option->keyword != nullptr; ++option)
        if (key == option->keyword) return true;
    return false;
}

std::vector<std::string> split(const std::string& list) {
    std::vector<std::string> parts;
    std::size_t begin = 0;
    for (std::size_t comma; (comma = list.find(',', begin)) != std::string::npos; begin = comma + 1)
        parts.push_back(list.substr(begin, comma - begin));
    parts.push_back(list.substr(begin));
    return parts;
}

std::string take(Keywords& keywords, std::string_view key) {
    const auto found = keywords.find(key);
    if (found == keywords.end()) return {};
    std::string value = std::move(found->second);
    keywords.erase(found);
    return value;
}

// libpq tries the servers of a list in turn, but never leaves one that does not answer while somebody else
// waits for its socket. So each is an attempt of its own here.
std::vector<Target> targets_of(Keywords& keywords, bool shuffle) {
    // The list may come from a service file, which only libpq reads.
    const bool service = keywords.contains("service") || std::getenv("PGSERVICE") != nullptr;
    const auto environment = [&](const char* key, const char* variable) {
        const char* value = std::getenv(variable);
        if (!service && value != nullptr && !keywords.contains(key)) keywords[key] = value;
    };
    environment("host", "PGHOST");
    environment("hostaddr", "PGHOSTADDR");
    environment("port", "PGPORT");
    environment("target_session_attrs", "PGTARGETSESSIONATTRS");
    if (service && !keywords.contains("host") && !keywords.contains("hostaddr")) return {Target{}};

    const std::vector<std::string> hosts = split(take(keywords, "host"));
    const std::string addresses_text = take(keywords, "hostaddr");
    const std::vector<std::string> addresses = split(addresses_text);
    const std::vector<std::string> ports = split(take(keywords, "port"));
    const std::string attributes = take(keywords, "target_session_attrs");

    const std::size_t count = std::max(hosts.size(), addresses.size());
    const auto fits = [&](std::size_t size) { return size == count || size == 1; };
    if (!fits(hosts.size()) || (!addresses_text.empty() && !fits(addresses.size())) || !fits(ports.size()))
        invalid("options 'host', 'hostaddr' and 'port' list " + std::to_string(hosts.size()) + ", " +
                std::to_string(addresses.size()) + " and " + std::to_string(ports.size()) +
                " servers; the lists must be equally long");
    const auto pick = [](const std::vector<std::string>& list, std::size_t i) {
        return list.size() == 1 ? list.front() : list[i];
    };
    std::vector<Target> targets;
    for (std::size_t i = 0; i < count; ++i)
        targets.push_back({pick(hosts, i), pick(addresses, i), pick(ports, i), attributes});
    if (shuffle) {
        thread_local std::minstd_rand generator(std::random_device{}());
        std::shuffle(targets.begin(), targets.end(), generator);
    }
    if (attributes == "prefer-standby") {
        // A standby anywhere comes before anything else.
        const std::size_t first = targets.size();
        for (std::size_t i = 0; i < first; ++i) {
            targets.push_back(targets[i]);
            targets.back().session_attributes = "any";
            targets[i].session_attributes = "standby";
        }
    }
    return targets;
}

}  // namespace

ConnectionOptions read_options(const sdk::Options& given) {
    const Conninfo defaults(PQconndefaults());
    if (!defaults) throw std::bad_alloc();

    sdk::OptionReader reader(given);
    ConnectionOptions options;
    if (const auto url = reader.string("url")) add_url(*url, options.keywords);
    options.statement_mode = reader.choice("statement_mode", {"named", "unnamed"}, "named") == "unnamed"
                                 ? StatementMode::unnamed
                                 : StatementMode::named;
    options.cancel_timeout = reader.duration("cancel_timeout", 1s, 10ms, 1h);
    const bool shuffle = reader.choice("load_balance_hosts", {"disable", "random"}, "disable") == "random";
    if (const auto database = reader.string("database")) options.keywords["dbname"] = *database;
    for (const dbway_option& option : given.all()) {
        if (!is_libpq_keyword(defaults.get(), option.key) ||
            option.key == std::string_view("load_balance_hosts"))
            continue;
        const std::string_view value = *reader.string(option.key);
        if (value.find('\0') != std::string_view::npos)
            invalid("option '" + std::string(option.key) + "' contains a NUL character");
        options.keywords[option.key] = value;
    }
    reader.finish();

    Keywords& keywords = options.keywords;
    if (const auto found = keywords.find("client_encoding"); found != keywords.end()) {
        if (!sdk::is_postgresql_utf8(found->second))
            invalid("option 'client_encoding' must be UTF8, which is what dbway's text is");
    }
    keywords["client_encoding"] = "UTF8";
    for (const auto& [key, value] : sdk::postgresql_option_defaults) keywords.try_emplace(key, value);
    // What libpq encrypts by GSSAPI only libpq can read.
    keywords.try_emplace("gssencmode", "disable");

    if (const std::string text = take(keywords, "connect_timeout"); !text.empty()) {
        const auto seconds = sdk::detail::parse_number<std::int64_t>(text);
        if (!seconds || *seconds > 1'000'000)
            invalid("option 'connect_timeout' is '" + text + "', expected whole seconds");
        options.connect_timeout = std::chrono::seconds(std::max<std::int64_t>(*seconds, 0));
    } else if (const char* variable = std::getenv("PGCONNECT_TIMEOUT")) {
        options.connect_timeout = std::chrono::seconds(
            std::max<std::int64_t>(sdk::detail::parse_number<std::int64_t>(variable).value_or(0), 0));
    }
    options.targets = targets_of(keywords, shuffle);
    return options;
}

}  // namespace dbway::pgx
