// The providers of one process do not get into each other's way, whichever is loaded first.
#include <algorithm>
#include <fstream>
#include <set>
#include <thread>

#include "provider_test.hpp"

namespace dbway::test {
namespace {

// The different files of a library that are mapped into this process.
std::set<std::string> mapped(const std::string& library) {
    std::set<std::string> files;
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
        const std::size_t at = line.find('/');
        if (at != std::string::npos && line.find("/" + library) != std::string::npos)
            files.insert(line.substr(at));
    }
    return files;
}

std::vector<std::vector<std::string>> orders() {
    std::vector<std::vector<std::string>> all;
    auto names = providers();
    // The backends of orm are one plugin, which brings the libraries of all others, and the mock loads
    // another plugin by itself: they come first, or last.
    const auto at_an_end = [](const std::string& name) {
        return name.starts_with("orm_") || name.starts_with("mock_");
    };
    std::vector<std::string> ends;
    std::copy_if(names.begin(), names.end(), std::back_inserter(ends), at_an_end);
    std::erase_if(names, at_an_end);
    std::sort(names.begin(), names.end());
    do {
        all.push_back(names);
        if (ends.empty()) continue;
        all.back().insert(all.back().begin(), ends.begin(), ends.end());
        all.push_back(names);
        all.back().insert(all.back().end(), ends.begin(), ends.end());
    } while (std::next_permutation(names.begin(), names.end()));
    return all;
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : "_") + name;
    return text;
}

class Coexistence : public testing::TestWithParam<std::vector<std::string>> {
  protected:
    void SetUp() override {
        DBWAY_NEEDS_POSTGRESQL();
#ifdef DBWAY_TEST_MARIADB
        DBWAY_NEEDS_MARIADB();
#endif
    }
};

INSTANTIATE_TEST_SUITE_P(Orders, Coexistence, testing::ValuesIn(orders()),
                         [](const auto& info) { return joined(info.param); });

TEST_P(Coexistence, InAnyOrderOfLoading) {
    const PooledDatabase database(shared_postgresql());
#ifdef DBWAY_TEST_MARIADB
    const MariadbDatabase mariadb(shared_mariadb());
#endif
    // A host for each, so that the first is at work when the next is loaded.
    std::vector<std::unique_ptr<Application>> applications;
    std::vector<Source> sources;
    for (const std::string& name : GetParam()) {
        applications.push_back(std::make_unique<Application>());
        Application& application = *applications.back();
        if (is_postgresql(name)) application.add("main", name, database.options());
#ifdef DBWAY_TEST_MARIADB
        else if (is_mysql(name))
            application.add("main", name, standard_options(mariadb));
#endif
        else
            application.add_sqlite("main", {}, name);
        sources.push_back(application.open().source("main"));
        EXPECT_EQ(sources.back().query("select 40 + $1 * 1", 2).one<int>(), 42);
    }
    std::vector<std::thread> threads;
    for (Source& source : sources)
        threads.emplace_back([&source] {
            for (int i = 0; i < 50; ++i) EXPECT_EQ(source.query("select $1 * 2", i).one<int>(), i * 2);
            EXPECT_THROW(source.query("selekt"), SyntaxError);
        });
    for (std::thread& thread : threads) thread.join();
    for (const char* library : {"libssl.so", "libcrypto.so", "libpq.so", "libsqlite3.so"})
        EXPECT_LE(mapped(library).size(), 1u) << library;
}

class Tls : public testing::Test {
  protected:
    void SetUp() override {
        if (postgresql_providers().empty()) GTEST_SKIP() << "this build has no provider for PostgreSQL";
        DBWAY_NEEDS_POSTGRESQL();
    }
};

TEST_F(Tls, OpenSslIsLoadedOnceAndServesAll) {
    PostgresqlSettings settings = own_postgresql_settings();
    settings.tls = true;
    const PostgresqlServer server(settings);
    ConnectionOptions options = server.tcp_options();
    options.back() = {"sslmode", "verify-full"};
    options.emplace_back("sslrootcert", server.certificate().string());
    Application application;
    for (const std::string& name : postgresql_providers()) application.add(name, name, options);
    const Host host = application.open();
    std::vector<std::thread> threads;
    for (const std::string& name : postgresql_providers())
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&host, name] {
                Source source = host.source(name);
                EXPECT_TRUE(
                    source.query("select ssl from pg_stat_ssl where pid = pg_backend_pid()").one<bool>())
                    << name;
            });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(mapped("libssl.so").size(), 1u);
    EXPECT_EQ(mapped("libcrypto.so").size(), 1u);
}

TEST_F(Tls, ACertificateOfSomebodyElseIsRefused) {
    PostgresqlSettings settings = own_postgresql_settings();
    settings.tls = true;
    const PostgresqlServer server(settings), other(settings);
    ConnectionOptions options = server.tcp_options();
    options.back() = {"sslmode", "verify-full"};
    options.emplace_back("sslrootcert", other.certificate().string());
    for (const std::string& name : postgresql_providers()) {
        Application application;
        Source source = application.add("main", name, options).open().source("main");
        const Error error = error_of([&] { source.query("select 1"); });
        EXPECT_TRUE(error.category() == Category::connection || error.category() == Category::authentication)
            << error.what();
        EXPECT_THAT(std::string(error.what()), HasSubstr("certificate"));
    }
}

}  // namespace
}  // namespace dbway::test
