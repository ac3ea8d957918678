#include <loader/own_image.hpp>
#include <loader/search_path.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <utility>

namespace dbway::detail {

namespace {

namespace fs = std::filesystem;

constexpr const char* path_variable = "DBWAY_PLUGIN_PATH";

class SearchPath {
  public:
    void add(const std::string& directory, std::string origin, std::string problem = {}) {
        std::error_code error;
        fs::path path = fs::path(directory).lexically_normal();
        if (problem.empty()) path = fs::absolute(path, error);
        const fs::path canonical = fs::weakly_canonical(path, error);
        std::string key = error ? path.string() : canonical.string();
        // "a/" and "a" are one directory.
        while (key.size() > 1 && key.back() == '/') key.pop_back();
        if (std::find(seen_.begin(), seen_.end(), key) != seen_.end()) return;
        seen_.push_back(std::move(key));
        std::string shown = path.string();
        while (shown.size() > 1 && shown.back() == '/') shown.pop_back();
        directories_.push_back({std::move(shown), std::move(origin), std::move(problem), 0});
    }

    void add_environment() {
        const char* value = std::getenv(path_variable);
        if (value == nullptr || *value == '\0') return;
        // Who starts a set-user-id program must not choose its code.
        if (::secure_getenv(path_variable) == nullptr) {
            directories_.push_back({path_variable, path_variable, "ignored: this process is privileged", 0});
            return;
        }
        std::string_view rest(value);
        while (true) {
            const std::size_t colon = rest.find(':');
            const std::string entry(rest.substr(0, colon));
            if (!entry.empty())
                add(entry, path_variable, entry[0] == '/' ? "" : "ignored: not an absolute path");
            if (colon == std::string_view::npos) return;
            rest.remove_prefix(colon + 1);
        }
    }

    // The plugins of this installation. A copy of it that was moved, or a build tree, has its own beside the
    // library and must not mix them with those of another copy at the place it was built for.
    void add_installation() {
        const std::string image = own_image_path();
        if (!image.empty()) {
            const fs::path library = fs::path(image).parent_path();
            const fs::path beside[] = {library / "dbway" / "providers", library.parent_path() / "providers"};
            bool any = false;
            for (const fs::path& directory : beside) {
                std::error_code error;
                if (!fs::is_directory(directory, error)) continue;
                add(directory.string(), "library");
                any = true;
            }
            if (any) return;
        }
#ifdef DBWAY_PROVIDER_DIR_INSTALLED
        add(DBWAY_PROVIDER_DIR_INSTALLED, "installed");
#endif
    }

    std::vector<SearchedDirectory> take() { return std::move(directories_); }

  private:
    std::vector<SearchedDirectory> directories_;
    std::vector<std::string> seen_;
};

}  // namespace

std::vector<SearchedDirectory> search_path(const PluginOptions& options,
                                           const std::vector<std::string>& extra_directories) {
    SearchPath path;
    for (const std::string& directory : options.directories) path.add(directory, "configuration");
    for (const std::string& directory : extra_directories) path.add(directory, "--dir");
    path.add_environment();
    path.add_installation();
    return path.take();
}

}  // namespace dbway::detail
