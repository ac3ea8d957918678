#ifndef DBWAY_TESTS_INTEGRATION_PROVIDERS_PROVIDER_TEST_HPP
#define DBWAY_TESTS_INTEGRATION_PROVIDERS_PROVIDER_TEST_HPP

#include <dbway/dbway.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "differences.hpp"
#include "servers/shared_postgresql.hpp"
#ifdef DBWAY_TEST_MARIADB
#include "servers/shared_mariadb.hpp"
#endif

namespace dbway::test {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;

// The providers of this build, "sqlite", "pq", "pgx", "mysql", the provider orm by its backends,
// "orm_sqlite3", "orm_postgresql", "orm_mysql", and "mock_sqlite", the provider mock that records sqlite; and
// those of them that speak to PostgreSQL.
std::vector<std::string> providers();
std::vector<std::string> postgresql_providers();
inline bool is_postgresql(const std::string& provider) {
    return provider == "pq" || provider == "pgx" || provider == "orm_postgresql";
}
inline bool is_mysql(const std::string& provider) { return provider == "mysql" || provider == "orm_mysql"; }

std::string provider_name(const testing::TestParamInfo<std::string>& info);
// Every test of the class, once for each provider.
#define DBWAY_FOR_ALL_PROVIDERS(Suite)                                                        \
    INSTANTIATE_TEST_SUITE_P(Providers, Suite, testing::ValuesIn(::dbway::test::providers()), \
                             ::dbway::test::provider_name)
#define DBWAY_FOR_POSTGRESQL_PROVIDERS(Suite)                                                            \
    GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Suite);                                                \
    INSTANTIATE_TEST_SUITE_P(Providers, Suite, testing::ValuesIn(::dbway::test::postgresql_providers()), \
                             ::dbway::test::provider_name)

// A directory that is removed with the object.
class TemporaryDirectory {
  public:
    TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    ~TemporaryDirectory();
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

// A configuration as an application writes it: sources of any provider, then a Host over its file.
class Application {
  public:
    // `extra`: lines for the section of the source, and sections of its own below it. With mock_sqlite,
    // `options` and what `extra` has of sqlite's go to the recorded provider; the recording is in
    // directory().
    Application& add(const std::string& source, const std::string& provider, const ConnectionOptions& options,
                     const std::string& extra = {});
    Application& add_sqlite(const std::string& source, const std::string& extra = {},
                            const std::string& provider = "sqlite");
    // Parses the file, loads the plugins.
    Host open(LogHandler log = {}) const;
    const std::filesystem::path& directory() const { return directory_.path(); }

  private:
    void add_recorded_sqlite(const std::string& source, const ConnectionOptions& options,
                             const std::string& extra);

    TemporaryDirectory directory_;
    std::string text_;
};

#ifdef DBWAY_TEST_MARIADB
// So that the same SQL means the same: names in double quotes, || as concatenation, errors in place of values
// that were cut to fit.
inline constexpr const char* standard_sql_mode =
    "ANSI_QUOTES,PIPES_AS_CONCAT,STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION";
ConnectionOptions standard_options(const MariadbDatabase& database);
#endif

// An empty database for the provider that is the test's parameter, and the source "main" on it.
class ProviderTest : public testing::TestWithParam<std::string> {
  protected:
    void SetUp() override;

    const std::string& provider() const { return GetParam(); }
    bool on_postgresql() const { return is_postgresql(provider()); }
    bool on_mysql() const { return is_mysql(provider()); }
    // Of a server, with which several sessions can write.
    bool on_server() const { return on_postgresql() || on_mysql(); }
    bool can(Feature feature) const { return expected(provider(), feature); }

    // The source "main", opened at the first call.
    Source& db();
    // Another host on the same database, with other settings of the source; see Application::add().
    Host open_host(const std::string& extra, LogHandler log = {});
    Source open(const std::string& extra) { return open_host(extra).source("main"); }

    // Declares a column for values of a DBWAY_T_* type.
    std::string type(std::uint32_t type, std::int32_t precision = -1, std::int32_t scale = -1) {
        return db().type_name(type, precision, scale);
    }
    std::int64_t count(const std::string& table) {
        return db().query("select count(*) from " + table).one<std::int64_t>();
    }
    // Rows `i` from 1 to `rows`, each with a text `s` of 80 characters.
    std::string series(std::int64_t rows) const;
    // A statement that runs until it is cancelled, or for minutes.
    std::string endless() const;
    // The database on PostgreSQL, for what goes past the provider.
    const DatabaseAddress& database() const { return *database_; }
#ifdef DBWAY_TEST_MARIADB
    const MariadbDatabase& mariadb() const { return *mariadb_; }
#endif
    // How to reach the database on a server.
    ConnectionOptions server_options() const;
    // The name of what SCHEMA calls a schema.
    std::string schema_name() const;

  private:
    std::optional<PooledDatabase> database_;
#ifdef DBWAY_TEST_MARIADB
    std::optional<MariadbDatabase> mariadb_;
#endif
    std::vector<std::unique_ptr<Application>> applications_;
    std::optional<Source> source_;
    TemporaryDirectory directory_;
};

// The error that a function throws; the test fails if it throws none.
Error error_of(const std::function<void()>& function);
// Waits until it holds, at most half a minute.
bool eventually(const std::function<bool()>& condition);

}  // namespace dbway::test

#endif
