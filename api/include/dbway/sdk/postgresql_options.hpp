// postgresql_options.hpp - the options of a source that all providers of PostgreSQL have in common, so
// that a source moves from one to the other by its `provider` line.
#pragma once

#include <array>
#include <string_view>
#include <utility>

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
