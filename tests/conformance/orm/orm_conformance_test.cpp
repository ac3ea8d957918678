// Every check of the suite as one test, for each backend of the provider orm.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "conformance/suite.hpp"
#ifdef DBWAY_TEST_POSTGRESQL
#include "servers/shared_postgresql.hpp"
#endif
#ifdef DBWAY_TEST_MARIADB
#include "servers/shared_mariadb.hpp"
#endif

namespace dbway {
namespace {

// The entry of the plugin's file, as a host loads it. The plugin stays loaded.
const dbway_entry* load() {
    void* handle = dlopen(DBWAY_ORM_PROVIDER, RTLD_NOW | RTLD_LOCAL);
    return handle == nullptr ? nullptr : static_cast<const dbway_entry*>(dlsym(handle, DBWAY_ENTRY_SYMBOL));
}

// A database that no other check uses meanwhile.
class Database {
  public:
    virtual ~Database() = default;
    virtual conformance::Options options() = 0;
};

class Sqlite : public Database {
  public:
    Sqlite() {
        std::string pattern = (std::filesystem::temp_directory_path() / "dbway-conformance-XXXXXX").string();
        if (mkdtemp(pattern.data()) != nullptr) directory_ = pattern;
    }
    ~Sqlite() override {
        std::error_code ignored;
        if (!directory_.empty()) std::filesystem::remove_all(directory_, ignored);
    }
    conformance::Options options() override {
        return {{"backend", "sqlite3"}, {"file", (directory_ / "conformance.db").string()}};
    }

  private:
    std::filesystem::path directory_;
};

#ifdef DBWAY_TEST_POSTGRESQL
class Postgresql : public Database {
  public:
    conformance::Options options() override {
        conformance::Options options{{"backend", "postgresql"}};
        for (const auto& option : database_.options()) options.push_back(option);
        return options;
    }

  private:
    test::PooledDatabase database_{test::shared_postgresql()};
};
#endif

#ifdef DBWAY_TEST_MARIADB
class Mysql : public Database {
  public:
    conformance::Options options() override {
        conformance::Options options{{"backend", "mysql"}};
        for (const auto& option : database_.options()) options.push_back(option);
        return options;
    }

  private:
    test::MariadbDatabase database_{test::shared_mariadb()};
};
#endif

std::unique_ptr<Database> make_database(const std::string& backend) {
#ifdef DBWAY_TEST_POSTGRESQL
    if (backend == "postgresql") return std::make_unique<Postgresql>();
#endif
#ifdef DBWAY_TEST_MARIADB
    if (backend == "mysql") return std::make_unique<Mysql>();
#endif
    return std::make_unique<Sqlite>();
}

std::vector<std::string> backends() {
    return {
        "sqlite3",
#ifdef DBWAY_TEST_POSTGRESQL
        "postgresql",
#endif
#ifdef DBWAY_TEST_MARIADB
        "mysql",
#endif
    };
}

std::vector<std::string> check_ids() {
    std::vector<std::string> ids;
    for (const auto& check : conformance::checks()) ids.push_back(check.id);
    return ids;
}

class OrmConformance : public testing::TestWithParam<std::tuple<std::string, std::string>> {};

TEST_P(OrmConformance, Check) {
    const auto& [backend, id] = GetParam();
#ifdef DBWAY_TEST_POSTGRESQL
    if (backend == "postgresql") DBWAY_NEEDS_POSTGRESQL();
#endif
#ifdef DBWAY_TEST_MARIADB
    if (backend == "mysql") DBWAY_NEEDS_MARIADB();
#endif
    const dbway_entry* const entry = load();
    ASSERT_NE(entry, nullptr) << "the provider cannot be loaded";
    const auto database = make_database(backend);
    conformance::Settings settings;
    settings.file = DBWAY_ORM_PROVIDER;
    settings.only = {id};
    const auto report = conformance::run(entry, database->options(), settings);
    ASSERT_EQ(report.results.size(), 1u);
    const auto& result = report.results.front();
    EXPECT_FALSE(report.hung) << result.message;
    if (result.status == conformance::Status::skipped) GTEST_SKIP() << result.message;
    EXPECT_EQ(result.status, conformance::Status::passed) << result.check.title << "\n" << result.message;
}

INSTANTIATE_TEST_SUITE_P(Backends, OrmConformance,
                         testing::Combine(testing::ValuesIn(backends()), testing::ValuesIn(check_ids())),
                         [](const testing::TestParamInfo<OrmConformance::ParamType>& info) {
                             return std::get<0>(info.param) + "_" + std::get<1>(info.param);
                         });

}  // namespace
}  // namespace dbway
