// plan.hpp - what `dbway bench` is to measure, read from its arguments.
#pragma once

#include "cli/arguments.hpp"

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::cli::bench {

enum class JobKind : std::uint8_t { connect, point, batch, scan, query, transaction, pool, insert };

std::string_view to_string(JobKind kind) noexcept;

enum class ReportFormat : std::uint8_t { table, markdown, json };

struct Plan {
    std::vector<JobKind> jobs;        // in the order in which they run, each once
    std::vector<unsigned> threads;    // of the pool job, each once
    unsigned rounds = 7;              // that count; one more goes before them
    std::chrono::nanoseconds time{};  // of a job on a side in a round
    std::uint64_t rows = 0;           // most of the table that are read
    ReportFormat format = ReportFormat::table;

    bool has(JobKind kind) const noexcept;
    // Whether a job needs rows to be found one by one.
    bool needs_key(bool table) const noexcept;
};

// Throws UsageError for what does not go together, and for names that are not known.
Plan make_plan(const BenchArguments& arguments);

}  // namespace dbway::cli::bench
