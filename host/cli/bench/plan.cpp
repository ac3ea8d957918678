#include "cli/bench/plan.hpp"

#include "cli/exit_code.hpp"

#include <config/nearest.hpp>
#include <config/units.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace dbway::cli::bench {

namespace {

// In the order of JobKind, which is the order in which they run.
constexpr std::array<std::string_view, 8> job_names = {"connect", "point",       "batch", "scan",
                                                       "query",   "transaction", "pool",  "insert"};
constexpr std::array<std::string_view, 3> format_names = {"table", "markdown", "json"};

constexpr unsigned most_threads = 1024;

std::string listed(std::span<const std::string_view> names) {
    std::string list;
    for (const std::string_view name : names) list.append(list.empty() ? "" : ", ").append(name);
    return list;
}

std::size_t index_of(std::span<const std::string_view> names, const std::string& name,
                     const std::string& what) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end())
        throw UsageError("no " + what + " \"" + name + "\"" + detail::did_you_mean(name, names) +
                         " (there are " + listed(names) + ")");
    return static_cast<std::size_t>(found - names.begin());
}

bool is_possible(JobKind kind, const BenchArguments& arguments) {
    switch (kind) {
        case JobKind::connect:
            return true;
        case JobKind::query:
            return !arguments.query.empty();
        case JobKind::pool:
            return !arguments.table.empty() || !arguments.query.empty();
        case JobKind::insert:
            return !arguments.table.empty() && arguments.write;
        default:
            return !arguments.table.empty();
    }
}

[[noreturn]] void refuse(JobKind kind, const BenchArguments& arguments) {
    const std::string job = "the job \"" + std::string(to_string(kind)) + "\"";
    if (kind == JobKind::insert && !arguments.table.empty())
        throw UsageError(job + " writes, into a table of its own: allow it with --write");
    if (kind == JobKind::query) throw UsageError(job + " needs --query");
    throw UsageError(job + " needs --table" + (kind == JobKind::pool ? " or --query" : ""));
}

std::vector<JobKind> chosen_jobs(const BenchArguments& arguments) {
    std::vector<JobKind> jobs;
    for (const std::string& name : arguments.jobs) {
        const auto kind = static_cast<JobKind>(index_of(job_names, name, "job"));
        if (!is_possible(kind, arguments)) refuse(kind, arguments);
        jobs.push_back(kind);
    }
    if (jobs.empty())
        for (std::size_t i = 0; i < job_names.size(); ++i)
            if (is_possible(static_cast<JobKind>(i), arguments)) jobs.push_back(static_cast<JobKind>(i));
    std::sort(jobs.begin(), jobs.end());
    jobs.erase(std::unique(jobs.begin(), jobs.end()), jobs.end());
    return jobs;
}

std::vector<unsigned> thread_counts(const std::vector<std::string>& texts) {
    if (texts.empty()) return {1, 8, 64};
    std::vector<unsigned> counts;
    for (const std::string& text : texts) {
        unsigned count = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
        if (error != std::errc() || end != text.data() + text.size() || count == 0 || count > most_threads)
            throw UsageError("--threads wants numbers from 1 to " + std::to_string(most_threads) +
                             ", not \"" + text + "\"");
        counts.push_back(count);
    }
    std::sort(counts.begin(), counts.end());
    counts.erase(std::unique(counts.begin(), counts.end()), counts.end());
    return counts;
}

void check_together(const BenchArguments& arguments) {
    const bool only_connects =
        !arguments.jobs.empty() && std::all_of(arguments.jobs.begin(), arguments.jobs.end(),
                                               [](const std::string& name) { return name == "connect"; });
    if (arguments.table.empty() && !arguments.key.empty()) throw UsageError("--key is of a --table");
    if (arguments.table.empty() && arguments.write)
        throw UsageError("--write needs --table: bulk insert goes into a table made after that one");
    if (arguments.query.empty() && !arguments.parameters.empty())
        throw UsageError("-p gives values to a --query, and there is none");
    if (arguments.table.empty() && arguments.query.empty() && arguments.jobs.empty())
        throw UsageError("what is to be read? Give --table TABLE (`dbway schema` lists them) or --query SQL");
    if (only_connects && (arguments.write || !arguments.query.empty() || !arguments.table.empty()))
        throw UsageError("the job \"connect\" reads nothing: leave --table and --query out");
}

}  // namespace

std::string_view to_string(JobKind kind) noexcept { return job_names[static_cast<std::size_t>(kind)]; }

bool Plan::has(JobKind kind) const noexcept {
    return std::find(jobs.begin(), jobs.end(), kind) != jobs.end();
}

bool Plan::needs_key(bool table) const noexcept {
    return table &&
           (has(JobKind::point) || has(JobKind::batch) || has(JobKind::transaction) || has(JobKind::pool));
}

Plan make_plan(const BenchArguments& arguments) {
    check_together(arguments);
    Plan plan;
    plan.jobs = chosen_jobs(arguments);
    plan.threads = thread_counts(arguments.threads);
    plan.format = arguments.json
                      ? ReportFormat::json
                      : static_cast<ReportFormat>(index_of(format_names, arguments.format, "format"));
    if (arguments.rounds < 1 || arguments.rounds > 1000)
        throw UsageError("--rounds is from 1 to 1000, not " + std::to_string(arguments.rounds));
    plan.rounds = static_cast<unsigned>(arguments.rounds);
    if (arguments.rows < 1) throw UsageError("--rows is at least 1, not " + std::to_string(arguments.rows));
    plan.rows = static_cast<std::uint64_t>(arguments.rows);
    const auto time = detail::parse_duration(arguments.time);
    if (!time || *time < std::chrono::milliseconds(1) || *time > std::chrono::hours(1))
        throw UsageError("--time is a duration from 1ms to 1h, such as 300ms or 2s, not \"" + arguments.time +
                         "\"");
    plan.time = *time;
    return plan;
}

}  // namespace dbway::cli::bench
