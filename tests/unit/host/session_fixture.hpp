// A Host with one source, whose provider plays a script.
#pragma once

#include <dbway/dbway.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/scripted_provider.hpp"

namespace dbway::test {

using namespace std::chrono_literals;

// Collects what goes to a host's log. Thread-safe.
class LogLines {
  public:
    LogHandler handler() {
        return [this](int severity, std::string_view message) {
            const std::lock_guard lock(mutex_);
            lines_.emplace_back(severity, std::string(message));
        };
    }
    std::vector<std::pair<int, std::string>> lines() const {
        const std::lock_guard lock(mutex_);
        return lines_;
    }
    std::size_t count(std::string_view part) const {
        std::size_t found = 0;
        for (const auto& [severity, message] : lines()) found += message.find(part) != std::string::npos;
        return found;
    }

  private:
    mutable std::mutex mutex_;
    std::vector<std::pair<int, std::string>> lines_;
};

// The source "db" on `provider`. Tests change `options` before open().
class SessionTest : public ::testing::Test {
  protected:
    SessionTest() {
        options.name = "db";
        options.provider = "scripted";
        options.pool.max = 4;
        options.pool.acquire_timeout = 10s;
    }
    void TearDown() override { EXPECT_THAT(provider.misuses(), ::testing::IsEmpty()); }

    Host open_host() {
        Configuration configuration;
        configuration.file = "test.toml";
        configuration.directory = "/";
        configuration.sources.push_back(options);
        HostOptions host;
        host.linked = {provider.entry()};
        host.log = log.handler();
        return Host::open(configuration, host);
    }
    Source open_source() { return open_host().source("db"); }

    ScriptedProvider provider;
    SourceOptions options;
    LogLines log;
};

inline Column integer(std::string name) { return {.name = std::move(name), .type = DBWAY_T_I64}; }
inline Column text(std::string name) { return {.name = std::move(name), .type = DBWAY_T_TEXT}; }

// Rows of one integer column, from 1 to `count`.
inline std::vector<OwnedRow> numbers(std::int64_t count, std::int64_t from = 1) {
    std::vector<OwnedRow> rows;
    for (std::int64_t i = 0; i < count; ++i) rows.push_back({OwnedValue::i64(from + i)});
    return rows;
}
inline Answer number_table(std::int64_t count, std::int64_t from = 1) {
    return Answer::table({integer("n")}, numbers(count, from));
}

// The error that `function` throws, as an E. Fails the test when it throws another, or none.
template <typename E, typename Function>
ErrorDetails thrown(Function&& function) {
    try {
        std::forward<Function>(function)();
    } catch (const E& error) {
        return error.details();
    } catch (const std::exception& error) {
        ADD_FAILURE() << "another error: " << error.what();
        return {};
    }
    ADD_FAILURE() << "no error";
    return {};
}

}  // namespace dbway::test
