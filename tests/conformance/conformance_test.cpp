// Every check of the suite as one test, for each provider at hand.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <ostream>

#include "conformance/suite.hpp"
#include "support/reference_provider.hpp"
#ifdef DBWAY_TEST_POSTGRESQL
#include "servers/shared_postgresql.hpp"
#endif
#ifdef DBWAY_TEST_MARIADB
#include "servers/shared_mariadb.hpp"
#endif

namespace dbway {
namespace {

// A provider under test, and where its data lives while one test runs.
class Subject {
  public:
    virtual ~Subject() = default;
    virtual const dbway_entry* entry() = 0;
    virtual conformance::Options options() = 0;
    virtual conformance::Settings settings() { return {}; }
    // Whether the provider has a reason to leave out checks with this message.
    virtual bool may_skip(const std::string&) const { return true; }
};

class Reference : public Subject {
  public:
    explicit Reference(bool nonblocking) : nonblocking_(nonblocking) {}
    const dbway_entry* entry() override { return test::reference_entry(); }
    conformance::Options options() override { return {{"database", "conformance"}}; }
    conformance::Settings settings() override {
        conformance::Settings settings;
        settings.nonblocking = nonblocking_;
        return settings;
    }

  private:
    bool nonblocking_;
};

// The entry of a plugin file, as a host loads it. The plugin stays loaded.
[[maybe_unused]] const dbway_entry* load(const char* file) {
    void* handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    return handle == nullptr ? nullptr : static_cast<const dbway_entry*>(dlsym(handle, DBWAY_ENTRY_SYMBOL));
}

#ifdef DBWAY_SQLITE_PROVIDER
// On a database file in a directory of its own.
class Sqlite : public Subject {
  public:
    Sqlite() {
        std::string pattern = (std::filesystem::temp_directory_path() / "dbway-conformance-XXXXXX").string();
        if (mkdtemp(pattern.data()) != nullptr) directory_ = pattern;
    }
    ~Sqlite() override {
        std::error_code ignored;
        if (!directory_.empty()) std::filesystem::remove_all(directory_, ignored);
    }
    const dbway_entry* entry() override { return directory_.empty() ? nullptr : load(DBWAY_SQLITE_PROVIDER); }
    conformance::Options options() override {
        return {{"database", (directory_ / "conformance.db").string()}};
    }
    conformance::Settings settings() override {
        conformance::Settings settings;
        settings.file = DBWAY_SQLITE_PROVIDER;
        return settings;
    }

  protected:
    const std::filesystem::path& directory() const { return directory_; }

  private:
    std::filesystem::path directory_;
};
#endif

#if defined(DBWAY_SQLITE_PROVIDER) && defined(DBWAY_MOCK_PROVIDER)
// The mock while it records that.
class RecordedSqlite : public Sqlite {
  public:
    const dbway_entry* entry() override { return directory().empty() ? nullptr : load(DBWAY_MOCK_PROVIDER); }
    conformance::Options options() override {
        return {{"record", (directory() / "session.toml").string()},
                {"provider_file", DBWAY_SQLITE_PROVIDER},
                {"provider_options", "database = '" + (directory() / "conformance.db").string() + "'"}};
    }
    conformance::Settings settings() override {
        conformance::Settings settings;
        settings.file = DBWAY_MOCK_PROVIDER;
        return settings;
    }
};
#endif

#ifdef DBWAY_MOCK_PROVIDER
// With a script that answers the statements of the checks. It has no tables, so what needs one is skipped.
class Mock : public Subject {
  public:
    const dbway_entry* entry() override { return load(DBWAY_MOCK_PROVIDER); }
    conformance::Options options() override {
        return {{"script", DBWAY_SOURCE_DIR "/tests/conformance/mock.toml"}};
    }
    conformance::Settings settings() override {
        conformance::Settings settings;
        settings.file = DBWAY_MOCK_PROVIDER;
        settings.provider_options = {{"conformance", "true"}};
        return settings;
    }
    bool may_skip(const std::string& message) const override {
        static constexpr std::string_view reasons[] = {
            "the provider's dialect tells no type",       // no tables: nothing comes back that was written
            "no statement that notifies",                 // the script notifies, no statement of SQL
            "the provider does not declare UNLOAD_SAFE",  // a recorded provider stays loaded
            "is declared and has",                        // checks for providers without that capability
        };
        return std::any_of(std::begin(reasons), std::end(reasons), [&](std::string_view reason) {
            return message.find(reason) != std::string::npos;
        });
    }
};
#endif

#ifdef DBWAY_TEST_POSTGRESQL
// On a database of the shared server that no other check uses meanwhile.
class Postgresql : public Subject {
  public:
    Postgresql(const char* file, bool nonblocking)
        : file_(file), nonblocking_(nonblocking), database_(test::shared_postgresql()) {}
    const dbway_entry* entry() override { return load(file_); }
    conformance::Options options() override {
        const auto options = database_.options();
        return {options.begin(), options.end()};
    }
    conformance::Settings settings() override {
        conformance::Settings settings;
        settings.file = file_;
        settings.nonblocking = nonblocking_;
        return settings;
    }

  private:
    const char* file_;
    bool nonblocking_;
    test::PooledDatabase database_;
};
#endif

#ifdef DBWAY_TEST_MARIADB
// On a database of its own on the shared server.
class Mysql : public Subject {
  public:
    Mysql() : database_(test::shared_mariadb()) {}
    const dbway_entry* entry() override { return load(DBWAY_MYSQL_PROVIDER); }
    conformance::Options options() override {
        const auto options = database_.options();
        return {options.begin(), options.end()};
    }
    conformance::Settings settings() override {
        conformance::Settings settings;
        settings.file = DBWAY_MYSQL_PROVIDER;
        return settings;
    }

  private:
    test::MariadbDatabase database_;
};
#endif

[[maybe_unused]] bool needs_postgresql(const std::string& name) {
    return name.starts_with("pgx") || name == "pq";
}

std::vector<std::string> subjects() {
    return {
        "reference",   "reference_nonblocking",
#ifdef DBWAY_SQLITE_PROVIDER
        "sqlite",
#endif
#ifdef DBWAY_MOCK_PROVIDER
        "mock",
#ifdef DBWAY_SQLITE_PROVIDER
        "mock_sqlite",
#endif
#endif
#ifdef DBWAY_PGX_PROVIDER
        "pgx",         "pgx_nonblocking",
#endif
#ifdef DBWAY_PQ_PROVIDER
        "pq",
#endif
#ifdef DBWAY_TEST_MARIADB
        "mysql",
#endif
    };
}

std::unique_ptr<Subject> make_subject(const std::string& name) {
#ifdef DBWAY_SQLITE_PROVIDER
    if (name == "sqlite") return std::make_unique<Sqlite>();
#ifdef DBWAY_MOCK_PROVIDER
    if (name == "mock_sqlite") return std::make_unique<RecordedSqlite>();
#endif
#endif
#ifdef DBWAY_MOCK_PROVIDER
    if (name == "mock") return std::make_unique<Mock>();
#endif
#ifdef DBWAY_PGX_PROVIDER
    if (name.starts_with("pgx"))
        return std::make_unique<Postgresql>(DBWAY_PGX_PROVIDER, name == "pgx_nonblocking");
#endif
#ifdef DBWAY_PQ_PROVIDER
    if (name == "pq") return std::make_unique<Postgresql>(DBWAY_PQ_PROVIDER, false);
#endif
#ifdef DBWAY_TEST_MARIADB
    if (name == "mysql") return std::make_unique<Mysql>();
#endif
    return std::make_unique<Reference>(name == "reference_nonblocking");
}

std::vector<std::string> check_ids() {
    std::vector<std::string> ids;
    for (const auto& check : conformance::checks()) ids.push_back(check.id);
    return ids;
}

class Conformance : public testing::TestWithParam<std::tuple<std::string, std::string>> {};

TEST_P(Conformance, Check) {
    const auto& [name, id] = GetParam();
#ifdef DBWAY_TEST_POSTGRESQL
    if (needs_postgresql(name)) DBWAY_NEEDS_POSTGRESQL();
#endif
#ifdef DBWAY_TEST_MARIADB
    if (name == "mysql") DBWAY_NEEDS_MARIADB();
#endif
    const auto subject = make_subject(name);
    ASSERT_NE(subject->entry(), nullptr) << "the provider '" << name << "' cannot be loaded";
    auto settings = subject->settings();
    settings.only = {id};
    const auto report = conformance::run(subject->entry(), subject->options(), settings);
    ASSERT_EQ(report.results.size(), 1u);
    const auto& result = report.results.front();
    EXPECT_FALSE(report.hung) << result.message;
    if (result.status == conformance::Status::skipped) {
        EXPECT_TRUE(subject->may_skip(result.message)) << result.message;
        GTEST_SKIP() << result.message;
    }
    EXPECT_EQ(result.status, conformance::Status::passed) << result.check.title << "\n" << result.message;
}

INSTANTIATE_TEST_SUITE_P(Providers, Conformance,
                         testing::Combine(testing::ValuesIn(subjects()), testing::ValuesIn(check_ids())),
                         [](const testing::TestParamInfo<Conformance::ParamType>& info) {
                             return std::get<0>(info.param) + "_" + std::get<1>(info.param);
                         });

// Every rule of provider.h has a check that carries its number.
TEST(ConformanceSuite, EveryRuleHasACheck) {
    for (int rule = 1; rule <= 10; ++rule) {
        const std::string name = "r" + std::to_string(rule) + "_";
        EXPECT_TRUE(
            std::any_of(conformance::checks().begin(), conformance::checks().end(),
                        [&](const conformance::CheckInfo& check) { return check.id.starts_with(name); }))
            << "no check of rule R" << rule;
    }
}

}  // namespace
}  // namespace dbway
