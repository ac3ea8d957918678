#include "cli/commands.hpp"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <climits>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace dbway::cli {

namespace {

namespace fs = std::filesystem;

// Beside the program, in an installation as in a build tree: PREFIX/bin/dbway and
// PREFIX/share/dbway/templates.
fs::path templates_directory() {
    char path[PATH_MAX];
    const ssize_t size = readlink("/proc/self/exe", path, sizeof path);
    if (size <= 0) throw Failure("cannot find out where this program is installed");
    const fs::path directory =
        fs::path(std::string(path, static_cast<std::size_t>(size))).parent_path().parent_path() /
        "share/dbway/templates";
    if (!fs::is_directory(directory))
        throw Failure("the templates are missing: " + directory.string() +
                      "; is this installation complete?");
    return directory;
}

void check_name(const std::string& name) {
    const bool good = !name.empty() && name.size() <= 63 && name[0] >= 'a' && name[0] <= 'z' &&
                      std::all_of(name.begin(), name.end(), [](char c) {
                          return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
                      });
    if (!good)
        throw UsageError(
            "a provider's name is a lower-case letter, then such letters, digits and _, at most 63: not \"" +
            name + "\"");
}

// "my_store" as "MyStore".
std::string class_name(const std::string& name) {
    std::string result;
    bool upper = true;
    for (const char c : name) {
        if (c == '_') {
            upper = true;
        } else {
            result += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
            upper = false;
        }
    }
    return result;
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
        text.replace(at, what.size(), by);
}

std::string read_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file) throw Failure("cannot read " + path.string());
    return text.str();
}

}  // namespace

ExitCode run(const NewProviderArguments& arguments) {
    check_name(arguments.name);
    if (arguments.language != "c++")
        throw UsageError("there is a template for c++ only, not for \"" + arguments.language +
                         "\"; docs/examples has a provider in plain C to start from");
    const fs::path source = templates_directory() / "provider-cpp";
    const fs::path target = arguments.directory.empty() ? arguments.name : arguments.directory;
    std::error_code error;
    if (fs::exists(target, error) && !(fs::is_directory(target, error) && fs::is_empty(target, error)))
        throw UsageError(target.string() + " exists");

    fs::create_directories(target, error);
    if (error) throw Failure("cannot make " + target.string() + ": " + error.message());
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(source)) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) {
        std::string text = read_file(file);
        replace_all(text, "@NAME@", arguments.name);
        replace_all(text, "@CLASS@", class_name(arguments.name));
        std::string name = file.filename().string();
        if (name.ends_with(".in")) name.resize(name.size() - 3);
        replace_all(name, "NAME", arguments.name);
        std::ofstream out(target / name, std::ios::binary);
        out << text;
        out.close();
        if (!out) throw Failure("cannot write " + (target / name).string());
    }
    print_message("made " + target.string() + "; its README.md tells how to build it");
    return exit_done;
}

}  // namespace dbway::cli
