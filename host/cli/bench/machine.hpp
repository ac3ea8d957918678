// machine.hpp - what the figures were measured on.
#pragma once

#include <string>

namespace dbway::cli::bench {

struct Machine {
    std::string system;     // "Linux 6.1.0"
    std::string processor;  // its name; empty if unknown
    unsigned processors = 0;
};
Machine this_machine();

// The load average of the last minute; negative if unknown.
double load_average() noexcept;

// The time, in UTC, as "2026-11-23 19:46:05Z".
std::string time_text();

}  // namespace dbway::cli::bench
