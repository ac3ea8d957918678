#include "cli/exit_code.hpp"

#include <dbway/configuration.hpp>
#include <dbway/secret.hpp>

#include <cstdio>
#include <mutex>
#include <vector>

namespace dbway::cli {

ExitCode exit_code_of(const Error& error) noexcept {
    switch (error.category()) {
        case Category::configuration:
            return exit_usage;
        case Category::plugin:
            return exit_plugin;
        default:
            return exit_failed;
    }
}

namespace {

std::mutex secrets_mutex;  // providers log from any thread
std::vector<Secret> secrets;

}  // namespace

void hide_secret(std::string_view text) {
    if (text.size() < 4) return;
    const std::lock_guard lock(secrets_mutex);
    secrets.emplace_back(text);
}

std::string without_secrets(std::string text) {
    const std::lock_guard lock(secrets_mutex);
    for (const Secret& secret : secrets)
        for (std::size_t at = 0; (at = text.find(secret.reveal(), at)) != std::string::npos; at += 3)
            text.replace(at, secret.reveal().size(), "***");
    return text;
}

void print_message(const std::string& message) {
    const std::string line = without_secrets("dbway: " + message + "\n");
    std::fwrite(line.data(), 1, line.size(), stderr);
}

ExitCode report_exception(const std::exception& error, bool interrupted) {
    if (dynamic_cast<const Interrupted*>(&error) != nullptr) {
        print_message("interrupted");
        return exit_interrupted;
    }
    if (const auto* invalid = dynamic_cast<const InvalidConfiguration*>(&error)) {
        for (const Problem& problem : invalid->problems()) {
            const std::string line = problem.to_string() + "\n";
            std::fwrite(line.data(), 1, line.size(), stderr);
        }
        return exit_usage;
    }
    if (const auto* of_database = dynamic_cast<const Error*>(&error)) {
        if (interrupted && of_database->category() == Category::cancelled) {
            print_message("interrupted");
            return exit_interrupted;
        }
        print_message(of_database->what());
        return exit_code_of(*of_database);
    }
    print_message(error.what());
    return dynamic_cast<const UsageError*>(&error) != nullptr ? exit_usage : exit_failed;
}

}  // namespace dbway::cli
