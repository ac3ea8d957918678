// plugin_directory.hpp - a temporary directory that a test fills with plugins.
#pragma once

#include <loader/catalog.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace dbway::test {

// Removed with all it holds at the end. For one test, so not thread-safe.
class PluginDirectory {
  public:
    PluginDirectory() {
        std::string name = (std::filesystem::temp_directory_path() / "dbway-plugins-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) ADD_FAILURE() << "mkdtemp " << name;
        path_ = std::filesystem::canonical(name);
    }
    ~PluginDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    PluginDirectory(const PluginDirectory&) = delete;
    PluginDirectory& operator=(const PluginDirectory&) = delete;

    std::string path() const { return path_.string(); }
    std::string file(std::string_view name) const { return (path_ / name).string(); }

    // A fixture that the build made.
    static std::string built(const std::string& name) {
        return std::string(DBWAY_BUILD_DIR) + "/tests/support/broken_plugins/files/" + name + "/" + name +
               ".so";
    }

    // A copy of a fixture, owned by this user and writable by nobody else; its path.
    std::string add(const std::string& fixture, const std::string& name = "x.so") const {
        return write(name, read(built(fixture)));
    }

    std::string write(const std::string& name, std::string_view bytes) const {
        const std::string target = file(name);
        std::filesystem::create_directories(std::filesystem::path(target).parent_path());
        std::ofstream(target, std::ios::binary) << bytes;
        std::filesystem::permissions(target, static_cast<std::filesystem::perms>(0755));
        return target;
    }

    static std::string read(const std::string& path) {
        std::ifstream stream(path, std::ios::binary);
        if (!stream) ADD_FAILURE() << "cannot read " << path;
        return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    }

    // What a search of this directory finds here. The program's own plugin directories are searched as well.
    std::vector<detail::PluginFile> scan(PluginOptions options = {}) const {
        options.directories.push_back(path());
        std::vector<detail::PluginFile> here;
        for (const detail::PluginFile& found : detail::Catalog::scan(options).files())
            if (found.path.starts_with(path() + "/")) here.push_back(found);
        return here;
    }

  private:
    std::filesystem::path path_;
};

}  // namespace dbway::test
