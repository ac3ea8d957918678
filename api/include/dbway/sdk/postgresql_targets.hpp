// postgresql_targets.hpp - the servers of a source, as libpq's lists name them, one by one.
//
// libpq tries the servers of a list in turn, but never leaves one that does not answer while somebody else
// waits for its socket. So each is an attempt of its own here.
#pragma once

#include <dbway/sdk/failure.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dbway::sdk {

struct PostgresqlTarget {
    std::string host;      // empty: libpq's default
    std::string hostaddr;  // empty: by name
    std::string port;
    std::string session_attributes;  // target_session_attrs
};

// Whether another server may do better: a refusal for good reasons (password, database) is everywhere the
// same.
inline bool worth_another_postgresql_target(std::string_view sqlstate) noexcept {
    return sqlstate.starts_with("08") || sqlstate.starts_with("53") || sqlstate.starts_with("57P");
}

namespace detail {

inline std::vector<std::string> split_list(const std::string& list) {
    std::vector<std::string> parts;
    std::size_t begin = 0;
    for (std::size_t comma; (comma = list.find(',', begin)) != std::string::npos; begin = comma + 1)
        parts.push_back(list.substr(begin, comma - begin));
    parts.push_back(list.substr(begin));
    return parts;
}

template <class Keywords>
std::string take_keyword(Keywords& keywords, const char* key) {
    const auto found = keywords.find(key);
    if (found == keywords.end()) return {};
    std::string value = std::move(found->second);
    keywords.erase(found);
    return value;
}

}  // namespace detail

// The servers in the order of the attempts, at least one; shuffled on demand. Their keywords are taken out of
// `keywords`, a map of strings with libpq's, unless a service file may have the list, which only libpq reads.
// Throws Failure (DBWAY_ERR_INVALID) for lists that do not fit each other.
template <class Keywords>
std::vector<PostgresqlTarget> take_postgresql_targets(Keywords& keywords, bool shuffle) {
    const bool service = keywords.contains("service") || std::getenv("PGSERVICE") != nullptr;
    const auto environment = [&](const char* key, const char* variable) {
        const char* value = std::getenv(variable);
        if (!service && value != nullptr && !keywords.contains(key)) keywords[key] = value;
    };
    environment("host", "PGHOST");
    environment("hostaddr", "PGHOSTADDR");
    environment("port", "PGPORT");
    environment("target_session_attrs", "PGTARGETSESSIONATTRS");
    if (service && !keywords.contains("host") && !keywords.contains("hostaddr")) return {PostgresqlTarget{}};

    const std::vector<std::string> hosts = detail::split_list(detail::take_keyword(keywords, "host"));
    const std::string addresses_text = detail::take_keyword(keywords, "hostaddr");
    const std::vector<std::string> addresses = detail::split_list(addresses_text);
    const std::vector<std::string> ports = detail::split_list(detail::take_keyword(keywords, "port"));
    const std::string attributes = detail::take_keyword(keywords, "target_session_attrs");

    const std::size_t count = std::max(hosts.size(), addresses.size());
    const auto fits = [&](std::size_t size) { return size == count || size == 1; };
    if (!fits(hosts.size()) || (!addresses_text.empty() && !fits(addresses.size())) || !fits(ports.size()))
        throw Failure(DBWAY_ERR_INVALID,
                      "options 'host', 'hostaddr' and 'port' list " + std::to_string(hosts.size()) + ", " +
                          std::to_string(addresses.size()) + " and " + std::to_string(ports.size()) +
                          " servers; the lists must be equally long");
    const auto pick = [](const std::vector<std::string>& list, std::size_t i) {
        return list.size() == 1 ? list.front() : list[i];
    };
    std::vector<PostgresqlTarget> targets;
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

}  // namespace dbway::sdk
