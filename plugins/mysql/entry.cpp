// The provider and its metadata.
#include "connection.hpp"

#include <dbway/sdk/entry.hpp>
#include <dbway/sdk/mysql_dialect.hpp>
#include <dbway/sdk/option_reader.hpp>
#include <dbway/sdk/orm_planner.hpp>

#include <string_view>

namespace dbway::mysql {
namespace {

// [any]
class MysqlProvider final : public sdk::Provider {
  public:
    explicit MysqlProvider(const sdk::Options& options) { sdk::OptionReader(options).finish(); }

    std::uint64_t capabilities() const override { return mysql::capabilities(false, true); }
    std::unique_ptr<sdk::Connection> open(const sdk::OpenRequest& request) override {
        return std::make_unique<MysqlConnection>(request);
    }
    const void* extension(std::string_view id) override {
        if (id == DBWAY_EXT_ORM) return &sdk::orm_extension<sdk::orm::Mysql>;
        return id == DBWAY_EXT_DIALECT ? &sdk::mysql_dialect : nullptr;
    }
};

}  // namespace
}  // namespace dbway::mysql

// Not DBWAY_ENTRY_UNLOAD_SAFE: the connector keeps its driver for the process, and its client library brings
// OpenSSL, which leaves handlers behind.
DBWAY_PROVIDER(dbway::mysql::MysqlProvider, "mysql", "0.1.0", "MySQL and MariaDB (Connector/C++)", "dbway",
               "https://dev.mysql.com/doc/connector-cpp/1.1/en/", 0, DBWAY_SCHEMES("mysql", "mariadb"),
               R"(license = "MIT; the client library is under GPL-2.0 with the FOSS exception"
description = "MySQL and MariaDB through MySQL Connector/C++ 1.1"

[[option]]
name = "url"
type = "secret"
help = "mysql://user:password@host:port/database?option=value; the options beside it take precedence"

[[option]]
name = "host"
type = "string"
default = "127.0.0.1"
help = "host name or address, reached over TCP"

[[option]]
name = "port"
type = "string"
default = "3306"
help = "TCP port, from 1 to 65535"

[[option]]
name = "unix_socket"
type = "path"
help = "path of the server's Unix socket, in place of host and port"

[[option]]
name = "user"
type = "string"
help = "user to log in as"

[[option]]
name = "password"
type = "secret"
help = "password"

[[option]]
name = "database"
type = "string"
help = "the database that unqualified names belong to"

[[option]]
name = "tls"
type = "choice"
values = ["disable", "prefer", "require", "verify-ca", "verify-full"]
help = "whether to use TLS, and what to verify; prefer if absent, verify-ca with tls_ca"

[[option]]
name = "tls_ca"
type = "path"
help = "file of the certificate authorities to trust"

[[option]]
name = "tls_ca_path"
type = "path"
help = "directory of certificate authorities to trust"

[[option]]
name = "tls_cert"
type = "path"
help = "file of the client's certificate"

[[option]]
name = "tls_key"
type = "path"
help = "file of the client's key"

[[option]]
name = "tls_cipher"
type = "string"
help = "ciphers to offer, in OpenSSL's notation"

[[option]]
name = "tls_version"
type = "string"
help = "versions of TLS to offer: TLSv1.2,TLSv1.3"

[[option]]
name = "connect_timeout"
type = "duration"
min = 0
max = 3600
default = "10s"
help = "how long to wait for a connection, in whole seconds; 0: as long as the request allows"

[[option]]
name = "read_timeout"
type = "duration"
min = 0
max = 86400
default = "0"
help = "how long the server may be silent while a statement runs, in whole seconds; 0: for ever"

[[option]]
name = "write_timeout"
type = "duration"
min = 0
max = 86400
default = "30s"
help = "how long sending may be held up, in whole seconds; 0: for ever"

[[option]]
name = "cancel_timeout"
type = "duration"
default = "1s"
help = "how long a server may take to act on a cancel before the connection is closed, from 10ms to 1h"

[[option]]
name = "lock_timeout"
type = "duration"
min = 0
max = 86400
help = "how long a statement waits for a lock, in whole seconds; if absent as the server is set, 50 s for rows by default"

[[option]]
name = "sql_mode"
type = "string"
help = "the session's sql_mode, such as ANSI_QUOTES,STRICT_TRANS_TABLES; if absent the server's with STRICT_TRANS_TABLES"

[[option]]
name = "zero_dates"
type = "choice"
values = ["native", "null", "error"]
default = "native"
help = "what 0000-00-00 and 2024-00-15 become: a value in the server's own form, NULL, or an error"

[[option]]
name = "results"
type = "choice"
values = ["auto", "streamed", "buffered"]
default = "auto"
help = "streamed: all results arrive row by row, and parameters are sent as literals; buffered: all are read whole; auto: streamed without parameters"

[[option]]
name = "tinyint1_is_bool"
type = "boolean"
default = "true"
help = "columns of the type tinyint(1) are truth values"

[[option]]
name = "found_rows"
type = "boolean"
default = "true"
help = "an UPDATE counts the rows it has found, as other databases do; false: those it has changed"

[[option]]
name = "generated_keys"
type = "boolean"
default = "true"
help = "ask for the key that an INSERT has generated, in a round trip of its own"

[[option]]
name = "compress"
type = "boolean"
default = "false"
help = "compress what is sent and received"
)");
