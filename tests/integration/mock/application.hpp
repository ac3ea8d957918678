#ifndef DBWAY_TESTS_INTEGRATION_MOCK_APPLICATION_HPP
#define DBWAY_TESTS_INTEGRATION_MOCK_APPLICATION_HPP

#include <dbway/dbway.hpp>
#include <dbway/mock.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::test {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A directory with the configuration of an application, removed with the object.
class Application {
  public:
    Application() {
        std::string pattern = (std::filesystem::temp_directory_path() / "dbway-mock-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
        path_ = pattern;
    }
    Application(const Application&) = delete;
    Application& operator=(const Application&) = delete;
    ~Application() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    void write(const std::string& name, std::string_view content) const {
        std::ofstream(path_ / name, std::ios::binary) << content;
    }
    std::string read(const std::string& name) const {
        std::ifstream in(path_ / name, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    }
    // A host over a dbway.toml that holds these sections.
    Host open(const std::string& sections) const {
        write("dbway.toml", "[plugins]\ndirectories = [\"" DBWAY_BUILD_DIR "/providers\"]\n" + sections);
        HostOptions options;
        options.log = [this](int severity, std::string_view message) {
            const std::lock_guard lock(mutex_);
            if (severity <= DBWAY_LOG_WARN) log_ += std::string(message) + "\n";
        };
        return Host::open(path_ / "dbway.toml", options);
    }
    // Warnings and errors so far.
    std::string log() const {
        const std::lock_guard lock(mutex_);
        return log_;
    }

  private:
    std::filesystem::path path_;
    mutable std::mutex mutex_;
    mutable std::string log_;
};

// The error that a function throws; the test fails if it throws none.
inline Error error_of(const std::function<void()>& function) {
    try {
        function();
    } catch (const Error& error) {
        return error;
    }
    ADD_FAILURE() << "nothing was thrown";
    return Error(Category::internal, "nothing was thrown");
}

}  // namespace dbway::test

#endif
