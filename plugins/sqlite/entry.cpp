// The provider and its metadata.
#include "connection.hpp"

#include <dbway/sdk/entry.hpp>
#include <dbway/sdk/option_reader.hpp>
#include <dbway/sdk/orm_planner.hpp>
#include <dbway/sdk/sqlite_dialect.hpp>

#include <string_view>

namespace dbway::sqlite {
namespace {

// [any]
class SqliteProvider final : public sdk::Provider {
  public:
    explicit SqliteProvider(const sdk::Options& options) { sdk::OptionReader(options).finish(); }

    std::uint64_t capabilities() const override { return sqlite::capabilities(false); }
    std::unique_ptr<sdk::Connection> open(const sdk::OpenRequest& request) override {
        return std::make_unique<SqliteConnection>(request);
    }
    const void* extension(std::string_view id) override {
        if (id == DBWAY_EXT_DIALECT) return &sdk::sqlite_dialect;
        if (id == DBWAY_EXT_ORM) return &sdk::orm_extension<sdk::orm::Sqlite>;
        return nullptr;
    }
};

}  // namespace
}  // namespace dbway::sqlite

DBWAY_PROVIDER(dbway::sqlite::SqliteProvider, "sqlite", "0.1.0", "SQLite", "dbway", "https://www.sqlite.org/",
               DBWAY_ENTRY_UNLOAD_SAFE, DBWAY_SCHEMES("sqlite"),
               R"(license = "MIT"
description = "SQLite databases in files and in memory, through the sqlite3 library"

[[option]]
name = "database"
type = "path"
required = true
literal = [":memory:", "file:", ""]
help = "the database file; \":memory:\" for a database in memory, an SQLite URI (\"file:…\"), or \"\" for a temporary file"

[[option]]
name = "mode"
type = "choice"
values = ["rwc", "rw", "ro", "memory"]
default = "rwc"
help = "rwc creates the file if it is missing, rw does not, ro only reads, memory keeps a named database in memory"

[[option]]
name = "cache"
type = "choice"
values = ["private", "shared"]
help = "shared: connections of this process to one database share its pages; for named databases in memory"

[[option]]
name = "vfs"
type = "string"
help = "the SQLite vfs that reads and writes files; SQLite's default if absent"

[[option]]
name = "busy_timeout"
type = "duration"
default = "5s"
min = 0
max = 3600
help = "how long to wait for a lock that another connection holds; a request's deadline may end it earlier"

[[option]]
name = "journal_mode"
type = "choice"
values = ["wal", "delete", "truncate", "persist", "memory", "off"]
help = "wal if absent, except in memory and for read-only connections"

[[option]]
name = "synchronous"
type = "choice"
values = ["off", "normal", "full", "extra"]
help = "normal under wal if absent, else full"

[[option]]
name = "foreign_keys"
type = "boolean"
default = "true"
help = "enforce foreign keys"

[[option]]
name = "cache_size"
type = "integer"
min = -2147483648
max = 2147483647
help = "pages to keep in memory, or KiB if negative"

[[option]]
name = "mmap_size"
type = "integer"
min = 0
max = 70368744177664
help = "bytes of the file to read through a memory map"

[[option]]
name = "temp_store"
type = "choice"
values = ["default", "file", "memory"]
help = "where temporary tables and indexes live"

[[option]]
name = "integer_time"
type = "choice"
values = ["seconds", "milliseconds", "microseconds"]
default = "seconds"
help = "unit of integers in date and timestamp columns, counted from 1970-01-01"

[[option]]
name = "pragmas"
type = "string"
help = "further pragmas for every connection: \"name = value; name = value\""
)");
