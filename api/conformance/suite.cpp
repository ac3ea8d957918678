#include "conformance/suite.hpp"

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "conformance/check.hpp"

namespace dbway::conformance {
namespace {

const std::vector<Check>& all_checks() {
    static const std::vector<Check> all = [] {
        std::vector<Check> list;
        for (const auto& part :
             {file_checks(), lifecycle_checks(), kind_checks(), value_checks(), row_checks(),
              prepared_checks(), chain_checks(), copy_checks(), transaction_checks(), cancel_checks(),
              growth_checks(), orm_checks(), observed_checks()})
            list.insert(list.end(), part.begin(), part.end());
        return list;
    }();
    return all;
}

// Outlives a check that never returns.
struct Running {
    std::shared_ptr<Environment> environment;
    const Check* check = nullptr;
    std::mutex mutex;
    std::condition_variable ended;
    bool has_ended = false;
    Status status = Status::passed;
    std::string message;
};

void run_in_thread(const std::shared_ptr<Running>& running) {
    Status status = Status::passed;
    std::string message;
    try {
        Context context(*running->environment);
        running->check->function(context);
    } catch (const CheckSkipped& skipped) {
        status = Status::skipped;
        message = skipped.what();
    } catch (const std::exception& failed) {
        status = Status::failed;
        message = failed.what();
    } catch (...) {
        status = Status::failed;
        message = "an exception of the provider crossed the boundary";
    }
    const std::lock_guard lock(running->mutex);
    running->status = status;
    running->message = std::move(message);
    running->has_ended = true;
    running->ended.notify_all();
}

// A word that is an id means that check alone, any other one all checks whose ids begin with it.
bool wanted(const std::string& id, const std::vector<std::string>& only) {
    const auto is_id = [](const std::string& word) {
        return std::any_of(checks().begin(), checks().end(),
                           [&](const CheckInfo& check) { return check.id == word; });
    };
    return only.empty() || std::any_of(only.begin(), only.end(), [&](const std::string& word) {
               return id == word || (id.starts_with(word) && !is_id(word));
           });
}

}  // namespace

std::size_t Report::count(Status status) const {
    return static_cast<std::size_t>(std::count_if(
        results.begin(), results.end(), [&](const Result& result) { return result.status == status; }));
}

const std::vector<CheckInfo>& checks() {
    static const std::vector<CheckInfo> infos = [] {
        std::vector<CheckInfo> list;
        for (const auto& check : all_checks()) list.push_back(check.info);
        return list;
    }();
    return infos;
}

Report run(const dbway_entry* entry, const Options& source_options, const Settings& settings) {
    auto environment = std::make_shared<Environment>();
    environment->entry = entry;
    environment->source_options = source_options;
    environment->settings = settings;
    Report report;
    report.provider_id = entry->id != nullptr ? entry->id : "";
    report.provider_version = entry->version != nullptr ? entry->version : "";
    for (const auto& check : all_checks()) {
        if (!wanted(check.info.id, settings.only)) continue;
        const auto started = std::chrono::steady_clock::now();
        auto running = std::make_shared<Running>();
        running->environment = environment;
        running->check = &check;
        std::thread thread(run_in_thread, running);
        Result result{.check = check.info, .message = {}};
        {
            std::unique_lock lock(running->mutex);
            report.hung =
                !running->ended.wait_for(lock, settings.patience, [&] { return running->has_ended; });
            result.status = report.hung ? Status::failed : running->status;
            result.message = running->message;
        }
        if (report.hung) {
            thread.detach();
            result.message = "no end after " + std::to_string(settings.patience.count()) +
                             " ms; last call: " + environment->last_call();
        } else {
            thread.join();
        }
        result.duration = std::chrono::steady_clock::now() - started;
        report.results.push_back(result);
        if (settings.progress) settings.progress(result);
        if (report.hung) break;
    }
    return report;
}

}  // namespace dbway::conformance
