// The entry and its metadata.
#include "provider.hpp"

#include <dbway/sdk/entry.hpp>

// Not DBWAY_ENTRY_UNLOAD_SAFE: libpq brings OpenSSL, which leaves handlers behind.
//
// The options are libpq's (its documentation, 34.1.2), all that libpq 15 has, and some of our own.
DBWAY_PROVIDER_MADE_BY(dbway::pgx::create_provider, "pgx", "0.1.0", "PostgreSQL", "dbway",
                       "https://www.postgresql.org/", 0, DBWAY_SCHEMES("postgresql", "postgres"),
                       R"toml(license = "MIT"
description = "PostgreSQL in its binary protocol: pipelines, streaming, COPY, notifications"

[[option]]
name = "url"
type = "secret"
help = "a PostgreSQL URL (\"postgresql://user@host/database?sslmode=verify-full\") or a libpq connection string; the options beside it take precedence"

[[option]]
name = "database"
type = "string"
help = "the database; libpq's name for it is dbname"

[[option]]
name = "dbname"
type = "string"
help = "the same as database"

[[option]]
name = "host"
type = "string"
help = "host name, directory of the Unix socket, or a list of them separated by commas"

[[option]]
name = "hostaddr"
type = "string"
help = "IP address in place of a name to look up"

[[option]]
name = "port"
type = "string"
help = "port, 5432 if absent, or a list as long as that of the hosts"

[[option]]
name = "user"
type = "string"
help = "role to log in as; the operating system's user if absent"

[[option]]
name = "password"
type = "secret"
help = "password; without one libpq looks into passfile"

[[option]]
name = "passfile"
type = "path"
help = "file of passwords, ~/.pgpass if absent"

[[option]]
name = "service"
type = "string"
help = "name of an entry of pg_service.conf with further options"

[[option]]
name = "connect_timeout"
type = "integer"
min = 0
max = 1000000
help = "seconds to wait for a connection to each host; 0: as long as the request allows"

[[option]]
name = "application_name"
type = "string"
help = "what the server shows of this connection"

[[option]]
name = "fallback_application_name"
type = "string"
help = "the same, if nothing else gives a name; dbway if absent"

[[option]]
name = "client_encoding"
type = "choice"
values = ["UTF8", "utf8", "UTF-8", "utf-8"]
help = "always UTF8"

[[option]]
name = "options"
type = "string"
help = "settings for the session: \"-c statement_timeout=5s\""

[[option]]
name = "target_session_attrs"
type = "choice"
values = ["any", "read-write", "read-only", "primary", "standby", "prefer-standby"]
help = "which of several hosts will do"

[[option]]
name = "sslmode"
type = "choice"
values = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]
help = "whether to use TLS, and what to verify"

[[option]]
name = "sslrootcert"
type = "string"
help = "file of the certificate authorities to trust"

[[option]]
name = "sslcert"
type = "path"
help = "file of the client's certificate"

[[option]]
name = "sslkey"
type = "string"
help = "file of the client's key"

[[option]]
name = "sslpassword"
type = "secret"
help = "password of the client's key"

[[option]]
name = "sslcrl"
type = "path"
help = "file of revoked certificates"

[[option]]
name = "sslcrldir"
type = "path"
help = "directory of revoked certificates"

[[option]]
name = "sslsni"
type = "choice"
values = ["0", "1"]
help = "tell the server the name that is being connected to"

[[option]]
name = "sslcompression"
type = "choice"
values = ["0", "1"]
help = "compress data that is sent over TLS"

[[option]]
name = "ssl_min_protocol_version"
type = "choice"
values = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]
help = "oldest version of TLS to accept"

[[option]]
name = "ssl_max_protocol_version"
type = "choice"
values = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]
help = "newest version of TLS to accept"

[[option]]
name = "channel_binding"
type = "choice"
values = ["disable", "prefer", "require"]
help = "channel binding of the authentication"

[[option]]
name = "requirepeer"
type = "string"
help = "operating system's user that must own the server, over a Unix socket"

[[option]]
name = "gssencmode"
type = "choice"
values = ["disable", "prefer", "require"]
help = "GSSAPI encryption"

[[option]]
name = "krbsrvname"
type = "string"
help = "Kerberos service name of the server"

[[option]]
name = "gsslib"
type = "string"
help = "GSS library to use"

[[option]]
name = "keepalives"
type = "choice"
values = ["0", "1"]
help = "TCP keepalives"

[[option]]
name = "keepalives_idle"
type = "integer"
min = 0
max = 2147483647
help = "seconds of silence before the first keepalive; 60 if absent"

[[option]]
name = "keepalives_interval"
type = "integer"
min = 0
max = 2147483647
help = "seconds between keepalives; 10 if absent"

[[option]]
name = "keepalives_count"
type = "integer"
min = 0
max = 2147483647
help = "unanswered keepalives until the connection is lost; 3 if absent"

[[option]]
name = "tcp_user_timeout"
type = "integer"
min = 0
max = 2147483647
help = "milliseconds that data may stay unacknowledged; 30000 if absent"

[[option]]
name = "replication"
type = "string"
help = "a replication connection; only simple queries work on it"

[[option]]
name = "statement_mode"
type = "choice"
values = ["named", "unnamed"]
default = "named"
help = "unnamed: parse prepared statements anew with every execution, in the same round trip, for poolers that lend a server connection per transaction (pool_mode = transaction of PgBouncer)"

[[option]]
name = "load_balance_hosts"
type = "choice"
values = ["disable", "random"]
default = "disable"
help = "random: try the hosts of a list in random order"

[[option]]
name = "cancel_timeout"
type = "duration"
default = "1s"
min = 0.01
max = 3600
help = "how long the server may take to end a request whose time is over, before the connection is given up"
)toml");
