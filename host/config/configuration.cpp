#include <config/section_reader.hpp>
#include <dbway/configuration.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <tuple>

namespace dbway {

namespace {

std::string all_of_them(const std::vector<Problem>& problems) {
    std::string text;
    for (const Problem& problem : problems) text += (text.empty() ? "" : "\n") + problem.to_string();
    return text;
}

}  // namespace

std::string Problem::to_string() const {
    std::string text = file;
    if (line != 0) text += ":" + std::to_string(line) + ":" + std::to_string(column);
    return text + (warning ? ": warning: " : ": error: ") + message;
}

const SourceOptions* Configuration::find_source(std::string_view name) const noexcept {
    const auto found = std::find_if(sources.begin(), sources.end(),
                                    [&](const SourceOptions& source) { return source.name == name; });
    return found == sources.end() ? nullptr : &*found;
}

InvalidConfiguration::InvalidConfiguration(std::vector<Problem> problems)
    : ConfigurationError(Category::configuration, all_of_them(problems)),
      problems_(std::make_shared<const std::vector<Problem>>(std::move(problems))) {}

InvalidConfiguration::~InvalidConfiguration() = default;

void ParsedConfiguration::raise() const {
    if (problems.empty()) return;
    std::vector<Problem> sorted = problems;
    std::stable_sort(sorted.begin(), sorted.end(), [](const Problem& a, const Problem& b) {
        return std::tie(a.line, a.column) < std::tie(b.line, b.column);
    });
    throw InvalidConfiguration(std::move(sorted));
}

ParsedConfiguration read_configuration(std::string_view text, const std::string& file,
                                       const std::filesystem::path& directory) {
    ParsedConfiguration parsed;
    parsed.configuration.file = file;
    parsed.configuration.directory = std::filesystem::absolute(directory).lexically_normal().string();
    detail::Problems problems(parsed);
    try {
        detail::read_sections(detail::parse_toml(text), parsed.configuration, problems);
    } catch (const detail::TomlSyntaxError& error) {
        problems.error(error.where, error.what());
    }
    return parsed;
}

ParsedConfiguration read_configuration(const std::filesystem::path& file) {
    ParsedConfiguration parsed;
    parsed.configuration.file = file.string();
    std::error_code error;
    const auto fail = [&](const std::string& reason) {
        detail::Problems(parsed).error({}, reason);
        return parsed;
    };
    const auto status = std::filesystem::status(file, error);
    if (status.type() == std::filesystem::file_type::not_found) return fail("there is no such file");
    if (error) return fail("cannot be read: " + error.message());
    if (status.type() == std::filesystem::file_type::directory) return fail("is a directory, not a file");
    errno = 0;
    std::ifstream stream(file, std::ios::binary);
    if (!stream) return fail(std::string("cannot be read: ") + std::strerror(errno));
    const std::string text((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
    if (stream.bad()) return fail("cannot be read to its end");
    return read_configuration(text, file.string(), std::filesystem::absolute(file).parent_path());
}

Configuration load_configuration(const std::filesystem::path& file) {
    ParsedConfiguration parsed = read_configuration(file);
    parsed.raise();
    return std::move(parsed.configuration);
}

Configuration parse_configuration(std::string_view text, const std::string& file,
                                  const std::filesystem::path& directory) {
    ParsedConfiguration parsed = read_configuration(text, file, directory);
    parsed.raise();
    return std::move(parsed.configuration);
}

}  // namespace dbway
