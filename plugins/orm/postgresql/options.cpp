#include "postgresql/options.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/option_reader.hpp>
#include <dbway/sdk/postgresql_options.hpp>

#include <libpq-fe.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>
#include <string_view>

namespace dbway::orm::postgresql {
namespace {

using namespace std::chrono_literals;

struct FreeConninfo {
    void operator()(PQconninfoOption* options) const noexcept { PQconninfoFree(options); }
};
using Conninfo = std::unique_ptr<PQconninfoOption, FreeConninfo>;

[[noreturn]] void invalid(const std::string& message) { throw sdk::Failure(DBWAY_ERR_INVALID, message); }

// libpq's message up to its first quotation: what it quotes may be a part of a password.
std::string_view unquoted_part(std::string_view message) {
    message = message.substr(0, message.find_first_of("\"\n"));
    while (!message.empty() && (message.back() == ' ' || message.back() == ':')) message.remove_suffix(1);
    return message;
}

void add_url(std::string_view url, ConnectOptions& options) {
    char* error = nullptr;
    const Conninfo parsed(PQconninfoParse(std::string(url).c_str(), &error));
    if (parsed == nullptr) {
        const std::string reason(error == nullptr ? std::string_view("out of memory") : unquoted_part(error));
        PQfreemem(error);
        invalid("option 'url' is not a PostgreSQL URL or connection string: " + reason);
    }
    for (const PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option)
        if (option->val != nullptr) options.keywords[option->keyword] = option->val;
}

void check_encoding(const ConnectOptions& options) {
    const auto found = options.keywords.find("client_encoding");
    if (found == options.keywords.end()) return;
    if (!sdk::is_postgresql_utf8(found->second))
        invalid("option 'client_encoding' must be UTF8: all text of dbway is");
}

}  // namespace

ConnectOptions read_options(const sdk::Options& given, bool read_only) {
    const Conninfo known(PQconndefaults());
    if (known == nullptr) throw std::bad_alloc();

    sdk::OptionReader reader(given);
    ConnectOptions options;
    options.read_only = read_only;
    for (const dbway_option& option : given.all())
        if (std::string_view(option.value.ptr == nullptr ? "" : option.value.ptr, option.value.len)
                .find('\0') != std::string_view::npos)
            invalid("option '" + std::string(option.key) + "' contains a NUL character");
    reader.string("backend");
    if (const auto url = reader.string("url")) add_url(*url, options);
    options.cancel_timeout = reader.duration("cancel_timeout", 1s, 10ms, 1h);
    const bool shuffle = reader.choice("load_balance_hosts", {"disable", "random"}, "disable") == "random";
    const auto database = reader.string("database");
    if (database) options.keywords["dbname"] = *database;
    for (const PQconninfoOption* keyword = known.get(); keyword->keyword != nullptr; ++keyword)
        if (const auto value = reader.string(keyword->keyword);
            value && keyword->keyword != std::string_view("load_balance_hosts"))
            options.keywords[keyword->keyword] = *value;
    reader.finish();
    if (database && options.keywords["dbname"] != *database)
        invalid("options 'database' and 'dbname' name different databases");

    check_encoding(options);
    options.keywords["client_encoding"] = "UTF8";
    for (const auto& [keyword, value] : sdk::postgresql_option_defaults)
        options.keywords.try_emplace(keyword, value);

    std::string timeout = sdk::detail::take_keyword(options.keywords, "connect_timeout");
    if (const char* variable = std::getenv("PGCONNECT_TIMEOUT"); timeout.empty() && variable != nullptr)
        timeout = variable;
    if (!timeout.empty()) {
        const auto seconds = sdk::detail::parse_number<std::int64_t>(timeout);
        if (!seconds || *seconds > 1'000'000)
            invalid("option 'connect_timeout' is not a number of seconds up to 1000000");
        options.connect_timeout = std::chrono::seconds(std::max<std::int64_t>(*seconds, 0));
    }
    options.targets = sdk::take_postgresql_targets(options.keywords, shuffle);
    return options;
}

}  // namespace dbway::orm::postgresql
