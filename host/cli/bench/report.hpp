// report.hpp - what was measured, for people and for programs.
#pragma once

#include "cli/bench/machine.hpp"
#include "cli/bench/plan.hpp"
#include "cli/bench/rounds.hpp"
#include "cli/bench/sides.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dbway::cli::bench {

struct SideFacts {
    std::string name, source, provider, provider_version;
    std::string server;  // product and version
};

struct TableFacts {
    std::string name;
    std::string key;  // empty: none
    std::uint64_t rows = 0, rows_read = 0, keys = 0;
};

struct Report {
    Plan plan;
    Machine machine;
    std::string started;
    double load_before = -1, load_after = -1;
    std::vector<SideFacts> sides;   // the first is the base
    std::vector<LeftOut> left_out;  // another provider does not take the source's options
    std::vector<LeftOut> refused;   // it reads other rows than the base
    std::optional<TableFacts> table;
    std::string query;  // empty: none
    std::vector<std::string> notes;
    std::vector<JobResult> jobs;

    // False: a side was refused, or failed, in a job or in all.
    bool ok() const;
};

// "table" and "markdown".
std::string report_text(const Report& report);
std::string report_json(const Report& report);

// Three digits that count: "12,345", "123", "12.3", "1.23".
std::string number_text(double number);
// "1.52 (1.50–1.55)".
std::string spread_text(const Quartiles& quartiles);

}  // namespace dbway::cli::bench
