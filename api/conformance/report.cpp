#include <cstdio>

#include "conformance/suite.hpp"

namespace dbway::conformance {
namespace {

const char* label(Status status) {
    switch (status) {
        case Status::passed:
            return "passed";
        case Status::failed:
            return "failed";
        case Status::skipped:
            return "skipped";
    }
    return "";
}

std::string join(const std::vector<std::string>& parts) {
    std::string text;
    for (const auto& part : parts) text += (text.empty() ? "" : " ") + part;
    return text;
}

double seconds(std::chrono::nanoseconds duration) { return std::chrono::duration<double>(duration).count(); }

// RFC 8259; bytes that are not UTF-8 were already reported by a check and are shown as they came.
std::string quote(const std::string& text) {
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            quoted += '\\';
            quoted += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            char code[8];
            std::snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(static_cast<unsigned char>(c)));
            quoted += code;
        } else {
            quoted += c;
        }
    }
    return quoted + '"';
}

}  // namespace

std::string report_text(const Report& report, bool verbose) {
    std::string text = report.provider_id + " " + report.provider_version + ": " +
                       std::to_string(report.count(Status::passed)) + " passed, " +
                       std::to_string(report.count(Status::failed)) + " failed, " +
                       std::to_string(report.count(Status::skipped)) + " skipped\n";
    for (const auto& result : report.results) {
        if (result.status == Status::passed && !verbose) continue;
        text += std::string(label(result.status)) + "  " + result.check.id + " [" + join(result.check.rules) +
                "] " + result.check.title + "\n";
        if (!result.message.empty()) text += "        " + result.message + "\n";
    }
    if (report.hung) text += "The run ended here: a call did not return.\n";
    return text;
}

std::string report_json(const Report& report) {
    std::string json =
        "{\"provider\": " + quote(report.provider_id) + ", \"version\": " + quote(report.provider_version) +
        ", \"ok\": " + (report.ok() ? "true" : "false") + ", \"hung\": " + (report.hung ? "true" : "false") +
        ", \"passed\": " + std::to_string(report.count(Status::passed)) +
        ", \"failed\": " + std::to_string(report.count(Status::failed)) +
        ", \"skipped\": " + std::to_string(report.count(Status::skipped)) + ", \"checks\": [";
    bool first = true;
    for (const auto& result : report.results) {
        std::string rules;
        for (const auto& rule : result.check.rules) rules += (rules.empty() ? "" : ", ") + quote(rule);
        char duration[32];
        std::snprintf(duration, sizeof duration, "%.6f", seconds(result.duration));
        json += std::string(first ? "\n" : ",\n") + "{\"id\": " + quote(result.check.id) + ", \"rules\": [" +
                rules + "], \"title\": " + quote(result.check.title) + ", \"status\": \"" +
                label(result.status) + "\", \"message\": " + quote(result.message) +
                ", \"seconds\": " + duration + "}";
        first = false;
    }
    return json + "\n]}\n";
}

}  // namespace dbway::conformance
