#include "options.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/option_reader.hpp>
#include <dbway/sdk/option_text.hpp>
#include <dbway/sdk/postgresql_options.hpp>
#include <dbway/sdk/postgresql_targets.hpp>

#include <libpq-fe.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
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

    if (const std::string text = sdk::detail::take_keyword(keywords, "connect_timeout"); !text.empty()) {
        const auto seconds = sdk::detail::parse_number<std::int64_t>(text);
        if (!seconds || *seconds > 1'000'000)
            invalid("option 'connect_timeout' is '" + text + "', expected whole seconds");
        options.connect_timeout = std::chrono::seconds(std::max<std::int64_t>(*seconds, 0));
    } else if (const char* variable = std::getenv("PGCONNECT_TIMEOUT")) {
        options.connect_timeout = std::chrono::seconds(
            std::max<std::int64_t>(sdk::detail::parse_number<std::int64_t>(variable).value_or(0), 0));
    }
    for (sdk::PostgresqlTarget& target : sdk::take_postgresql_targets(keywords, shuffle))
        options.targets.push_back({std::move(target.host), std::move(target.hostaddr), std::move(target.port),
                                   std::move(target.session_attributes)});
    return options;
}

}  // namespace dbway::pgx
