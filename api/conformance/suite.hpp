#ifndef DBWAY_CONFORMANCE_SUITE_HPP
#define DBWAY_CONFORMANCE_SUITE_HPP

#include <dbway/provider.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace dbway::conformance {

using Options = std::vector<std::pair<std::string, std::string>>;

enum class Status { passed, failed, skipped };

struct CheckInfo {
    std::string id;                  // "r9_chain_skips_what_follows": begins with the first rule it proves
    std::vector<std::string> rules;  // "R9"
    std::string title;
};

struct Result {
    CheckInfo check;
    Status status = Status::passed;
    std::string message;  // failed: expected and got; skipped: why
    std::chrono::nanoseconds duration{};
};

struct Report {
    std::string provider_id, provider_version;
    std::vector<Result> results;
    // A call did not return within its time. The thread inside it could not be ended: the process should exit
    // soon, and not by way of destructors.
    bool hung = false;

    std::size_t count(Status status) const;
    bool ok() const { return !hung && count(Status::failed) == 0; }
};

struct Settings {
    Options provider_options;       // what create() gets
    std::filesystem::path file;     // the plugin's file; empty: linked in, the checks of the file are skipped
    std::vector<std::string> only;  // ids, or beginnings of ids; empty: every check
    std::chrono::milliseconds patience{30'000};  // for one check
    bool nonblocking = false;                    // open every connection with DBWAY_OPEN_NONBLOCK
    // Called after each check, on the thread of run().
    std::function<void(const Result&)> progress;
};

// Every check in the order of a run; static data.
const std::vector<CheckInfo>& checks();

// Runs the checks, each on connections of its own opened with `source_options`. Tables that the checks make
// have names of their own and are dropped. The run ends at a call that does not return. Not thread-safe with
// itself: the checks count the threads and descriptors of the process.
Report run(const dbway_entry* entry, const Options& source_options, const Settings& settings = {});

// For people: a line for each check that did not pass, and the counts. `verbose`: a line for every check.
std::string report_text(const Report& report, bool verbose = false);
// {"provider": …, "version": …, "ok": …, "hung": …, "passed": n, "failed": n, "skipped": n, "checks": [{"id":
// …,
//  "rules": […], "title": …, "status": …, "message": …, "seconds": …}]}
std::string report_json(const Report& report);

}  // namespace dbway::conformance

#endif
