#include "findings.hpp"

#include <dbway/sdk/failure.hpp>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>
#include <vector>

namespace dbway::mock {
namespace {

void append(std::string& text, const std::vector<std::string>& findings) {
    for (std::string_view finding : findings) {
        text += "\n  - ";
        for (const char c : finding) text.append(1, c).append(c == '\n' ? "    " : "");
    }
}

}  // namespace

std::string findings_text(const Stage& stage, const std::string& name) {
    const std::vector<std::string> unmet = stage.unmet();
    const std::vector<std::string> unexpected = stage.unexpected();
    if (unmet.empty() && unexpected.empty()) return {};
    std::string text = "mock" + (name.empty() ? "" : " \"" + name + "\"") + ": " +
                       std::to_string(unmet.size()) + " expectations were not met, " +
                       std::to_string(unexpected.size()) + " requests were not expected";
    append(text, unmet);
    append(text, unexpected);
    return text;
}

void write_findings(const std::string& file, const std::string& findings) {
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    out << (findings.empty() ? "mock: all is as expected" : findings) << '\n';
    out.close();
    if (!out)
        throw sdk::Failure(DBWAY_ERR_RESOURCE,
                           "the mock's report " + file + " cannot be written: " + std::strerror(errno));
}

}  // namespace dbway::mock
