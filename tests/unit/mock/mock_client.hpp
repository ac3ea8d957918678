// mock_client.hpp - the mock provider driven through the ABI, with a directory for its files.
#pragma once

#include <dbway/ext/mock.h>
#include <dbway/sdk/failure.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conformance/check.hpp"
#include "conformance/driver.hpp"

extern "C" const dbway_entry dbway_entry_v1;

namespace dbway::mock::test {

using conformance::Outcome;
using conformance::OwnedRow;
using conformance::OwnedValue;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

inline OwnedValue i64(std::int64_t value) { return OwnedValue::i64(value); }
inline OwnedValue text(std::string value) { return OwnedValue::text(std::move(value)); }

// Removed with the object.
class Directory {
  public:
    Directory() {
        std::string pattern = (std::filesystem::temp_directory_path() / "dbway-mock-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
        path_ = pattern;
    }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;
    ~Directory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    std::string file(const std::string& name) const { return (path_ / name).string(); }
    std::string write(const std::string& name, std::string_view content) const {
        std::ofstream(path_ / name, std::ios::binary) << content;
        return file(name);
    }
    std::string read(const std::string& name) const {
        std::ifstream in(path_ / name, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    }

  private:
    std::filesystem::path path_;
};

// A request with which the connection ends: collect() would ask on for the rest of the queue.
inline Outcome lose(conformance::Connection& connection, const conformance::Request& request) {
    Outcome outcome;
    EXPECT_EQ(connection.submit({request}), DBWAY_OK);
    conformance::Event event;
    while (outcome.final_kind == 0 && connection.next(event) == DBWAY_OK)
        conformance::Connection::gather(event, outcome);
    EXPECT_EQ(connection.next(event), DBWAY_ERR_CONNECTION);
    return outcome;
}

// A provider whose connections have the same options.
class Client {
  public:
    Client() : Client(conformance::Options()) {}
    explicit Client(conformance::Options options) {
        environment_.entry = &dbway_entry_v1;
        environment_.source_options = std::move(options);
        provider_ = std::make_unique<conformance::Provider>(environment_);
    }
    std::unique_ptr<conformance::Connection> connect() {
        return std::make_unique<conformance::Connection>(*provider_);
    }
    // Why a connection does not open.
    std::string refusal() {
        try {
            connect();
        } catch (const std::exception& error) {
            return error.what();
        }
        return {};
    }

    const dbway_ext_mock& table() const { return *provider_->extension<dbway_ext_mock>(DBWAY_EXT_MOCK); }
    dbway_provider* raw() const { return provider_->raw(); }
    dbway_mock* mock() {
        std::vector<dbway_option> options;
        for (const auto& [key, value] : environment_.source_options)
            options.push_back({key.c_str(), {value.data(), value.size()}});
        dbway_mock* found = nullptr;
        EXPECT_EQ(table().find(raw(), options.data(), options.size(), nullptr, &found), DBWAY_OK);
        return found;
    }
    // Adds a script; returns what is wrong with it.
    std::string load(std::string_view script) {
        std::string fault;
        const dbway_diag_sink sink{&fault, [](void* into, const dbway_diag* diag) noexcept {
                                       static_cast<std::string*>(into)->assign(diag->message.ptr,
                                                                               diag->message.len);
                                   }};
        const dbway_str given{script.data(), script.size()};
        const dbway_status status = table().load(mock(), &given, &sink);
        EXPECT_EQ(status == DBWAY_OK, fault.empty());
        return fault;
    }
    std::vector<std::string> findings(std::uint32_t kind) {
        struct Found {
            std::uint32_t kind;
            std::vector<std::string> texts;
        } found{kind, {}};
        const dbway_mock_reader reader{&found,
                                       [](void* into, std::uint32_t kind, const dbway_str* given) noexcept {
                                           auto& all = *static_cast<Found*>(into);
                                           if (kind == all.kind)
                                               all.texts.emplace_back(given->ptr, given->len);
                                       }};
        table().report(mock(), &reader);
        return found.texts;
    }
    std::vector<std::string> unmet() { return findings(DBWAY_MOCK_UNMET); }
    std::vector<std::string> unexpected() { return findings(DBWAY_MOCK_UNEXPECTED); }

  private:
    conformance::Environment environment_;
    std::unique_ptr<conformance::Provider> provider_;
};

}  // namespace dbway::mock::test
