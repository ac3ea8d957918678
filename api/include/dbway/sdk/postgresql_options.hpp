// postgresql_options.hpp - the options of a source that all providers of PostgreSQL have in common, so
// that a source moves from one to the other by its `provider` line.
#pragma once

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/option_reader.hpp>
#include <dbway/sdk/option_text.hpp>
#include <dbway/sdk/postgresql_targets.hpp>
#include <dbway/sdk/provider.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dbway::sdk {

// What a source has where it says nothing. Silence is noticed: unacknowledged data after 30 s, an idle
// connection after 60 + 3 * 10 s.
inline constexpr std::array<std::pair<const char*, const char*>, 5> postgresql_option_defaults = {{
    {"fallback_application_name", "dbway"},
    {"keepalives_idle", "60"},
    {"keepalives_interval", "10"},
    {"keepalives_count", "3"},
    {"tcp_user_timeout", "30000"},
}};

// The only value of client_encoding that is accepted, in its spellings: all text of dbway is UTF-8.
constexpr bool is_postgresql_utf8(std::string_view encoding) noexcept {
    return encoding == "UTF8" || encoding == "utf8" || encoding == "UTF-8" || encoding == "utf-8";
}

struct PostgresqlOptions {
    std::map<std::string, std::string> keywords;  // for libpq, which adds its environment and files
    std::vector<PostgresqlTarget> targets;        // in the order of the attempts; never empty
    std::chrono::seconds connect_timeout{0};      // for each target; 0: none
    std::chrono::nanoseconds cancel_timeout{};    // how long a cancelled request may take to end
};

// The functions of libpq that know its keywords; the SDK links no client library:
//   constexpr sdk::PostgresqlConninfo<PQconninfoOption> libpq = {PQconndefaults, PQconninfoParse,
//                                                                PQconninfoFree, PQfreemem};
template <class Option>
struct PostgresqlConninfo {
    Option* (*defaults)();
    Option* (*parse)(const char* text, char** error);
    void (*free)(Option* options);
    void (*free_text)(void* text);
};

namespace postgresql_detail {

[[noreturn]] inline void refuse_option(const std::string& message) {
    throw Failure(DBWAY_ERR_INVALID, message);
}

// libpq's message without what it quotes, which may be a part of a password. Its translations have quotation
// marks of their own, none of them in ASCII.
inline std::string without_quotations(std::string_view message) {
    const auto is_mark = [](char c) { return c == '"' || static_cast<unsigned char>(c) > 0x7F; };
    const auto first = std::find_if(message.begin(), message.end(), is_mark);
    std::string text(message.begin(), first);
    if (first != message.end())
        text.append("…").append(std::find_if(message.rbegin(), message.rend(), is_mark).base(),
                                message.end());
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
}

template <class Option>
void add_url(std::string_view url, const PostgresqlConninfo<Option>& libpq,
             std::map<std::string, std::string>& keywords) {
    char* error = nullptr;
    const std::unique_ptr<Option, void (*)(Option*)> parsed(libpq.parse(std::string(url).c_str(), &error),
                                                            libpq.free);
    if (parsed == nullptr) {
        const std::string reason = error == nullptr ? "out of memory" : without_quotations(error);
        libpq.free_text(error);
        refuse_option("option 'url' is not a PostgreSQL URL or connection string: " + reason);
    }
    for (const Option* option = parsed.get(); option->keyword != nullptr; ++option)
        if (option->val != nullptr) keywords[option->keyword] = option->val;
}

inline std::chrono::seconds take_connect_timeout(std::map<std::string, std::string>& keywords) {
    std::string text = detail::take_keyword(keywords, "connect_timeout");
    const char* name = "option 'connect_timeout'";
    if (const char* variable = std::getenv("PGCONNECT_TIMEOUT"); text.empty() && variable != nullptr) {
        text = variable;
        name = "the environment variable PGCONNECT_TIMEOUT";
    }
    if (text.empty()) return std::chrono::seconds(0);
    const auto seconds = detail::parse_number<std::int64_t>(text);
    if (!seconds || *seconds > 1'000'000)
        refuse_option(std::string(name) + " is '" + text.substr(0, 60) +
                      "', expected a whole number of seconds up to 1000000");
    return std::chrono::seconds(std::max<std::int64_t>(*seconds, 0));
}

}  // namespace postgresql_detail

// Reads what is left of `given` after the provider has asked `reader` for what it alone has, and accepts no
// other. Throws Failure (DBWAY_ERR_INVALID); no message shows a value that may be secret.
template <class Option>
PostgresqlOptions read_postgresql_options(const Options& given, OptionReader reader,
                                          const PostgresqlConninfo<Option>& libpq) {
    using namespace std::chrono_literals;
    const std::unique_ptr<Option, void (*)(Option*)> known(libpq.defaults(), libpq.free);
    if (known == nullptr) throw std::bad_alloc();

    PostgresqlOptions options;
    auto& keywords = options.keywords;
    for (const dbway_option& option : given.all())
        if (std::string_view(option.value.ptr == nullptr ? "" : option.value.ptr, option.value.len)
                .find('\0') != std::string_view::npos)
            postgresql_detail::refuse_option("option '" + std::string(option.key) +
                                             "' contains a NUL character");
    if (const auto url = reader.string("url")) postgresql_detail::add_url(*url, libpq, keywords);
    options.cancel_timeout = reader.duration("cancel_timeout", 1s, 10ms, 1h);
    const bool shuffle = reader.choice("load_balance_hosts", {"disable", "random"}, "disable") == "random";
    const auto database = reader.string("database");
    if (database) keywords["dbname"] = *database;
    for (const Option* keyword = known.get(); keyword->keyword != nullptr; ++keyword)
        if (const auto value = reader.string(keyword->keyword);
            value && keyword->keyword != std::string_view("load_balance_hosts"))
            keywords[keyword->keyword] = *value;
    reader.finish();
    if (database && keywords["dbname"] != *database)
        postgresql_detail::refuse_option("options 'database' and 'dbname' name different databases");

    if (const auto encoding = keywords.find("client_encoding");
        encoding != keywords.end() && !is_postgresql_utf8(encoding->second))
        postgresql_detail::refuse_option("option 'client_encoding' must be UTF8: all text of dbway is");
    keywords["client_encoding"] = "UTF8";
    for (const auto& [keyword, value] : postgresql_option_defaults) keywords.try_emplace(keyword, value);
    options.connect_timeout = postgresql_detail::take_connect_timeout(keywords);
    options.targets = take_postgresql_targets(keywords, shuffle);
    return options;
}

// What an attempt to connect to one server passes to libpq. Borrows from both.
class PostgresqlConnectParameters {
  public:
    PostgresqlConnectParameters(const PostgresqlOptions& options, const PostgresqlTarget& target) {
        for (const auto& [keyword, value] : options.keywords) add(keyword.c_str(), value);
        add("host", target.host);
        add("hostaddr", target.hostaddr);
        add("port", target.port);
        add("target_session_attrs", target.session_attributes);
        keywords_.push_back(nullptr);
        values_.push_back(nullptr);
    }
    // Both end with a null pointer.
    const char* const* keywords() const noexcept { return keywords_.data(); }
    const char* const* values() const noexcept { return values_.data(); }

  private:
    void add(const char* keyword, const std::string& value) {
        if (value.empty()) return;
        keywords_.push_back(keyword);
        values_.push_back(value.c_str());
    }

    std::vector<const char*> keywords_;
    std::vector<const char*> values_;
};

}  // namespace dbway::sdk

// One [[option]] table of the metadata each: plain, a number from `min` to `max`, one of `values`.
#define DBWAY_POSTGRESQL_OPTION(name, type, help) \
    "\n[[option]]\nname = \"" name "\"\ntype = \"" type "\"\nhelp = \"" help "\"\n"
#define DBWAY_POSTGRESQL_NUMBER(name, max, help) \
    DBWAY_POSTGRESQL_OPTION(name, "integer", help) "min = 0\nmax = " max "\n"
#define DBWAY_POSTGRESQL_CHOICE(name, values, help) \
    DBWAY_POSTGRESQL_OPTION(name, "choice", help) "values = [" values "]\n"

// Metadata of all that libpq 15 has (its documentation, 34.1.2), "url", "database" and what both providers
// add; a literal among those of a provider's own options.
// clang-format off
#define DBWAY_POSTGRESQL_OPTIONS \
    DBWAY_POSTGRESQL_OPTION("url", "secret", \
        "a PostgreSQL URL (\\\"postgresql://user@host/database?sslmode=verify-full\\\") or a libpq " \
        "connection string; the options beside it take precedence") \
    DBWAY_POSTGRESQL_OPTION("database", "string", "the database; libpq's name for it is dbname") \
    DBWAY_POSTGRESQL_OPTION("dbname", "string", "the same as database") \
    DBWAY_POSTGRESQL_OPTION("host", "string", \
        "host name, directory of the Unix socket, or a list of them separated by commas") \
    DBWAY_POSTGRESQL_OPTION("hostaddr", "string", "IP address in place of a name to look up") \
    DBWAY_POSTGRESQL_OPTION("port", "string", \
        "port, 5432 if absent, or a list as long as that of the hosts") \
    DBWAY_POSTGRESQL_OPTION("user", "string", "role to log in as; the operating system's user if absent") \
    DBWAY_POSTGRESQL_OPTION("password", "secret", "password; without one libpq looks into passfile") \
    DBWAY_POSTGRESQL_OPTION("passfile", "path", "file of passwords, ~/.pgpass if absent") \
    DBWAY_POSTGRESQL_OPTION("service", "string", "name of an entry of pg_service.conf with further options") \
    DBWAY_POSTGRESQL_NUMBER("connect_timeout", "1000000", \
        "seconds to wait for a connection to each host; 0: as long as the request allows") \
    DBWAY_POSTGRESQL_OPTION("application_name", "string", "what the server shows of this connection") \
    DBWAY_POSTGRESQL_OPTION("fallback_application_name", "string", \
        "the same, if nothing else gives a name; dbway if absent") \
    DBWAY_POSTGRESQL_CHOICE("client_encoding", "\"UTF8\", \"utf8\", \"UTF-8\", \"utf-8\"", "always UTF8") \
    DBWAY_POSTGRESQL_OPTION("options", "string", \
        "settings for the session: \\\"-c statement_timeout=5s\\\"") \
    DBWAY_POSTGRESQL_CHOICE("target_session_attrs", "\"any\", \"read-write\", \"read-only\", " \
        "\"primary\", \"standby\", \"prefer-standby\"", \
        "which of several hosts will do") \
    DBWAY_POSTGRESQL_CHOICE("sslmode", "\"disable\", \"allow\", \"prefer\", \"require\", \"verify-ca\", " \
        "\"verify-full\"", \
        "whether to use TLS, and what to verify") \
    DBWAY_POSTGRESQL_OPTION("sslrootcert", "string", "file of the certificate authorities to trust") \
    DBWAY_POSTGRESQL_OPTION("sslcert", "path", "file of the client's certificate") \
    DBWAY_POSTGRESQL_OPTION("sslkey", "string", "file of the client's key") \
    DBWAY_POSTGRESQL_OPTION("sslpassword", "secret", "password of the client's key") \
    DBWAY_POSTGRESQL_OPTION("sslcrl", "path", "file of revoked certificates") \
    DBWAY_POSTGRESQL_OPTION("sslcrldir", "path", "directory of revoked certificates") \
    DBWAY_POSTGRESQL_CHOICE("sslsni", "\"0\", \"1\"", "tell the server the name that is being connected to") \
    DBWAY_POSTGRESQL_CHOICE("sslcompression", "\"0\", \"1\"", "compress data that is sent over TLS") \
    DBWAY_POSTGRESQL_CHOICE("ssl_min_protocol_version", "\"TLSv1\", \"TLSv1.1\", \"TLSv1.2\", \"TLSv1.3\"", \
        "oldest version of TLS to accept") \
    DBWAY_POSTGRESQL_CHOICE("ssl_max_protocol_version", "\"TLSv1\", \"TLSv1.1\", \"TLSv1.2\", \"TLSv1.3\"", \
        "newest version of TLS to accept") \
    DBWAY_POSTGRESQL_CHOICE("channel_binding", "\"disable\", \"prefer\", \"require\"", \
        "channel binding of the authentication") \
    DBWAY_POSTGRESQL_OPTION("requirepeer", "string", \
        "operating system's user that must own the server, over a Unix socket") \
    DBWAY_POSTGRESQL_CHOICE("gssencmode", "\"disable\", \"prefer\", \"require\"", "GSSAPI encryption") \
    DBWAY_POSTGRESQL_OPTION("krbsrvname", "string", "Kerberos service name of the server") \
    DBWAY_POSTGRESQL_OPTION("gsslib", "string", "GSS library to use") \
    DBWAY_POSTGRESQL_CHOICE("keepalives", "\"0\", \"1\"", "TCP keepalives") \
    DBWAY_POSTGRESQL_NUMBER("keepalives_idle", "2147483647", \
        "seconds of silence before the first keepalive; 60 if absent") \
    DBWAY_POSTGRESQL_NUMBER("keepalives_interval", "2147483647", "seconds between keepalives; 10 if absent") \
    DBWAY_POSTGRESQL_NUMBER("keepalives_count", "2147483647", \
        "unanswered keepalives until the connection is lost; 3 if absent") \
    DBWAY_POSTGRESQL_NUMBER("tcp_user_timeout", "2147483647", \
        "milliseconds that data may stay unacknowledged; 30000 if absent") \
    DBWAY_POSTGRESQL_OPTION("replication", "string", \
        "a replication connection; only simple queries work on it") \
    DBWAY_POSTGRESQL_OPTION("load_balance_hosts", "choice", \
        "random: try the hosts of a list in random order") \
    "values = [\"disable\", \"random\"]\ndefault = \"disable\"\n" \
    DBWAY_POSTGRESQL_OPTION("cancel_timeout", "duration", \
        "how long the server may take to end a request whose time is over, before the connection is given up") \
    "default = \"1s\"\nmin = 0.01\nmax = 3600\n"
// clang-format on
