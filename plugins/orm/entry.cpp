// The provider and its metadata.
#include "backends.hpp"

#include <dbway/sdk/entry.hpp>
#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/option_reader.hpp>
#include <dbway/sdk/postgresql_options.hpp>

#include <string>
#include <string_view>

namespace dbway::orm {
namespace {

// [any] No dialect of its own: each connection has that of its backend.
class OrmProvider final : public sdk::Provider {
  public:
    explicit OrmProvider(const sdk::Options& options) { sdk::OptionReader(options).finish(); }

    std::uint64_t capabilities() const override { return every_capability(); }
    std::unique_ptr<sdk::Connection> open(const sdk::OpenRequest& request) override {
        const auto backend = request.options.find("backend");
        if (!backend)
            throw sdk::Failure(DBWAY_ERR_INVALID,
                               "option 'backend' is missing: " + std::string(backend_names()));
        if (auto connection = open_backend(*backend, request)) return connection;
        throw sdk::Failure(DBWAY_ERR_INVALID, "option 'backend' is '" + std::string(backend->substr(0, 60)) +
                                                  "', expected " + std::string(backend_names()));
    }
};

}  // namespace
}  // namespace dbway::orm

// Not DBWAY_ENTRY_UNLOAD_SAFE: libpq and libmariadb bring TLS libraries, which leave handlers behind.
DBWAY_PROVIDER(dbway::orm::OrmProvider, "orm", "0.1.0", "SOCI", "dbway", "https://soci.sourceforge.net/", 0,
               DBWAY_SCHEMES(),
               R"(license = "MIT"
description = "SQLite, PostgreSQL and MySQL through the SOCI library"

[[option]]
name = "backend"
type = "choice"
required = true
values = ["sqlite3", "postgresql", "mysql"]
help = "SOCI's backend, which says which of the other options there are"

[[option]]
name = "file"
type = "path"
literal = [":memory:", ""]
help = "sqlite3: the database file; \":memory:\" for a database in memory, or \"\" for a temporary file"

[[option]]
name = "mode"
type = "choice"
values = ["rwc", "rw", "ro"]
default = "rwc"
help = "sqlite3: rwc creates the file if it is missing, rw does not, ro only reads"

[[option]]
name = "busy_timeout"
type = "duration"
default = "5s"
min = 0
max = 3600
help = "sqlite3: how long to wait for a lock that another connection holds"

[[option]]
name = "journal_mode"
type = "choice"
values = ["wal", "delete", "truncate", "persist", "memory", "off"]
help = "sqlite3: wal if absent, except in memory and for read-only connections"

[[option]]
name = "synchronous"
type = "choice"
values = ["off", "normal", "full", "extra"]
help = "sqlite3: normal under wal if absent, else full"

[[option]]
name = "foreign_keys"
type = "boolean"
default = "true"
help = "sqlite3: enforce foreign keys"

[[option]]
name = "integer_time"
type = "choice"
values = ["seconds", "milliseconds", "microseconds"]
default = "seconds"
help = "sqlite3: unit of integers in date and timestamp columns, counted from 1970-01-01"

[[option]]
name = "unix_socket"
type = "path"
help = "mysql: file of the server's Unix socket in place of host and port"

[[option]]
name = "tls_ca"
type = "path"
help = "mysql: file of the certificate authorities; with it the connection uses TLS"

[[option]]
name = "tls_cert"
type = "path"
help = "mysql: file of the client's certificate"

[[option]]
name = "tls_key"
type = "path"
help = "mysql: file of the client's key"

[[option]]
name = "read_timeout"
type = "integer"
min = 0
max = 86400
default = "0"
help = "mysql: seconds to wait for an answer of the server; 0: for ever"

[[option]]
name = "write_timeout"
type = "integer"
min = 0
max = 86400
default = "30"
help = "mysql: seconds to wait until the server takes what is sent; 0: for ever"

[[option]]
name = "lock_timeout"
type = "duration"
min = 0
max = 86400
help = "mysql: how long a statement waits for a lock; the server's innodb_lock_wait_timeout if absent"

[[option]]
name = "sql_mode"
type = "string"
help = "mysql: the session's sql_mode; if absent the server's with STRICT_ALL_TABLES"

[[option]]
name = "tinyint1_is_bool"
type = "boolean"
default = "true"
help = "mysql: TINYINT(1) arrives as BOOL if its value is 0 or 1"
)" DBWAY_POSTGRESQL_OPTIONS);
